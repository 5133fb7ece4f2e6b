"""The panels of the Step screen as lines of spans: equations, one equation with its numbers, gradients so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.core.expr import Expr
from rnnsym.core.names import Name, Role
from rnnsym.core.system import reads
from rnnsym.derivation.equations import Equation
from rnnsym.notation.figures import figure, magnitude, scale, scale_text, scaled
from rnnsym.walk.breakdown import Breakdown, Column
from rnnsym.walk.walk import Move, Walk
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.outer import factors, outer_table
from rnnsym_tui.model.spans import Line, Span, centred, line, right, width
from rnnsym_tui.model.timeline import unit_names
from rnnsym_tui.model.writing import Writing

Array = np.ndarray[Any, Any]
FIGURE_CELLS = 7
SHARE_GAP = 3
MOST_ROWS = 200


@dataclass(frozen=True)
class Sheet:
    """A titled panel: `head` stays in place while `lines` scroll; `active` is kept in sight, on top where `pinned`.

    `extent` is how many lines belong to the active one.
    """

    title: Line
    lines: tuple[Line, ...]
    head: tuple[Line, ...] = ()
    active: int | None = None
    pinned: bool = False
    extent: int = 1


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


def table(
    breakdown: Breakdown, result: str, labels: Sequence[str], place: Place, writing: Writing
) -> tuple[Line, list[Line]]:
    """The head and one row a unit: `unit 1   0.828 × 0.146 + 0.550 × 0.044 = 0.145`; `result` heads the last column."""
    columns = [*breakdown.columns, Column("="), breakdown.result]
    heads = ["" if isinstance(column.head, str) else writing.formula(column.head) for column in columns]
    heads[-1] = result
    widths = [_cells(column, head, writing) for column, head in zip(columns, heads, strict=True)]
    indent = max(8, *(len(label) + 2 for label in labels))
    head = [Span(" " * indent), *(Span(centred(h, w), "strong") for h, w in zip(heads, widths, strict=True))]
    body = []
    for i, label in enumerate(labels):
        spans = [Span(f"  {label}".ljust(indent), "dim")]
        for c, (column, cells) in enumerate(zip(columns, widths, strict=True)):
            spans += _entry(column, i, cells, place == Place(c, i), writing)
        body.append(tuple(spans))
    return tuple(head), body


def _cells(column: Column, head: str, writing: Writing) -> int:
    """How wide a column is."""
    if column.values is None:
        return len(writing.sign(str(column.head))) + 2
    entries = (FIGURE_CELLS + 1) * int(np.shape(column.values)[1]) if np.ndim(column.values) == 2 else FIGURE_CELLS
    return max(width(line(head)), entries)


def _entry(column: Column, unit: int, cells: int, chosen: bool, writing: Writing) -> list[Span]:
    if isinstance(column.head, str):
        return [Span(centred(writing.sign(column.head), cells), "dim")]
    kind = "cursor" if chosen else ""
    if column.values is not None and np.ndim(column.values) == 2:
        row = "".join(right(figure(float(v)), FIGURE_CELLS + 1) for v in column.values[unit])
        return [Span(right(row, cells), kind)]
    text = figure(value_of(column, unit))
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


def _with_shares(
    head: Line, body: list[Line], breakdown: Breakdown, cells: int, writing: Writing
) -> tuple[Line, list[Line]]:
    """The summands beside the sum, where they are products and there is room: what was kept, and what was added."""
    operands = [column.head for column in breakdown.columns]
    shares = [term for term in breakdown.terms if term.values is not None and np.ndim(term.values) < 2]
    heads = [writing.formula(term.head) for term in shares if isinstance(term.head, Expr)]
    widths = [max(len(text), FIGURE_CELLS) + SHARE_GAP for text in heads]
    if all(term.head in operands for term in shares) or width(head) + sum(widths) > cells:
        return head, body
    head = (*head, *(Span(right(text, w), "dim") for text, w in zip(heads, widths, strict=True)))
    return head, [(*row, *_share_cells(shares, widths, i)) for i, row in enumerate(body)]


def _share_cells(shares: Sequence[Column], widths: Sequence[int], unit: int) -> list[Span]:
    entries = (figure(value_of(term, unit)) for term in shares)
    return [Span(right(text, w), "dim") for text, w in zip(entries, widths, strict=True)]


def numbers_sheet(walk: Walk, move: Move, place: Place, alphabet: Sequence[str], writing: Writing, cells: int) -> Sheet:
    """The active equation, written out, over one sum for each unit, for a panel of this width."""
    breakdown = walk.breakdown(move)
    names = unit_names(move.equation.lhs.shape[:1], alphabet, writing.glyphs)
    labels = [row_label(names, i, breakdown.result) for i in range(min(breakdown.units, MOST_ROWS))]
    gradient = move.phase == "gradient"
    term = f"  the term of t = {move.t}:" if gradient else ""
    title = line(Span(f"line {move.equation.number}", "title"), term, f"  {writing.equation(move.equation)}")
    pair = factors(breakdown)
    if pair is not None:
        head, body = outer_table(walk, move, pair, labels, alphabet, writing)
        return Sheet(title, tuple(body), head, active=place.unit)
    result = "term" if gradient else writing.formula(move.equation.lhs)
    only, body = _with_shares(*table(breakdown, result, labels, place, writing), breakdown, cells, writing)
    return Sheet(title, tuple(body), (only,), active=place.unit)


def words(walk: Walk, move: Move, writing: Writing) -> Line:
    """The plain sentence of the move."""
    return writing.sentence(walk.words(move))


# Weights, and their gradients. ------------------------------------------------------------------------------------


def weights(walk: Walk, move: Move, writing: Writing) -> Sheet:
    """Every parameter; those that the line reads are marked, and the first of them is in sight."""
    used = {read.name for read in reads(move.equation.rhs) if read.name.role == Role.PARAM}
    rows: list[Line] = []
    active = None
    for name in (name for name in walk.system.given if name.role == Role.PARAM):
        if name in used and active is None:
            active = len(rows)
        rows += matrix_rows(writing.symbol(name), np.asarray(walk.params[name.label]), name in used, writing.glyphs)
    return Sheet(line(Span("weights", "title")), tuple(rows), active=active, pinned=True)


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
        rows += matrix_rows(writing.symbol(found.name), values, found.name == chosen, writing.glyphs, steps)
    return Sheet(line(Span("gradients so far", "title")), tuple(rows), active=active, pinned=True)


def _steps_text(since: int, steps: int, writing: Writing) -> str:
    """`t = 21…10`: which steps are in a sum; empty for none."""
    if since >= steps:
        return f"t = {steps}" if since == steps else ""
    return f"t = {steps}{writing.glyphs.ellipsis}{since}"


def matrix_rows(symbol: str, values: Array, active: bool, glyphs: Glyphs, steps: str | None = None) -> list[Line]:
    """A heading with the scale and the steps, and the entries times that scale; a vector is one row.

    `steps` is None for what is no sum over steps, and empty for a sum over none so far.
    """
    matrix = values if values.ndim == 2 else np.atleast_1d(values)[None, :]
    exponent = scale(magnitude(matrix)) + 1
    empty = steps == ""
    note = "" if empty else f"  {scale_text(exponent, glyphs.times)}  {steps or ''}"
    mark = glyphs.active if active else " "
    rows = [line(Span(mark, "strong"), " ", Span(symbol, "strong"), Span(note, "dim"))]
    for entries in matrix[:MOST_ROWS]:
        cells = [glyphs.unknown if empty else scaled(float(v), exponent) for v in entries]
        rows.append(line(Span("".join(right(cell, 6) for cell in cells), "dim" if empty else "")))
    return rows
