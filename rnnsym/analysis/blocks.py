"""Products of step Jacobians and what is measured on them: over the whole carry, or from one state to another."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsym.analysis.products import logscale, norms, singular
from rnnsym.analysis.products.logscale import Scaled
from rnnsym.errors import InputError

if TYPE_CHECKING:
    from rnnsym.analysis.jacobians import Jacobians

Array = Any
MOST = 4_000_000
"""How many norms a table may have."""


class Products(ABC):
    """∂a_t/∂b_k for the entries a and b of the carry at `rows` and `columns`; steps as in `Jacobians`, logarithms
    natural. Raises InputError for steps that there are not, and where k is after t."""

    rows: slice = slice(None)
    columns: slice = slice(None)

    @property
    @abstractmethod
    def owner(self) -> "Jacobians":
        """The step Jacobians that are multiplied."""

    def scaled_product(self, t: int, k: int) -> Scaled:
        """∂a_t/∂b_k as mantissa · e^log, which neither overflows nor underflows."""
        whole = logscale.product(self.owner.ordered, *self.owner.places(t, k))
        return logscale.scaled(whole.mantissa[self.rows, self.columns], whole.log)

    def product(self, t: int, k: int) -> Array:
        """∂a_t/∂b_k, of J_t J_{t-1} … J_{k+1}; of the identity at t = k. Entries beyond the range of floats are inf or
        0: `scaled_product` has those too."""
        return self.scaled_product(t, k).value

    # Norms. -------------------------------------------------------------------------------------------------------

    def log_norm(self, t: int, k: int) -> float:
        """log‖∂a_t/∂b_k‖₂; -inf for zero, nan where a step Jacobian on the way is not finite."""
        found = self.scaled_product(t, k)
        return float(norms.log_norms(Scaled(found.mantissa[None], found.log[None]))[0])

    def log_norm_table(self, ts: Sequence[int], ks: Sequence[int]) -> Array:
        """log‖∂a_t/∂b_k‖₂ for chosen t and k: (len(ts), len(ks)); nan where k is after t. Raises InputError for a table
        that is too large."""
        late, late_at = _descending([self.owner.place(t) for t in ts])
        early, early_at = _descending([self.owner.place(k) for k in ks])
        _check_size(len(late) * len(early))
        found = norms.table(self.owner.ordered, late, early, self.rows, self.columns)
        return found[np.ix_(late_at, early_at)]

    @cached_property
    def log_norms(self) -> Array:
        """log‖∂a_t/∂b_k‖₂ for t, k = 1…T: (T, T), [t - 1, k - 1]; nan where k is after t. Raises InputError for a table
        that is too large."""
        steps = range(1, self.owner.T + 1)
        return self.log_norm_table(steps, steps)

    # Singular values. ---------------------------------------------------------------------------------------------

    def log_singular_values(self, t: int, k: int) -> Array:
        """The logarithms of all singular values of ∂a_t/∂b_k, descending; -inf for zero. The small ones are right too:
        see `rnnsym.analysis.products.singular`."""
        late, early = self.owner.places(t, k)
        steps = self.owner.ordered[early:late]
        return singular.whole(steps, self.rows, self.columns) if np.isfinite(steps).all() else self._nan((self._rank,))

    def singular_values(self, t: int, k: int) -> Array:
        """All singular values of ∂a_t/∂b_k, descending; beyond the range of floats inf or 0."""
        with np.errstate(over="ignore", under="ignore"):
            return np.exp(self.log_singular_values(t, k))

    def singular_vectors(self, t: int, k: int) -> tuple[Array, Array, Array]:
        """U, log σ, Vᵀ with ∂a_t/∂b_k = U diag(σ) Vᵀ and σ descending: v_i (row i of Vᵀ) is a direction at step k, and
        u_i (column i of U) where it leads at step t. Of the two signs the one that makes the largest entry of v_i
        positive."""
        late, early = self.owner.places(t, k)
        steps = self.owner.ordered[early:late]
        if not np.isfinite(steps).all():
            rows, columns = self.owner.step[:0, self.rows, self.columns].shape[1:]
            rank = self._rank
            return self._nan((rows, rank)), self._nan((rank,)), self._nan((rank, columns))
        return singular.vectors(steps, self.rows, self.columns)

    def fan(self, k: int | None = None, t: int | None = None, exact: bool = True) -> Array:
        """The log singular values, descending in each row, of all products from step k on (row i - 1: i steps after k),
        or of all products up to step t (row i - 1: i steps before t). k is the initial carry where neither is given.

        exact=False multiplies the products out and takes an ordinary SVD, five to eight times as fast: what comes
        below 1e-16 of the largest is then noise, or -inf. Rows whose product is not finite are nan.
        """
        if k is not None and t is not None:
            raise InputError("a fan starts at step k or ends at step t: give one of them.")
        if t is None:
            steps = self.owner.ordered[0 if k is None else self.owner.place(k) :]
            rows, columns = self.rows, self.columns
        else:
            backward = self.owner.ordered[: self.owner.place(t)][::-1]
            steps, rows, columns = np.ascontiguousarray(backward.swapaxes(1, 2)), self.columns, self.rows
        broken = np.flatnonzero(~np.isfinite(steps).all(axis=(1, 2)))
        whole = int(broken[0]) if len(broken) else len(steps)
        found = (singular.fan if exact else singular.plain_fan)(steps[:whole], rows, columns)
        return np.concatenate([found, self._nan((len(steps) - whole, self._rank))])

    @property
    def _rank(self) -> int:
        rows, columns = self.owner.step[:0, self.rows, self.columns].shape[1:]
        return int(min(rows, columns))

    @staticmethod
    def _nan(shape: tuple[int, ...]) -> Array:
        return np.full(shape, np.nan)


class Block(Products):
    """∂a_t/∂b_k for two states a and b of the carry, inside products over the whole carry; None stands for all states.

    As an array it is the block of one step for all steps: (T, rows, columns).
    """

    def __init__(self, owner: "Jacobians", to: str | None = None, source: str | None = None) -> None:
        self._owner, self.to, self.source = owner, to, source
        self.rows = slice(None) if to is None else owner.part(to)
        self.columns = slice(None) if source is None else owner.part(source)

    @property
    def owner(self) -> "Jacobians":
        return self._owner

    def __repr__(self) -> str:
        to, source = (name or "all states" for name in (self.to, self.source))
        return f"<Block from {source} to {to} of {self._owner!r}>"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.step, dtype=dtype)

    @property
    def step(self) -> Array:
        """∂a_t/∂b_{t-1} for t = 1…T: (T, rows, columns)."""
        return self._owner.step[:, self.rows, self.columns]


def _descending(places: Sequence[int]) -> tuple[list[int], Array]:
    """The different places from the last to the first, and where each of `places` is in them."""
    found, at = np.unique(-np.array(places, dtype=int), return_inverse=True)
    return [int(-place) for place in found], at


def _check_size(count: int) -> None:
    if count > MOST:
        raise InputError(
            f"a table of {count / 1e6:.0f} million norms takes too much time and memory: choose rows and columns with "
            "log_norm_table(ts, ks), or take log_norm(t, k), or fan(k) for all products from one step on."
        )
