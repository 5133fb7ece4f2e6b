"""vjp, jvp, grad and jacobian: Expr in, Expr out, so that every derivative has derivatives.

Forward mode visits nodes in topological order, reverse mode in the opposite one: every user before its arguments.
"""

from collections.abc import Iterable, Sequence
from typing import Any, overload

from rnnsym.core.dims import Shape, show
from rnnsym.core.expr import Expr, topological
from rnnsym.errors import DisconnectedError, InputError, ShapeError, unknown
from rnnsym.ops.arithmetic import add
from rnnsym.ops.indexing import concat
from rnnsym.ops.leaves import as_expr, expect_expr, ones, zeros
from rnnsym.ops.structure import diag, outer

DISCONNECTED = ("error", "zero")


def vjp(outs: Sequence[Expr], ins: Sequence[Expr], cotangents: Sequence[Any]) -> list[Expr]:
    """The cotangents of `ins`: Σ_out cotangentᵀ ∂out/∂in, each of the shape of its input.

    Where one input depends on another, the other gets what passes through the first as well. An input that no output
    depends on gets an explicit zero. Raises ShapeError for a cotangent of a wrong shape, MisuseError for what is no
    expression, InputError for an input given twice, DisconnectedError for an integer.
    """
    _check(outs, ins)
    _paired(cotangents, outs, "cotangent")
    seeds = [_shaped(value, out, "cotangent") for out, value in zip(outs, cotangents, strict=True)]
    found = _pulled(outs, ins, seeds)
    return [found.get(x, zeros(x.shape)) for x in ins]


def jvp(outs: Sequence[Expr], ins: Sequence[Expr], tangents: Sequence[Any]) -> list[Expr]:
    """The tangents of `outs` when `ins` move along `tangents`: the transpose of `vjp`, with its rules and errors.

    A tangent may have one trailing axis more than its input: many directions at once, as many for every input.
    """
    _check(outs, ins)
    _paired(tangents, ins, "tangent")
    given = [as_expr(tangent) for tangent in tangents]
    directions = next((t.shape[-1:] for x, t in zip(ins, given, strict=True) if len(t.shape) > len(x.shape)), ())
    seeds = [_shaped(t, x, "tangent", directions) for x, t in zip(ins, given, strict=True)]
    found = _pushed(outs, ins, seeds)
    return [found.get(out, zeros(out.shape + directions)) for out in outs]


def _pulled(outs: Sequence[Expr], ins: Sequence[Expr], cotangents: Sequence[Expr]) -> dict[Expr, Expr]:
    """The cotangents of those of `ins` that a derivative reaches."""
    gathered: dict[Expr, list[Expr]] = {}
    for out, cotangent in zip(outs, cotangents, strict=True):
        gathered.setdefault(out, []).append(cotangent)
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
    return result


def _pushed(outs: Sequence[Expr], ins: Sequence[Expr], tangents: Sequence[Expr]) -> dict[Expr, Expr]:
    """The tangents of the nodes that move."""
    seeds = dict(zip(ins, tangents, strict=True))
    moving: dict[Expr, Expr] = {}
    for node in topological(outs):
        terms = [seeds[node]] if node in seeds else []
        terms += [
            node.prim.push(node, i, moving[arg])
            for i, arg in enumerate(node.args)
            if arg in moving and node.prim.flows(node, i)
        ]
        if terms:
            moving[node] = add(*terms)
    return moving


@overload
def grad(loss: Expr, wrt: Expr, disconnected: str = ...) -> Expr: ...
@overload
def grad(loss: Expr, wrt: Sequence[Expr], disconnected: str = ...) -> list[Expr]: ...
def grad(loss: Expr, wrt: Expr | Sequence[Expr], disconnected: str = "error") -> Expr | list[Expr]:
    """The gradient of a scalar with respect to one expression or several, each of the shape of its primal.

    Raises ShapeError for a loss that is no scalar, and DisconnectedError where the loss does not depend on a `wrt`, or
    only through a stopped gradient (with `disconnected="zero"` that gradient is an explicit zero instead); MisuseError
    and InputError as `vjp` does.
    """
    targets = list(wrt) if isinstance(wrt, Iterable) and not isinstance(wrt, (Expr, str)) else [wrt]
    _check([loss], targets)
    if disconnected not in DISCONNECTED:
        raise unknown("choice for disconnected", disconnected, DISCONNECTED)
    if loss.shape:
        raise ShapeError(f"a gradient needs a scalar, but the loss has shape {show(loss.shape)}. Sum it, or use vjp.")
    found = _pulled([loss], targets, [ones(())])
    for target in targets:
        if target not in found and disconnected == "error":
            raise DisconnectedError(
                f"the loss does not depend on {target!r}, or only through a stopped gradient, so there is no gradient "
                'to give. If zero is what you want, say disconnected="zero".'
            )
    result = [found.get(target, zeros(target.shape)) for target in targets]
    return result[0] if isinstance(wrt, Expr) else result


def jacobian(y: Expr, x: Expr) -> Expr:
    """∂y/∂x in numerator layout: shape y.shape + x.shape, for scalars and vectors.

    Raises ShapeError for a matrix, and otherwise as `grad` does.
    """
    _check([y], [x])
    if len(y.shape) > 1 or len(x.shape) > 1:
        raise ShapeError(f"jacobian takes scalars and vectors, not {show(y.shape)} by {show(x.shape)}.")
    if not y.shape:
        return grad(y, x)
    carriers = _carriers(topological([y]), {x})
    if y not in carriers:
        raise DisconnectedError(
            f"{y!r} does not depend on {x!r}, or only through a stopped gradient: its Jacobian is zero."
        )
    if x.shape and any(len(node.shape) > 1 for node in carriers):
        return _by_rows(y, x)
    return _pushed([y], [x], [diag(ones(x.shape)) if x.shape else ones(())])[y]


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


def _shaped(value: Any, like: Expr, kind: str, directions: Shape = ()) -> Expr:
    expr, wanted = as_expr(value), like.shape + directions
    if expr.shape != wanted:
        raise ShapeError(f"the {kind} of {like!r} has shape {show(expr.shape)}, it must be {show(wanted)}.")
    return expr


def _check(outs: Sequence[Expr], ins: Sequence[Expr]) -> None:
    """Raises for what cannot be differentiated at all."""
    for expr in outs:
        expect_expr(expr, "what is differentiated")
    for target in ins:
        if expect_expr(target, "what is differentiated with respect to").dtype == "int":
            raise DisconnectedError(f"{target!r} is an integer: nothing can be differentiated with respect to it.")
    if len(set(ins)) < len(ins):
        raise InputError("one expression is given twice: name each that is differentiated with respect to once.")


def _paired(values: Sequence[Any], exprs: Sequence[Expr], kind: str) -> None:
    if len(values) != len(exprs):
        raise InputError(f"{len(values)} {kind}s were given for {len(exprs)} expressions: each needs one.")
