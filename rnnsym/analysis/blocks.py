"""A block of the products of step Jacobians: from one state to another, or from the whole carry to itself."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsym.analysis import products
from rnnsym.analysis.products import Scaled

if TYPE_CHECKING:
    from rnnsym.analysis.jacobians import Jacobians

Array = Any


class Block:
    """∂a_t/∂b_k for two states a and b of the carry, inside products over the whole carry; steps as in `Jacobians`.

    As an array it is the block of one step for all steps: (T, rows, columns).
    """

    def __init__(self, owner: "Jacobians", to: str | None = None, source: str | None = None) -> None:
        self.owner, self.to, self.source = owner, to, source
        self.rows = slice(None) if to is None else owner.part(to)
        self.columns = slice(None) if source is None else owner.part(source)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.step, dtype=dtype)

    @property
    def step(self) -> Array:
        """∂a_t/∂b_{t-1} for t = 1…T: (T, rows, columns)."""
        return self.owner.step[:, self.rows, self.columns]

    def scaled_product(self, t: int, k: int) -> Scaled:
        """∂a_t/∂b_k as mantissa · e^log."""
        whole = self.owner.scaled_product(t, k)
        return products.scaled(whole.mantissa[self.rows, self.columns], whole.log)

    def product(self, t: int, k: int) -> Array:
        """∂a_t/∂b_k; entries beyond the range of floats are inf or 0."""
        return self.scaled_product(t, k).value

    def log_norm(self, t: int, k: int) -> float:
        """log‖∂a_t/∂b_k‖₂, natural; -inf for zero."""
        found = self.scaled_product(t, k)
        with np.errstate(divide="ignore"):
            return float(np.log(np.linalg.norm(found.mantissa, 2)) + found.log)

    @cached_property
    def log_norms(self) -> Array:
        """log‖∂a_t/∂b_k‖₂ for t, k = 1…T: (T, T), [t - 1, k - 1], natural; nan where k is after t."""
        table = np.full((self.owner.T, self.owner.T), np.nan)
        for t in range(1, self.owner.T + 1):
            for k in range(1, self.owner.T + 1):
                if self.owner.place(k) <= self.owner.place(t):
                    table[t - 1, k - 1] = self.log_norm(t, k)
        return table
