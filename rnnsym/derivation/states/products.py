"""Numbers of closed forms: Jacobians of stacked states, their explicit products, and the double sum over t and k."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rnnsym.core.names import Name

Array = Any
Known = Mapping[Name, Any]


def steps_of(known: Known, blocks: Mapping[tuple[Name, Name], Name]) -> int:
    """T, from the Jacobian blocks: their row t is time t."""
    return len(known[next(iter(blocks.values()))]) - 1


def stacked(known: Known, carries: Sequence[Name], parts: Mapping[Name, Name]) -> Array:
    """The values of `parts`, one for each of `carries`, one above the other: (T + 2, n, columns).

    A state without a part, and a step without a value, has zero.
    """
    values = {state: _flat(known, state, name) for state, name in parts.items()}
    columns = next(iter(values.values())).shape[2]
    rows = max(len(known[state]) for state in carries) + 1
    blocks = [_filled(values.get(state), rows, _size(known, state), columns) for state in carries]
    return np.concatenate(blocks, axis=1)


def _size(known: Known, state: Name) -> int:
    return int(np.prod(np.shape(known[state])[1:], dtype=int))


def _flat(known: Known, state: Name, name: Name) -> Array:
    value = np.asarray(known[name])
    return value.reshape(len(value), _size(known, state), -1)


def _filled(value: Array | None, rows: int, size: int, columns: int) -> Array:
    block = np.zeros((rows, size, columns), float if value is None else value.dtype)
    if value is not None:
        block[: len(value)] = value
    return block


def stacked_jacobian(known: Known, carries: Sequence[Name], blocks: Mapping[tuple[Name, Name], Name]) -> Array:
    """The blocks of all pairs of states as one matrix for every step: (T + 2, n, n)."""
    columns = []
    for source in carries:
        column = {s: blocks[s, source] for s in carries if (s, source) in blocks}
        columns.append(stacked(known, carries, column) if column else _no_column(known, carries, source))
    return np.concatenate(columns, axis=2)


def _no_column(known: Known, carries: Sequence[Name], source: Name) -> Array:
    rows = max(len(known[state]) for state in carries) + 1
    return np.zeros((rows, sum(_size(known, state) for state in carries), _size(known, source)))


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
