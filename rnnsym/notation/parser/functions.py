"""The functions of formulas, by the keys under which they are printed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr
from rnnsym.core.primitive import PRIMITIVES
from rnnsym.ops.indexing import EMBED, PLACE, concat
from rnnsym.ops.kronecker import kron, kron_left, reshape, vec
from rnnsym.ops.leaves import FULL, number_in, ones, zeros
from rnnsym.ops.lookups import one_hot, take
from rnnsym.ops.losses import cross_entropy, squared_error
from rnnsym.ops.products import dot, matmul
from rnnsym.ops.structure import DIAGONAL, diag, mean, outer, stop_gradient, sum_all, transpose

MANY = 1000


@dataclass(frozen=True)
class Function:
    """`alike`: the operands have one shape, and scalars among them are repeated; `exprs`: how many of the arguments
    are expressions, where the others are dimensions."""

    build: Callable[..., Expr]
    least: int = 1
    most: int = 1
    alike: bool = False
    exprs: int = 0


def _placed(x: Expr, row: Dim, size: Dim) -> Expr:
    return PLACE(x, attrs=(row, size))


def _embedded(x: Expr, start: Dim, size: Dim, step: Dim) -> Expr:
    return EMBED(x, attrs=(start, step, size))


def _label(x: Expr) -> Any:
    """A number that was typed as a label is one."""
    return int(number_in(x)) if x.prim is FULL else x


def _kron(a: Expr, b: Expr) -> Expr:
    return kron(a, b) if len(a.shape) == 2 else kron_left(a, b)


INTERNAL = frozenset({"add", "mul", "power", "divide"})
ELEMENTWISE = {
    name: Function(prim, len(prim.samples[0].shapes), len(prim.samples[0].shapes), alike=True)
    for name, prim in PRIMITIVES.items()
    if prim.family == "elementwise" and name not in INTERNAL
}
WHOLE = {
    "softmax": Function(PRIMITIVES["softmax"]), "log_softmax": Function(PRIMITIVES["log_softmax"]),
    "logsumexp": Function(PRIMITIVES["logsumexp"]), "sum": Function(sum_all), "mean": Function(mean),
    "diag": Function(diag), "diagonal": Function(DIAGONAL), "stop": Function(stop_gradient),
    "transpose": Function(transpose), "dot": Function(dot, 2, 2), "outer": Function(outer, 2, 2),
    "matmul": Function(matmul, 2, 2), "kron": Function(_kron, 2, 2), "vec": Function(vec),
    "concat": Function(concat, 1, MANY), "take": Function(lambda table, i: take(table, _label(i)), 2, 2),
    "cross_entropy": Function(lambda y, i: cross_entropy(y, _label(i)), 2, 2),
    "squared_error": Function(squared_error, 2, 2, alike=True),
}  # fmt: skip
FUNCTIONS: dict[str, Function] = {**ELEMENTWISE, **WHOLE}
OF_DIMENSIONS: dict[str, Function] = {
    "ones": Function(lambda *shape: ones(shape), 1, 2), "zeros": Function(lambda *shape: zeros(shape), 1, 2),
    "one_hot": Function(one_hot, 2, 2, exprs=1), "place": Function(_placed, 3, 3, exprs=1),
    "embed": Function(_embedded, 4, 4, exprs=1),
}  # fmt: skip
OF_SHAPE = {"unvec": reshape, "reshape": reshape}
"""Functions whose result has the shape that the surroundings ask for."""
NAMES = frozenset({*FUNCTIONS, *OF_DIMENSIONS, *OF_SHAPE, "argmax"})


def count(function: Function) -> str:
    """`one argument`, `2 arguments`, `1 or more arguments`: what a function takes."""
    if function.most == MANY:
        return f"{function.least} or more arguments"
    if function.least != function.most:
        return f"{function.least} to {function.most} arguments"
    return "one argument" if function.least == 1 else f"{function.least} arguments"
