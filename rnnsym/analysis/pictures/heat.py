"""The heat map of norms over (t, k): rows t, columns k, shades by power of ten."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.analysis.pictures.glyphs import columns, glyphs, padded

Array = Any
MARGIN = 6
"""Columns left of the map: the step and what is read there."""
MOST_ROWS = 40


@dataclass(frozen=True)
class HeatMap:
    """`logs[i, j]` is the natural logarithm of a norm at t = steps[i], k = steps[j]; nan where `filled` is False, and
    there nothing is drawn. `reads` says what is read at each of `steps`."""

    logs: Array
    steps: Sequence[int]
    filled: Array
    reads: Sequence[str] = ()

    def mirrored(self, other: "HeatMap") -> "HeatMap":
        """Both in one map: this one where it is, `other` on the other side of the diagonal."""
        logs, filled = other.logs, other.filled
        if np.any(np.triu(self.filled & filled, 1)) or np.any(np.tril(self.filled & filled, -1)):
            logs, filled = logs.T, filled.T
        together = np.where(self.filled, self.logs, np.where(filled, logs, np.nan))
        return HeatMap(together, self.steps, self.filled | filled, self.reads)

    def lines(self, ascii_only: bool = False) -> list[str]:
        """A line of numbers, one of symbols where there are any, and a line for each t."""
        shown = glyphs(ascii_only)
        numbers, last = f"k = {self.steps[0]}", str(self.steps[-1])
        across = 2 * len(self.steps)
        head = f"{numbers}{last:>{max(across - len(numbers), len(last) + 1)}}" if len(self.steps) > 1 else numbers
        found = [" " * MARGIN + head]
        symbols = [shown.symbol(text) for text in self.reads]
        if symbols:
            found.append(" " * MARGIN + "".join(padded(symbol, 2) for symbol in symbols).rstrip())
        for i, t in enumerate(self.steps):
            margin = f"{t:>3} {symbols[i]}" if symbols else f"{t:>{MARGIN - 1}}"
            cells = "".join(2 * self._cell(i, j, ascii_only) for j in range(len(self.steps)))
            found.append(f"{margin}{' ' * (MARGIN - columns(margin))}{cells}".rstrip())
        return found

    def _cell(self, i: int, j: int, ascii_only: bool) -> str:
        shown = glyphs(ascii_only)
        if i == j:
            return shown.diagonal
        return shown.shade(float(self.logs[i, j])) if self.filled[i, j] else " "

    def legend(self, ascii_only: bool = False) -> list[str]:
        """What the shades stand for; the diagonal is ∂s_t/∂s_t, the identity."""
        off = self.filled & ~np.eye(len(self.steps), dtype=bool)
        return glyphs(ascii_only).legend(self.logs[off], 2)


def room(width: int) -> int:
    """How many steps a map has in so many columns."""
    return max(min((width - MARGIN) // 2, MOST_ROWS), 2)


def sampled(steps: int, most: int) -> list[int]:
    """The steps 1…`steps`, or `most` of them, evenly spaced, with the first and the last."""
    if steps <= most:
        return list(range(1, steps + 1))
    return [round(step) for step in np.linspace(1, steps, most)]
