"""Gradients of parameters: totals of products that share their vectors become views of few, larger ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import NamedTuple

from rnnsym.core.dims import Dim, plus
from rnnsym.core.expr import Expr
from rnnsym.core.names import FREE, START, Interval, Name, Role
from rnnsym.core.system import Piece, System
from rnnsym.engine.packing.cover import Cell, Rectangle, covered
from rnnsym.engine.packing.layout import Layout
from rnnsym.engine.packing.lines import ONE, Line, Lines, moving
from rnnsym.engine.passes.made import made
from rnnsym.ops.arithmetic import ADD, add, coefficient, mul
from rnnsym.ops.indexing import INDEX, SLICE, concat
from rnnsym.ops.leaves import leaf
from rnnsym.ops.structure import OUTER, TRANSPOSE, transpose

WIDE = 10**12
"""The width of a vector that must stay out of a product."""


class Term(NamedTuple):
    """Σ left rightᵀ, or Σ left where `right` is ONE, over the steps of `domain`: one term of a gradient.

    `flipped`: the transpose of it. `steps`: those of `domain` at which it is not known to be zero.
    """

    left: Expr
    right: Expr
    flipped: bool
    domain: Interval
    steps: Interval


class Table(NamedTuple):
    """One total that is computed: the product of neighbours in two lines, over `steps`, and which terms it holds."""

    lines: tuple[Line, Line]
    part: Rectangle
    steps: Interval
    cells: Mapping[Term, Cell]


def sunk(
    system: System, wanted: Sequence[Name], layout: Layout, sizes: Mapping[str, int], share: float = 2 / 3
) -> System:
    """`system` with the totals of `wanted` made by few products of vectors that are neighbours in `layout`.

    A total Σ a[t] b[t - 1]ᵀ becomes a view of a new name, the total of the product of all neighbours; so does a
    total Σ a[t] of a vector, a column of the product where the number 1 stands beside the other vectors. At least
    `share` of each product is wanted. What cannot be grouped stays as it is.
    """
    lines = Lines(system, layout, sizes)
    order = {name: i for i, name in enumerate(system.equations)}
    found = {
        (name, i): [_term(part, piece.domain, lines, order) for part in _parts(piece.rhs)]
        for name in wanted
        if not name.batched
        for i, piece in enumerate(system.equations[name])
        if piece.total
    }
    terms = dict.fromkeys(term for some in found.values() for term in some if term)
    tables = _tables(list(terms), lines, share)
    return _rebuilt(system, found, tables, lines) if tables else system


# Reading the gradients. -----------------------------------------------------------------------------------------


def _parts(rhs: Expr) -> tuple[Expr, ...]:
    return rhs.args if rhs.prim is ADD else (rhs,)


def _term(part: Expr, domain: Interval, lines: Lines, order: Mapping[Name, int]) -> Term | None:
    """`part` without the number before it, or None where it is neither a product nor a vector that a loop made."""
    _, bodies = coefficient(part)
    if len(bodies) != 1:
        return None
    (body,) = bodies
    flipped = body.prim is TRANSPOSE
    body = body.args[0] if flipped else body
    if body.prim is OUTER:
        left, right = body.args
        if _rank(left, order) < _rank(right, order):
            left, right, flipped = right, left, not flipped
    elif len(body.shape) == 1 and _rank(body, order) >= 0:
        left, right = body, ONE
    else:
        return None
    steps = lines.support(right, lines.support(left, domain))
    return Term(left, right, flipped, domain, steps)


def _rank(vector: Expr, order: Mapping[Name, int]) -> int:
    """The number of the equation of a leaf in time: what comes later in the story stands on the left of a product."""
    read = moving(vector)
    return order.get(read[0], -1) if read else -1


# Grouping. ------------------------------------------------------------------------------------------------------


def _tables(terms: Sequence[Term], lines: Lines, share: float) -> list[Table]:
    """The totals that are computed, those that hold most terms first; every term is in one at most."""
    candidates = _candidates(terms, lines)
    tables: list[Table] = []
    while candidates:
        pair = max(candidates, key=lambda key: len(candidates[key]))
        new = list(_grouped(pair, candidates.pop(pair), lines, share))
        done = {term for table in new for term in table.cells}
        left = {key: {t: c for t, c in cells.items() if t not in done} for key, cells in candidates.items()}
        candidates = {key: cells for key, cells in left.items() if len(cells) > 1}
        tables += new
    return tables


def _candidates(terms: Sequence[Term], lines: Lines) -> dict[tuple[Line, Line], dict[Term, Cell]]:
    """For each pair of lines, the terms that are products of a vector of one and a vector of the other."""
    rights = dict.fromkeys(line for term in terms for line, _ in lines.places(term.right, term.steps))
    found: dict[tuple[Line, Line], dict[Term, Cell]] = {}
    for term in terms:
        for above, row in lines.places(term.left, term.steps):
            for beside, column in lines.places(term.right, term.steps, list(rights)):
                found.setdefault((above, beside), {}).setdefault(term, (row, column))
    return {pair: cells for pair, cells in found.items() if len(cells) > 1}


def _grouped(pair: tuple[Line, Line], cells: Mapping[Term, Cell], lines: Lines, share: float) -> Iterator[Table]:
    for steps, terms in _by_steps(list(cells), lines):
        sides = [lines.vectors(line) for line in pair]
        down, across = [[lines.width(v) if lines.readable(v, steps) else WIDE for v in side] for side in sides]
        inside = {t: cells[t] for t in terms if max(down[cells[t][0]], across[cells[t][1]]) < WIDE}
        for part in covered(list(inside.values()), down, across, share):
            held = {term: cell for term, cell in inside.items() if part.holds(cell)}
            sums = all(term.right is ONE for term in held)
            if len(set(held.values())) > 1 and (not sums or pair[1] is ONE):
                yield Table(pair, part, steps, held)


def _by_steps(terms: Sequence[Term], lines: Lines) -> list[tuple[Interval, list[Term]]]:
    """Terms that can be totals over the same steps: all of them, or else those whose steps are equal."""
    common = reduce(Interval.hull, (term.steps for term in terms))
    if all(_extends(term, common, lines) for term in terms):
        return [(common, list(terms))]
    groups: dict[Interval, list[Term]] = {}
    for term in terms:
        if _extends(term, term.steps, lines):
            groups.setdefault(term.steps, []).append(term)
    return list(groups.items())


def _extends(term: Term, steps: Interval, lines: Lines) -> bool:
    """Whether the total over `steps`, which hold those of the term, is that over its domain."""
    return term.domain.covers(lines.support(term.right, lines.support(term.left, steps)))


# Back to a System. ----------------------------------------------------------------------------------------------


def _rebuilt(
    system: System, found: Mapping[tuple[Name, int], Sequence[Term | None]], tables: Sequence[Table], lines: Lines
) -> System:
    """Each gradient as the sum of its views, and what is left of its totals; the tables before the gradients."""
    totals: dict[Name, tuple[Piece, ...]] = {}
    views: dict[Term | None, Expr] = {}
    for table in tables:
        rhs = _product(table, lines)
        name = made({*system.equations, *system.given, *totals}, Role.WEIGHT, "G")
        totals[name] = (Piece(table.steps, rhs, total=True),)
        views |= {term: _view(leaf(name, FREE, rhs.shape), term, table, lines) for term in table.cells}
    gradients = dict.fromkeys(name for name, _ in found)
    changed = {name: _pieces(system, name, found, views) for name in gradients}
    equations: dict[Name, tuple[Piece, ...]] = {}
    for name, pieces in system.equations.items():
        if name in changed:
            equations |= totals
        equations[name] = changed.get(name, pieces)
    shapes = {name: pieces[0].rhs.shape for name, pieces in totals.items()}
    return replace(system, equations=equations, shapes={**system.shapes, **shapes})


def _pieces(
    system: System,
    name: Name,
    found: Mapping[tuple[Name, int], Sequence[Term | None]],
    views: Mapping[Term | None, Expr],
) -> tuple[Piece, ...]:
    """The pieces of a gradient: what stays a total, then the sum of the views."""
    stay, seen = list[Piece](), list[Expr]()
    for i, piece in enumerate(system.equations[name]):
        rest = list[Expr]()
        for part, term in zip(_parts(piece.rhs), found[name, i], strict=True) if (name, i) in found else ():
            if term in views:
                seen.append(mul(coefficient(part)[0], views[term]))
            else:
                rest.append(part)
        if rest or (name, i) not in found:
            stay.append(piece._replace(rhs=add(*rest)) if rest else piece)
    return (*stay, Piece(START, add(*seen))) if seen else tuple(stay)


def _product(table: Table, lines: Lines) -> Expr:
    """The product of the neighbours; the vectors of the left line themselves where the right one is the number 1."""
    part = table.part
    left, right = (lines.vectors(line) for line in table.lines)
    above = concat(left[part.top : part.bottom])
    return above if table.lines[1] is ONE else OUTER(above, concat(right[part.left : part.right]))


def _view(total: Expr, term: Term, table: Table, lines: Lines) -> Expr:
    """The part of the total that is `term`."""
    (row, column), part = table.cells[term], table.part
    left, right = (lines.vectors(line) for line in table.lines)
    rows = _cut(total, left[part.top : part.bottom], row - part.top)
    if table.lines[1] is ONE:
        return rows
    turned = transpose(rows)
    beside, place = right[part.left : part.right], column - part.left
    if term.right is ONE:
        return INDEX(turned, attrs=(_span(beside, place)[0],))
    columns = _cut(turned, beside, place)
    return columns if term.flipped else transpose(columns)


def _cut(matrix: Expr, vectors: Sequence[Expr], place: int) -> Expr:
    """The rows of `matrix` that belong to one of the vectors that it was made from."""
    return matrix if len(vectors) == 1 else SLICE(matrix, attrs=(*_span(vectors, place), 1))


def _span(vectors: Sequence[Expr], place: int) -> tuple[Dim, Dim]:
    start: Dim = 0
    for vector in vectors[:place]:
        start = plus(start, vector.shape[0])
    return start, plus(start, vectors[place].shape[0])
