"""Spectral norms of many products of step Jacobians, in log scale."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnnsym.analysis.products import lanczos
from rnnsym.analysis.products.logscale import SEGMENT, SMALL, Scaled, evened, scaled, sizes
from rnnsym.analysis.products.threads import shared

Array = Any
PENDING = 3.2e7
"""Bytes of products that wait for their norms to be taken together."""
CARRIED = 1.3e8
"""Bytes of products that are carried from step to step together."""
CACHED = 5.0e5
"""Bytes of products that are worked on at once, to stay near the processor."""
LEAST, GREATEST = 1e-200, 1e200
"""Squares of norms between these are safe from underflow and overflow."""
SQUARINGS, ERROR = 8, 1e-12
LARGE = 128
"""From this size on Lanczos is faster than squaring."""


def log_norms(stack: Scaled) -> Array:
    """log‖·‖₂ of every matrix of a stack (m, r, c); -inf for zero, nan for a matrix that is not finite."""
    return shared(_log_norms, stack.mantissa) + stack.log


def _log_norms(stack: Array) -> Array:
    if min(stack.shape[1:]) >= LARGE:
        return np.array([_log_of_large(each) for each in stack])
    out = np.empty(len(stack))
    some = max(1, int(CACHED // (8 * stack.shape[1] * stack.shape[2])))
    with np.errstate(all="ignore"):
        for start in range(0, len(stack), some):
            part = stack[start : start + some]
            gram = _gram(part)
            trace = np.einsum("mii->m", gram)
            usual = (trace > LEAST) & (trace < GREATEST)
            if usual.all():
                out[start : start + some] = 0.5 * _log_largest(gram, trace)
            else:
                out[start : start + some][~usual] = _log_of_extreme(part[~usual])
                out[start : start + some][usual] = 0.5 * _log_largest(gram[usual], trace[usual])
    return out


def _log_of_large(matrix: Array) -> float:
    with np.errstate(all="ignore"):
        size = np.einsum("ij,ij->", matrix, matrix)
        if not LEAST < size < GREATEST:
            return float(_log_of_extreme(matrix[None])[0])
        found = lanczos.largest(matrix)
        return 0.5 * float(np.log(np.linalg.eigvalsh(_gram(matrix[None])[0])[-1] if found is None else found))


def _gram(stack: Array) -> Array:
    """AᵀA or AAᵀ, whichever is smaller. The copy keeps small products out of a slower routine for equal factors."""
    other = stack.copy().swapaxes(1, 2)
    return stack @ other if stack.shape[1] < stack.shape[2] else other @ stack


def _log_of_extreme(stack: Array) -> Array:
    """The log norms of matrices that are zero, or not finite, or of a size whose square is beyond floats."""
    size = sizes(stack)
    out = np.where(np.isfinite(size), -np.inf, np.nan)
    good = np.isfinite(size) & (size > 0)
    if good.any():
        unit = scaled(stack[good])
        out[good] = 0.5 * np.log(np.linalg.eigvalsh(_gram(unit.mantissa))[:, -1]) + unit.log
    return out


def _log_largest(gram: Array, trace: Array) -> Array:
    """The logarithms of the largest eigenvalues of positive semidefinite matrices G, by squaring.

    With q a power of two and p_i = λ_i^q / tr G^q, Σp_i² = tr G^2q / (tr G^q)² is at most p_1; with δ = 1 − Σp_i²,
    λ_1 is (tr G^2q)^(1/2q) to a relative error of less than δ² / (2q Σp_i²). Matrices that a few squarings do not
    bring below `ERROR`, because other eigenvalues are near the largest, go to an eigenvalue routine.
    """
    out, waiting = np.empty(len(gram)), np.arange(len(gram))
    power, log, q = gram / trace[:, None, None], np.log(trace), 1
    for _ in range(SQUARINGS):
        pure = np.einsum("mij,mij->m", power, power)
        log, q = 2.0 * log + np.log(pure), 2 * q
        open_ = (1.0 - pure) ** 2 > ERROR * q * pure
        out[waiting[~open_]] = log[~open_] / q
        if not open_.any():
            return out
        if not open_.all():
            waiting, power, log, pure = waiting[open_], power[open_], log[open_], pure[open_]
        power = power @ power
        power /= pure[:, None, None]
    out[waiting] = np.log(np.linalg.eigvalsh(gram[waiting])[:, -1])
    return out


# Tables over many t and k. --------------------------------------------------------------------------------------------


def table(steps: Array, lates: Sequence[int], earlies: Sequence[int], rows: slice, columns: slice) -> Array:
    """The log norms of the products from each of the states `earlies` to each of `lates`, of their part
    [rows, columns]: (len(lates), len(earlies)); nan where early is after late. `lates` and `earlies` descend without
    repetition."""
    some = max(1, int(CARRIED // (8 * steps.shape[-1] ** 2)))
    parts: list[Array] = [np.empty((0, len(earlies)))]
    for start in range(0, len(lates), some):
        chosen = lates[start : start + some]
        found = _table(steps, chosen, earlies, rows, columns, SEGMENT)
        parts.append(_table(steps, chosen, earlies, rows, columns, 1) if found is None else found)
    return np.concatenate(parts)


def _table(
    steps: Array, lates: Sequence[int], earlies: Sequence[int], rows: slice, columns: slice, every: int
) -> Array | None:
    """As `table`; None where a product has shrunk to nothing between two times of bringing it back to size."""
    out = np.full((len(lates), len(earlies)), np.nan)
    waiting: list[tuple[int, Scaled]] = []
    held = 0
    for place, products in _columns(steps, lates, earlies, rows, every):
        if products is None:
            return None
        part = np.array(products.mantissa[:, :, columns])
        waiting.append((place, Scaled(part, products.log.copy())))
        held += part.nbytes
        if held > PENDING:
            _fill(out, waiting)
            waiting, held = [], 0
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
    steps: Array, lates: Sequence[int], earlies: Sequence[int], rows: slice, every: int
) -> Iterator[tuple[int, Scaled | None]]:
    """For each of `earlies` (its place in them) `rows` of the products from there to all `lates` that are not before
    it: one product of a tall matrix per step. None where they shrank to nothing."""
    n, unit = steps.shape[-1], evened(steps)
    start = np.eye(n)[rows]
    stack, logs = np.empty((len(lates), *start.shape)), np.zeros(len(lates))
    spare = np.empty_like(stack)
    wanted = {early: place for place, early in enumerate(earlies)}
    active, first = 0, min(earlies, default=0)
    for k in range(max(lates, default=0), first - 1, -1):
        while active < len(lates) and lates[active] == k:
            stack[active], active = start, active + 1
        if k % every == 0 and not _brought_to_size(stack[:active], logs[:active]) and every > 1:
            yield -1, None
        if k in wanted:
            yield wanted[k], Scaled(stack[:active], logs[:active])
        if k > first:
            np.dot(stack[:active].reshape(-1, n), unit.mantissa[k - 1], spare[:active].reshape(-1, n))
            stack, spare = spare, stack
            logs[:active] += unit.log[k - 1]


def _brought_to_size(stack: Array, logs: Array) -> bool:
    """Divide by the largest entries; False where one of them was very small."""
    size = sizes(stack)
    safe = np.where(size > 0, size, 1.0)
    stack /= safe[:, None, None]
    logs += np.log(safe)
    return not np.any(size < SMALL)
