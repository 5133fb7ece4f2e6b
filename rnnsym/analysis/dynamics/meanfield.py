"""Mean-field theory of wide random networks, a_t = U f(a_{t-1}) + β with U_ij ~ N(0, g²/N) and β_i ~ N(0, σ_b²).

Pre-activations are Gaussian, a_i ~ N(0, q), and all else is an average E over z ~ N(0, 1):

    q = g² E f²(√q z) + σ_b²                                the variance where it stands still
    χ = g² E d², d = f'(√q z)                               growth of a squared gradient in one step; 1 is critical
    λ₁ = ½ log χ,  mean λ = log g − ½ + E log |d|           Lyapunov exponents, natural logarithms a step
    λ(u) = log g + ½ log(u / s), E[d² s / (1 + d² s)] = u   all of them, u = i / N

Sources: Sompolinsky, Crisanti & Sommers (1988) for the chaos beyond g = 1; Poole et al. (2016) and Chen, Pennington &
Schoenholz (2018, arXiv:1806.05394) for q and χ; Engelken, Wolf & Abbott (2023, arXiv:2006.02427) for spectra that do
not depend on the size; Clark (2026, arXiv:2610.12426) for the numbers at N = 4096. All presume that what comes at one
step is independent of U, as if U were drawn anew: finite networks come close as N grows, slowly near g = 1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rnnsym.analysis.dynamics.averages import Activation, Averages, averages, nodes, root
from rnnsym.errors import InputError

Array = Any
STRONGEST = 1000.0
"""The largest gain, and bias."""
LARGEST, SMALLEST = 1e7, 1e-16
"""A variance beyond the one grows for ever, and one below the other is none."""


@dataclass(frozen=True, eq=False)
class MeanField:
    """Theory for one gain or for an array of them; what it tells are arrays of the same shape.

    gain: g, the standard deviation of √N U_ij. bias: σ_b, that of what is added to U f(a): a bias, and an input that is
    drawn anew at each step, with σ_b² the sum of their variances. activation: f, as the Elman cell names it, or any
    elementwise function of expressions, such as rs.softplus. Raises InputError and UnknownNameError.
    """

    gain: Array
    bias: Array = 0.0
    activation: Activation = "tanh"

    def __post_init__(self) -> None:
        for what, value in (("gain", self.gain), ("bias", self.bias)):
            array = np.asarray(value)
            if array.dtype.kind not in "iuf" or not ((array >= 0) & (array <= STRONGEST)).all():
                raise InputError(f"the {what} of a random network is a number from 0 to {STRONGEST:g}, not {value!r}.")
        try:
            np.broadcast_shapes(np.shape(self.gain), np.shape(self.bias))
        except ValueError:
            raise InputError("gain and bias must be numbers, or arrays of shapes that fit.") from None
        averages(self.activation)

    @cached_property
    def _points(self) -> list["_Point"]:
        pairs = np.broadcast(np.asarray(self.gain, dtype=float), np.asarray(self.bias, dtype=float))
        return [_Point(float(g), float(b), self.activation) for g, b in pairs]

    def _each(self, value: Callable[["_Point"], Any]) -> Array:
        found = np.array([value(point) for point in self._points])
        shape = np.broadcast_shapes(np.shape(self.gain), np.shape(self.bias))
        return found.reshape((*shape, *found.shape[1:]))[()]

    @property
    def variance(self) -> Array:
        """q, the variance of a pre-activation; inf where it grows for ever."""
        return self._each(lambda point: point.q)

    @property
    def chi(self) -> Array:
        """χ: by what a squared gradient is multiplied in one step."""
        return self._each(lambda point: point.chi)

    @property
    def largest(self) -> Array:
        """λ₁ = ½ log χ."""
        return self._each(lambda point: point.largest)

    @property
    def mean(self) -> Array:
        """The mean of all exponents; -inf where f has a flat part."""
        return self._each(lambda point: point.mean)

    @property
    def memory(self) -> Array:
        """−1 / log χ, the steps in which a squared gradient falls to 1/e (Chen et al. 2018); inf at χ = 1, negative
        where it grows."""
        with np.errstate(divide="ignore"):
            return -1 / np.log(self.chi)

    @property
    def positive(self) -> Array:
        """The share of exponents above zero."""
        return self._each(lambda point: point.positive[0])

    @property
    def entropy(self) -> Array:
        """Σ of the positive exponents over N."""
        return self._each(lambda point: point.positive[1])

    @property
    def dimension(self) -> Array:
        """The Kaplan–Yorke dimension over N."""
        return self._each(lambda point: point.dimension)

    def spectrum(self, count: int) -> Array:
        """λ at u = ½/count, 3/2/count, …: (…, count), in descending order."""
        return self._each(lambda point: point.spectrum(count))

    def curve(self, steps: int) -> Array:
        """½ log χ times lag = 0…steps: (…, steps + 1), natural. It is log √(E‖J_t … J_{k+1}‖_F² / N) at lag t − k, the
        growth of a vector whose direction is random; the 2-norm of a product lies above it."""
        return self.largest[..., None] * np.arange(steps + 1) + 0.0


def gradient_curve(gain: Array, bias: Array = 0.0, steps: int = 100, activation: Activation = "tanh") -> Array:
    """The expected log-norm of a gradient at lag 0…steps, as `MeanField.curve`, to draw beside measured ones."""
    return MeanField(gain, bias, activation).curve(steps)


def critical_bias(gain: Array, activation: Activation = "tanh") -> Array:
    """σ_b at which χ = 1, in the shape of `gain`: the border between vanishing and exploding gradients; nan where there
    is none."""
    field = MeanField(gain, 0.0, activation)
    return field._each(lambda point: _critical(point.gain, point.f))


def _critical(gain: float, f: Averages) -> float:
    def excess(log_q: float) -> float:
        return gain**2 * f.mean_square_slope(math.exp(log_q)) - 1

    low = math.log(SMALLEST)
    if excess(low) <= 1e-12:
        return 0.0 if excess(low) >= -1e-12 else math.nan
    high = _first_below(excess)
    if high is None:
        return math.nan
    q = math.exp(root(excess, low, high))
    squared = q - gain**2 * f.mean_square(q)
    return math.sqrt(max(squared, 0.0)) if squared > -1e-12 * q else math.nan


def _first_below(excess: Callable[[float], float]) -> float | None:
    """A log q at which `excess` is not above zero, up to the largest."""
    tried = np.linspace(0.0, math.log(LARGEST), 9)
    return next((float(log_q) for log_q in tried if excess(log_q) <= 0), None)


class _Point:
    """The theory at one gain and bias."""

    def __init__(self, gain: float, bias: float, activation: Activation) -> None:
        self.gain, self.bias, self.f = gain, bias, averages(activation)

    @cached_property
    def q(self) -> float:
        def excess(log_q: float) -> float:
            q = math.exp(log_q)
            return (self.gain**2 * self.f.mean_square(q) + self.bias**2) / q - 1

        low, high = math.log(SMALLEST), _first_below(excess)
        if high is None:
            return math.inf
        return 0.0 if excess(low) <= 1e-12 else math.exp(root(excess, low, high))

    @cached_property
    def chi(self) -> float:
        return self.gain**2 * self.f.mean_square_slope(self.q)

    @property
    def largest(self) -> float:
        return 0.5 * math.log(self.chi) if self.chi > 0 else -math.inf

    @cached_property
    def mean(self) -> float:
        weights, logs = self._logs
        return self._log_gain - 0.5 + float(weights @ logs) / 2

    @property
    def _log_gain(self) -> float:
        return math.log(self.gain) if self.gain > 0 else -math.inf

    @cached_property
    def _logs(self) -> tuple[Array, Array]:
        """The weights of the nodes, and log d² at each."""
        a, weights = nodes(self.q)
        return weights, 2 * self.f.log_slope(a)

    def _share(self, log_s: float) -> float:
        """u = E[d² s / (1 + d² s)]."""
        weights, logs = self._logs
        with np.errstate(over="ignore"):
            return float(weights @ (1 / (1 + np.exp(-logs - log_s))))

    def _exponent(self, log_s: float) -> float:
        """λ(u)."""
        return self._log_gain + 0.5 * (math.log(self._share(log_s)) - log_s)

    def _sum(self, log_s: float) -> float:
        """∫ λ from 0 to u = u λ(u) − u/2 + ½ E log(1 + d² s), by parts."""
        weights, logs = self._logs
        u = self._share(log_s)
        return u * self._exponent(log_s) - 0.5 * u + 0.5 * float(weights @ np.logaddexp(0.0, logs + log_s))

    @property
    def _end(self) -> float:
        """A log s at which u is as large as it gets."""
        logs = self._logs[1]
        return 80.0 - float(np.min(logs[np.isfinite(logs)]))

    @cached_property
    def positive(self) -> tuple[float, float]:
        """The share of the positive exponents, and their sum over N."""
        if not self.chi > 1:
            return 0.0, 0.0
        at = root(self._exponent, -80.0, self._end)
        return self._share(at), self._sum(at)

    @cached_property
    def dimension(self) -> float:
        if not self.chi > 1:
            return 0.0
        if self._sum(self._end) >= 0:
            return self._share(self._end)
        start = root(self._exponent, -80.0, self._end)
        return self._share(root(self._sum, start, self._end))

    def spectrum(self, count: int) -> Array:
        """At the middle of each of `count` equal parts; -inf beyond the share of units with a slope."""
        found, low, end = np.full(count, -np.inf), -80.0, self._end
        whole = self._share(end)
        for i in range(count):
            u = (i + 0.5) / count
            if self.gain > 0 and u < whole:
                low = root(lambda log_s, u=u: self._share(log_s) / u - 1, low, end)  # type: ignore[misc]
                found[i] = self._exponent(low)
        return found
