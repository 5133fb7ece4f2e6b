"""Where a number in the table comes from: the sum behind a matrix product, or the line that computed it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnsym.core.expr import Expr
from rnnsym.core.names import Name, Role
from rnnsym.core.system import reads
from rnnsym.errors import InputError
from rnnsym.notation.figures import figure
from rnnsym.ops.products import MATVEC
from rnnsym.ops.structure import OUTER
from rnnsym.walk.breakdown import Column, Products
from rnnsym.walk.order import Phase
from rnnsym.walk.walk import Walk
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.sheets import FIGURE_CELLS, Place, Sheet, row_label
from rnnsym_tui.model.spans import Line, Span, line, right
from rnnsym_tui.model.timeline import unit_names
from rnnsym_tui.model.writing import Writing


@dataclass(frozen=True)
class Origin:
    """What to show, and the move that computed the number, where one did."""

    sheet: Sheet
    made_at: int | None = None


def origin(session: Session, place: Place, alphabet: Sequence[str], writing: Writing) -> Origin:
    """The origin of the number at `place` in the table of the session's move."""
    walk, move = session.walk, session.move
    breakdown = walk.breakdown(move)
    column = breakdown.columns[place.column]
    head = column.head
    assert isinstance(head, Expr)
    names = unit_names(move.equation.lhs.shape[:1], alphabet, writing.glyphs)
    title = line(Span(f"{writing.formula(head)}, {row_label(names, place.unit, breakdown.result)}", "title"))
    if head.prim is MATVEC:
        products = walk.origin(move, place.column, place.unit)
        return Origin(Sheet(title, *_products(products, alphabet, writing)))
    if head.prim is OUTER:
        return Origin(Sheet(title, tuple(_outer_row(session, head, place.unit, alphabet, writing))))
    rows, made_at = _parts(session, column, place.unit, writing)
    return Origin(Sheet(title, tuple(rows)), made_at)


Lines = tuple[Line, ...]


def _products(products: Products, alphabet: Sequence[str], writing: Writing) -> tuple[Lines, Lines]:
    """One row for each summand, and the sum; then the head."""
    matrix, vector = (writing.formula(found) for found in (products.matrix, products.vector))
    names = unit_names(products.vector.shape, alphabet, writing.glyphs)
    times = writing.glyphs.times
    rows = []
    for item in products.items:
        label = f"'{names[item.place]}'" if names else f"unit {item.place + 1}"
        figures = f"{_cell(item.weight)}  {times} {_cell(item.value)}   = {_cell(item.amount)}"
        rows.append(line(Span(f"  {label:<9}", "dim"), Span(figures, "" if item.amount else "dim")))
    gap = " " * (2 * FIGURE_CELLS + 8)
    rows.append(line(Span("  sum".ljust(11), "strong"), gap, Span(_cell(products.total), "strong")))
    head = f"{'':11}{right(matrix, FIGURE_CELLS + 1)}  {times} {right(vector, FIGURE_CELLS)}     product"
    return tuple(rows), (line(Span(head, "dim")),)


def _outer_row(session: Session, head: Expr, unit: int, alphabet: Sequence[str], writing: Writing) -> list[Line]:
    """One row of an outer product: the same factor times each entry of the other vector."""
    left, along = session.walk.numbers(head.args, session.move.t)
    names = unit_names(head.args[1].shape, alphabet, writing.glyphs)
    rows = []
    for j, value in enumerate(along):
        label = f"'{names[j]}'" if names else f"unit {j + 1}"
        figures = f"{_cell(left[unit])}  {writing.glyphs.times} {_cell(value)}   = {_cell(left[unit] * value)}"
        rows.append(line(Span(f"  {label:<9}", "dim"), figures))
    return rows


def _cell(value: float) -> str:
    return right(figure(float(value)), FIGURE_CELLS)


def _parts(session: Session, column: Column, unit: int, writing: Writing) -> tuple[list[Line], int | None]:
    """The quantities in a column's expression, each with its value and where it was computed."""
    walk, t = session.walk, session.move.t
    assert isinstance(column.head, Expr)
    rows, made_at = [], None
    for node, name, time in reads(column.head):
        at = walk.step_read(time, t)
        values = np.asarray(walk.value(name, at))
        text = figure(float(values[unit])) if values.ndim == 1 and unit < len(values) else _summary(values)
        where, index = _made(walk, name, at)
        made_at = made_at if index is None else index
        rows.append(line(f"  {writing.formula(node)} = ", Span(text, "strong"), f"   {where}"))
    return rows, made_at


def _summary(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> str:
    return figure(float(values)) if values.ndim == 0 else f"an array of shape {values.shape}"


def _made(walk: Walk, name: Name, t: int) -> tuple[str, int | None]:
    """A phrase for where a quantity comes from, and its move."""
    if name.role == Role.PARAM:
        return "a parameter: the same at every step; e changes an entry", None
    if name in walk.system.given:
        return "given from outside", None
    if name.role == Role.ADJOINT and not 1 <= t <= walk.steps:
        if np.any(walk.value(name, t)):
            return "what comes back to an initial value", None
        return f"zero: nothing comes back from {'after the last' if t else 'before the first'} step", None
    if not 1 <= t <= walk.steps:
        return f"the initial value, {'after the last step: time runs backward' if t else 'before the first step'}", None
    phase: Phase = "backward" if name.role == Role.ADJOINT else "forward"
    equation = next(found for found in (*walk.lines.forward, *walk.lines.backward) if found.name == name)
    try:
        return f"computed by line {equation.number} at t = {t}", walk.find(phase, t, equation.number)
    except InputError:
        return f"line {equation.number}, which says nothing at t = {t}: it is zero there", None
