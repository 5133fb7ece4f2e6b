"""vjp, jvp, grad and jacobian: Expr in, Expr out, so that every derivative has derivatives.

Forward mode visits nodes in topological order, reverse mode in the opposite one: every user before its arguments.
"""

from collections.abc import Sequence
from typing import Any, overload

from rnnsym.core.dims import show
from rnnsym.core.expr import Expr, topological
from rnnsym.errors import DisconnectedError, ShapeError
from rnnsym.ops.arithmetic import add
from rnnsym.ops.indexing import concat
from rnnsym.ops.leaves import as_expr, ones, zeros
from rnnsym.ops.products import outer
from rnnsym.ops.structure import diag


def vjp(outs: Sequence[Expr], ins: Sequence[Expr], cotangents: Sequence[Any]) -> list[Expr]:
    """The cotangents of `ins`: Σ_out cotangentᵀ ∂out/∂in, each of the shape of its input.

    An input that no output depends on gets an explicit zero. Raises ShapeError for a cotangent of a wrong shape.
    """
    gathered: dict[Expr, list[Expr]] = {}
    for out, cotangent in zip(outs, cotangents, strict=True):
        gathered.setdefault(out, []).append(_shaped(cotangent, out, "cotangent"))
    nodes = topological(outs)
    wanted = set(ins)
    carriers = _carriers(nodes, wanted)
    result: dict[Expr, Expr] = {}
    for node in reversed(nodes):
        if node not in gathered or node not in carriers:
            continue
        cotangent = add(*gathered.pop(node))
        if node in wanted:
            result[node] = cotangent
        for i, arg in enumerate(node.args):
            if arg in carriers and node.prim.flows(node, i):
                gathered.setdefault(arg, []).append(node.prim.pull(node, i, cotangent))
    return [result.get(x, zeros(x.shape)) for x in ins]


def jvp(outs: Sequence[Expr], ins: Sequence[Expr], tangents: Sequence[Any]) -> list[Expr]:
    """The tangents of `outs` when `ins` move along `tangents`.

    A tangent may have one trailing axis more than its input: many directions at once.
    """
    nodes = topological(outs)
    moving: dict[Expr, Expr] = {}
    seeds = {x: as_expr(t) for x, t in zip(ins, tangents, strict=True)}
    for node in nodes:
        if node in seeds:
            moving[node] = seeds[node]
            continue
        terms = [
            node.prim.push(node, i, moving[arg])
            for i, arg in enumerate(node.args)
            if arg in moving and node.prim.flows(node, i)
        ]
        if terms:
            moving[node] = add(*terms)
    return [moving.get(out, zeros(out.shape)) for out in outs]


@overload
def grad(loss: Expr, wrt: Expr, disconnected: str = ...) -> Expr: ...
@overload
def grad(loss: Expr, wrt: Sequence[Expr], disconnected: str = ...) -> list[Expr]: ...
def grad(loss: Expr, wrt: Expr | Sequence[Expr], disconnected: str = "error") -> Expr | list[Expr]:
    """The gradient of a scalar with respect to one expression or several, each of the shape of its primal.

    Raises ShapeError for a loss that is no scalar, and DisconnectedError where the loss does not depend on a `wrt`
    (with `disconnected="zero"` that gradient is an explicit zero instead).
    """
    single = isinstance(wrt, Expr)
    targets: list[Expr] = [wrt] if isinstance(wrt, Expr) else list(wrt)
    if loss.shape:
        raise ShapeError(f"a gradient needs a scalar, but the loss has shape {show(loss.shape)}. Sum it, or use vjp.")
    _refuse_integers(targets)
    if disconnected != "zero":
        reachable = set(topological([loss]))
        for target in targets:
            if target not in reachable:
                raise DisconnectedError(
                    f"the loss does not depend on {target!r}, so there is no gradient to give. "
                    'If zero is what you want, say disconnected="zero".'
                )
    result = vjp([loss], targets, [1.0])
    return result[0] if single else result


def jacobian(y: Expr, x: Expr) -> Expr:
    """∂y/∂x in numerator layout: shape y.shape + x.shape, for scalars and vectors.

    Raises ShapeError for a matrix, and DisconnectedError for an `x` that y does not depend on.
    """
    if len(y.shape) > 1 or len(x.shape) > 1:
        raise ShapeError(f"jacobian takes scalars and vectors, not {show(y.shape)} by {show(x.shape)}.")
    _refuse_integers([x])
    if not y.shape:
        return grad(y, x)
    if x not in set(topological([y])):
        raise DisconnectedError(f"{y!r} does not depend on {x!r}: its Jacobian is zero.")
    if not x.shape:
        return jvp([y], [x], [ones(())])[0]
    try:
        moved = jvp([y], [x], [diag(ones(x.shape))])[0]
    except ShapeError:
        return _by_rows(y, x)
    return moved if len(moved.shape) == 2 else zeros(y.shape + x.shape)


def _by_rows(y: Expr, x: Expr) -> Expr:
    """One reverse sweep for each entry of y: for graphs with a matrix between x and y, at numeric sizes."""
    (n,) = y.shape
    if not isinstance(n, int):
        raise ShapeError(f"the path from {x!r} to {y!r} goes through a matrix: give the dimension {n} a number.")
    rows = [grad(y[i], x, disconnected="zero") for i in range(n)]
    return concat([_as_row(row) for row in rows])


def _as_row(row: Expr) -> Expr:
    return outer(ones((1,)), row)


def _carriers(nodes: Sequence[Expr], wanted: set[Expr]) -> set[Expr]:
    """The nodes through which a derivative reaches one of `wanted`."""
    carrying: set[Expr] = set()
    for node in nodes:
        if node in wanted or any(arg in carrying and node.prim.flows(node, i) for i, arg in enumerate(node.args)):
            carrying.add(node)
    return carrying


def _shaped(value: Any, like: Expr, kind: str) -> Expr:
    expr = as_expr(value)
    if expr.shape != like.shape:
        raise ShapeError(f"the {kind} of {like!r} has shape {show(expr.shape)}, it must be {show(like.shape)}.")
    return expr


def _refuse_integers(targets: Sequence[Expr]) -> None:
    for target in targets:
        if target.dtype == "int":
            raise DisconnectedError(f"{target!r} is an integer: nothing can be differentiated with respect to it.")
