"""The panels of the Step screen as lines of spans: equations, one equation with its numbers, gradients so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.core.expr import leaves
from rnnsym.core.names import Name, Role
from rnnsym.derivation.equations import Equation
from rnnsym.walk.breakdown import Breakdown, Column
from rnnsym.walk.walk import Move, Walk
from rnnsym_tui.model import numbers
from rnnsym_tui.model.spans import Line, Span, centred, line, right, width
from rnnsym_tui.model.timeline import unit_names
from rnnsym_tui.model.writing import Writing

Array = np.ndarray[Any, Any]
FIGURE_CELLS = 7
MOST_ROWS = 200


@dataclass(frozen=True)
class Sheet:
    """A titled panel: `head` stays in place while `lines` scroll; `active` is kept in sight, on top where `pinned`."""

    title: Line
    lines: tuple[Line, ...]
    head: tuple[Line, ...] = ()
    active: int | None = None
    pinned: bool = False


# Equations. -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outline:
    """The equations of one pass, with the number of the line in each row (None for a heading)."""

    sheet: Sheet
    numbers: tuple[int, ...]


def equations(walk: Walk, move: Move, writing: Writing) -> Outline:
    """The lines of this pass: the one done last is marked active, those before it at this step done."""
    lines = _listed(walk, move)
    rows = [_equation_row(found, move, writing) for found in lines]
    found_numbers = tuple(found.number for found in lines)
    active = found_numbers.index(move.equation.number)
    passes = "forward pass" if move.phase == "forward" else "backward pass"
    title = line(Span("equations of the ", "title"), Span(passes, "title"))
    return Outline(Sheet(title, tuple(rows), active=active), found_numbers)


def _listed(walk: Walk, move: Move) -> tuple[Equation, ...]:
    lines = walk.lines
    return lines.forward if move.phase == "forward" else (*lines.backward, *lines.gradients)


def _equation_row(found: Equation, move: Move, writing: Writing) -> Line:
    glyphs = writing.glyphs
    text = f"{found.number:>3}  {writing.equation(found)}"
    if found.number == move.equation.number:
        return line(Span(f" {glyphs.active}", "active"), Span(f"{text} ", "active"))
    if found.number < move.equation.number:
        return line(Span(f" {glyphs.done}", "done"), text)
    return line("  ", Span(text, "dim"))


# Numbers. ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """The cursor in the table of numbers: a column of the breakdown, and a unit."""

    column: int
    unit: int


def table(breakdown: Breakdown, names: Sequence[str] | None, place: Place, writing: Writing) -> tuple[Line, list[Line]]:
    """The head and one row a unit: `unit 1   0.828 × 0.146 + 0.550 × 0.044 = 0.145`."""
    columns = [*breakdown.columns, Column("="), breakdown.result]
    widths = [_cells(column, writing) for column in columns]
    rows = min(breakdown.units, MOST_ROWS)
    labels = [row_label(names, i, breakdown.result) for i in range(rows)]
    indent = max(8, *(len(label) + 2 for label in labels))
    head = [Span(" " * indent)]
    for column, cells in zip(columns, widths, strict=True):
        text = column.head if isinstance(column.head, str) else writing.formula(column.head)
        shown = " " * cells if isinstance(column.head, str) else centred(text, cells)
        head.append(Span(shown, "strong"))
    body = []
    for i in range(rows):
        spans = [Span(f"  {labels[i]}".ljust(indent), "dim")]
        for c, (column, cells) in enumerate(zip(columns, widths, strict=True)):
            spans += _entry(column, i, cells, place == Place(c, i), writing)
        body.append(tuple(spans))
    return tuple(head), body


def _cells(column: Column, writing: Writing) -> int:
    if isinstance(column.head, str):
        return len(writing.sign(column.head)) + 2
    head = width(line(writing.formula(column.head)))
    if column.values is not None and np.ndim(column.values) == 2:
        return max(head, (FIGURE_CELLS + 1) * int(np.shape(column.values)[1]))
    return max(head, FIGURE_CELLS)


def _entry(column: Column, unit: int, cells: int, chosen: bool, writing: Writing) -> list[Span]:
    if isinstance(column.head, str):
        return [Span(centred(writing.sign(column.head), cells), "dim")]
    kind = "cursor" if chosen else ""
    if column.values is not None and np.ndim(column.values) == 2:
        row = "".join(right(numbers.figure(float(v)), FIGURE_CELLS + 1) for v in column.values[unit])
        return [Span(right(row, cells), kind)]
    text = numbers.figure(value_of(column, unit))
    before = (cells - FIGURE_CELLS) // 2
    return [Span(" " * before), Span(right(text, FIGURE_CELLS), kind), Span(" " * (cells - FIGURE_CELLS - before))]


def value_of(column: Column, unit: int) -> float:
    """The value for one unit; a scalar is the same for all."""
    values = np.asarray(column.values)
    return float(values) if values.ndim == 0 else float(values[unit])


def row_label(names: Sequence[str] | None, unit: int, result: Column) -> str:
    if result.values is None or np.ndim(result.values) == 0:
        return "value"
    return f"'{names[unit]}'" if names is not None and unit < len(names) else f"unit {unit + 1}"


def numbers_sheet(walk: Walk, move: Move, place: Place, alphabet: Sequence[str], writing: Writing) -> Sheet:
    """The active equation, written out, over one sum for each unit."""
    breakdown = walk.breakdown(move)
    names = unit_names(move.equation.lhs.shape[:1], alphabet, writing.glyphs)
    head, body = table(breakdown, names, place, writing)
    term = f"  the term of t = {move.t}:" if move.phase == "gradient" else ""
    title = line(Span(f"line {move.equation.number}", "title"), term, f"  {writing.equation(move.equation)}")
    return Sheet(title, tuple(body), (head,), active=place.unit)


def words(walk: Walk, move: Move, writing: Writing) -> Line:
    """The plain sentence of the move."""
    return (Span(" "), *writing.sentence(walk.words(move)))


# Weights, and their gradients. ------------------------------------------------------------------------------------


def weights(walk: Walk, move: Move, writing: Writing) -> Sheet:
    """Every parameter; those that the line reads are marked, and the first of them is in sight."""
    used = {name for name in _read_by(move.equation) if name.role == Role.PARAM}
    rows: list[Line] = []
    active = None
    for name in (name for name in walk.system.given if name.role == Role.PARAM):
        if name in used and active is None:
            active = len(rows)
        rows += _matrix_rows(writing.symbol(name), np.asarray(walk.params[name.label]), name in used, writing)
    return Sheet(line(Span("weights", "title")), tuple(rows), active=active, pinned=True)


def _read_by(found: Equation) -> list[Name]:
    return [leaf.attrs[0] for leaf in leaves([found.rhs])]  # type: ignore[misc]


def gradients(walk: Walk, move: Move, chosen: Name | None, writing: Writing) -> Sheet:
    """The gradient of each parameter as accumulated from T down to this move; the active one in sight."""
    rows: list[Line] = []
    active = None
    for found in walk.lines.gradients:
        done = move.phase == "gradient" and found.number <= move.equation.number
        since = move.t if done else move.t + 1
        if found.name == chosen:
            active = len(rows)
        values = walk.gradient_so_far(found.name, since)
        steps = _steps_text(since, walk.steps, writing)
        rows += _matrix_rows(writing.symbol(found.name), values, found.name == chosen, writing, steps)
    return Sheet(line(Span("gradients so far", "title")), tuple(rows), active=active, pinned=True)


def _steps_text(since: int, steps: int, writing: Writing) -> str:
    """`t = 21…10`: which steps are in a sum; empty for none."""
    if since >= steps:
        return f"t = {steps}" if since == steps else ""
    return f"t = {steps}{writing.glyphs.ellipsis}{since}"


def _matrix_rows(symbol: str, values: Array, active: bool, writing: Writing, steps: str | None = None) -> list[Line]:
    """A heading with the scale and the steps, and the entries times that scale; a vector is one row.

    `steps` is None for what is no sum over steps, and empty for a sum over none so far.
    """
    matrix = values if values.ndim == 2 else np.atleast_1d(values)[None, :]
    finite = np.abs(matrix[np.isfinite(matrix)])
    exponent = numbers.exponent_for(float(finite.max()) if finite.size else 0.0) + 1
    empty = steps == ""
    scale = "" if empty else f"  {numbers.scale_text(exponent, writing.glyphs.times)}  {steps or ''}"
    mark = writing.glyphs.active if active else " "
    rows = [line(Span(mark, "strong"), " ", Span(symbol, "strong"), Span(scale, "dim"))]
    for entries in matrix[:MOST_ROWS]:
        cells = [writing.glyphs.unknown if empty else numbers.cell(float(v), exponent) for v in entries]
        rows.append(line(Span("".join(right(cell, 6) for cell in cells), "dim" if empty else "")))
    return rows
