"""Lyapunov exponents of a chain of step Jacobians, by QR, and what follows from them.

A frame of n orthonormal directions is carried along: J_t Q_{t-1} = Q_t R_t, and log|R_ii| summed over the steps is how
much direction i has grown (Benettin, Galgani, Giorgilli & Strelcyn 1980; Geist, Parlitz & Lauterborn 1990). Nothing
overflows, whatever T. As in `products`, steps are arrays (T, n, n) in the order of the chain.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from rnnsym.analysis.products.threads import shared
from rnnsym.errors import InputError

Array = Any
EPS = float(np.finfo(np.float64).eps)
SPREAD = 1e9
"""How much further the most expanding direction may grow than the least within one block of steps: what rounding then
takes from an exponent is about 1e-9."""
SUSPECT = 1e10
"""A spread at which a step may be singular."""
RANGE = 1e100
"""How large or small a block of products may become."""
LONGEST = 64
"""Steps of the longest block."""
RESOLVED = 1e-3
"""An exponent is trusted whose rounding error is at most this."""
BATCHES = 16
"""Parts of the sequence from which the standard error is estimated."""


@dataclass(frozen=True, eq=False)
class Lyapunov:
    """The Lyapunov exponents along one sequence, natural logarithms a step. Equal exponents are repeated.

    exponents: (k,), in descending order; -inf where a step maps a direction to zero. steps: how many were counted,
    after those that were skipped. rounding: (k,), estimated errors by rounding alone: one step resolves growth only
    down to about ε times the norm of its Jacobian, and an exponent at that floor comes out too high. ends: (b,), the
    number of counted steps after each block between two factorisations; grown: (b, k), log|R_ii| summed up to there.
    """

    exponents: Array
    rounding: Array
    steps: int
    ends: Array = field(repr=False)
    grown: Array = field(repr=False)
    counted: Array = field(repr=False)
    """The counted step Jacobians, (steps, n, n)."""

    @property
    def n(self) -> int:
        """How many exponents there are in all; fewer may have been asked for."""
        return int(self.counted.shape[-1])

    @property
    def complete(self) -> bool:
        """Whether all n are known."""
        return len(self.exponents) == self.n

    @property
    def trusted(self) -> Array:
        """Which exponents rounding has not moved by more than 10⁻³, (k,); the others lie at the floor of float64."""
        return self.rounding <= RESOLVED

    @property
    def largest(self) -> float:
        """λ₁: positive in chaos."""
        return float(self.exponents[0])

    @property
    def mean(self) -> float:
        """The mean of the exponents that are known, by QR."""
        return float(np.mean(self.exponents))

    @cached_property
    def mean_by_determinant(self) -> float:
        """The mean of all n exponents as the mean of log|det J_t| / n: exact at any number of steps, also where QR
        meets its floor."""
        logs = shared(lambda steps: np.linalg.slogdet(steps)[1], self.counted)
        return float(np.mean(logs) / self.n)

    @property
    def residual(self) -> float:
        """How far the mean by QR is from that by determinants: rounding where all are trusted, 0 where both are -inf;
        nan where not all exponents are known."""
        if not self.complete:
            return float("nan")
        return 0.0 if self.mean == self.mean_by_determinant else self.mean - self.mean_by_determinant

    @property
    def positive(self) -> int:
        """How many exponents are above zero, of those that are known."""
        return int(np.count_nonzero(self.exponents > 0))

    @property
    def entropy(self) -> float:
        """Σ of the positive exponents, an upper bound of the entropy rate in nats a step (Ruelle 1978), which is
        reached where the invariant measure is smooth along the expanding directions (Pesin 1977). nan where it takes
        more exponents than are known."""
        return float(np.sum(self.exponents[: self.positive])) if self._reaches(self.positive) else float("nan")

    @property
    def dimension(self) -> float:
        """The Kaplan–Yorke dimension j + (λ₁ + … + λ_j) / |λ_{j+1}|, with the largest j whose sum is not negative
        (Kaplan & Yorke 1979); n where no sum is negative. nan where it takes more exponents than are known."""
        return kaplan_yorke(self.exponents) if self._reaches(_full(self.exponents)) else float("nan")

    def _reaches(self, count: int) -> bool:
        return self.complete or count < len(self.exponents)

    @property
    def running(self) -> Array:
        """The estimate of each exponent after the steps of `ends`, (b, k): a picture of how it converges."""
        return self.grown / self.ends[:, None]

    @cached_property
    def error(self) -> Array:
        """The standard error of each exponent, (k,), from the spread between parts of the sequence: the parts must be
        long beside the time in which the sequence forgets. nan where there are fewer than 4 parts."""
        goals = np.linspace(0, self.steps, BATCHES + 1)[1:]
        at = np.unique(np.searchsorted(self.ends, goals).clip(max=len(self.ends) - 1))
        if len(at) < 4:
            return np.full(len(self.exponents), np.nan)
        lengths = np.diff(self.ends[at], prepend=0)
        finite = np.where(np.isfinite(self.grown[at]), self.grown[at], np.nan)
        rates = np.diff(finite, axis=0, prepend=0.0) / lengths[:, None]
        mean = finite[-1] / self.steps
        variance = np.sum(lengths[:, None] * (rates - mean) ** 2, axis=0) / self.steps
        return np.sqrt(variance / (len(at) - 1))


def kaplan_yorke(exponents: Array) -> float:
    """The Kaplan–Yorke dimension of a whole spectrum, in descending order."""
    j = _full(exponents)
    return float(j if j == len(exponents) else j + np.sum(exponents[:j]) / np.abs(exponents[j]))


def _full(exponents: Array) -> int:
    """How many of the exponents add up to no less than zero, at most."""
    return int(np.count_nonzero(np.cumsum(exponents) >= 0))


def lyapunov(steps: Array, skip: int = 0, every: int | None = None, k: int | None = None) -> Lyapunov:
    """The exponents of `steps`, (T, n, n).

    skip: how many first steps only turn the frame. every: how many steps there are between two factorisations; by
    default as many as lose no accuracy, by how far the directions spread. k: only the largest k; their frame begins in
    directions drawn with a fixed seed, that of all n along the axes. Raises InputError.
    """
    total, n = steps.shape[:2]
    k = n if k is None else k
    for what, number, low, high in (("skip", skip, 0, total - 1), ("every", every, 1, total), ("k", k, 1, n)):
        if number is not None and not (_whole(number) and low <= number <= high):
            raise InputError(f"{what} must be a whole number from {low} to {high}, not {number!r}.")
    ends, diagonals = _factored(steps, skip, every, _frame(n, k))
    _check_finite(steps, diagonals)
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = np.cumsum(np.log(diagonals), axis=0)
        lost = np.log1p(np.sqrt(n) * EPS * diagonals.max(axis=1, keepdims=True) / diagonals)
    rounding = np.where(diagonals > 0, lost, 0.0).sum(axis=0) / (total - skip)
    order = np.argsort(-grown[-1], kind="stable")
    grown = grown[:, order]
    return Lyapunov(grown[-1] / (total - skip), rounding[order], total - skip, ends, grown, steps[skip:])


def _check_finite(steps: Array, diagonals: Array) -> None:
    if not np.isfinite(diagonals).all():
        bad = np.argwhere(~np.isfinite(steps))
        where = f"number {bad[0][0] + 1} of the chain is not finite" if len(bad) else "their products overflow"
        raise InputError(f"these step Jacobians have no Lyapunov exponents: {where}.")


def _whole(number: Any) -> bool:
    return isinstance(number, (int, np.integer)) and not isinstance(number, bool)


def _frame(n: int, k: int) -> Array:
    """Orthonormal directions, (n, k). The axes may be invariant, and then k < n of them need not be the largest."""
    if k == n:
        return np.eye(n)
    return np.linalg.qr(np.random.default_rng(0).standard_normal((n, k)))[0]


def _factored(steps: Array, skip: int, every: int | None, frame: Array) -> tuple[Array, Array]:
    """Where the blocks of counted steps end, (b,), and the diagonals |R_ii| of their products on the frame, (b, k)."""
    ends: list[int] = []
    diagonals: list[Array] = []
    at, length, total = 0, every or 1, len(steps)
    with np.errstate(all="ignore"):
        while at < total:
            block = steps[at : at + min(length, (skip if at < skip else total) - at)]
            size = len(block)
            turned, diagonal, spread = _turned(block, frame)
            if every is None and size > 1 and spread > SPREAD:
                length = size // 2
                continue
            at, frame = at + size, turned
            length = every or _next_length(size, spread)
            if at > skip:
                ends.append(at - skip)
                diagonals.append(diagonal)
    return np.array(ends), np.array(diagonals)


def _turned(block: Array, frame: Array) -> tuple[Array, Array, float]:
    """The frame after the steps of `block`, the diagonal |R_ii|, and how far the directions have spread.

    Beyond the rank the diagonal is zero exactly. The spread is inf where the product leaves the range.
    """
    product = frame
    for step in block:
        product = step.dot(product)
    frame, upper = np.linalg.qr(product)
    diagonal = np.abs(upper.diagonal())
    sizes = diagonal.tolist()
    high, low = max(sizes), min(sizes)
    if low < high / SUSPECT:
        rank = _rank_bound(block)
        diagonal[rank:] = 0.0
        low = float(diagonal[:rank].min(initial=high))
    if high == 0:
        return frame, diagonal, 1.0
    return frame, diagonal, high / low if low > 1 / RANGE and high < RANGE else float("inf")


def _rank_bound(block: Array) -> int:
    """A bound of the rank of the product: the fewest rows, or columns, of a step that are not zero."""
    filled = block != 0
    return int(min(np.count_nonzero(filled.any(axis=axis), axis=1).min() for axis in (1, 2)))


def _next_length(size: int, spread: float) -> int:
    """How many steps the next block may have, when `size` steps have spread the directions so far."""
    if not spread <= SPREAD:
        return 1
    rate = math.log(spread) / size
    return min(2 * size, LONGEST, max(1, int(0.8 * math.log(SPREAD) / max(rate, 1e-3))))
