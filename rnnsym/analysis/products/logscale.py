"""Products of step Jacobians in log scale: no overflow and no underflow, however many steps.

Everything here works on arrays alone, in the order of a chain: `steps` is (m, n, n), and steps[i] maps state i to state
i + 1, so that state 0 is the initial carry and the product from state k to state t is steps[t-1] … steps[k].
"""

from typing import Any, NamedTuple

import numpy as np

Array = Any
SEGMENT = 8
"""Steps that are multiplied before the product is brought back to size."""
LONGEST, CALM = 64, 1e30
"""While products stay within a factor CALM of 1, segments become longer."""
SMALL, LARGE, ORDINARY = 1e-150, 1e150, 1e10
"""Long segments in which a product has shrunk to SMALL or grown to LARGE are made again in short ones, and short ones
that shrink so much step by step. Steps whose largest entry is within a factor ORDINARY of 1 are multiplied as they are.
"""
CHUNK = 64
"""Products that are kept at once where only the last is wanted."""


class Scaled(NamedTuple):
    """The matrix (or a stack of them) mantissa · e^log; a zero matrix has log = -inf and mantissa 0."""

    mantissa: Array
    log: Array

    @property
    def value(self) -> Array:
        """The matrix itself, where it is neither too large nor too small for a float: else inf or 0."""
        with np.errstate(over="ignore", under="ignore"):
            return np.where(self.mantissa == 0, 0.0, self.mantissa * np.exp(self.log)[..., None, None])


def scaled(matrix: Array, log: Array = 0.0) -> Scaled:
    """`matrix` · e^log with its largest entry brought to 1; nan where it is not finite."""
    size = sizes(matrix)
    safe = np.where(size == 0, 1.0, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Scaled(matrix / safe[..., None, None], np.where(size == 0, -np.inf, np.log(size) + log))


def sizes(matrix: Array) -> Array:
    """The largest absolute entry of each matrix."""
    return np.maximum(matrix.max(axis=(-2, -1), initial=0.0), -matrix.min(axis=(-2, -1), initial=0.0))


def product(steps: Array, t: int, k: int) -> Scaled:
    """The product from state k to state t >= k; the identity at k = t."""
    found = scaled(np.eye(steps.shape[-1]))
    for start in range(k, t, CHUNK):
        products = running(steps[start : min(start + CHUNK, t)], found)
        found = scaled(products.mantissa[-1], products.log[-1])
    return found


def running(steps: Array, first: Scaled | None = None) -> Scaled:
    """The products from state 0 to each of the states 1…m, behind `first` if it is given: (m, n, n); of ordinary size,
    the largest entry need not be 1."""
    unit = evened(steps)
    out, logs = np.empty_like(unit.mantissa), np.empty(len(steps))
    carried = Scaled(np.eye(steps.shape[-1]), np.zeros(())) if first is None else first
    start, length = 0, SEGMENT
    with np.errstate(invalid="ignore", over="ignore"):
        while start < len(steps):
            part = slice(start, start + length)
            _multiply(unit.mantissa[part], carried.mantissa, out[part])
            logs[part] = carried.log + np.cumsum(unit.log[part])
            found = sizes(out[part][::-SEGMENT])
            least, most = found.min(), found.max()
            if length > SEGMENT and not (least >= SMALL and most < LARGE):
                length = SEGMENT
                continue
            if least < SMALL:
                out[part], logs[part] = _one_by_one(unit, part, carried)
            carried = scaled(out[part][-1], logs[part][-1])
            start += length
            length = min(2 * length, LONGEST) if least > 1 / CALM and most < CALM else SEGMENT
    return Scaled(out, logs)


def evened(steps: Array) -> Scaled:
    """The steps, brought to size if some are far from it."""
    size = sizes(steps)
    if np.all((size < ORDINARY) & (size > 1 / ORDINARY)):
        return Scaled(np.ascontiguousarray(steps), np.zeros(len(steps)))
    return scaled(steps)


def _multiply(steps: Array, carried: Array, out: Array) -> None:
    for step, into in zip(steps, out, strict=True):
        carried = np.dot(step, carried, into)


def _one_by_one(unit: Scaled, part: slice, carried: Scaled) -> Scaled:
    """As `_multiply`, brought back to size after every step: for steps that shrink very fast, and for zeros."""
    found = []
    for step, log in zip(unit.mantissa[part], unit.log[part], strict=True):
        carried = scaled(step @ carried.mantissa, carried.log + log)
        found.append(carried)
    return Scaled(np.stack([each.mantissa for each in found]), np.array([each.log for each in found]))
