"""Derivatives in every entry of a parameter at once: a tangent for each of its N entries, laid out flat.

The tangents of a scalar are a row (N), of a vector (n) a matrix (n, N), and of a matrix (r, c), whose entries are read
row by row, a matrix (r c, N).
"""

from collections.abc import Mapping

from rnnsym.core import dims
from rnnsym.core.dims import Dim, Shape, product
from rnnsym.core.expr import Expr, topological
from rnnsym.errors import ShapeError
from rnnsym.ops.arithmetic import ADD, NEG, add, mul
from rnnsym.ops.families import Pointwise
from rnnsym.ops.indexing import CONCAT, EMBED, INDEX, SLICE, Concat
from rnnsym.ops.kronecker import RESHAPE, kron, kron_left, reshape, vec
from rnnsym.ops.leaves import is_number, ones
from rnnsym.ops.lookups import TAKE, one_hot, take
from rnnsym.ops.products import MATMUL, MATVEC, dot
from rnnsym.ops.structure import BROADCAST, DIAG, OUTER, SUM, TRANSPOSE, diag, outer, transpose
from rnnsym.transforms.rewrite import transform


def flat_identity(shape: Shape) -> Expr:
    """The tangents of a parameter in its own entries."""
    return diag(ones((product(shape),))) if shape else ones((1,))


def flat_shape(shape: Shape, entries: Dim) -> Shape:
    """The shape of the tangents of something of this shape, for `entries` directions."""
    return (*((product(shape),) if shape else ()), entries)


def flat_jvp(expr: Expr, tangents: Mapping[Expr, Expr]) -> Expr | None:
    """The tangents of `expr` when leaves move along their `tangents`, None where none reaches it.

    Raises ShapeError where a matrix moves in a way for which there is no flat rule.
    """
    (body,) = transform([expr], _vectors_first)
    moving: dict[Expr, Expr] = {}
    for node in topological([body]):
        terms = [tangents[node]] if node in tangents else []
        terms += [_pushed(node, i, arg, moving) for i, arg in enumerate(node.args) if _moves(node, i, arg, moving)]
        if terms:
            moving[node] = add(*terms)
    return moving.get(body)


def _vectors_first(node: Expr) -> Expr | None:
    """A product of matrices times a vector, without the product of the matrices."""
    if node.prim is not MATVEC:
        return None
    a, x = node.args
    if a.prim is MATMUL:
        return _times(a.args[0], _times(a.args[1], x))
    if a.prim is TRANSPOSE and a.args[0].prim is MATMUL:
        left, right = a.args[0].args
        return _times(transpose(right), _times(transpose(left), x))
    if a.prim is OUTER:
        return mul(dot(a.args[1], x), a.args[0])
    return mul(a.args[0], x) if a.prim is DIAG else None


def _times(a: Expr, x: Expr) -> Expr:
    product = a @ x
    return _vectors_first(product) or product


def _moves(node: Expr, i: int, arg: Expr, moving: Mapping[Expr, Expr]) -> bool:
    if arg.prim is TRANSPOSE and node.prim in (MATVEC, TAKE) and arg.args[0] in moving:
        return True
    if node.prim is TRANSPOSE:
        return False
    if arg.prim is TRANSPOSE and arg.args[0] in moving:
        raise _no_rule(node)
    return arg in moving and node.prim.flows(node, i)


def _pushed(node: Expr, i: int, arg: Expr, moving: Mapping[Expr, Expr]) -> Expr:
    if len(node.shape) < 2 and len(arg.shape) < 2:
        return node.prim.push(node, i, moving[arg])
    if arg.prim is TRANSPOSE and node.prim is TAKE:
        hot = one_hot(node.args[1], arg.shape[0])
        return kron(diag(ones(node.shape)), hot) @ moving[arg.args[0]]
    if arg.prim is TRANSPOSE:
        return _transposed_times(moving[arg.args[0]], arg.args[0].shape, node.args[1])
    return _matrix_pushed(node, i, arg, moving[arg])


def _matrix_pushed(node: Expr, i: int, arg: Expr, tangents: Expr) -> Expr:
    """The tangents of `node` when its matrix `arg` moves, or of a matrix that it makes of `arg`."""
    prim, width = node.prim, product(node.shape[1:])
    if prim is ADD or prim is RESHAPE:
        return tangents
    if prim is NEG:
        return -tangents
    if isinstance(prim, Pointwise):
        return diag(vec(prim.partial(node, i))) @ tangents
    if prim is MATVEC:
        return kron(diag(ones(node.shape)), node.args[1]) @ tangents
    if prim is MATMUL and i == 1:
        return _row_blocks_times(node.args[0], tangents, arg.shape)
    if prim is SUM:
        return transpose(tangents) @ ones((product(arg.shape),))
    if prim is TAKE:
        return _taken(node, tangents, arg.shape)
    if prim is BROADCAST:
        return outer(ones((product(node.shape),)), tangents)
    if prim in (INDEX, SLICE):
        return SLICE(tangents, attrs=(*_rows(node, product(arg.shape[1:])), 1))
    if prim is CONCAT and isinstance(prim, Concat):
        start, rows = (dims.times(n, width) for n in (prim.start(node, i), node.shape[0]))
        return EMBED(tangents, attrs=(start, 1, rows))
    raise _no_rule(node)


def _no_rule(node: Expr) -> ShapeError:
    return ShapeError(f"there is no derivative of {node!r} in every entry of a matrix at once.")


def _transposed_times(tangents: Expr, shape: Shape, x: Expr) -> Expr:
    """Of Mᵀ x, where M has `shape`."""
    if _is_identity(tangents):
        return kron_left(x, diag(ones(shape[1:])))
    return _unstacked(transpose(_stacked(tangents, shape)) @ x, shape[1], tangents)


def _row_blocks_times(a: Expr, tangents: Expr, shape: Shape) -> Expr:
    """Of A M, where M has `shape`: A acts on the rows of M."""
    product_rows = a @ _stacked(tangents, shape)
    return _unstacked(product_rows, dims.times(a.shape[0], shape[1]), tangents)


def _taken(node: Expr, tangents: Expr, shape: Shape) -> Expr:
    """Of one row of the table, by its number."""
    index = node.args[1]
    if _is_identity(tangents):
        return kron_left(one_hot(index, shape[0]), diag(ones(shape[1:])))
    return _unstacked(take(_stacked(tangents, shape), index), shape[1], tangents)


def _stacked(tangents: Expr, shape: Shape) -> Expr:
    """One row for each row of the matrix, with all that moves in it side by side."""
    return reshape(tangents, (shape[0], dims.times(shape[1], tangents.shape[1])))


def _unstacked(stacked: Expr, rows: Dim, tangents: Expr) -> Expr:
    return reshape(stacked, (rows, tangents.shape[1]))


def _is_identity(x: Expr) -> bool:
    return x.prim is DIAG and is_number(x.args[0], 1.0)


def _rows(node: Expr, width: Dim) -> tuple[Dim, Dim]:
    """The entries that a row or a range of rows of a matrix takes up. Raises ShapeError for a step other than 1."""
    start: Dim = node.attrs[0]  # type: ignore[assignment]
    if node.prim is INDEX:
        return dims.times(start, width), dims.times(dims.plus(start, 1), width)
    if node.attrs[2] != 1:
        raise _no_rule(node)
    return dims.times(start, width), dims.times(node.attrs[1], width)  # type: ignore[arg-type]
