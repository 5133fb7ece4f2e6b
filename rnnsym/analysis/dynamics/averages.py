"""Averages of a function and of its slope over Gaussian numbers, exact to rounding also where both are steep."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from rnnsym.cells.elman import activation_named
from rnnsym.core.expr import Expr
from rnnsym.errors import InputError
from rnnsym.interpreters.numeric import evaluate
from rnnsym.ops.elementwise import sigmoid, tanh
from rnnsym.ops.leaves import param
from rnnsym.ops.structure import sum_all
from rnnsym.transforms import grad

Array = Any
Activation = str | Callable[[Expr], Expr]
REACH = 9.0
"""Beyond this many standard deviations nothing contributes."""
NODES = 16
"""Gauss–Legendre nodes on a part over which √q z changes by at most 1: tanh is resolved to rounding."""
NEAR, FAR = 1e-40, 1e20
"""Stand for a variance of zero, so that a kink at 0 has both its sides, and for an infinite one."""


class Averages:
    """Averages of an elementwise function f and of its slope, over a ~ N(0, q)."""

    def __init__(self, function: Callable[[Expr], Expr]) -> None:
        self._a = param("a", ("Z",))
        self._value = function(self._a)
        self._slope = grad(sum_all(self._value), self._a, disconnected="zero")
        self._log = LOG_SLOPES.get(function)

    def mean_square(self, q: float) -> float:
        return self._mean_square(self._value, q)

    def mean_square_slope(self, q: float) -> float:
        return self._mean_square(self._slope, q)

    def _mean_square(self, expr: Expr, q: float) -> float:
        a, weights = nodes(q)
        return float(weights @ self._of(expr, a) ** 2)

    def _of(self, expr: Expr, a: Array) -> Array:
        return evaluate(expr, {self._a: a}, {"Z": len(a)})

    def log_slope(self, a: Array) -> Array:
        """log|f'|, without the cancellation in 1 − f² for tanh."""
        if self._log is not None:
            return self._log(a)
        with np.errstate(divide="ignore"):
            return np.log(np.abs(self._of(self._slope, a)))


def _log_slope_of_sigmoid(a: Array) -> Array:
    return -np.abs(a) - 2 * np.log1p(np.exp(-np.abs(a)))


def _log_slope_of_tanh(a: Array) -> Array:
    return _log_slope_of_sigmoid(2 * a) + np.log(4.0)


LOG_SLOPES: dict[Any, Callable[[Array], Array]] = {tanh: _log_slope_of_tanh, sigmoid: _log_slope_of_sigmoid}


@lru_cache(maxsize=32)
def averages(activation: Activation) -> Averages:
    """Raises UnknownNameError, and InputError for what is no elementwise function."""
    try:
        return Averages(activation_named(activation) if isinstance(activation, str) else activation)
    except (TypeError, AttributeError) as error:
        raise InputError(f"{activation!r} is no elementwise function of an expression: {error}.") from None


def nodes(q: float) -> tuple[Array, Array]:
    """a and the weights of an average over a ~ N(0, q), fine enough for what turns as fast as tanh; 0 is between two
    parts. Of an infinite q only the sides remain: what grows for ever has one slope on each."""
    deviation = math.sqrt(min(max(q, NEAR), FAR))
    z, weights = _legendre(2 ** math.ceil(math.log2(REACH * (1 + (deviation if q < FAR else 1.0)))))
    return deviation * z, weights


@lru_cache(maxsize=8)
def _legendre(parts: int) -> tuple[Array, Array]:
    x, w = np.polynomial.legendre.leggauss(NODES)
    half = REACH / parts / 2
    z = ((2 * np.arange(parts)[:, None] + 1 + x) * half).ravel()
    z = np.concatenate([-z[::-1], z])
    weights = np.tile(w, 2 * parts) * np.exp(-0.5 * z**2)
    return z, weights / weights.sum()


def root(f: Callable[[float], float], low: float, high: float) -> float:
    """Where f changes its sign between low and high, by the Illinois variant of false position."""
    at_low, at_high = f(low), f(high)
    if at_high == 0:
        return high
    for _ in range(200):
        middle = (low + high) / 2
        guess = high - at_high * (high - low) / (at_high - at_low) if at_high != at_low else middle
        x = guess if min(low, high) < guess < max(low, high) else middle
        at = f(x)
        if at == 0 or abs(high - low) <= 4e-16 * max(1.0, abs(x)):
            return x
        if (at < 0) == (at_high < 0):
            at_low /= 2
        else:
            low, at_low = high, at_high
        high, at_high = x, at
    return high
