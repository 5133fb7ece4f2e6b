"""The parameters under a drawn graph: what every step shares, with values and gradients side by side."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnnsym.core.mathtree import Symbol
from rnnsym.core.names import FREE, Role
from rnnsym.notation import Style, text
from rnnsym.notation.figures import compact
from rnnsym.walk.drawing.canvas import Span
from rnnsym.walk.drawing.content import MOST_ENTRIES, styled
from rnnsym.walk.graph import Graph, Parameter

Array = np.ndarray[Any, Any]
Line = list[Span]
GAP = "   "


def parameter_lines(graph: Graph, width: int, style: Style, digits: int = 3) -> Iterator[Line]:
    """Each parameter and its gradient as matrices (a vector is a column), as many beside each other as fit."""
    waiting = [_table(parameter, style, digits) for parameter in graph.parameters if parameter.value is not None]
    first = True
    while waiting:
        row = [waiting.pop(0)]
        while waiting and sum(_width(t) + len(GAP) for t in [*row, waiting[0]]) - len(GAP) <= width:
            row.append(waiting.pop(0))
        if not first:
            yield []
        yield from _beside(row)
        first = False


def parameter_list(graph: Graph, style: Style) -> list[str]:
    """Each parameter with its shape in numbers: `W 3×2`."""
    times = "x" if style == "ascii" else "×"
    named = [(p.name, graph.net.params[p.name.label]) for p in graph.parameters if p.name.role == Role.PARAM]
    return [f"{text(Symbol(name, FREE), style=style)} {times.join(map(str, shape))}" for name, shape in named]


def _table(parameter: Parameter, style: Style, digits: int) -> list[Line]:
    """The matrices under their names; an ellipsis stands for rows and columns that are left out."""
    parts = []
    for name, array in ((parameter.name, parameter.value), (parameter.name.as_role(Role.GRADIENT), parameter.gradient)):
        if array is not None:
            head = text(Symbol(name, FREE), style=style)
            parts.append(_headed(head, _matrix(array, digits, "..." if style == "ascii" else "…")))
    return list(_beside(parts))


def _matrix(array: Array, digits: int, dots: str) -> list[Line]:
    """The rows as numbers in aligned columns."""
    rows = np.asarray(array, dtype=float)
    rows = rows.reshape(len(rows), -1) if rows.ndim else rows.reshape(1, 1)
    cells = [_cut([styled(compact(v, digits), v) for v in row], Span(dots, "quiet")) for row in _first(rows)]
    widths = [max(len(row[i].text) for row in cells) for i in range(len(cells[0]))]
    lines = [[part for cell, w in zip(row, widths, strict=True) for part in _right(cell, w)] for row in cells]
    return lines if len(lines) == len(rows) else [*lines, [Span(dots, "quiet")]]


def _first(rows: Array) -> Array:
    return rows if len(rows) <= MOST_ENTRIES else rows[: MOST_ENTRIES - 1]


def _cut(cells: list[Span], dots: Span) -> list[Span]:
    return cells if len(cells) <= MOST_ENTRIES else [*cells[: MOST_ENTRIES - 1], dots]


def _right(cell: Span, width: int) -> list[Span]:
    return [Span(" " * (width - len(cell.text) + 1)), cell]


def _headed(head: str, lines: list[Line]) -> list[Line]:
    return [[Span(f" {head}", "symbol")], *lines]


def _width(table: Sequence[Line]) -> int:
    return max(sum(len(span.text) for span in line) for line in table)


def _beside(tables: Sequence[Sequence[Line]]) -> Iterator[Line]:
    """Tables next to each other, aligned at the top."""
    widths = [_width(table) for table in tables]
    for i in range(max(len(table) for table in tables)):
        line: Line = []
        for table, width in zip(tables, widths, strict=True):
            cell = table[i] if i < len(table) else []
            pad = width - sum(len(span.text) for span in cell)
            line += [*cell, Span(" " * pad + GAP)]
        yield line
