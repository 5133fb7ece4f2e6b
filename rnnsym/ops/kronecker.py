"""Arrays laid out flat, row by row, and Kronecker products with a vector: derivatives in every entry of a matrix.

Row by row, ∂(θ b)/∂vec θ is I ⊗ bᵀ and ∂(θᵀ b)/∂vec θ is bᵀ ⊗ I.
"""

from typing import Any

from rnnsym.core.dims import Shape, product, times
from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import Call, Infix, MathTree, Superscript, Word
from rnnsym.core.primitive import sample
from rnnsym.ops import kernels
from rnnsym.ops.leaves import as_expr
from rnnsym.ops.products import matmul
from rnnsym.ops.structure import transpose
from rnnsym.ops.structured import Structured

# The same entries in another shape. -----------------------------------------------------------------------------


def _reshaped(x: Shape, shape: Shape) -> Shape | str:
    if product(x) == product(shape):
        return shape
    return f"{product(x)} entries do not fill the shape ({', '.join(map(str, shape))})."


def _reshape_tree(x: MathTree, shape: Shape, rank: int) -> MathTree:
    return Call("vec" if len(shape) == 1 else "unvec" if rank == 1 else "reshape", (x,))


def _reshape_again(x: Expr, shape: Shape) -> Expr | None:
    if x.shape == shape:
        return x
    return reshape(x.args[0], shape) if x.prim is RESHAPE else None


RESHAPE: Structured = Structured(
    "reshape",
    kernel=kernels.reshape,
    shape=_reshaped,
    pulls=[lambda c, node, x: reshape(c, x.shape)],
    pushes=[lambda t, node, x: reshape(t, (*node.shape, *t.shape[len(x.shape) :]))],
    tree=_reshape_tree,
    samples=[
        sample(("H", "X"), attrs=(("H*X",),)),
        sample(("H*X",), attrs=(("H", "X"),)),
        sample(("H*X", "C"), attrs=(("H", "C*X"),)),
        sample((), attrs=((1,),)),
        sample((1,), attrs=((),)),
    ],
    simplify=_reshape_again,
    ranked=True,
)


def reshape(x: Any, shape: Shape) -> Expr:
    """The entries of `x`, read row by row, in another shape. Raises ShapeError where their numbers differ."""
    return RESHAPE(as_expr(x), attrs=(shape,))


def vec(x: Any) -> Expr:
    """The entries of `x` as one vector, row by row; a scalar is a vector of one entry."""
    x = as_expr(x)
    return reshape(x, (product(x.shape),))


def unvec(x: Any, shape: Shape) -> Expr:
    """The vector `x` as an array of this shape, row by row: the inverse of `vec`."""
    return reshape(x, shape)


# Kronecker products of a matrix and a row. ----------------------------------------------------------------------


def _kron_shape(a: Shape, b: Shape) -> Shape | str:
    return (a[0], times(a[1], b[0])) if (len(a), len(b)) == (2, 1) else "a matrix and a vector are needed."


KRON: Structured = Structured(
    "kron",
    kernel=kernels.kron,
    shape=_kron_shape,
    pulls=[
        lambda c, node, a, b: reshape(matmul(_rows(c, a, b), b), a.shape),
        lambda c, node, a, b: matmul(transpose(_rows(c, a, b)), vec(a)),
    ],
    pushes=[lambda t, node, a, b: KRON(t, b), lambda t, node, a, b: KRON(a, t)],
    tree=lambda a, b: Infix("kron", (a, Superscript(b, Word("transpose")))),
    samples=[sample(("H", "X"), ("C",)), sample(("H", "H"), ("X",))],
)
KRON_LEFT: Structured = Structured(
    "kron_left",
    kernel=kernels.kron_left,
    shape=lambda b, a: _kron_shape(a, b),
    pulls=[
        lambda c, node, b, a: matmul(_columns(c, a, b), vec(transpose(a))),
        lambda c, node, b, a: transpose(reshape(matmul(transpose(_columns(c, a, b)), b), a.shape[::-1])),
    ],
    pushes=[lambda t, node, b, a: KRON_LEFT(t, a), lambda t, node, b, a: KRON_LEFT(b, t)],
    tree=lambda b, a: Infix("kron", (Superscript(b, Word("transpose")), a)),
    samples=[sample(("C",), ("H", "X")), sample(("X",), ("H", "H"))],
)


def _rows(c: Expr, a: Expr, b: Expr) -> Expr:
    """A cotangent of A ⊗ bᵀ, with a row for every entry of A and a column for every entry of b."""
    return reshape(c, (product(a.shape), b.shape[0]))


def _columns(c: Expr, a: Expr, b: Expr) -> Expr:
    """A cotangent of bᵀ ⊗ A, with a row for every entry of b and a column for every entry of Aᵀ."""
    return reshape(transpose(c), (b.shape[0], product(a.shape)))


def kron(matrix: Any, vector: Any) -> Expr:
    """A ⊗ bᵀ: every entry of A times the row bᵀ; (m, n) and (q) give (m, n q)."""
    return KRON(as_expr(matrix), as_expr(vector))


def kron_left(vector: Any, matrix: Any) -> Expr:
    """bᵀ ⊗ A: A times every entry of b, side by side; (q) and (m, n) give (m, q n)."""
    return KRON_LEFT(as_expr(vector), as_expr(matrix))
