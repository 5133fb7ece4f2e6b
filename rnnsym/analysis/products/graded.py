"""Singular values of stacks of graded matrices: of X · diag(e^log), where scales lie any number of digits apart.

A QR factorization makes a triangle diag(e^d) · R of it, R with rows of size 1, whose entries between far scales are
small; a QR of its transpose makes them smaller still, by the ratio of the scales. Where they no longer matter the
triangle is cut, and blocks of near scales go to an ordinary SVD, which is accurate for graded matrices (scales in
order) as long as they are in the range of floats.
"""

from typing import Any

import numpy as np

from rnnsym.analysis.products.threads import shared

Array = Any
EPS = float(np.finfo(float).eps)
DEAD = -1e300
"""The logarithm of a scale that is zero: finite, so that differences are."""
RANGE = 500.0
"""The largest ratio of scales inside a block, as a logarithm: LAPACK squares them, after making the largest large."""
FAINT = -80.0
"""The logarithm of an entry, relative to the largest of its row, that changes no digit of a singular value."""
COUPLING, NEAR = 1e-6, 1e-12
"""Entries, relative to the pivot of their row, that are dropped between scales a factor of two apart, and any."""


def reduced(stack: Array, log: Array) -> tuple[Array, Array, Array]:
    """Upper triangles R with log scales d, so that X · diag(e^log) and diag(e^d) · R have the same singular values; and
    the order in which R has the columns of X."""
    norms = np.sqrt(np.einsum("mij,mij->mj", stack, stack))
    log = log + log_of(norms)
    columns = np.argsort(-log, axis=-1, kind="stable")
    log = np.take_along_axis(log, columns, -1)
    stack = np.take_along_axis(stack / divisor(norms)[:, None], columns[:, None], -1)
    heights = np.max(np.abs(stack), axis=-1)
    rows = np.argsort(-heights, axis=-1, kind="stable")
    upper = shared(_upper, np.take_along_axis(stack, rows[..., None], 1))
    drop_noise(upper, np.take_along_axis(heights, rows, -1)[:, : upper.shape[1]])
    return *_damped(upper, log), columns


def _upper(stack: Array) -> Array:
    return np.linalg.qr(stack, mode="r")


def _damped(upper: Array, log: Array) -> tuple[Array, Array]:
    """R · diag(e^log), log descending, as diag(e^d) · R' with rows of size 1: what couples far scales gets small."""
    own = log[:, : upper.shape[1]]
    upper = upper * ratios(log[:, None] - own[..., None])
    sizes = np.max(np.abs(upper), axis=-1)
    return upper / divisor(sizes)[..., None], own + log_of(sizes)


def turned(upper: Array, log: Array) -> tuple[Array, Array]:
    """Another triangle with the same singular values, whose far scales are coupled less: one QR of the transpose."""
    order = np.argsort(-log, axis=-1, kind="stable")
    log = np.take_along_axis(log, order, -1)
    rows = np.take_along_axis(upper, order[..., None], 1)
    other = shared(_upper, np.ascontiguousarray(rows.swapaxes(1, 2)))
    drop_noise(other, 1.0)
    return _damped(other, log)


def log_values(upper: Array, log: Array) -> Array:
    """The log singular values of diag(e^log) · upper: (m, n), descending."""
    out = np.empty(log.shape)
    waiting = np.arange(len(log))
    while len(waiting):
        starts = cuts(upper, log)
        ready = widest(log, starts) <= RANGE
        out[waiting[ready]] = _by_blocks(upper[ready], log[ready], starts[ready])
        waiting = waiting[~ready]
        if len(waiting):
            upper, log = turned(upper[~ready], log[~ready])
    return np.sort(np.where(out < 0.5 * DEAD, -np.inf, out), axis=-1)[:, ::-1]


def cuts(upper: Array, log: Array, far: float = COUPLING, near: float = NEAR) -> Array:
    """Where a block begins: no entry worth keeping couples the scales before with those from there on; (m, n)."""
    n = log.shape[-1]
    apart = log[:, None] - log[..., None] < -np.log(2.0)
    sizes = np.abs(upper)
    pivots = np.einsum("mii->mi", sizes)[..., None]
    kept = sizes > np.where(apart, far, near) * pivots
    reach = np.max(np.where(kept, np.arange(n), -1), axis=-1)
    starts = np.ones(log.shape, dtype=bool)
    starts[:, 1:] = np.maximum.accumulate(reach, axis=-1)[:, :-1] < np.arange(1, n)
    return starts


def widest(log: Array, starts: Array) -> Array:
    """The largest difference of logs inside a block, for each matrix."""
    flat, first = log.ravel(), np.flatnonzero(starts)
    spans = np.maximum.reduceat(flat, first) - np.minimum.reduceat(flat, first)
    return np.maximum.reduceat(spans, np.flatnonzero(first % log.shape[-1] == 0))


def _by_blocks(upper: Array, log: Array, starts: Array) -> Array:
    """The log singular values block by block, blocks of one size together."""
    out = np.empty(log.shape)
    owner, first = np.nonzero(starts)
    sizes = np.diff(np.append(np.flatnonzero(starts), log.size))
    for size in np.unique(sizes):
        at = sizes == size
        inside = first[at][:, None] + np.arange(size)
        own = owner[at][:, None]
        scales = log[own, inside]
        top = scales.max(axis=1, keepdims=True)
        blocks = upper[own[..., None], inside[..., None], inside[:, None]] * np.exp(scales - top)[..., None]
        values = np.abs(blocks[:, 0]) if size == 1 else shared(singular_values, blocks)
        out[own, inside] = log_of(values) + top
    return out


def singular_values(stack: Array) -> Array:
    """The singular values of each matrix, descending."""
    return np.linalg.svd(stack, compute_uv=False)


def log_of(sizes: Array) -> Array:
    """Logarithms with `DEAD` for zero."""
    zero = sizes == 0
    return np.log(sizes + zero) + DEAD * zero


def ratios(logs: Array) -> Array:
    """e^logs of logarithms that are at most 0, up to rounding; those that can change nothing are 0, and with them the
    numbers so small that processors are slow with them."""
    return np.exp(np.where(logs < FAINT, -np.inf, np.minimum(logs, 0.0)))


def divisor(sizes: Array) -> Array:
    """The sizes, with 1 for zero."""
    return sizes + (sizes == 0)


def drop_noise(upper: Array, heights: Array) -> None:
    """Set to zero the pivots that rounding leaves of a zero; `heights` are the sizes of the rows."""
    pivots = np.einsum("...ii->...i", upper[..., : upper.shape[-2]])
    pivots[np.abs(pivots) <= upper.shape[-1] * EPS * heights] = 0.0
