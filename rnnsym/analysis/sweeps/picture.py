"""A sweep as a picture in text: one axis as curves with their spread, two as cells of shade with their values."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsym.analysis.pictures.curves import Series, curves
from rnnsym.errors import InputError, unknown

if TYPE_CHECKING:
    from rnnsym.analysis.sweeps.grid import Sweep
    from rnnsym.analysis.sweeps.table import Spread, Table

Array = Any
MARKS, ASCII_MARKS = "●○◆◇", "*o#x"
SHADES, ASCII_SHADES = " ░▒▓█", " .:+#"
ROWS = 15
THEORY = "mean_field"


def phase_plot(
    table: "Table", measure: str, axes: Sequence[str] = (), width: int = 80, ascii_only: bool = False
) -> list[str]:
    """A measure over one or two axes of the grid, by default the first two that vary; means over all other settings.

    An axis of numbers beside one of at most four names, or alone, is drawn as curves, with bars from the least to the
    greatest value over the seeds; two axes of numbers as cells. A measure that is a list is drawn against the lag.
    Raises UnknownNameError, and InputError where there is nothing to draw.
    """
    chosen = picture_axes(table.sweep, measure, axes)
    if all(value is None for value in table[measure]):
        raise InputError(f"{measure} has no value in any run of this sweep: the rows say why.")
    if any(isinstance(value, list) for value in table[measure]):
        return _against_lag(table, measure, chosen, width, ascii_only)
    across = [name for name in chosen if _numeric(table, name)]
    named = [name for name in chosen if name not in across]
    if len(chosen) == 2 and not (len(across) == 1 and len(table.sweep.axes[named[0]]) <= len(MARKS)):
        return _cells(table, measure, chosen, width, ascii_only)
    return _curves(table, measure, across or chosen, named if across else [], width, ascii_only)


def picture_axes(sweep: "Sweep", measure: str, wanted: Sequence[str] = ()) -> list[str]:
    """The axes of the picture of a sweep that need not have run yet. Raises as `phase_plot`."""
    if measure not in sweep.columns:
        raise unknown("measure of this sweep", measure, sweep.columns)
    for name in wanted:
        if name not in sweep.axes:
            raise unknown("axis", name, sweep.axes)
    found = list(dict.fromkeys(wanted)) or list(sweep.varied)[:2]
    if not found:
        raise InputError("this sweep has one point only: give an axis two values or more, and it can be drawn.")
    if len(found) > 2:
        raise InputError(f"a picture has two axes at most, not {len(found)}: choose two of {', '.join(found)}.")
    return found


def _numeric(table: "Table", name: str) -> bool:
    return all(isinstance(value, (int, float)) for value in table.sweep.axes[name])


def _label(value: Any) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _caption(table: "Table", measure: str, axes: Sequence[str]) -> str:
    others = [name for name in table.sweep.varied if name not in axes]
    over = [*others, *([f"{table.sweep.seeds} seeds"] if table.sweep.seeds > 1 else [])]
    return f"{measure}{', mean over ' + ' and '.join(over) if over else ''}"


# Two axes. ------------------------------------------------------------------------------------------------------


def _cells(table: "Table", measure: str, axes: list[str], width: int, ascii_only: bool) -> list[str]:
    """Rows are the first axis, columns the second one."""
    found = table.spread(measure, *axes).mean
    rows, columns = ([_label(value) for value in table.sweep.axes[name]] for name in axes)
    margin = min(max(map(len, [*rows, axes[0]])), 24) + 1
    shades = ASCII_SHADES if ascii_only else SHADES
    room = (width - margin) // len(columns)
    wide = room >= 9
    size = min(room, 10) if wide else min(max(room, 1), 4)
    low, high = _ends(found)
    lines = [_caption(table, measure, axes), *_heads(axes, columns, margin, size, width)]
    for name, values in zip(rows, found, strict=True):
        cells = "".join(_cell(value, low, high, shades, size, wide) for value in values)
        lines.append(f"{name[: margin - 1]:>{margin - 1}} {cells}".rstrip()[:width])
    edges = np.linspace(low, high, len(shades) + 1)
    spans = [f"{shade * 2} {edges[i]:.3g} to {edges[i + 1]:.3g}" for i, shade in enumerate(shades)]
    missing = ["? none finite"] if np.isnan(found).any() else []
    return [*lines, "", *_wrapped([*spans, *missing], width)]


def _heads(axes: list[str], columns: list[str], margin: int, size: int, width: int) -> Iterator[str]:
    every = max(1, -(-(max(map(len, columns)) + 1) // size))
    heads = "".join(f"{column:<{size * every}}" for column in columns[::every])
    yield f"{'':>{margin}}{axes[1]}"[:width]
    yield f"{axes[0][: margin - 1]:>{margin - 1}} {heads}".rstrip()[:width]


def _cell(value: float, low: float, high: float, shades: str, size: int, wide: bool) -> str:
    if np.isnan(value):
        return f"{'?':<{size}}"
    level = min(int((value - low) / (high - low) * len(shades)), len(shades) - 1) if high > low else 0
    return f"{shades[level] * 2}{value:<{size - 2}.3g}" if wide else shades[level] * size


def _ends(values: Array) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)


def _wrapped(parts: Sequence[str], width: int) -> Iterator[str]:
    line = ""
    for part in parts:
        if line and len(line) + 3 + len(part) > width:
            yield line
            line = ""
        line += ("   " if line else "") + part
    yield line


# One axis. ------------------------------------------------------------------------------------------------------


def _curves(
    table: "Table", measure: str, across: list[str], named: list[str], width: int, ascii_only: bool
) -> list[str]:
    """A mark for each mean, a bar for the spread over the seeds, and the theory where there is one."""
    spreads = _split(table, measure, across, named)
    labels = [_label(value) for value in table.sweep.axes[named[0]]] if named else [measure]
    theory = table.spread(THEORY, *across).mean if measure == "lyapunov" and THEORY in table.sweep.columns else None
    every = [*(each for spread in spreads for each in (spread.low, spread.high)), *([] if theory is None else [theory])]
    low, high = _ends(np.concatenate([np.ravel(each) for each in every]))
    if high <= low:
        low, high = low - 0.5, high + 0.5
    values = table.sweep.axes[across[0]]
    places = _places(values, width - 11, _numeric(table, across[0]))
    sheet = [[" "] * (width - 10) for _ in range(ROWS)]

    def row(value: float) -> int:
        return round((high - value) / (high - low) * (ROWS - 1))

    if low < 0 < high:
        sheet[row(0.0)] = ["-" if ascii_only else "┄"] * (width - 10)
    if theory is not None:
        _draw_line(sheet, places, theory, row, "~" if ascii_only else "─", _numeric(table, across[0]))
    marks = ASCII_MARKS if ascii_only else MARKS
    for spread, mark in reversed(list(zip(spreads, marks, strict=False))):
        for place, mean, least, most in zip(places, spread.mean, spread.low, spread.high, strict=True):
            if np.isfinite(mean):
                for at in range(row(most), row(least) + 1):
                    sheet[at][place] = "|" if ascii_only else "│"
                sheet[row(mean)][place] = mark
    ticks = {round(at): high - at * (high - low) / (ROWS - 1) for at in np.linspace(0, ROWS - 1, 5)}
    side = "|" if ascii_only else "│"
    lines = [f"{f'{ticks[i]:.3g}' if i in ticks else '':>8} {side}{''.join(r)}".rstrip() for i, r in enumerate(sheet)]
    keys = [f"{mark} {label}" for mark, label in zip(marks, labels, strict=False)]
    keys += [] if theory is None or not np.isfinite(theory).any() else [f"{'~' if ascii_only else '─'} mean field"]
    foot = _foot(values, places, width - 10, across[0])
    return [_caption(table, measure, [*across, *named]), *lines, *foot, "", *_wrapped(keys, width)]


def _split(table: "Table", measure: str, across: list[str], named: list[str]) -> list["Spread"]:
    spread = table.spread(measure, *named, *across)
    if not named:
        return [spread]
    count = len(table.sweep.axes[named[0]])
    return [type(spread)(*(part[i] for part in spread)) for i in range(count)]


def _places(values: Sequence[Any], room: int, numeric: bool) -> list[int]:
    """The column of each value: to scale where they are numbers."""
    at = np.asarray(values, float) if numeric else np.arange(len(values), dtype=float)
    span = float(at.max() - at.min()) or 1.0
    return [2 + round(float(value - at.min()) / span * (room - 10)) for value in at]


def _draw_line(sheet: list[list[str]], places: list[int], values: Array, row: Any, mark: str, joined: bool) -> None:
    """A line through the values, or a dash at each of them."""
    known = [(place, value) for place, value in sorted(zip(places, values, strict=True)) if np.isfinite(value)]
    if not joined:
        for place, value in known:
            sheet[row(float(value))][place - 1 : place + 2] = mark * 3
        known = []
    if not known:
        return
    columns = list(range(known[0][0], known[-1][0] + 1))
    heights = np.interp(columns, [place for place, _ in known], [value for _, value in known])
    for column, value in zip(columns, heights, strict=True):
        sheet[row(float(value))][column] = mark


def _foot(values: Sequence[Any], places: list[int], room: int, name: str) -> list[str]:
    line = ""
    for place, value in sorted(zip(places, values, strict=True), key=lambda pair: pair[0]):
        if len(line) < place or not line:
            line = f"{line:<{place}}{_label(value)} "
    return [f"{'':>10}{line}"[: room + 10].rstrip(), f"{'':>12}{name}"]


# Against the lag. -----------------------------------------------------------------------------------------------


def _against_lag(table: "Table", measure: str, axes: list[str], width: int, ascii_only: bool) -> list[str]:
    """The mean curve of at most four values of the first axis, and what mean-field theory expects."""
    values = table.sweep.axes[axes[0]]
    some = [values[i] for i in np.unique(np.linspace(0, len(values) - 1, min(len(values), len(MARKS))).astype(int))]
    marks, guide = (ASCII_MARKS, "~") if ascii_only else (MARKS, "~")
    drawn, keys, theories = [], [], []
    for mark, value in zip(marks, some, strict=False):
        rows = [row for row in table if row[axes[0]] == value]
        found = [np.asarray(row[measure], float) for row in rows if row[measure] is not None]
        if not found:
            continue
        length = min(map(len, found))
        drawn.append(Series(mark, np.mean([each[:length] for each in found], axis=0)))
        keys.append(f"{mark} {axes[0]} {_label(value)}")
        theory = [row[THEORY] for row in rows if row.get(THEORY) is not None and np.isfinite(row[THEORY])]
        if theory and measure == "log_norms":
            theories.append(Series(guide, np.mean(theory) * np.arange(length), guide=True))
    keys += [f"{guide} mean field"] if theories else []
    picture = curves([*drawn, *theories], width, ROWS, ascii_only)
    return [_caption(table, measure, axes[:1]), *picture, "", *_wrapped(keys, width)]
