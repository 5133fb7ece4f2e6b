"""Singular values of products of step Jacobians, all of them, in log scale.

Floats hold a product to 16 digits of its largest entry, so that the singular values of a multiplied-out product are
noise below 1e-16 of the largest. Here a product is kept as X · diag(e^d) · W, with W orthogonal, d descending and the
columns of X far from dependent (module `reduction`): the singular values of X · diag(e^d) are then those of the product
(module `graded`).

How right they are depends on single steps, not on the product: they are those of steps that are off by about ε‖J_t‖,
where rows or columns of very different size (saturated units) do not count. What rounding cannot tell from zero is
zero.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from rnnsym.analysis.products import deflated, graded
from rnnsym.analysis.products.graded import DEAD, EPS
from rnnsym.analysis.products.logscale import Scaled, running, scaled
from rnnsym.analysis.products.reduction import Factored, Run, advanced, again, batches, identity, parted, runs_of
from rnnsym.analysis.products.threads import shared

Array = Any
ALL = slice(None)
SWEEPS, NARROW = 100, 10.0
"""Reductions at most before vectors are taken, and the logarithm of the ratio of scales that are left to an SVD."""


def fan(steps: Array, rows: slice = ALL, columns: slice = ALL) -> Array:
    """The log singular values of the products from state 0 to each of the states 1…m, of their part [rows, columns]:
    (m, r), descending."""
    if not _is_part(rows, columns):
        return _fan(steps, None)
    part = _linked(steps, rows, columns)
    found = _fan(part.of(steps), part) if part.rank else np.empty((len(steps), 0))
    return np.pad(found, ((0, 0), (0, part.missing)), constant_values=-np.inf)


def _fan(steps: Array, part: "Part | None") -> Array:
    steps, each = parted(steps)
    found = identity(steps.shape[-1], part is not None)
    values = [np.empty((0, steps.shape[-1] if part is None else part.rank))]
    for some in batches(steps):
        unit = scaled(some)
        prefixes = Scaled(np.empty_like(unit.mantissa), np.empty(len(unit.log)))
        runs = list(runs_of(unit, found, prefixes))
        values.append(_all_values(runs, prefixes) if part is None else _part_values(runs, prefixes, part))
        found = runs[-1].ended
    return np.concatenate(values)[each - 1 :: each]


def plain_fan(steps: Array, rows: slice = ALL, columns: slice = ALL) -> Array:
    """As `fan`, from multiplied-out products: values below 1e-16 of the largest are noise, or -inf."""
    if len(steps) and not _is_part(rows, columns) and (told := deflated.fan(steps)) is not None:
        return told
    found, products = [], Scaled(np.eye(steps.shape[-1])[None], np.zeros(1))
    for some in batches(steps):
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
    part = _linked(steps, rows, columns)
    if not part.rank:
        return np.full(part.missing, -np.inf)
    found = factored(part.of(steps), part if _is_part(rows, columns) else None)
    values = graded.log_values(found.lower.T[None], found.log[None])[0]
    return np.pad(values, (0, part.missing), constant_values=-np.inf)


def vectors(steps: Array, rows: slice = ALL, columns: slice = ALL) -> tuple[Array, Array, Array]:
    """U (r, s), log σ (s,) descending and Vᵀ (s, c) of the part [rows, columns] of the product of all steps."""
    part, shape = _linked(steps, rows, columns), np.empty(steps.shape[1:])[rows, columns].shape
    left, values, right = np.empty((0, 0)), np.empty(0), np.empty((0, 0))
    if part.rank:
        known = part if _is_part(rows, columns) else None
        left, values, right = _vectors(factored(part.of(steps), known, vectors=True))
    signs = (
        np.where(right[np.arange(len(right)), np.argmax(np.abs(right), axis=1)] < 0, -1.0, 1.0) if part.rank else 1.0
    )
    first = np.arange(steps.shape[-1])
    left = _completed(left * signs, np.isin(first[rows], part.states[part.rows]), min(shape))
    right = _completed(right.T * signs, np.isin(first[columns], part.states[part.columns]), min(shape)).T
    return left, np.pad(values, (0, part.missing), constant_values=-np.inf), right


def _vectors(found: Factored) -> tuple[Array, Array, Array]:
    """U, log σ and Vᵀ: reductions until only near scales are coupled, and an SVD of each block of those."""
    for _ in range(SWEEPS):
        found = again(found)
        starts = graded.cuts(found.lower.T[None], found.log[None], EPS, EPS)
        if graded.widest(found.log[None], starts)[0] <= NARROW:
            break
    left, values, right = found.basis.copy(), found.log.copy(), np.array(found.right)
    for first, last in pairwise([*np.flatnonzero(starts[0]), len(values)]):
        block = slice(first, last)
        scales = found.log[block] - found.log[first]
        u, sizes, vt = np.linalg.svd(found.lower[block, block] * np.exp(scales))
        left[:, block], right[block] = left[:, block] @ u, vt @ right[block]
        values[block] = graded.log_of(sizes) + found.log[first]
    order = np.argsort(-values, kind="stable")
    return left[:, order], np.where(values < 0.5 * DEAD, -np.inf, values)[order], right[order]


def _completed(vectors: Array, inside: Array, count: int) -> Array:
    """The vectors (columns) among all entries, of which they have those `inside`; and others orthogonal to them."""
    whole = np.zeros((len(inside), vectors.shape[1]))
    whole[inside] = vectors
    if vectors.shape[1] == count:
        return whole
    others = np.linalg.qr(np.concatenate([whole, np.eye(len(inside))], axis=1))[0]
    return np.concatenate([whole, others[:, vectors.shape[1] : count]], axis=1)


def factored(steps: Array, part: "Part | None" = None, vectors: bool = False) -> Factored:
    """The product of all steps, or a part of it, reduced."""
    steps, _ = parted(steps)
    found = identity(steps.shape[-1], vectors or part is not None)
    last = np.eye(steps.shape[-1])
    if part is not None and len(steps):
        steps, last = steps[:-1], steps[-1]
    for some in batches(steps):
        unit = scaled(some)
        for run in runs_of(unit, found, Scaled(np.empty_like(unit.mantissa), np.empty(len(unit.log)))):
            found = run.ended
    return found if part is None else _part(found, last, part)


def _is_part(rows: slice, columns: slice) -> bool:
    return not (rows == ALL and columns == ALL)


class Part(NamedTuple):
    """The `states` that ways from the columns to the rows of a part pass, which `rows` and `columns` of them are not
    zero by the structure of the product, and how many singular values are."""

    states: Array
    rows: Array
    columns: Array
    missing: int

    @property
    def rank(self) -> int:
        return min(len(self.rows), len(self.columns))

    def of(self, steps: Array) -> Array:
        """The steps between the states: what is large beside them drowns nothing."""
        if len(self.states) == steps.shape[-1]:
            return steps
        return np.ascontiguousarray(steps[:, self.states[:, None], self.states])


def _linked(steps: Array, rows: slice, columns: slice) -> Part:
    """The part [rows, columns] without what no way leads to or from: there, rounding would blur zeros."""
    first = np.arange(steps.shape[-1])
    if not _is_part(rows, columns):
        return Part(first, first, first, 0)
    ways = np.eye(len(first)) + np.any(steps != 0, axis=0)
    for _ in range(len(first).bit_length()):
        ways = np.minimum(ways @ ways, 1.0)
    block = ways[rows, columns] > 0
    passed = ways[rows].any(axis=0) & ways[:, columns].any(axis=1)
    some = first[rows][block.any(axis=1)], first[columns][block.any(axis=0)]
    at = np.cumsum(passed) - 1
    return Part(first[passed], at[some[0]], at[some[1]], min(block.shape) - min(map(len, some)))


def _part(found: Factored, last: Array, part: Part) -> Factored:
    """The part of the last step times the rest: only its own rows count, however small they are beside the others."""
    chosen = scaled(last[part.rows])
    found = advanced(found._replace(right=np.array(found.right)[:, part.columns]), chosen)
    return found if len(found.lower) == len(found.log) else again(found)


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


def _part_values(runs: Sequence[Run], prefixes: Scaled, part: Part) -> Array:
    """The values of a part of the products at all steps."""
    upper, log, order = _triangles(runs, prefixes, np.arange(len(prefixes.log)), part.rows)
    right = _spread(runs, [np.array(run.begun.right)[:, part.columns] for run in runs])
    upper = upper @ np.take_along_axis(right, order[..., None], 1)
    upper, log = graded.turned(upper, log)
    if upper.shape[1] < upper.shape[2]:
        upper, log = graded.turned(upper, log)
    return graded.log_values(upper, log)


def _triangles(runs: Sequence[Run], prefixes: Scaled, at: Array, rows: Any) -> tuple[Array, Array, Array]:
    """`graded.reduced` of `rows` of the products at the steps `at`, without their orthogonal right factor."""
    left = _spread(runs, [run.begun.left for run in runs])[at]
    log = _spread(runs, [run.begun.log for run in runs])[at]
    chosen = Scaled(prefixes.mantissa[at], prefixes.log[at])
    if rows is not ALL:
        chosen = scaled(chosen.mantissa[:, rows], np.maximum(chosen.log, DEAD))
    return graded.reduced(chosen.mantissa @ left, log + np.maximum(chosen.log, DEAD)[:, None])


def _spread(runs: Sequence[Run], values: Sequence[Array]) -> Array:
    """What belongs to each run, for each of its steps."""
    return np.repeat(np.stack(values), [run.stop - run.start for run in runs], axis=0)
