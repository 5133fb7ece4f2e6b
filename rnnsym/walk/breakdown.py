"""An equation with its numbers put in: a table of one row for each unit, one column for each operand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.core.expr import Expr
from rnnsym.errors import InputError
from rnnsym.notation import Style, load
from rnnsym.notation.prose import prose
from rnnsym.ops.arithmetic import ADD, DIVIDE, MUL, NEG
from rnnsym.ops.leaves import FULL
from rnnsym.ops.products import MATVEC
from rnnsym.ops.structure import BROADCAST

Array = np.ndarray[Any, Any]
Numbers = Callable[[Sequence[Expr]], list[Array]]
Token = str | Expr


@dataclass(frozen=True)
class Column:
    """An operand with its values, one for each unit; or an operator (`head` a str, see `sign`) without values.

    A value that is a matrix (the term of a weight's gradient) has values of shape (rows, columns).
    """

    head: str | Expr
    values: Array | None = None


@dataclass(frozen=True)
class Breakdown:
    """`columns` joined in order give `result`; `terms` are the summands, where there are two or more."""

    columns: tuple[Column, ...]
    result: Column
    terms: tuple[Column, ...]

    @property
    def units(self) -> int:
        """The number of rows."""
        values = self.result.values
        return 1 if values is None or values.ndim == 0 else len(values)


@dataclass(frozen=True)
class Product:
    """One summand of a matrix product: weight × value, with the place in the matrix and in the vector."""

    row: int
    place: int
    weight: float
    value: float

    @property
    def amount(self) -> float:
        return self.weight * self.value


@dataclass(frozen=True)
class Products:
    """The summands of one entry of `matrix` @ `vector`."""

    matrix: Expr
    vector: Expr
    items: tuple[Product, ...]

    @property
    def total(self) -> float:
        return float(sum(item.amount for item in self.items))


def break_down(pieces: Sequence[Expr], left: Expr, result: Array, numbers: Numbers) -> Breakdown:
    """The table of `left` = the sum of `pieces`. `numbers` evaluates expressions at the step in question."""
    summands = [term for piece in pieces for term in (piece.args if piece.prim is ADD else (piece,))]
    tokens: list[Token] = []
    for i, term in enumerate(summands):
        minus = term.prim is NEG
        if i or minus:
            tokens.append("−" if minus else "+")
        tokens += _term(term.args[0] if minus else term)
    operands = [token for token in tokens if isinstance(token, Expr)]
    values = iter(numbers(operands))
    columns = tuple(Column(token, next(values)) if isinstance(token, Expr) else Column(token) for token in tokens)
    terms = tuple(map(Column, summands, numbers(summands))) if len(summands) > 1 else ()
    return Breakdown(columns, Column(left, result), terms)


def _term(term: Expr) -> list[Token]:
    """A summand as operands and operators: products and quotients of columns, or a function of one column."""
    if term.prim is MUL:
        return _joined(term.args, "×")
    if term.prim is DIVIDE:
        return _joined(term.args, "÷")
    if term.prim.family == "elementwise" and len(term.args) == 1 and term.prim.name != "power":
        return [f"{term.prim.name}(", term.args[0], ")"]
    return [_plain(term)]


def _joined(args: Sequence[Expr], sign: str) -> list[Token]:
    tokens: list[Token] = []
    for i, arg in enumerate(args):
        tokens += [sign] if i else []
        tokens.append(_plain(arg))
    return tokens


def _plain(expr: Expr) -> Expr:
    """A repeated scalar is shown as the scalar."""
    return expr.args[0] if expr.prim is BROADCAST and expr.args[0].prim is not FULL else expr


def sign(operator: str, style: Style) -> str:
    """An operator as a style spells it, or the beginning of a function: `×`, `σ(`."""
    name = operator.removesuffix("(")
    if name == operator:
        return prose([operator], style=style)
    return f"{load('default').functions.get(name, {}).get(style, name)}("


def products(table: Breakdown, column: int, unit: int, numbers: Numbers) -> Products:
    """The summands of row `unit` of a matrix product's column. Raises InputError for a column that is none."""
    if not 0 <= column < len(table.columns):
        raise InputError(f"there is no column {column}: the line has columns 0…{len(table.columns) - 1}.")
    head = table.columns[column].head
    if isinstance(head, str) or head.prim is not MATVEC:
        raise InputError("this number is a value of its own: only a matrix product has summands to show.")
    matrix, vector = head.args
    weights, values = numbers([matrix, vector])
    if not 0 <= unit < len(weights):
        raise InputError(f"there is no unit {unit + 1}: the product has {len(weights)}.")
    items = (Product(unit, k, float(w), float(v)) for k, (w, v) in enumerate(zip(weights[unit], values, strict=True)))
    return Products(matrix, vector, tuple(items))
