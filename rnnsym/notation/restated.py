"""Layout trees in another orientation, for formulas that are trees from the start: sums and products over steps.

A tree has no shapes. What is a column, a matrix or a scalar follows from the roles of its names: a parameter with a
weight's base letter, its gradient, and every derivative of a state are matrices; losses, masks and counts are scalars;
all else is a vector.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple, cast

from rnnsym.core.mathtree import (
    BigProduct,
    Call,
    Infix,
    MathTree,
    Matrix,
    Norm,
    Number,
    Round,
    Subscript,
    Superscript,
    Symbol,
    Word,
)
from rnnsym.core.names import Name, Role
from rnnsym.notation.orientation import TRANSPOSE_MARK, is_stored_transposed, whole
from rnnsym.notation.profile import Notation
from rnnsym.notation.spelling import take_apart

SCALARS = frozenset({Role.LOSS, Role.TOTAL, Role.MASK, Role.COUNT, Role.KEEP})
MATRICES = frozenset({Role.JACOBIAN, Role.SENSITIVITY, Role.IMMEDIATE})
SCALAR, COLUMN, ROW, MATRIX = "scalar", "column", "row", "matrix"
PRODUCTS = ("matmul", "scale")


class Turned(NamedTuple):
    """A tree in row notation, and what its value is in columns: a column is printed as the row that it became."""

    tree: MathTree
    kind: str


def restated(tree: MathTree, notation: Notation) -> MathTree:
    """`tree` in the orientation of `notation`, and in terms of the weights as it stores them."""
    if notation.transposed:
        tree = _as_stored(tree, notation)
    return _turn(tree, notation).tree if notation.orientation == "row" else tree


def flipped(tree: MathTree) -> MathTree:
    """The transpose of a tree: two transposes cancel, and a diagonal matrix is its own."""
    match tree:
        case Superscript(base, script) if script == TRANSPOSE_MARK:
            return base
        case Round(body):
            return Superscript(body, TRANSPOSE_MARK)
        case Call("diag") | Word("identity") | Number():
            return tree
    return Superscript(tree, TRANSPOSE_MARK)


def _as_stored(tree: MathTree, notation: Notation) -> MathTree:
    if isinstance(tree, Symbol):
        return flipped(tree) if is_stored_transposed(tree.name, notation) else tree
    inner = _inside(tree, lambda part: _as_stored(part, notation))
    if isinstance(inner, Superscript) and inner.script == TRANSPOSE_MARK:
        return flipped(inner.base)
    return inner


def _inside(tree: MathTree, change: Callable[[MathTree], MathTree]) -> MathTree:
    """`tree` with each part changed."""
    return replace(tree, **{field.name: _changed(getattr(tree, field.name), change) for field in fields(tree)})


def _changed(value: Any, change: Callable[[MathTree], MathTree]) -> Any:
    if type(value) is tuple:
        return tuple(_changed(item, change) for item in value)
    return change(cast(MathTree, value)) if is_dataclass(value) else value


def _kind(name: Name, notation: Notation) -> str:
    if name.role == Role.TANGENT:
        return _kind(name.of[0], notation)
    if name.role in MATRICES:
        return MATRIX
    weight = name.role in (Role.PARAM, Role.GRADIENT) and take_apart(name).base in notation.weights
    return SCALAR if name.role in SCALARS else MATRIX if weight else COLUMN


def _turn(tree: MathTree, notation: Notation) -> Turned:
    match tree:
        case Symbol(name):
            return Turned(tree, _kind(name, notation))
        case Number() | Subscript() | Norm():
            return Turned(_inside(tree, lambda part: _turn(part, notation).tree), SCALAR)
        case Word(key):
            return Turned(tree, MATRIX if key == "identity" else SCALAR)
        case Superscript(base, script) if script == TRANSPOSE_MARK:
            body = _turn(base, notation)
            if body.kind in (COLUMN, ROW):
                return Turned(body.tree, ROW if body.kind == COLUMN else COLUMN)
            return Turned(flipped(body.tree), body.kind)
        case Infix(op, items) if op in PRODUCTS:
            return _product(op, [_turn(item, notation) for item in items])
        case Infix("kron", items):
            return Turned(Infix("kron", tuple(_turn(item, notation).tree for item in items)), MATRIX)
        case Matrix(rows):
            turned = tuple(tuple(_upright(_turn(entry, notation)) for entry in row) for row in rows)
            return Turned(Matrix(turned), MATRIX)
    kinds: list[str] = []

    def turned_part(part: MathTree) -> MathTree:
        found = _turn(part, notation)
        kinds.append(found.kind)
        return found.tree

    return Turned(_inside(tree, turned_part), _kind_of(tree, kinds))


def _kind_of(tree: MathTree, parts: Sequence[str]) -> str:
    """The kind of what acts entry by entry, and of what has one kind always."""
    match tree:
        case Infix("dot") | Call("sum") | Call("logsumexp"):
            return SCALAR
        case BigProduct() | Call("diag") | Call("unvec"):
            return MATRIX
        case Call("vec"):
            return COLUMN
    return next((kind for kind in parts if kind != SCALAR), SCALAR)


def _upright(turned: Turned) -> MathTree:
    """Where a column must stay one, it is the transpose of its row."""
    return flipped(turned.tree) if turned.kind == COLUMN else turned.tree


def _product(op: str, items: Sequence[Turned]) -> Turned:
    """A product in row notation: turned round where its value is a column."""
    kinds = [item.kind for item in items if item.kind != SCALAR]
    if not kinds:
        return Turned(Infix(op, tuple(item.tree for item in items)), SCALAR)
    wide, tall = kinds[0] == ROW, kinds[-1] == COLUMN
    kind = SCALAR if wide and tall else ROW if wide else COLUMN if tall else MATRIX
    if kind != COLUMN:
        return Turned(_joined(op, [_upright(item) for item in items]), kind)
    if len(kinds) == 1:
        return Turned(_joined(op, [item.tree for item in items]), kind)
    scalars = [item.tree for item in items if item.kind == SCALAR]
    turned = [flipped(_upright(item)) for item in reversed(items) if item.kind != SCALAR]
    return Turned(_joined(op, [*scalars, *turned]), COLUMN)


def _joined(op: str, items: Sequence[MathTree]) -> MathTree:
    """Factors from left to right; a product among the later ones keeps its order by brackets."""
    return Infix(op, (*items[:1], *map(whole, items[1:])))
