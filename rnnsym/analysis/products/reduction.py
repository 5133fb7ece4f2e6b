"""Products of step Jacobians as X · diag(e^d) · W: W orthogonal, d descending, the columns of X far from dependent.

Every few steps X is reduced by a QR and an LQ factorization, which turns W further and moves scales into d. Source:
Stewart (1999), The QLP approximation to the singular value decomposition; that a QR of rows in order of their size
keeps the small ones right: Cox and Higham (1998), Stability of Householder QR factorization for weighted least squares
problems.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from rnnsym.analysis.products import graded
from rnnsym.analysis.products.graded import DEAD, EPS
from rnnsym.analysis.products.logscale import Scaled

Array = Any
BATCH = 6.4e7
"""Bytes of step Jacobians that are worked on at once."""
FIRST, LONGEST = 4, 16
"""Steps that are multiplied out between two reductions: at the beginning, and at most."""
LOSS = 1e-6
"""How small a pivot may become between two reductions: sixteen digits less six remain."""
UNEVEN = 1e-4
"""Columns of a step that are smaller than the largest by this are of very different size."""


class Factored(NamedTuple):
    """The product basis · lower · diag(e^log) · right. `basis` and `right` are orthogonal (`right` is None where nobody
    asks for it), `lower` is triangular, and e^log descends. `pivot` is the smallest pivot that was met: how dependent
    the columns were before the reduction."""

    basis: Array
    lower: Array
    log: Array
    right: Array | None = None
    pivot: float = 1.0

    @property
    def left(self) -> Array:
        return self.basis @ self.lower


def identity(size: int, vectors: bool = False) -> Factored:
    """The empty product."""
    unit = np.eye(size)
    return Factored(unit, unit, np.zeros(size), unit if vectors else None)


class Run(NamedTuple):
    """Steps start…stop - 1 that were multiplied out, and the product before and after them."""

    start: int
    stop: int
    begun: Factored
    ended: Factored


def runs_of(unit: Scaled, found: Factored, prefixes: Scaled) -> Iterator[Run]:
    """The chain in runs that are as long as keeps the digits; `prefixes` receives the products inside each run."""
    start, length, logs = 0, FIRST, _alive(unit.log)
    while start < len(logs):
        stop = min(start + length, len(logs))
        np.cumsum(logs[start:stop], out=prefixes.log[start:stop])
        prefixes.mantissa[start] = unit.mantissa[start]
        for i in range(start + 1, stop):
            np.dot(unit.mantissa[i], prefixes.mantissa[i - 1], prefixes.mantissa[i])
        ended = advanced(found, Scaled(prefixes.mantissa[stop - 1], prefixes.log[stop - 1]))
        while ended.pivot < LOSS and stop - start > 1:
            stop -= (stop - start) // 2
            ended = advanced(found, Scaled(prefixes.mantissa[stop - 1], prefixes.log[stop - 1]))
        yield Run(start, stop, found, ended)
        length = _next_length(stop - start, ended.pivot)
        start, found = stop, ended


def _next_length(length: int, pivot: float) -> int:
    """How long the next run may be, if pivots go on to fall as fast."""
    fall = max(-math.log(max(pivot, EPS**2)), 0.1) / length
    return max(1, min(int(-0.8 * math.log(LOSS) / fall), LONGEST, 2 * length))


def advanced(found: Factored, step: Scaled) -> Factored:
    """`step` times the product, reduced: a QR factorization, scales in order, and an LQ factorization."""
    stack = step.mantissa @ found.left
    norms = np.sqrt((stack * stack).sum(axis=0))
    log = found.log + np.maximum(step.log, DEAD) + graded.log_of(norms)
    columns = (-log).argsort(kind="stable")
    log = log[columns]
    heights = (np.abs(stack) / graded.divisor(norms)).max(axis=1)
    rows = (-heights).argsort(kind="stable")
    q, upper = np.linalg.qr((stack / graded.divisor(norms))[rows[:, None], columns])
    basis = np.empty_like(q)
    basis[rows] = q
    own = log[: len(upper)]
    pivots = np.abs(upper.diagonal()[own > 0.5 * DEAD])
    graded.drop_noise(upper, heights[rows[: len(upper)]])
    upper *= graded.ratios(log - own[:, None])
    sizes = np.abs(upper).max(axis=1)
    log = own + graded.log_of(sizes)
    order = (-log).argsort(kind="stable")
    log = log[order]
    upper = upper[order] / graded.divisor(sizes)[order][:, None]
    lower, right = _turned(upper, None if found.right is None else found.right[columns])
    graded.drop_noise(lower, 1.0)
    inner = log[: len(lower)]
    lower = np.tril(lower.T) * graded.ratios(log[:, None] - inner)
    return Factored(basis[:, order], lower, inner, right, float(pivots.min(initial=1.0)))


def _turned(upper: Array, right: Array | None) -> tuple[Array, Array | None]:
    """upper · right as Lᵀ · W with orthogonal W, None where `right` is; the upper triangle of L is what counts."""
    if right is None:
        return np.linalg.qr(upper.T, mode="raw")[0].T, None
    turn, lower = np.linalg.qr((upper @ right).T)
    return lower, turn.T


def _alive(logs: Array) -> Array:
    return np.maximum(logs, DEAD)


def again(found: Factored) -> Factored:
    """The same product, reduced once more: entries between far scales get smaller."""
    return advanced(found, Scaled(np.eye(len(found.basis)), np.zeros(())))


def parted(steps: Array) -> tuple[Array, int]:
    """The steps, each as so many: two where columns are of very different size, such as those of Uᵀ diag(f'). Then the
    sizes come first, so that no sum of products drowns a small one."""
    sizes = np.abs(steps).max(axis=1, initial=0.0)
    if np.all((sizes > UNEVEN * sizes.max(axis=1, keepdims=True, initial=0.0)) | (sizes == 0)):
        return steps, 1
    both = np.zeros((len(steps), 2, *steps.shape[1:]))
    np.einsum("mii->mi", both[:, 0])[:] = sizes
    both[:, 1] = steps / graded.divisor(sizes)[:, None]
    return both.reshape(-1, *steps.shape[1:]), 2


def batches(steps: Array) -> Iterator[Array]:
    size = max(1, int(BATCH // (8 * steps.shape[-1] ** 2)))
    return (steps[start : start + size] for start in range(0, len(steps), size))
