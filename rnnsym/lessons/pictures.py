"""The pictures of a page, as lines of text: the unrolled graph, an equation with its numbers, a sparkline."""

from collections.abc import Sequence

from rnnsym.core.names import Fixed, Name, Point, Role
from rnnsym.lessons.example import Example
from rnnsym.lessons.style import Style, value_text
from rnnsym.notation.figures import decimal, table
from rnnsym.ops.arithmetic import ADD
from rnnsym.ops.leaves import leaf
from rnnsym.walk.breakdown import Breakdown, Column, sign

GAP = 6
"""Columns between two steps of a graph: room for an arrow."""


def breakdown_lines(breakdown: Breakdown, t: int, style: Style) -> list[str]:
    """An equation at step t with its numbers put in: a row of operands, then one row of numbers for each unit."""
    columns = (*breakdown.columns, Column("="), breakdown.result)
    factors = {i + k for i, column in enumerate(columns) if column.head in ("×", "÷") for k in (-1, 1)}
    rows = [[_head(column, t, i in factors, style) for i, column in enumerate(columns)]]
    for unit in range(breakdown.units):
        rows.append([_entry(column, unit, style) for column in columns])
    return table(rows, gap=" ")


def _head(column: Column, t: int, is_factor: bool, style: Style) -> str:
    if isinstance(column.head, str):
        return sign(column.head, style.notation)
    text = style.formula(column.head, t)
    return f"({text})" if is_factor and column.head.prim is ADD else text


def _entry(column: Column, unit: int, style: Style) -> str:
    if column.values is None:
        return sign(str(column.head), style.notation)
    return decimal(float(column.values if column.values.ndim == 0 else column.values[unit]))


def spark_line(label: str, values: Sequence[float], style: Style) -> str:
    """The values as heights between 0 and the largest, with the first and the last in numbers."""
    levels, top = style.levels, max(values)
    heights = [int(min(value / top, 1.0) * (len(levels) - 1)) if top > 0 else 0 for value in values]
    picture = "".join(levels[height] for height in heights)
    return f"{label}   t = 1  {picture}  t = {len(values)}   {decimal(values[0])} to {decimal(values[-1])}"


def graph_lines(example: Example, names: Sequence[Name], backward: bool, style: Style) -> list[str]:
    """The unrolled graph of `names`, one row each, top to bottom; what is carried is joined from step to step."""
    cells = {name: _cells(example, name, style) for name in names}
    width = max(len(text) for row in cells.values() for cell in row for text in cell) + GAP
    lines: list[str] = []
    for i, name in enumerate(names):
        if i:
            lines += _uprights(example.steps, width, backward)
        symbols, numbers = zip(*cells[name], strict=True)
        joined = _carried(example, name)
        lines += [_chain(symbols, width, backward) if joined else _row(symbols, width), _row(numbers, width)]
    return [style.glyphs(line.rstrip()) for line in lines]


def _carried(example: Example, name: Name) -> bool:
    return name.as_role(Role.CARRY) in example.system.equations


def _cells(example: Example, name: Name, style: Style) -> list[tuple[str, str]]:
    """Symbol and number of a name at t = 0…T, empty where it has no value."""
    known = example.span(name)
    cells = []
    for t in range(example.steps + 1):
        if t not in known:
            cells.append(("", ""))
            continue
        symbol = leaf(name, Fixed(Point(0, t)), example.system.shape(name))
        cells.append((style.formula(symbol), value_text(example.at(name, t))))
    return cells


def _row(texts: Sequence[str], width: int) -> str:
    return "".join(text.center(width) for text in texts)


def _uprights(steps: int, width: int, backward: bool) -> list[str]:
    """An arrow at each step t = 1…T: down in the forward graph, up in the backward one."""
    marks = ("▲", "│") if backward else ("│", "▼")
    return [" " * width + mark.center(width) * steps for mark in marks]


def _chain(texts: Sequence[str], width: int, backward: bool) -> str:
    """The texts in their columns, joined by arrows."""
    line = texts[0].center(width)
    for text in texts[1:]:
        cell = text.center(width)
        start = len(line.rstrip()) + 1
        stop = len(line) + len(cell) - len(cell.lstrip()) - 1
        length = stop - start
        arrow = "◀" + "─" * (length - 1) if backward else "─" * (length - 1) + "▶"
        line = line.rstrip() + " " + arrow + " " + cell.strip() + " " * (len(cell) - len(cell.rstrip()))
    return line
