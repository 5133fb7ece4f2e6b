"""Spectral norms of many products of step Jacobians, in log scale."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnnsym.analysis.products import SEGMENT, SMALL, Scaled, evened, sizes
from rnnsym.analysis.threads import shared

Array = Any
PENDING = 3.2e7
"""Bytes of products that wait for their norms to be taken together."""


def log_norms(stack: Scaled) -> Array:
    """log‖·‖₂ of every matrix: the root of the largest eigenvalue of AᵀA or AAᵀ, whichever is smaller. -inf for zero, nan
    for a matrix that is not finite."""
    size = sizes(stack.mantissa)
    with np.errstate(divide="ignore", invalid="ignore"):
        good = np.isfinite(size) & (size > 0)
        out = np.log(np.where(np.isfinite(size), size, np.nan)) + stack.log
    if good.all():
        return out + 0.5 * np.log(shared(_largest, stack.mantissa / size[:, None, None]))
    if good.any():
        out[good] += 0.5 * np.log(shared(_largest, stack.mantissa[good] / size[good, None, None]))
    return out


def _largest(stack: Array) -> Array:
    """The square of the norm of each matrix."""
    other = stack.swapaxes(1, 2)
    gram = stack @ other if stack.shape[1] < stack.shape[2] else other @ stack
    return np.linalg.eigvalsh(gram)[:, -1]


def table(steps: Array, lates: Sequence[int], earlies: Sequence[int], rows: slice, columns: slice) -> Array:
    """The log norms of the products from each of the states `earlies` to each of `lates`, of their part [rows, columns]:
    (len(lates), len(earlies)); nan where early is after late. `lates` and `earlies` descend without repetition."""
    found = _table(steps, lates, earlies, rows, columns, SEGMENT)
    return _table(steps, lates, earlies, rows, columns, 1) if found is None else found


def _table(
    steps: Array, lates: Sequence[int], earlies: Sequence[int], rows: slice, columns: slice, every: int
) -> Array | None:
    """As `table`; None where a product has shrunk to nothing between two times of bringing it back to size."""
    out = np.full((len(lates), len(earlies)), np.nan)
    waiting: list[tuple[int, Scaled]] = []
    bytes_waiting = 0.0
    for place, products in _columns(steps, lates, earlies, every):
        if products is None:
            return None
        part = np.array(products.mantissa[:, rows, columns])
        waiting.append((place, Scaled(part, products.log.copy())))
        bytes_waiting += part.nbytes
        if bytes_waiting > PENDING:
            _fill(out, waiting)
            waiting, bytes_waiting = [], 0.0
    _fill(out, waiting)
    return out


def _fill(out: Array, waiting: list[tuple[int, Scaled]]) -> None:
    if waiting:
        stack = Scaled(*(np.concatenate(parts) for parts in zip(*(products for _, products in waiting), strict=True)))
        norms, start = log_norms(stack), 0
        for place, products in waiting:
            out[: len(products.log), place] = norms[start : start + len(products.log)]
            start += len(products.log)


def _columns(
    steps: Array, lates: Sequence[int], earlies: Sequence[int], every: int
) -> Iterator[tuple[int, Scaled | None]]:
    """For each of `earlies` (its place in them) the products from there to all `lates` that are not before it: one
    product of a tall matrix per step. None where they shrank to nothing."""
    n, unit = steps.shape[-1], evened(steps)
    stack, logs = np.zeros((len(lates), n, n)), np.zeros(len(lates))
    wanted = {early: place for place, early in enumerate(earlies)}
    active, first = 0, min(earlies, default=0)
    for k in range(max(lates, default=0), first - 1, -1):
        while active < len(lates) and lates[active] == k:
            stack[active], active = np.eye(n), active + 1
        if k % every == 0:
            size = sizes(stack[:active])
            if every > 1 and np.any(size < SMALL):
                yield -1, None
            safe = np.where(size > 0, size, 1.0)
            stack[:active] /= safe[:, None, None]
            logs[:active] += np.log(safe)
        if k in wanted:
            yield wanted[k], Scaled(stack[:active], logs[:active])
        if k > first:
            stack[:active] = np.dot(stack[:active].reshape(-1, n), unit.mantissa[k - 1]).reshape(active, n, n)
            with np.errstate(invalid="ignore"):
                logs[:active] += unit.log[k - 1]
