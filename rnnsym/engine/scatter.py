"""Sums over time of what is zero but in one row: the gradient of a table that is read by number, term by term.

Such a term is (one-hot vector) cᵀ, its transpose, or c times the one-hot vector for a number c. Its sum over time and
batch adds each c to the row of its number, and no one-hot vector is made.
"""

from collections.abc import Iterator
from typing import NamedTuple

from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr
from rnnsym.ops.arithmetic import ADD, MUL, NEG, mul
from rnnsym.ops.leaves import FULL, full, number_in
from rnnsym.ops.lookups import ONE_HOT
from rnnsym.ops.structure import BROADCAST, OUTER, TRANSPOSE, transpose


class Rows(NamedTuple):
    """What a term adds: `row`, a vector or a number, to row `number` of `size`; `column` for a column of a matrix."""

    number: Expr
    row: Expr
    size: Dim
    column: bool

    def source(self, number: str, row: str, size: str) -> str:
        """The sum over all leading axes, as source, from those of the fields."""
        if not self.row.shape:
            return f"total_rows({number}, spread({row}, (1,)), {size})[:, 0]"
        return f"total_rows({number}, {row}, {size})" + ".T" * self.column


class Term(NamedTuple):
    """One term of a sum; `rows` where it is zero but in one row."""

    minus: bool
    expr: Expr
    rows: Rows | None


def terms(expr: Expr) -> list[Term]:
    """The terms of `expr`, in order. One alone is `expr` itself, where no row of it is known to be the only one."""
    found = [Term(minus, term, _rows(term)) for minus, term in _parts(expr)]
    return found if any(term.rows for term in found) else [Term(False, expr, None)]


def _parts(expr: Expr) -> Iterator[tuple[bool, Expr]]:
    """Each term with its sign."""
    if expr.prim is ADD:
        for arg in expr.args:
            yield from _parts(arg)
    elif expr.prim is NEG:
        yield from ((not minus, term) for minus, term in _parts(expr.args[0]))
    elif expr.prim is TRANSPOSE and expr.args[0].prim in (ADD, NEG):
        yield from ((minus, transpose(term)) for minus, term in _parts(expr.args[0]))
    elif expr.prim is MUL and (sums := [arg for arg in expr.args if arg.prim is ADD and _picks(arg)]):
        others = [arg for arg in expr.args if arg is not sums[0]]
        for minus, term in _parts(sums[0]):
            yield from ((minus != other, part) for other, part in _parts(mul(*others, term)))
    else:
        yield False, expr


def _picks(sum_: Expr) -> bool:
    return all((arg.args[0] if arg.prim is NEG else arg).prim is ONE_HOT for arg in sum_.args)


def _rows(term: Expr) -> Rows | None:
    """What `term` adds, where it is zero but in one row or column."""
    if term.prim is OUTER:
        left, right = term.args
        hot, row = (left, right) if left.prim is ONE_HOT else (right, left)
        return Rows(hot.args[0], row, hot.shape[0], hot is right) if hot.prim is ONE_HOT else None
    if term.prim is ONE_HOT:
        return Rows(term.args[0], full(1.0, ()), term.shape[0], column=False)
    if term.prim is not MUL:
        return None
    numbers = [_number(arg) for arg in term.args]
    known = [number for number in numbers if number is not None]
    rest = [_rows(arg) for arg, number in zip(term.args, numbers, strict=True) if number is None]
    if len(rest) != 1 or rest[0] is None:
        return None
    return rest[0]._replace(row=mul(*known, rest[0].row))


def _number(factor: Expr) -> Expr | None:
    """The number that `factor` repeats."""
    if factor.prim is BROADCAST:
        return factor.args[0]
    return full(number_in(factor), ()) if factor.prim is FULL else None
