"""Repeating, summing, transposing, diagonals: linear maps, each with its transpose; and the outer product."""

from typing import Any

import numpy as np

from rnnsym.core.dims import Shape
from rnnsym.core.expr import OPERATORS, Expr
from rnnsym.core.mathtree import Call, Infix, Superscript, Word
from rnnsym.core.primitive import ATOM_BINDING, Code, sample
from rnnsym.ops import kernels
from rnnsym.ops.leaves import FULL, as_expr, full, number_in, ones, size_of
from rnnsym.ops.structured import Coder, Sizer, Structured, everywhere


def vector_or_matrix(shape: Shape) -> str | None:
    """What is wrong with `shape` as that of a vector or a matrix; None if nothing is."""
    return None if len(shape) in (1, 2) else "the operand must be a vector or a matrix."


# A scalar repeated over a shape, and its transpose, the sum of all entries. -------------------------------------

BROADCAST: Structured = Structured(
    "broadcast",
    kernel=kernels.spread,
    shape=lambda x, shape: shape if x == () else "only a scalar can be repeated over a shape.",
    pulls=[lambda c, node, x: sum_all(c)],
    pushes=[lambda t, node, x: outer(ones(node.shape), t) if t.shape else broadcast(t, node.shape)],
    tree=lambda x, shape: x,
    samples=[sample((), attrs=(("H",),)), sample((), attrs=(("H", "X"),))],
    simplify=lambda x, shape: full(number_in(x), shape) if x.prim is FULL else None,
)


def broadcast(x: Expr, shape: Shape) -> Expr:
    """`x` itself where it has a shape already; a scalar is repeated over `shape`."""
    return x if x.shape or not shape else BROADCAST(x, attrs=(shape,))


def _sum_source(node: Expr, code: Coder, size: Sizer) -> Code:
    (x,) = node.args
    axes = "-1" if len(x.shape) == 1 else "(-2, -1)"
    return Code(f"np.sum({code(x).text}, axis={axes})", leading=code(x).leading)


SUM: Structured = Structured(
    "sum",
    kernel=lambda x, rank: np.sum(x, axis=tuple(range(-rank, 0))),
    shape=lambda x: vector_or_matrix(x) or (),
    pulls=[lambda c, node, x: broadcast(c, x.shape)],
    pushes=[lambda t, node, x: sum_all(t) if t.shape == x.shape else transpose(t) @ ones(x.shape)],
    tree=lambda x, rank: Call("sum", (x,)),
    samples=[sample(("H",)), sample(("H", "X"))],
    source=_sum_source,
    ranked=True,
)


def sum_all(x: Any) -> Expr:
    """The sum of all entries, a scalar."""
    x = as_expr(x)
    return SUM(x) if x.shape else x


def mean(x: Any) -> Expr:
    """The mean of all entries, a scalar."""
    x = as_expr(x)
    return sum_all(x) / size_of(x.shape)


# Transpose. -----------------------------------------------------------------------------------------------------


def _transpose_source(node: Expr, code: Coder, size: Sizer) -> Code:
    body = code(node.args[0])
    if body.leading:
        return Code(f"np.swapaxes({body.text}, -1, -2)")
    return Code(f"{body.within(ATOM_BINDING)}.T", leading=False)


def _transposed(x: Expr) -> Expr | None:
    """(Aᵀ)ᵀ is A, (a bᵀ)ᵀ is b aᵀ, and a diagonal matrix is its own transpose."""
    if x.prim is DIAG:
        return x
    if x.prim is OUTER:
        return OUTER(*x.args[::-1])
    return x.args[0] if x.prim is TRANSPOSE else None


TRANSPOSE: Structured = Structured(
    "transpose",
    kernel=lambda x: np.swapaxes(x, -1, -2),
    shape=lambda x: x[::-1] if len(x) == 2 else "only a matrix has a transpose.",
    pulls=[lambda c, node, x: transpose(c)],
    pushes=[lambda t, node, x: transpose(t)],
    tree=lambda x: Superscript(x, Word("transpose")),
    samples=[sample(("H", "X"))],
    source=_transpose_source,
    simplify=_transposed,
)


def transpose(x: Any) -> Expr:
    return TRANSPOSE(as_expr(x))


# Diagonal matrices, outer products, and a gradient that stops. --------------------------------------------------

DIAG: Structured = Structured(
    "diag",
    kernel=kernels.diag,
    shape=lambda x: (x[0], x[0]) if len(x) == 1 else "only a vector makes a diagonal matrix.",
    pulls=[lambda c, node, x: DIAGONAL(c)],
    pushes=[lambda t, node, x: DIAG(t)],
    tree=lambda x: Word("identity") if isinstance(x, Call) and x.function == "ones" else Call("diag", (x,)),
    samples=[sample(("H",))],
    sympy=lambda sp, x: np.diag(x),
)
DIAGONAL: Structured = Structured(
    "diagonal",
    kernel=kernels.diagonal,
    shape=lambda x: (x[0],) if len(x) == 2 and x[0] == x[1] else "only a square matrix has a diagonal.",
    pulls=[lambda c, node, x: DIAG(c)],
    pushes=[lambda t, node, x: DIAGONAL(t)],
    tree=lambda x: Call("diagonal", (x,)),
    samples=[sample(("H", "H"))],
)
OUTER: Structured = Structured(
    "outer",
    kernel=kernels.outer,
    shape=lambda a, b: (a[0], b[0]) if len(a) == len(b) == 1 else "two vectors are needed.",
    pulls=[lambda c, node, a, b: c @ b, lambda c, node, a, b: transpose(c) @ a],
    pushes=[lambda t, node, a, b: outer(t, b), lambda t, node, a, b: outer(a, t)],
    tree=lambda a, b: Infix("matmul", (a, Superscript(b, Word("transpose")))),
    samples=[sample(("H",), ("X",)), sample(("H",), ("H",))],
)
STOP_GRADIENT: Structured = Structured(
    "stop_gradient",
    kernel=np.positive,
    shape=lambda x: x,
    pulls=[None],
    pushes=[None],
    tree=lambda x: Call("stop", (x,)),
    samples=everywhere(1),
    source=lambda node, code, size: code(node.args[0]),
)


def diag(x: Any) -> Expr:
    """The diagonal matrix of a vector."""
    return DIAG(as_expr(x))


def outer(a: Any, b: Any) -> Expr:
    """The matrix a bᵀ."""
    return OUTER(as_expr(a), as_expr(b))


def stop_gradient(x: Any) -> Expr:
    """The same value, through which no gradient passes."""
    return STOP_GRADIENT(as_expr(x))


OPERATORS.update(transpose=transpose)
