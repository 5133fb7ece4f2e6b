"""Singular values of products of step Jacobians, all of them, in log scale.

Floats hold a product to 16 digits of its largest entry, so that the singular values of a multiplied-out product are
noise below 1e-16 of the largest. Here a product is kept as X · diag(e^d) · W, with W orthogonal, d descending and the
columns of X far from dependent; every few steps X is reduced by a QR and an LQ factorization, which turns W further and
moves scales into d (Stewart 1999, The QLP approximation to the singular value decomposition). At the end the singular
values of X · diag(e^d) are those of the product: `rnnsym.analysis.graded`.

How right they are depends on the condition of single steps, not on that of the product: the relative error is about ε
times the condition of J_t, where rows or columns of very different size (saturated units) do not count. What rounding
cannot tell from zero is zero.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from rnnsym.analysis import deflated, graded
from rnnsym.analysis.graded import DEAD, EPS
from rnnsym.analysis.products import Scaled, running, scaled
from rnnsym.analysis.threads import shared

Array = Any
ALL = slice(None)
BATCH = 6.4e7
"""Bytes of step Jacobians that are worked on at once."""
FIRST, LONGEST = 4, 16
"""Steps that are multiplied out between two reductions: at the beginning, and at most."""
LOSS = 1e-6
"""How small a pivot may become between two reductions: sixteen digits less six remain."""
UNEVEN = 1e-4
"""Columns of a step that are smaller than the largest by this are of very different size."""
SWEEPS, NARROW = 100, 10.0
"""Reductions at most before vectors are taken, and the logarithm of the ratio of scales that are left to an SVD."""


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


def fan(steps: Array, rows: slice = ALL, columns: slice = ALL) -> Array:
    """The log singular values of the products from state 0 to each of the states 1…m, of their part [rows, columns]:
    (m, r), descending."""
    none, part = _none(steps, rows, columns), _is_part(rows, columns)
    steps, each = _parted(_linked(steps, rows, columns))
    found, values = identity(steps.shape[-1], part), [none]
    for some in _batches(steps):
        unit = scaled(some)
        prefixes = Scaled(np.empty_like(unit.mantissa), np.empty(len(unit.log)))
        runs = list(_runs(unit, found, prefixes))
        values.append(_part_values(runs, prefixes, rows, columns) if part else _all_values(runs, prefixes))
        found = runs[-1].ended
    return np.concatenate(values)[each - 1 :: each]


def plain_fan(steps: Array, rows: slice = ALL, columns: slice = ALL) -> Array:
    """As `fan`, from multiplied-out products: values below 1e-16 of the largest are noise, or -inf."""
    if len(steps) and not _is_part(rows, columns) and (told := deflated.fan(steps)) is not None:
        return told
    found, products = [], Scaled(np.eye(steps.shape[-1])[None], np.zeros(1))
    for some in _batches(steps):
        products = running(some, Scaled(products.mantissa[-1], products.log[-1]))
        found.append(_log_values(products.mantissa[:, rows, columns]) + products.log[:, None])
    return np.concatenate([*found, _none(steps, rows, columns)])


def _none(steps: Array, rows: slice, columns: slice) -> Array:
    """No rows of as many values as the part [rows, columns] has."""
    return np.empty((0, min(steps[:1, rows, columns].shape[1:], default=0)))


def _log_values(stack: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log(shared(graded.singular_values, stack))


def whole(steps: Array, rows: slice = ALL, columns: slice = ALL) -> Array:
    """The log singular values of the product of all steps, of its part [rows, columns]: (r,), descending."""
    found = factored(steps, rows, columns)
    return graded.log_values(found.lower.T[None], found.log[None])[0]


def vectors(steps: Array, rows: slice = ALL, columns: slice = ALL) -> tuple[Array, Array, Array]:
    """U (r, s), log σ (s,) descending and Vᵀ (s, c) of the part [rows, columns] of the product of all steps."""
    found = factored(steps, rows, columns, vectors=True)
    for _ in range(SWEEPS):
        found = _again(found)
        upper, log = found.lower.T[None], found.log[None]
        starts = graded.cuts(upper, log, EPS, EPS)
        if graded.widest(log, starts)[0] <= NARROW:
            break
    left, values, right = found.basis.copy(), found.log.copy(), np.array(found.right)
    edges = [*np.flatnonzero(starts[0]), len(values)]
    for first, last in pairwise(edges):
        part = slice(first, last)
        scales = found.log[part] - found.log[first]
        u, sizes, vt = np.linalg.svd(found.lower[part, part] * np.exp(scales))
        left[:, part], right[part] = left[:, part] @ u, vt @ right[part]
        values[part] = graded.log_of(sizes) + found.log[first]
    order = np.argsort(-values, kind="stable")
    left, right, values = left[:, order], right[order], np.where(values < 0.5 * DEAD, -np.inf, values)[order]
    signs = np.where(right[np.arange(len(right)), np.argmax(np.abs(right), axis=1)] < 0, -1.0, 1.0)
    return left * signs, values, right * signs[:, None]


def factored(steps: Array, rows: slice = ALL, columns: slice = ALL, vectors: bool = False) -> Factored:
    """The part [rows, columns] of the product of all steps, reduced."""
    part = _is_part(rows, columns)
    steps, _ = _parted(_linked(steps, rows, columns))
    found = identity(steps.shape[-1], vectors or part)
    for some in _batches(steps):
        unit = scaled(some)
        for run in _runs(unit, found, Scaled(np.empty_like(unit.mantissa), np.empty(len(unit.log)))):
            found = run.ended
    return _part(found, rows, columns) if part else found


def _batches(steps: Array) -> Iterator[Array]:
    size = max(1, int(BATCH // (8 * steps.shape[-1] ** 2)))
    return (steps[start : start + size] for start in range(0, len(steps), size))


def _is_part(rows: slice, columns: slice) -> bool:
    return not (rows == ALL and columns == ALL)


def _linked(steps: Array, rows: slice, columns: slice) -> Array:
    """The steps, or zeros where no way leads from `columns` to `rows`: then rounding has nothing to blur."""
    if not _is_part(rows, columns):
        return steps
    ways = np.eye(steps.shape[-1]) + np.any(steps != 0, axis=0)
    for _ in range(len(ways).bit_length()):
        ways = np.minimum(ways @ ways, 1.0)
    return steps if ways[rows, columns].any() else np.zeros_like(steps)


def _parted(steps: Array) -> tuple[Array, int]:
    """The steps, each as so many: two where columns are of very different size, such as those of Uᵀ diag(f'). Then the
    sizes come first, so that no sum of products drowns a small one."""
    sizes = np.abs(steps).max(axis=1, initial=0.0)
    if np.all((sizes > UNEVEN * sizes.max(axis=1, keepdims=True, initial=0.0)) | (sizes == 0)):
        return steps, 1
    both = np.zeros((len(steps), 2, *steps.shape[1:]))
    np.einsum("mii->mi", both[:, 0])[:] = sizes
    both[:, 1] = steps / graded.divisor(sizes)[:, None]
    return both.reshape(-1, *steps.shape[1:]), 2


def _part(found: Factored, rows: slice, columns: slice) -> Factored:
    chosen = np.eye(len(found.basis))[rows]
    found = advanced(found._replace(right=np.array(found.right)[:, columns]), Scaled(chosen, np.zeros(())))
    return found if len(found.lower) == len(found.log) else _again(found)


def _again(found: Factored) -> Factored:
    """The same product, reduced once more: entries between far scales get smaller."""
    return advanced(found, Scaled(np.eye(len(found.basis)), np.zeros(())))


class Run(NamedTuple):
    """Steps start…stop - 1 that were multiplied out, and the product before and after them."""

    start: int
    stop: int
    begun: Factored
    ended: Factored


def _runs(unit: Scaled, found: Factored, prefixes: Scaled) -> Iterator[Run]:
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


def _all_values(runs: Sequence[Run], prefixes: Scaled) -> Array:
    """The values of the products at all steps: those at the ends of runs are at hand as triangles."""
    count, n = prefixes.mantissa.shape[:2]
    upper, log = np.empty((count, n, n)), np.empty((count, n))
    ends = np.array([run.stop - 1 for run in runs])
    upper[ends], log[ends] = [run.ended.lower.T for run in runs], [run.ended.log for run in runs]
    inner = np.setdiff1d(np.arange(count), ends)
    if len(inner):
        upper[inner], log[inner], _ = _triangles(runs, prefixes, inner, ALL)
    return graded.log_values(upper, log)


def _part_values(runs: Sequence[Run], prefixes: Scaled, rows: slice, columns: slice) -> Array:
    """The values of the part [rows, columns] of the products at all steps."""
    upper, log, order = _triangles(runs, prefixes, np.arange(len(prefixes.log)), rows)
    right = _spread(runs, [np.array(run.begun.right)[:, columns] for run in runs])
    upper = _without_noise(upper @ np.take_along_axis(right, order[..., None], 1))
    upper, log = graded.turned(upper, log)
    if upper.shape[1] < upper.shape[2]:
        upper, log = graded.turned(upper, log)
    return graded.log_values(upper, log)


def _triangles(runs: Sequence[Run], prefixes: Scaled, at: Array, rows: slice) -> tuple[Array, Array, Array]:
    """`graded.reduced` of `rows` of the products at the steps `at`, without their orthogonal right factor."""
    left = _spread(runs, [run.begun.left for run in runs])[at]
    log = _spread(runs, [run.begun.log for run in runs])[at]
    return graded.reduced(prefixes.mantissa[at][:, rows] @ left, log + prefixes.log[at][:, None])


def _spread(runs: Sequence[Run], values: Sequence[Array]) -> Array:
    """What belongs to each run, for each of its steps."""
    return np.repeat(np.stack(values), [run.stop - run.start for run in runs], axis=0)


def _without_noise(stack: Array) -> Array:
    """Rows of size 1 times orthogonal rows, without what rounding leaves of zeros."""
    return np.where(np.abs(stack) > stack.shape[-1] * EPS, stack, 0.0)


def _alive(logs: Array) -> Array:
    return np.maximum(logs, DEAD)


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
    turn, lower = np.linalg.qr(_without_noise(upper @ right).T)
    return lower, turn.T
