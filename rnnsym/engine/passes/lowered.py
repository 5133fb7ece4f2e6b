"""Operations that NumPy does in several steps, as those steps: what they have in common with others can be shared."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Name
from rnnsym.core.system import System
from rnnsym.engine.passes.choices import Choices
from rnnsym.ops.arithmetic import POWER, mul, sub
from rnnsym.ops.elementwise import exp
from rnnsym.ops.indexing import SLICE
from rnnsym.ops.lookups import take
from rnnsym.ops.losses import CROSS_ENTROPY, LOGSUMEXP, SOFTMAX, SQUARED_ERROR, logsumexp
from rnnsym.ops.products import MATVEC, dot
from rnnsym.ops.structure import STOP_GRADIENT, broadcast, sum_all
from rnnsym.transforms.rewrite import transform


def rewritten(system: System, rule: Callable[[Expr], Expr | None]) -> System:
    """`system` with `rule` applied to every node of every equation, from the leaves up."""
    old = [piece.rhs for _, piece in system.pieces()]
    new = iter(transform(old, rule))
    return replace(
        system,
        equations={
            name: tuple(piece._replace(rhs=next(new)) for piece in pieces) for name, pieces in system.equations.items()
        },
    )


def lowered(system: System, wanted: Sequence[Name], choices: Choices) -> System:
    """Losses, squares and slices of products in simpler operations; softmax by a logsumexp that is there already."""
    simple = rewritten(system, _lower)
    told = _arguments(LOGSUMEXP, (piece.rhs for _, piece in simple.pieces()))

    def by_logsumexp(node: Expr) -> Expr | None:
        if node.prim is not SOFTMAX or node.args[0] not in told:
            return None
        (y,) = node.args
        return exp(sub(y, broadcast(logsumexp(y), y.shape)))

    return rewritten(simple, by_logsumexp) if told else simple


def _lower(node: Expr) -> Expr | None:
    if node.prim is SQUARED_ERROR:
        apart = sub(*node.args)
        return mul(0.5, dot(apart, apart) if len(apart.shape) == 1 else sum_all(mul(apart, apart)))
    if node.prim is CROSS_ENTROPY:
        return sub(logsumexp(node.args[0]), take(*node.args))
    if node.prim is POWER and node.attrs == (2.0,):
        return mul(node.args[0], node.args[0])
    if node.prim is STOP_GRADIENT:
        return node.args[0]
    if node.prim is SLICE and node.args[0].prim is MATVEC:
        matrix, vector = node.args[0].args
        return MATVEC(SLICE(matrix, attrs=node.attrs), vector)
    return None


def _arguments(prim: object, exprs: Iterable[Expr]) -> set[Expr]:
    return {node.args[0] for node in topological(exprs) if node.prim is prim}
