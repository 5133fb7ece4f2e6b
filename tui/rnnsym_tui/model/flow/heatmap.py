"""The heat map of norms over (t, k) as lines of spans: rows t, columns k, every cell in shade and in colour."""

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter

import numpy as np
from rich.cells import cell_len

from rnnsym.analysis.pictures.glyphs import Glyphs as Shades
from rnnsym.analysis.pictures.glyphs import glyphs as shades_of
from rnnsym.analysis.pictures.magnitudes import LN10
from rnnsym_tui.model.flow.results import Array, Result
from rnnsym_tui.model.glyphs import Glyphs, shown
from rnnsym_tui.model.layout import flow_label
from rnnsym_tui.model.spans import Line, Span, line, width

LEVEL = "level "
"""The kind of a span that is painted by its strength: `level -16`, what is kept, to `level 16`, what has grown."""
LEVELS = 16
DEEPEST, HIGHEST = -6.0, 3.0
"""Powers of ten at which the colours end."""
ALERT, DIAGONAL, CURSOR = "alert", "dim", "here"
HEAD = 2
"""Lines above the rows: the steps and the characters of k."""


def level(log: float) -> int:
    """How strong the colour of a norm is: down to -1 for what is nearly lost, and up for what has grown."""
    decimal = log / LN10
    if decimal > 1e-9:
        return max(4, round(LEVELS * min(decimal / HIGHEST, 1.0)))
    return -max(1, round(LEVELS * (1 - max(decimal, DEEPEST) / DEEPEST)))


@dataclass(frozen=True)
class Frame:
    """The room of the map in cells and rows; `wide` is how many cells a norm takes, `label` those left of the rows."""

    cells: int
    rows: int
    steps: int

    @property
    def label(self) -> int:
        return flow_label(self.steps)

    @property
    def wide(self) -> int:
        return 2 if 2 * self.steps <= self.cells - self.label else 1

    @property
    def columns(self) -> int:
        """Steps k that can be seen at once."""
        return max(2, self.cells - self.label)


class HeatMap:
    """The map of a result in a frame: `lines` to paint, and which steps stand where."""

    def __init__(self, result: Result, frame: Frame, glyphs: Glyphs) -> None:
        self.result, self.frame, self.glyphs = result, frame, glyphs
        self._wide = frame.wide
        self._shades: Shades = shades_of(glyphs.ascii)
        self._reads = result.request.walk.reads or ()
        self._forward = result.forward
        self._sides = (result.main, result.mirrored)

    @cached_property
    def across(self) -> tuple[int, int]:
        """Where the cursor stands: its row and its column."""
        t, k = self.result.cursor
        return _nearest(self.result.ts, t), _nearest(self.result.ks, k)

    def at(self, x: int, y: int) -> tuple[int, int] | None:
        """The steps (t, k) under a place of the panel below its title; beyond the diagonal they change places."""
        row, column = y - HEAD, (x - self.frame.label) // self.frame.wide
        if not (0 <= row < len(self.result.ts) and 0 <= column < len(self.result.ks)):
            return None
        t, k = self.result.ts[row], self.result.ks[column]
        return (t, k) if self._own(t, k) else (k, t)

    def _own(self, t: int, k: int) -> bool:
        return k <= t if self._forward else k >= t

    # Lines. -------------------------------------------------------------------------------------------------------

    def lines(self) -> list[Line]:
        return [self._numbers(), self._symbols(), *map(self._row, range(len(self.result.ts)))]

    def _numbers(self) -> Line:
        """`k = 1 … 9 … 21`: the first step, the last, and that of the cursor."""
        ks, wide = self.result.ks, self.frame.wide
        cells = wide * len(ks)
        first, last, here = f"k = {ks[0]}", str(ks[-1]), str(self.result.cursor[1])
        text = first + last.rjust(cells - len(first)) if cells > len(first) + len(last) else first
        blank = Span(" " * self.frame.label)
        x = self.across[1] * wide
        if x > len(first) and x + len(here) < cells - len(last):
            return (blank, Span(text[:x], "dim"), Span(here, "strong"), Span(text[x + len(here) :], "dim"))
        return (blank, Span(text, "dim"))

    def _symbols(self) -> Line:
        column = self.across[1]
        spans = [
            Span(self._symbol(k, self.frame.wide), CURSOR if i == column else "") for i, k in enumerate(self.result.ks)
        ]
        return (Span(" " * self.frame.label), *spans)

    def _symbol(self, step: int, cells: int) -> str:
        """What is read at a step, in one sign that fits."""
        text = self._reads[step - 1] if step <= len(self._reads) else ""
        sign = shown(text, self.glyphs) if len(text) == 1 else self.glyphs.unknown
        sign = sign if cell_len(sign) <= cells else self.glyphs.strange[:1]
        return sign + " " * (cells - cell_len(sign))

    def _row(self, i: int) -> Line:
        t, here = self.result.ts[i], i == self.across[0]
        number = f"{t:>{self.frame.label - 4}}"
        label = line(
            Span(f" {number} ", "strong" if here else "dim"), Span(self._symbol(t, 1), CURSOR if here else ""), " "
        )
        cells = [self._cell(i, j) for j in range(len(self.result.ks))]
        spans = [Span("".join(span.text for span in same), kind) for kind, same in groupby(cells, key=itemgetter(1))]
        return (*label, Span(" " * (self.frame.label - width(label))), *spans)

    def _cell(self, i: int, j: int) -> Span:
        t, k, wide = self.result.ts[i], self.result.ks[j], self._wide
        if (i, j) == self.across:
            return Span("[]" if wide == 2 else "@", CURSOR)
        if t == k:
            return Span(self._shades.diagonal * wide, DIAGONAL)
        trace = self._sides[0 if self._own(t, k) else 1]
        if trace is None or not trace.table.size:
            return Span(" " * wide)
        return self.norm(float(trace.table[i, j]), wide)

    def norm(self, log: float, wide: int) -> Span:
        """A norm as it looks in the map: shade and colour; a word of its own for what is no number."""
        text = self._shades.shade(log) * wide
        if math.isnan(log) or log == math.inf:
            return Span(self._shades.unknown * wide, ALERT)
        return Span(text, "" if log == -math.inf else f"{LEVEL}{level(log)}")

    # The line below. ----------------------------------------------------------------------------------------------

    def legend(self) -> Line:
        """What the shades stand for."""
        found: list[Span] = []
        for entry in self._shades.legend(self._drawn(), 2):
            sign, _, rest = entry.partition(" ")
            found += [Span(sign, self._kind(sign)), Span(f" {rest}  ")]
        return tuple(found)

    def _drawn(self) -> Array:
        """All norms that are on the map."""
        ts, ks = np.array(self.result.ts)[:, None], np.array(self.result.ks)
        own = ks < ts if self.result.forward else ks > ts
        sides = [(self.result.main, own), (self.result.mirrored, ~own & (ks != ts))]
        return np.concatenate(
            [np.zeros(0), *(trace.table[side] for trace, side in sides if trace and trace.table.size)]
        )

    def _kind(self, sign: str) -> str:
        floors = dict(zip(self._shades.shades, self._shades.floors, strict=True))
        if sign[0] in floors:
            return f"{LEVEL}{level(floors[sign[0]] * LN10)}"
        marks = {self._shades.unknown: ALERT, self._shades.zero: ""}
        return marks.get(sign[0], f"{LEVEL}{LEVELS // 2}")


def _nearest(steps: tuple[int, ...], step: int) -> int:
    return min(range(len(steps)), key=lambda i: abs(steps[i] - step))


def beyond(steps: tuple[int, ...], step: int, count: int) -> int:
    """The step so many places on from the one nearest to `step`; without a move, `step` itself."""
    return steps[min(max(_nearest(steps, step) + count, 0), len(steps) - 1)] if count else step
