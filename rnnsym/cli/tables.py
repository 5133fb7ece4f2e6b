"""Tables of numbers, aligned on the right. A wide table goes on in a new block of columns; no line is broken."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.notation.figures import decimal

Array = np.ndarray[Any, Any]
GAP, INNER_GAP = "   ", "  "
LARGEST_WHOLE = 1e5


@dataclass(frozen=True)
class Column:
    """One column: the label of an entry such as `1,2` (empty for a scalar), and its cells."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The columns of one quantity under its name."""

    head: str
    columns: tuple[Column, ...]

    def widths(self) -> list[int]:
        """The width of each column; the last one makes room for a long head."""
        found = [max(len(cell) for cell in (column.label, *column.cells)) for column in self.columns]
        found[-1] += max(0, len(self.head) - self._total(found))
        return found

    @property
    def width(self) -> int:
        return self._total(self.widths())

    @staticmethod
    def _total(widths: Sequence[int]) -> int:
        return sum(widths) + len(INNER_GAP) * (len(widths) - 1)


def quantity(head: str, values: Sequence[Array | None], blanks: Sequence[str] = ()) -> Group:
    """The group of a quantity: one row for each of `values`, one column for each entry. `blanks` stand for None."""
    shape = next((value.shape for value in values if value is not None), ())
    columns = []
    for place in np.ndindex(shape):
        entries = [None if value is None else float(value[place]) for value in values]
        label = ",".join(str(i + 1) for i in place) if math.prod(shape) > 1 else ""
        cells = column_text(entries)
        columns.append(Column(label, tuple(cell or blank for cell, blank in zip(cells, blanks or cells, strict=True))))
    return Group(head, tuple(columns))


def labelled(head: str, labels: Sequence[str], matrix: Array) -> Group:
    """The columns of a matrix under labels of their own."""
    cells = (column_text([float(entry) for entry in column]) for column in matrix.T)
    return Group(head, tuple(Column(label, tuple(column)) for label, column in zip(labels, cells, strict=True)))


def words(head: str, cells: Sequence[str]) -> Group:
    """A group of one column of text."""
    return Group(head, (Column("", tuple(cells)),))


def column_text(values: Sequence[float | None]) -> list[str]:
    """Numbers of one column: whole ones as such if they all are, otherwise with four decimals; None is empty."""
    whole = all(v is None or (v.is_integer() and abs(v) < LARGEST_WHOLE) for v in values)
    return ["" if v is None else f"{v:.0f}" if whole else decimal(v) for v in values]


def blocks(key: Group, groups: Sequence[Group], width: int) -> Iterator[str]:
    """The table, with `key` at the left of every block; blocks are parted by an empty line."""
    waiting = [part for group in groups for part in _parts(group, width - key.width - len(GAP))]
    first = True
    while waiting:
        taken = [key, waiting.pop(0)]
        while waiting and sum(group.width + len(GAP) for group in [*taken, waiting[0]]) - len(GAP) <= width:
            taken.append(waiting.pop(0))
        if not first:
            yield ""
        yield from _block(taken)
        first = False


def _parts(group: Group, width: int) -> Iterator[Group]:
    """The group, or several where it alone is wider than a block."""
    columns = list(group.columns)
    while columns:
        count = len(columns)
        while count > 1 and Group(group.head, tuple(columns[:count])).width > width:
            count -= 1
        yield Group(group.head, tuple(columns[:count]))
        columns = columns[count:]


def _block(groups: Sequence[Group]) -> Iterator[str]:
    """One block; a row in which only the key stands is left out."""
    if any(group.head for group in groups):
        yield GAP.join(_head(group) for group in groups)
    if any(column.label for group in groups for column in group.columns):
        yield GAP.join(_row(group, [column.label for column in group.columns]) for group in groups)
    for i in range(len(groups[0].columns[0].cells)):
        if any(column.cells[i] for group in groups[1:] for column in group.columns):
            yield GAP.join(_row(group, [column.cells[i] for column in group.columns]) for group in groups)


def _head(group: Group) -> str:
    """The name above its numbers: at the right of one column, in the middle of several."""
    return group.head.center(group.width) if len(group.columns) > 1 else group.head.rjust(group.width)


def _row(group: Group, cells: Sequence[str]) -> str:
    return INNER_GAP.join(cell.rjust(width) for cell, width in zip(cells, group.widths(), strict=True))
