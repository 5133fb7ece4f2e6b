"""Products of step Jacobians in log scale: no overflow and no underflow, however many steps.

Everything here works on arrays alone, in the order of a chain: `steps` is (m, n, n), and steps[i] maps state i to state
i + 1, so that state 0 is the initial carry and the product from state k to state t is steps[t-1] … steps[k].
"""

from typing import Any, NamedTuple

import numpy as np

Array = Any


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
    """`matrix` · e^log with its largest entry brought to 1."""
    size = np.max(np.abs(matrix), axis=(-2, -1), initial=0.0)
    safe = np.where(size > 0, size, 1.0)
    with np.errstate(divide="ignore"):
        return Scaled(matrix / safe[..., None, None], np.where(size > 0, np.log(size) + log, -np.inf))


def product(steps: Array, t: int, k: int) -> Scaled:
    """The product from state k to state t >= k; the identity at k = t."""
    found = scaled(np.eye(steps.shape[-1]))
    for step in steps[k:t]:
        found = scaled(step @ found.mantissa, found.log)
    return found
