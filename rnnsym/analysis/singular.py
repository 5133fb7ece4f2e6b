"""Singular values of products of step Jacobians, all of them, in log scale.

Floats hold a product to 16 digits of its largest entry, so that the singular values of a multiplied-out product are
noise below 1e-16 of the largest. Here a product is kept as X · diag(e^d) · W, with W orthogonal, d descending and the
columns of X far from dependent; every few steps X is reduced by a QR and an LQ factorization, which turns W further and
moves scales into d (Stewart 1999, The QLP approximation to the singular value decomposition). At the end the singular
values of X · diag(e^d) are those of the product: `rnnsym.analysis.graded`.

How right they are depends on the condition of single steps, not on that of the product: the relative error is about ε
times the condition of J_t, where rows of very different size (saturated units) do not count. What rounding cannot tell
from zero is zero.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from rnnsym.analysis import graded
from rnnsym.analysis.graded import DEAD, EPS
from rnnsym.analysis.products import Scaled, product, running, scaled
from rnnsym.analysis.threads import shared

Array = Any
ALL = slice(None)
BATCH = 2048
"""Steps that are worked on at once."""
LONGEST = 16
"""Steps that are multiplied out between two reductions, at most."""
LOSS = 1e-6
"""How small a pivot may become between two reductions: sixteen digits less six remain."""
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
    return _adapted(steps, lambda length: _fan(steps, length, rows, columns))


def plain_fan(steps: Array, rows: slice = ALL, columns: slice = ALL) -> Array:
    """As `fan`, from multiplied-out products: values below 1e-16 of the largest are noise."""
    found, products = [], Scaled(np.eye(steps.shape[-1])[None], np.zeros(1))
    for start in range(0, len(steps), BATCH):
        products = running(steps[start : start + BATCH], Scaled(products.mantissa[-1], products.log[-1]))
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
    part = not (rows == ALL and columns == ALL)

    def made(length: int) -> tuple[Factored, float]:
        found, pivot = identity(steps.shape[-1], vectors or part), 1.0
        for start in range(0, len(steps), length):
            found = advanced(found, product(steps, min(start + length, len(steps)), start))
            pivot = min(pivot, found.pivot)
        return (_part(found, rows, columns) if part else found), pivot

    return _adapted(steps, made)


def _part(found: Factored, rows: slice, columns: slice) -> Factored:
    right = None if found.right is None else found.right[:, columns]
    chosen = np.eye(len(found.basis))[rows]
    found = advanced(found._replace(right=right), Scaled(chosen, np.zeros(())))
    return found if len(found.lower) == len(found.log) else _again(found)


def _again(found: Factored) -> Factored:
    """The same product, reduced once more: entries between far scales get smaller."""
    return advanced(found, Scaled(np.eye(len(found.basis)), np.zeros(())))


def _adapted(steps: Array, made: Callable[[int], tuple[Any, float]]) -> Any:
    """What is made with as long runs between two reductions as keep the digits."""
    length = _length(steps)
    while True:
        found, pivot = made(length)
        if pivot >= LOSS or length == 1:
            return found
        length //= 2


def _length(steps: Array) -> int:
    """How many steps to multiply out between two reductions, from the condition of a few of them."""
    if not len(steps):
        return 1
    some = steps[np.linspace(0, len(steps) - 1, min(len(steps), 6)).astype(int)]
    values = np.linalg.svd(some, compute_uv=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.nan_to_num(np.log(values[:, 0] / values[:, -1]), nan=0.0, posinf=40.0)
    return int(np.clip(np.rint(-np.log(LOSS) / max(spread.mean(), 0.1)), 1, LONGEST))


def _fan(steps: Array, length: int, rows: slice, columns: slice) -> tuple[Array, float]:
    """The fan with a reduction every `length` steps, and the smallest pivot that was met."""
    n = steps.shape[-1]
    part = not (rows == ALL and columns == ALL)
    found, batch = [identity(n, part)], -(-BATCH // length) * length
    values, pivot = [_none(steps, rows, columns)], 1.0
    for start in range(0, len(steps), batch):
        runs = _prefixes(steps[start : start + batch], length)
        for mantissa, log in zip(runs.mantissa[:, -1], runs.log[:, -1], strict=True):
            found.append(advanced(found[-1], Scaled(mantissa, log)))
        out = _inside(runs, found, rows, columns) if part else _all_inside(runs, found)
        values.append(out.reshape(-1, out.shape[-1])[: len(steps) - start])
        pivot = min(pivot, *(f.pivot for f in found))
        found = found[-1:]
    return np.concatenate(values), pivot


def _all_inside(runs: Scaled, found: list[Factored]) -> Array:
    """The values at the steps of all runs: those at the ends of runs are known, `found` starts with the one before."""
    ends = graded.log_values(np.stack([f.lower.T for f in found[1:]]), np.stack([f.log for f in found[1:]]))[:, None]
    if runs.log.shape[1] == 1:
        return ends
    inner = Scaled(runs.mantissa[:, :-1], runs.log[:, :-1])
    return np.concatenate([_inside(inner, found, ALL, ALL), ends], axis=1)


def _inside(runs: Scaled, found: list[Factored], rows: slice, columns: slice) -> Array:
    """The values at the steps of each run, behind the product that it starts from: (runs, length, r)."""
    count, length, n, _ = runs.mantissa.shape
    stack = runs.mantissa[:, :, rows] @ np.stack([f.left for f in found[:-1]])[:, None]
    log = np.stack([f.log for f in found[:-1]])[:, None] + _alive(runs.log)[..., None]
    upper, scales, order = graded.reduced(stack.reshape(count * length, -1, n), log.reshape(-1, n))
    if found[0].right is not None:
        right = np.stack([f.right[:, columns] for f in found[:-1]]).repeat(length, axis=0)
        upper = _without_noise(upper @ np.take_along_axis(right, order[..., None], 1))
        upper, scales = graded.turned(upper, scales)
        if upper.shape[1] < upper.shape[2]:
            upper, scales = graded.turned(upper, scales)
    return graded.log_values(upper, scales).reshape(count, length, -1)


def _without_noise(stack: Array) -> Array:
    """Rows of size 1 times orthogonal rows, without what rounding leaves of zeros."""
    return np.where(np.abs(stack) > stack.shape[-1] * EPS, stack, 0.0)


def _prefixes(steps: Array, length: int) -> Scaled:
    """The products inside each run of `length` steps: (runs, length, n, n); identities fill the last run."""
    m, n = len(steps), steps.shape[-1]
    runs = -(-m // length)
    unit = scaled(steps)
    out = np.empty((runs * length, n, n))
    out[:m], out[m:] = unit.mantissa, np.eye(n)
    logs = np.zeros(runs * length)
    logs[:m] = _alive(unit.log)
    out = out.reshape(runs, length, n, n)
    for i in range(1, length):
        np.matmul(out[:, i].copy(), out[:, i - 1], out=out[:, i])
    return scaled(out, np.cumsum(logs.reshape(runs, length), axis=1))


def _alive(logs: Array) -> Array:
    return np.maximum(logs, DEAD)


def advanced(found: Factored, step: Scaled) -> Factored:
    """`step` times the product, reduced: a QR factorization, scales in order, and an LQ factorization."""
    stack = step.mantissa @ found.left
    norms = np.sqrt(np.einsum("ij,ij->j", stack, stack))
    log = found.log + _alive(step.log) + graded.log_of(norms)
    columns = np.argsort(-log, kind="stable")
    log = log[columns]
    stack = (stack / np.where(norms > 0, norms, 1.0))[:, columns]
    heights = np.max(np.abs(stack), axis=1)
    rows = np.argsort(-heights, kind="stable")
    q, upper = np.linalg.qr(stack[rows])
    basis = np.empty_like(q)
    basis[rows] = q
    pivots = np.abs(upper.diagonal()[log[: len(upper)] > 0.5 * DEAD])
    graded.drop_noise(upper, heights[rows][: len(upper)])
    upper *= np.exp(np.minimum(log - log[: len(upper), None], 0.0))
    sizes = np.max(np.abs(upper), axis=1)
    upper /= np.where(sizes > 0, sizes, 1.0)[:, None]
    log = log[: len(upper)] + graded.log_of(sizes)
    order = np.argsort(-log, kind="stable")
    log = log[order]
    right = None
    if found.right is None:
        lower = np.linalg.qr(upper[order].T, mode="r")
    else:
        turn, lower = np.linalg.qr(_without_noise(upper[order] @ found.right[columns]).T)
        right = turn.T
    graded.drop_noise(lower, 1.0)
    inner = log[: len(lower)]
    lower = lower.T * np.exp(np.minimum(log[:, None] - inner, 0.0))
    return Factored(basis[:, order], lower, inner, right, float(pivots.min(initial=1.0)))
