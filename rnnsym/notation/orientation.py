"""Row vectors and weights that are stored transposed: exact rewrites of what is printed, never of a number.

A weight W that is stored transposed is W′ = Wᵀ and is spelt W: in an expression its leaf becomes the transpose of W′,
and an equation for its gradient is transposed on both sides: ∂L/∂W′ = Σₜ xₜ δₜᵀ. A weight alone is spelt by its name.

With the orientation "row" every vector is printed as a row, so that a product with a vector is turned round:
A x prints x Aᵀ, the outer product a bᵀ prints aᵀ b, and A ⊗ bᵀ prints A ⊗ b; two transposes cancel. All other
operations are the same for rows. Both together give x W′ for W x.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rnnsym.core.expr import Expr, topological
from rnnsym.core.mathtree import Indicator, Infix, MathTree, Round, Superscript, Word
from rnnsym.core.names import Name, Role
from rnnsym.notation.profile import Notation
from rnnsym.notation.spelling import take_apart
from rnnsym.ops.kronecker import KRON, KRON_LEFT
from rnnsym.ops.leaves import FULL, LEAF, full, in_full, leaf, number_in
from rnnsym.ops.lookups import TAKE
from rnnsym.ops.products import MATMUL, MATVEC, matmul
from rnnsym.ops.structure import BROADCAST, DIAG, OUTER, TRANSPOSE, broadcast, outer, transpose

if TYPE_CHECKING:
    import numpy as np

TRANSPOSE_MARK = Word("transpose")


def is_stored_transposed(name: Name, notation: Notation) -> bool:
    """Whether the profile stores this weight transposed, or the one whose gradient or tangent `name` is."""
    if name.role == Role.TANGENT:
        return is_stored_transposed(name.of[0], notation)
    return name.role in (Role.PARAM, Role.GRADIENT) and take_apart(name).base in notation.transposed


def stored(notation: Notation, label: str, array: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """An array given for the parameter `label` in this notation, in canonical orientation; also the way back."""
    *path, symbol = label.split(".")
    matrix = array.ndim == 2 and is_stored_transposed(Name(Role.PARAM, symbol, tuple(path)), notation)
    return array.T if matrix else array


def stored_shape(notation: Notation, name: Name, shape: tuple[Any, ...]) -> tuple[Any, ...]:
    """The shape of what the notation calls `name`: that of a weight stored transposed is turned round."""
    return shape[::-1] if len(shape) == 2 and is_stored_transposed(name, notation) else shape


def as_stored(expr: Expr, notation: Notation) -> Expr:
    """`expr` in terms of the stored weights: W becomes W′ᵀ."""
    new: dict[Expr, Expr] = {}
    for node in topological([expr]):
        if _is_transposed_leaf(node, notation):
            name, time = node.attrs
            new[node] = transpose(leaf(name, time, node.shape[::-1], node.dtype))  # type: ignore[arg-type]
            continue
        args = tuple(new[arg] for arg in node.args)
        new[node] = node if args == node.args else node.prim(*args, attrs=node.attrs)
    return new[expr]


def _is_transposed_leaf(node: Expr, notation: Notation) -> bool:
    if node.prim is not LEAF or len(node.shape) != 2:
        return False
    name = node.attrs[0]
    return isinstance(name, Name) and is_stored_transposed(name, notation)


def sides_as_stored(lhs: Expr, rhs: Expr, notation: Notation) -> tuple[Expr, Expr]:
    """Both sides of an equation in terms of the stored weights; transposed where the left side is that of W."""
    right = as_stored(rhs, notation)
    if _is_transposed_leaf(lhs, notation):
        name, time = lhs.attrs
        return leaf(name, time, lhs.shape[::-1]), transposed(right)  # type: ignore[arg-type]
    return lhs if lhs.prim is LEAF else as_stored(lhs, notation), right


def transposed(expr: Expr) -> Expr:
    """The transpose of a matrix, written with the transposes of its parts: (a bᵀ)ᵀ is b aᵀ."""
    new: dict[Expr, Expr] = {}
    for node in topological([expr]):
        if len(node.shape) == 2:
            new[node] = _transposed(node, new)
    return new[expr]


def _transposed(node: Expr, of: Mapping[Expr, Expr]) -> Expr:
    if node.prim is OUTER:
        return outer(node.args[1], node.args[0])
    if node.prim is MATMUL:
        return matmul(of[node.args[1]], of[node.args[0]])
    if node.prim is BROADCAST:
        return broadcast(node.args[0], node.shape[::-1])
    if node.prim is FULL:
        return full(number_in(node), node.shape[::-1])
    if node.prim.family == "elementwise":
        return node.prim(*(of.get(arg, arg) for arg in node.args), attrs=node.attrs)
    return transpose(node)


# Row vectors. -----------------------------------------------------------------------------------------------------


def row_tree(expr: Expr) -> MathTree:
    """The layout tree of `expr` with its vectors as rows."""
    trees: dict[Expr, MathTree] = {}
    for node in topological([expr]):
        if node.prim is MATVEC:
            matrix, vector = node.args
            trees[node] = _product(in_full(vector, trees[vector]), _turned(matrix, trees))
        elif node.prim is TAKE and node.args[0].prim is TRANSPOSE and node.args[1].prim is LEAF:
            table, index = node.args
            trees[node] = _product(Indicator(trees[index]), _turned(table.args[0], trees))
        elif node.prim is OUTER:
            left, right = (in_full(arg, trees[arg]) for arg in node.args)
            trees[node] = _product(Superscript(left, TRANSPOSE_MARK), whole(right))
        elif node.prim in (KRON, KRON_LEFT):
            trees[node] = Infix("kron", tuple(trees[arg] for arg in node.args))
        else:
            trees[node] = node.prim.tree(node, [trees[arg] for arg in node.args])
    return trees[expr]


def _turned(matrix: Expr, trees: Mapping[Expr, MathTree]) -> MathTree:
    """The transpose of a matrix: (Aᵀ)ᵀ is A, and a diagonal matrix is its own."""
    if matrix.prim is TRANSPOSE:
        return whole(trees[matrix.args[0]])
    return trees[matrix] if matrix.prim is DIAG else Superscript(trees[matrix], TRANSPOSE_MARK)


def whole(tree: MathTree) -> MathTree:
    """A product that is one factor of another: its order is said by brackets."""
    return Round(tree) if isinstance(tree, Infix) and tree.op == "matmul" else tree


def _product(left: MathTree, right: MathTree) -> MathTree:
    return Infix("matmul", (left, right))
