"""Elementwise functions. Each is one block: the kernel, its derivative, SymPy's name.

Kinks state their subgradient: relu′(0) = 0, abs′(0) = 0; minimum and maximum take the first argument at a tie.
"""

from typing import Any

import numpy as np

from rnnsym.core.expr import OPERATORS, Expr
from rnnsym.core.mathtree import Call, Indicator, Infix, Number
from rnnsym.ops import kernels
from rnnsym.ops.arithmetic import div, lift
from rnnsym.ops.families import Elementwise
from rnnsym.ops.leaves import as_expr, zeros


def _flat(out: Expr, *args: Expr) -> Expr:
    return zeros(out.shape)


TANH = Elementwise("tanh", np.tanh, [lambda y, x: 1 - y**2], "tanh")
SIGMOID = Elementwise("sigmoid", kernels.sigmoid, [lambda y, x: y * (1 - y)], lambda sp, x: 1 / (1 + sp.exp(-x)))
EXP = Elementwise("exp", np.exp, [lambda y, x: y], "exp")
LOG = Elementwise("log", np.log, [lambda y, x: div(1.0, x)], "log", domain="positive")
SQRT = Elementwise("sqrt", np.sqrt, [lambda y, x: div(0.5, y)], "sqrt", domain="positive")
SOFTPLUS = Elementwise("softplus", kernels.softplus, [lambda y, x: SIGMOID(x)], lambda sp, x: sp.log(1 + sp.exp(x)))
SIGN = Elementwise("sign", kernels.sign, [_flat], "sign", kink=True)
POSITIVE = Elementwise(
    "positive",
    kernels.positive,
    [_flat],
    lambda sp, x: sp.Piecewise((1, x > 0), (0, True)),
    kink=True,
    tree=lambda x: Indicator(Infix("greater", (x, Number(0)))),
)
AT_MOST = Elementwise(
    "at_most",
    kernels.at_most,
    [_flat, _flat],
    lambda sp, a, b: sp.Piecewise((1, a <= b), (0, True)),
    kink=True,
    tree=lambda a, b: Indicator(Infix("at_most", (a, b))),
)
RELU = Elementwise(
    "relu",
    kernels.relu,
    [lambda y, x: POSITIVE(x)],
    lambda sp, x: sp.Piecewise((x, x > 0), (0, True)),
    kink=True,
)
ABSOLUTE = Elementwise(
    "abs", kernels.absolute, [lambda y, x: SIGN(x)], "Abs", kink=True, tree=lambda x: Call("abs", (x,))
)
MINIMUM = Elementwise(
    "minimum",
    kernels.minimum,
    [lambda y, a, b: AT_MOST(a, b), lambda y, a, b: 1 - AT_MOST(a, b)],
    lambda sp, a, b: sp.Piecewise((a, a <= b), (b, True)),
    kink=True,
)
MAXIMUM = Elementwise(
    "maximum",
    kernels.maximum,
    [lambda y, a, b: AT_MOST(b, a), lambda y, a, b: 1 - AT_MOST(b, a)],
    lambda sp, a, b: sp.Piecewise((a, a >= b), (b, True)),
    kink=True,
)


def tanh(x: Any) -> Expr:
    """The hyperbolic tangent; tanh′ = 1 − tanh²."""
    return TANH(as_expr(x))


def sigmoid(x: Any) -> Expr:
    """The logistic function σ(x) = 1 / (1 + e⁻ˣ); σ′ = σ (1 − σ)."""
    return SIGMOID(as_expr(x))


def relu(x: Any) -> Expr:
    """max(x, 0), with relu′(0) = 0."""
    return RELU(as_expr(x))


def exp(x: Any) -> Expr:
    return EXP(as_expr(x))


def log(x: Any) -> Expr:
    return LOG(as_expr(x))


def sqrt(x: Any) -> Expr:
    return SQRT(as_expr(x))


def softplus(x: Any) -> Expr:
    """log(1 + eˣ)."""
    return SOFTPLUS(as_expr(x))


def absolute(x: Any) -> Expr:
    """|x|, with derivative 0 at 0."""
    return ABSOLUTE(as_expr(x))


def minimum(a: Any, b: Any) -> Expr:
    """The smaller entry; at a tie the first argument gets the gradient."""
    return MINIMUM(*lift(a, b))


def maximum(a: Any, b: Any) -> Expr:
    """The larger entry; at a tie the first argument gets the gradient."""
    return MAXIMUM(*lift(a, b))


OPERATORS.update(abs=absolute)
