"""The timeline: one row for each unit of each quantity, one column for each step, filled as far as the walk has come.

Nothing is copied: a row refers to the run's own array and says which steps are known, so that a walk over ten
thousand steps opens at once.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnnsym.core.dims import Dim
from rnnsym.core.names import Name, Role
from rnnsym.derivation.equations import Equation
from rnnsym.notation import figures
from rnnsym.walk.text import ALPHABET_DIMS
from rnnsym.walk.walk import Walk
from rnnsym_tui.model.glyphs import Glyphs, shown
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.writing import Writing

Array = np.ndarray[Any, Any]
LABEL_CELLS = 11
"""Of the row labels at the left: `δa_f₁ ×100`."""
MOST_UNITS = 64
"""Rows of one quantity; wider layers show their first units."""
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Row:
    """One unit of one quantity: `values[t - 1]` at step t, known for the steps in `known`.

    `exponent` and `largest` are those of the whole quantity, so that its units are on one scale.
    """

    label: str
    name: Name
    unit: int
    values: Array
    known: range
    exponent: int
    largest: float

    def value(self, t: int) -> float | None:
        """The value at step t, or None where it is not computed yet."""
        return float(self.values[t - 1]) if t in self.known else None

    def cell(self, t: int, unknown: str) -> str:
        value = self.value(t)
        return unknown if value is None else figures.scaled(value, self.exponent)

    def strength(self, t: int) -> float | None:
        """The value as a share of the largest one of its quantity, from -1 to 1; None where there is no colour."""
        value = self.value(t)
        if value is None or not np.isfinite(value):
            return None
        return value / self.largest if self.largest else 0.0


@dataclass(frozen=True)
class Timeline:
    """All rows, and the column that the walk stands at."""

    steps: int
    now: int
    reads: Sequence[str]
    rows: tuple[Row, ...]


class Timelines:
    """Makes timelines of one walk; what does not depend on the place in it is made once."""

    def __init__(self, walk: Walk, alphabet: Sequence[str], writing: Writing) -> None:
        self._walk, self._alphabet, self._writing = walk, alphabet, writing
        signs = [shown(character, writing.glyphs) for character in walk.reads or ()]
        self._reads = tuple(signs) if signs else ("",) * walk.steps
        self._drawn: dict[int, list[Row]] = {}
        lines = walk.lines
        carried = {line.name.label for line in lines.forward if line.name.role == Role.CARRY}
        self._forward = _ordered([line for line in lines.forward if not line.total], carried)
        self._backward = _ordered(lines.backward, carried)

    def at(self, session: Session) -> Timeline:
        """Forward, the quantities; backward, the adjoints first and the quantities under them, by importance."""
        move = session.move
        groups = [self._backward, self._forward] if move.phase != "forward" else [self._forward]
        first = [line for group in groups for line in group[0]]
        rest = [line for group in groups for line in group[1]]
        rows = []
        for line in (*first, *rest):
            known = self._walk.known_steps(move, line.number)
            rows += [_with_known(row, known) for row in self._rows(line)]
        return Timeline(self._walk.steps, move.t, self._reads, tuple(rows))

    def _rows(self, line: Equation) -> list[Row]:
        if line.number not in self._drawn:
            self._drawn[line.number] = self._make(line)
        return self._drawn[line.number]

    def _make(self, line: Equation) -> list[Row]:
        values = values_over_time(self._walk, line)
        largest = figures.magnitude(values)
        exponent = figures.scale(largest)
        flat = values.reshape(len(values), -1)[:, :MOST_UNITS]
        symbol = self._writing.symbol(line.name)
        names = unit_names(line.lhs.shape, self._alphabet, self._writing.glyphs)
        units = flat.shape[1]
        labels = [_label(symbol, names, i, units, self._writing.glyphs) for i in range(units)]
        return [Row(labels[i], line.name, i, flat[:, i], range(0), exponent, largest) for i in range(units)]


def _ordered(lines: Sequence[Equation], carried: Set[str]) -> tuple[list[Equation], list[Equation]]:
    """First the quantities carried between steps and the loss; then the rest, gates before their arguments."""
    first = [line for line in lines if line.name.label in carried or line.name.role == Role.LOSS]
    rest = [line for line in lines if line not in first]
    return first, sorted(rest, key=_rank)


def _rank(line: Equation) -> int:
    """0 for what is squashed, 1 for what is not, 2 for what has a row for each character."""
    if line.lhs.shape and line.lhs.shape[0] in ALPHABET_DIMS:
        return 2
    return 0 if line.rhs.prim.family == "elementwise" and len(line.rhs.args) == 1 else 1


def _with_known(row: Row, known: range) -> Row:
    return replace(row, known=known)


def values_over_time(walk: Walk, line: Equation) -> Array:
    """(T, …): the values at t = 1…T; NaN at steps where the quantity has none."""
    name = line.name
    held = np.asarray(walk.run.arrays[name])
    if walk.system.timed(name):
        return held[1 : walk.steps + 1]
    out = np.full((walk.steps, *held.shape), np.nan)
    for t in line.domain.at(walk.steps):
        out[t - 1] = held
    return out


def unit_names(shape: Sequence[Dim], alphabet: Sequence[str], glyphs: Glyphs) -> list[str] | None:
    """Names for the units of a vector over the alphabet (inputs and outputs); None for units that have none."""
    if len(shape) == 1 and shape[0] in ALPHABET_DIMS:
        return [shown(character, glyphs) for character in alphabet]
    return None


def _label(symbol: str, names: list[str] | None, unit: int, units: int, glyphs: Glyphs) -> str:
    if names is not None and unit < len(names):
        return f"{symbol} {names[unit]}"
    if units == 1:
        return symbol
    number = str(unit + 1)
    return f"{symbol}_{number}" if glyphs.ascii else symbol + number.translate(SUBSCRIPTS)
