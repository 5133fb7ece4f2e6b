"""Matrix products: bilinear maps, each pulled back through either argument by its transposes."""

from typing import Any

import numpy as np

from rnnsym.core.dims import Shape
from rnnsym.core.expr import OPERATORS, Expr
from rnnsym.core.mathtree import Infix
from rnnsym.core.primitive import PRODUCT_BINDING, Code, sample
from rnnsym.errors import ShapeError
from rnnsym.ops import kernels
from rnnsym.ops.leaves import as_expr, is_number
from rnnsym.ops.lookups import ONE_HOT, take
from rnnsym.ops.structure import DIAG, OUTER, TRANSPOSE, diag, outer, sum_all, transpose
from rnnsym.ops.structured import Coder, Sizer, Structured


def _inner(left: Shape, right: Shape, result: Shape) -> Shape | str:
    if left[-1] == right[0]:
        return result
    return f"the inner dimensions must agree, {left[-1]} is not {right[0]}."


def _is_identity(x: Expr) -> bool:
    return x.prim is DIAG and is_number(x.args[0], 1.0)


def _simpler(a: Expr, x: Expr) -> Expr | None:
    """I x is x; A times a one-hot vector is a column of A, which is read without the vector."""
    if _is_identity(a):
        return x
    return take(transpose(a), x.args[0]) if x.prim is ONE_HOT else None


def _is_product(x: Expr) -> bool:
    return x.prim is MATMUL


def _is_matrix_product(x: Expr) -> bool:
    return x.prim in (MATMUL, OUTER)


def _begins_with_outer(x: Expr) -> bool:
    return x.prim is MATVEC and x.args[0].prim is OUTER


def _product_source(node: Expr, code: Coder, size: Sizer) -> Code:
    """`U @ h` for one vector is `h @ U.T` for rows of vectors, which serves one example and a batch."""
    matrix, vector = node.args
    flipped = matrix.args[0] if matrix.prim is TRANSPOSE else None
    left, right = code(vector), code(matrix if flipped is None else flipped)
    if right.leading:
        return Code(f"matvec({code(matrix).text}, {left.text})")
    text = right.within(100) + ("" if flipped is not None else ".T")
    return Code(f"{left.within(PRODUCT_BINDING)} @ {text}", PRODUCT_BINDING, left.leading)


def _matmul_source(node: Expr, code: Coder, size: Sizer) -> Code:
    left, right = (code(arg) for arg in node.args)
    text = f"{left.within(PRODUCT_BINDING)} @ {right.within(PRODUCT_BINDING + 1)}"
    return Code(text, PRODUCT_BINDING, left.leading or right.leading)


MATVEC: Structured = Structured(
    "matvec",
    kernel=kernels.matvec,
    shape=lambda a, x: _inner(a, x, a[:1]) if (len(a), len(x)) == (2, 1) else "a matrix and a vector are needed.",
    pulls=[lambda c, node, a, x: outer(c, x), lambda c, node, a, x: transpose(a) @ c],
    pushes=[lambda t, node, a, x: t @ x, lambda t, node, a, x: a @ t],
    tree=lambda a, x: Infix("matmul", (a, x)),
    samples=[sample(("H", "X"), ("X",)), sample(("H", "H"), ("H",))],
    sign="@",
    source=_product_source,
    simplify=lambda a, x: _simpler(a, x),
    rounds=(_is_product, _begins_with_outer),
)
MATMUL: Structured = Structured(
    "matmul",
    kernel=np.matmul,
    shape=lambda a, b: _inner(a, b, (a[0], b[1])) if len(a) == len(b) == 2 else "two matrices are needed.",
    pulls=[lambda c, node, a, b: c @ transpose(b), lambda c, node, a, b: transpose(a) @ c],
    pushes=[lambda t, node, a, b: t @ b, lambda t, node, a, b: a @ t],
    tree=lambda a, b: Infix("matmul", (a, b)),
    samples=[sample(("H", "X"), ("X", "C")), sample(("H", "H"), ("H", "H"))],
    sign="@",
    source=_matmul_source,
    simplify=lambda a, b: b if _is_identity(a) else a if _is_identity(b) else None,
    rounds=(lambda a: a.prim is OUTER, _is_matrix_product),
)
DOT: Structured = Structured(
    "dot",
    kernel=kernels.dot,
    shape=lambda a, b: _inner(a, b, ()) if len(a) == len(b) == 1 else "two vectors are needed.",
    pulls=[lambda c, node, a, b: c * b, lambda c, node, a, b: c * a],
    pushes=[lambda t, node, a, b: contract(b, t), lambda t, node, a, b: contract(a, t)],
    tree=lambda a, b: Infix("dot", (a, b)),
    samples=[sample(("H",), ("H",))],
    sign="@",
)


def matmul(a: Any, b: Any) -> Expr:
    """`a @ b` for matrices and vectors; two vectors give their dot product. Raises ShapeError otherwise."""
    a, b = as_expr(a), as_expr(b)
    match len(a.shape), len(b.shape):
        case 2, 1:
            return MATVEC(a, b)
        case 2, 2:
            return MATMUL(a, b)
        case 1, 2:
            return MATVEC(transpose(b), a)
        case 1, 1:
            return DOT(a, b)
    if b.dtype == "int":
        raise ShapeError(
            f"{a!r} @ {b!r}: {b!r} is a symbol, no vector. It picks a column of a matrix, {a!r}[:, {b!r}]."
        )
    raise ShapeError(f"{a!r} @ {b!r}: `@` multiplies vectors and matrices. For a scalar write `*`.")


def dot(a: Any, b: Any) -> Expr:
    """The sum of the products of the entries of two vectors."""
    return DOT(as_expr(a), as_expr(b))


def contract(weights: Expr, tangent: Expr) -> Expr:
    """Σ_i weights_i tangent_i over the first axis; the tangent may have a trailing axis of directions."""
    if not weights.shape:
        return along(weights, tangent)
    return sum_all(weights * tangent) if tangent.shape == weights.shape else transpose(tangent) @ weights


def along(partial: Expr, tangent: Expr) -> Expr:
    """partial ⊙ tangent; with a trailing axis of directions, diag(partial) tangent."""
    if len(tangent.shape) == len(partial.shape) or not partial.shape:
        return partial * tangent
    if len(partial.shape) == 1:
        return diag(partial) @ tangent
    raise ShapeError("many directions at once pass through scalars and vectors only, not through a matrix.")


OPERATORS.update(matmul=matmul)
