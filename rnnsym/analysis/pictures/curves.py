"""Curves of positive numbers against the lag, on a logarithmic axis with ticks at powers of ten."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.analysis.pictures.glyphs import glyphs
from rnnsym.analysis.pictures.magnitudes import LN10, power

Array = Any
MARGIN = 7
"""Columns of the numbers at the axis, at least."""
NICE = (1, 2, 5)
EDGE = 1e-9
WIDEST = 14
"""Columns from one lag to the next, at most."""
CAPTION = "0 steps back "


@dataclass(frozen=True)
class Series:
    """`logs[lag]` is a natural logarithm: -inf for 0, which has a row of its own; nan is not drawn. `guide`: a line to
    compare with, which does not widen the axis by itself."""

    marker: str
    logs: Array
    guide: bool = False


@dataclass(frozen=True)
class Axis:
    """Powers of ten from `low` to `high`, one tick for every `step` of them, on `rows` rows, the highest first."""

    low: int
    high: int
    step: int
    rows: int

    @property
    def ticks(self) -> int:
        """Ticks beside the highest."""
        return (self.high - self.low) // self.step

    def margin(self, ascii_only: bool) -> int:
        """Columns of the numbers."""
        return max(MARGIN, *(len(power(end, ascii_only)) + 1 for end in (self.low, self.high)))

    def row(self, log: float) -> int | None:
        """The row of e^log; None outside."""
        decimal = log / LN10
        if not self.low - EDGE <= decimal <= self.high + EDGE:
            return None
        return round((self.high - decimal) / (self.high - self.low) * (self.rows - 1))


def axis(series: Sequence[Series], rows: int) -> Axis:
    """An axis of about `rows` rows that holds every series that is no guide."""
    logs = np.concatenate([np.ravel(each.logs) for each in series if not each.guide] or [np.zeros(1)])
    logs = logs[np.isfinite(logs)] / LN10
    low, high = (math.floor(logs.min() + EDGE), math.ceil(logs.max() - EDGE)) if len(logs) else (-1, 0)
    low = min(low, high - 1)
    step = nice((high - low) / max(rows // 2, 1))
    low, high = step * math.floor(low / step), step * math.ceil(high / step)
    ticks = (high - low) // step
    return Axis(low, high, step, ticks * max(1, round((rows - 1) / ticks)) + 1)


def nice(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, … that is at least `least`."""
    tens = 1
    while True:
        for digit in NICE:
            if digit * tens >= least:
                return digit * tens
        tens *= 10


def curves(series: Sequence[Series], width: int, rows: int = 15, ascii_only: bool = False) -> list[str]:
    """The curves in `width` columns, and below them the axis of lags. Where two meet, the first one is seen; where
    several lags share a column, the highest and the lowest value are."""
    shown, scale = glyphs(ascii_only), axis(series, rows)
    margin = scale.margin(ascii_only)
    lags = max((len(each.logs) for each in series), default=1)
    across = _columns(lags, width - margin - 1)
    sheet = [[" "] * across for _ in range(scale.rows)]
    underflow = [" "] * across
    for each in reversed(series):
        for column, log in _points(each.logs, lags, across):
            row = scale.row(log)
            if log == -np.inf:
                underflow[column] = each.marker
            elif row is not None:
                sheet[row][column] = each.marker
    lines = [f"{_tick(scale, i, ascii_only)}{''.join(row)}".rstrip() for i, row in enumerate(sheet)]
    if any(mark != " " for mark in underflow):
        lines.append(f"{'0':>{margin - 1}} {shown.tick}{''.join(underflow)}".rstrip())
    below = _lag_axis(lags, across, ascii_only)
    return [*lines, *(f"{'':>{margin}}{line}" for line in below)]


def _columns(lags: int, room: int) -> int:
    """The width of the sheet: a whole number of columns for each lag where there is room."""
    each = min(max(room - 1, 1) // max(lags - 1, 1), WIDEST)
    return each * (lags - 1) + 1 if each else room


def column_of(lag: int, lags: int, across: int) -> int:
    """The column of a lag."""
    return round(lag * (across - 1) / max(lags - 1, 1))


def _points(logs: Array, lags: int, across: int) -> Iterator[tuple[int, float]]:
    """The values to mark, with their columns."""
    shared: dict[int, list[float]] = {}
    for lag, log in enumerate(logs):
        if not np.isnan(log):
            shared.setdefault(column_of(lag, lags, across), []).append(float(log))
    for column, values in shared.items():
        yield column, min(values)
        yield column, max(values)


def _tick(scale: Axis, row: int, ascii_only: bool) -> str:
    """The margin of a row: a power of ten where it has one."""
    shown = glyphs(ascii_only)
    margin = scale.margin(ascii_only)
    each = (scale.rows - 1) // scale.ticks
    if row % each:
        return f"{'':>{margin}}{shown.vertical}"
    return f"{power(scale.high - row // each * scale.step, ascii_only):>{margin - 1}} {shown.tick}"


def _lag_axis(lags: int, across: int, ascii_only: bool) -> Iterator[str]:
    """The axis below, with a number at every tick."""
    shown = glyphs(ascii_only)
    step = nice((lags - 1) * len(CAPTION) / across + EDGE)
    line, numbers = [shown.horizontal] * across, CAPTION
    for lag in range(0, lags, step):
        column = column_of(lag, lags, across)
        line[column] = shown.corner_tick
        if lag:
            numbers = f"{numbers:<{column}}{lag}"
    yield f"{shown.corner}{''.join(line)}"
    yield f" {numbers}".rstrip()
