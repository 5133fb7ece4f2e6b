"""Softmax and its relatives, and the losses."""

from typing import Any

import numpy as np

from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import (
    Call,
    Indicator,
    Infix,
    MathTree,
    Negated,
    Norm,
    Number,
    Subscript,
    Superscript,
)
from rnnsym.core.primitive import sample
from rnnsym.ops import kernels
from rnnsym.ops.arithmetic import lift
from rnnsym.ops.families import entrywise
from rnnsym.ops.leaves import as_expr, as_index, ones, zeros
from rnnsym.ops.lookups import one_hot
from rnnsym.ops.products import contract
from rnnsym.ops.structure import diag, outer, sum_all
from rnnsym.ops.structured import Structured


def _vector(x: Shape, result: Shape) -> Shape | str:
    return result if len(x) == 1 else "the operand must be a vector."


def _sympy_logsumexp(sp: Any, x: Any) -> Any:
    return sp.log(sum(entrywise(sp, "exp", 1)(x)))


SOFTMAX: Structured = Structured(
    "softmax",
    kernel=kernels.softmax,
    shape=lambda x: _vector(x, x),
    pulls=[lambda c, p, x: p * (c - contract(p, c))],
    pushes=[lambda t, p, x: (diag(p) - outer(p, p)) @ t if len(t.shape) > 1 else p * (t - contract(p, t))],
    tree=lambda x: Call("softmax", (x,)),
    samples=[sample(("C",))],
    sympy=lambda sp, x: entrywise(sp, "exp", 1)(x) / sum(entrywise(sp, "exp", 1)(x)),
    linear=False,
)
LOG_SOFTMAX: Structured = Structured(
    "log_softmax",
    kernel=kernels.log_softmax,
    shape=lambda x: _vector(x, x),
    pulls=[lambda c, node, x: c - softmax(x) * sum_all(c)],
    pushes=[
        lambda t, node, x: (
            (diag(ones(x.shape)) - outer(ones(x.shape), softmax(x))) @ t
            if len(t.shape) > 1
            else t - contract(softmax(x), t)
        )
    ],
    tree=lambda x: Call("log_softmax", (x,)),
    samples=[sample(("C",))],
    sympy=lambda sp, x: x - _sympy_logsumexp(sp, x),
    linear=False,
)
LOGSUMEXP: Structured = Structured(
    "logsumexp",
    kernel=kernels.logsumexp,
    shape=lambda x: _vector(x, ()),
    pulls=[lambda c, node, x: c * softmax(x)],
    pushes=[lambda t, node, x: contract(softmax(x), t)],
    tree=lambda x: Call("logsumexp", (x,)),
    samples=[sample(("C",))],
    sympy=_sympy_logsumexp,
    linear=False,
)


HARDMAX: Structured = Structured(
    "hardmax",
    kernel=kernels.hardmax,
    shape=lambda x: _vector(x, x),
    pulls=[lambda c, node, x: zeros(x.shape)],
    pushes=[lambda t, node, x: zeros(t.shape)],
    tree=lambda x: Indicator(Call("argmax", (x,))),
    samples=[sample(("C",))],
    sympy=lambda sp, x: _sympy_hardmax(sp, x),
    linear=False,
)


def _sympy_hardmax(sp: Any, x: Any) -> Any:
    """One where an entry is larger than those before it and not smaller than those after it."""
    found = [
        sp.And(*(entry > other for other in x[:i]), *(entry >= other for other in x[i + 1 :]))
        for i, entry in enumerate(x)
    ]
    return np.array([sp.Piecewise((1, largest), (0, True)) for largest in found], dtype=object)


def hardmax(x: Any) -> Expr:
    """The one-hot vector of the largest entry, the first of equal ones: constant in between, so its derivative is 0."""
    return HARDMAX(as_expr(x))


def softmax(x: Any) -> Expr:
    """exp(x) / Σ exp(x) for a vector."""
    return SOFTMAX(as_expr(x))


def log_softmax(x: Any) -> Expr:
    return LOG_SOFTMAX(as_expr(x))


def logsumexp(x: Any) -> Expr:
    """log Σ exp(x) for a vector."""
    return LOGSUMEXP(as_expr(x))


# Losses: of one example at one step. ------------------------------------------------------------------------------


def _square(difference: MathTree, rank: int) -> MathTree:
    """The sum of the squared entries: ‖v‖² for an array, s² for a scalar."""
    return Norm(difference) if rank else Superscript(difference, Number(2.0))


SQUARED_ERROR: Structured = Structured(
    "squared_error",
    kernel=kernels.squared_error,
    shape=lambda y, target: () if y == target else f"prediction {y} and target {target} must have one shape.",
    pulls=[lambda c, node, y, target: c * (y - target), lambda c, node, y, target: c * (target - y)],
    pushes=[lambda t, node, y, target: contract(y - target, t), lambda t, node, y, target: contract(target - y, t)],
    tree=lambda y, target, rank: Infix("scale", (Number(0.5), _square(Infix("add", (y, Negated(target))), rank))),
    samples=[sample(shape, shape) for shape in ((), ("C",), ("H", "X"))],
    sympy=lambda sp, y, target, rank: np.sum((y - target) ** 2) / sp.Integer(2),
    linear=False,
    ranked=True,
)
CROSS_ENTROPY: Structured = Structured(
    "cross_entropy",
    kernel=kernels.cross_entropy,
    shape=lambda y, label: _vector(y, ()) if label == () else "one integer label is needed.",
    pulls=[lambda c, node, y, label: c * (softmax(y) - one_hot(label, y.shape[0])), None],
    pushes=[lambda t, node, y, label: contract(softmax(y) - one_hot(label, y.shape[0]), t), None],
    tree=lambda y, label: (
        Call("cross_entropy", (y, label))
        if isinstance(label, Number)
        else Negated(Subscript(Call("log_softmax", (y,)), label))
    ),
    samples=[sample(("C",), ())],
    sympy=lambda sp, y, label: _sympy_logsumexp(sp, y) - y[int(label)],
    integers=(1,),
    linear=False,
)


def squared_error(y: Any, target: Any) -> Expr:
    """½ Σ (y − target)², a scalar."""
    y, target = lift(y, target)
    return SQUARED_ERROR(y, target)


def cross_entropy(y: Any, label: Any) -> Expr:
    """−log softmax(y)[label], a scalar; `label` is an integer. Raises as `take` does."""
    y = as_expr(y)
    return CROSS_ENTROPY(y, as_index(label, y.shape))
