"""Numbers of closed forms: Jacobians of stacked states, their explicit products, and the double sum over t and k."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rnnsym.core.names import Name

Array = Any
Known = Mapping[Name, Any]


def width(known: Known, carries: Sequence[Name]) -> list[int]:
    """The number of entries of each state."""
    return [int(np.prod(np.shape(known[name])[1:], dtype=int)) for name in carries]


def stacked(known: Known, carries: Sequence[Name], parts: Mapping[Name, Name], columns: int, rows: int) -> Array:
    """The values of `parts`, by state, one above the other: (rows, n, columns); zero for a state without a part."""
    blocks = [_part(known, parts.get(name), size, columns, rows) for name, size in
              zip(carries, width(known, carries), strict=True)]  # fmt: skip
    return np.concatenate(blocks, axis=1)


def _part(known: Known, name: Name | None, size: int, columns: int, rows: int) -> Array:
    block = np.zeros((rows, size, columns))
    if name is not None:
        values = np.asarray(known[name])
        block = np.zeros((rows, size, columns), values.dtype)
        block[: len(values)] = values.reshape(-1, size, columns)[:rows]
    return block


def stacked_jacobian(known: Known, carries: Sequence[Name], blocks: Mapping[tuple[Name, Name], Name]) -> Array:
    """∂s_t/∂p_{t∓1} of all pairs of states as one matrix for every t: (T + 1, n, n)."""
    sizes, rows = width(known, carries), max(len(known[name]) for name in blocks.values())
    columns = [
        stacked(known, carries, {s: blocks[s, p] for s in carries if (s, p) in blocks}, size, rows)
        for p, size in zip(carries, sizes, strict=True)
    ]
    return np.concatenate(columns, axis=2)


def product(jacobians: Array, t: int, k: int) -> Array:
    """∂s_t/∂s_k: J_t J_{t-1} … J_{k+1} where k <= t, J_t J_{t+1} … J_{k-1} where k >= t; the identity at k = t."""
    way = 1 if k >= t else -1
    result = np.eye(jacobians.shape[-1], dtype=jacobians.dtype)
    for j in range(t, k, way):
        result = result @ jacobians[j]
    return result


def pairs(first: int, last: int, direction: int) -> Iterator[tuple[int, int]]:
    """Every (t, k) with k <= t (direction 1) or k >= t (direction -1), between `first` and `last`."""
    for t in range(first, last + 1):
        for k in range(first, t + 1) if direction > 0 else range(t, last + 1):
            yield t, k


def terms(entering: Array, jacobians: Array, immediate: Array, steps: tuple[int, int], direction: int) -> Array:
    """G[t, k] = e_tᵀ (∂s_t/∂s_k) ∂⁺s_k/∂θ, every factor multiplied out, for every pair of steps: (T + 2, T + 2, N)."""
    rows = steps[1] + 1
    found = np.zeros((rows, rows, immediate.shape[-1]), np.result_type(entering, jacobians, immediate))
    for t, k in pairs(*steps, direction):
        found[t, k] = entering[t, :, 0] @ product(jacobians, t, k) @ immediate[k]
    return found
