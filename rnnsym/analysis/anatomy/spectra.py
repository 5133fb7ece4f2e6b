"""Spectra of step Jacobians and of weights: radius beside norm, departure from normality, growth that passes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnsym.analysis.products import logscale
from rnnsym.analysis.products.norms import log_norms
from rnnsym.errors import InputError, ShapeError

if TYPE_CHECKING:
    from rnnsym.analysis.jacobians import Jacobians

Array = Any


def square(matrix: Any, what: str = "the matrix") -> Array:
    """A square matrix, or a stack of them, as floats. Raises ShapeError for another shape, InputError for entries that
    are not finite numbers."""
    array = np.asarray(matrix)
    if array.dtype.kind not in "biufc":
        raise InputError(f"{what} is not numeric: an array of numbers is needed.")
    if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
        raise ShapeError(f"{what} has shape {array.shape}: only a square matrix, or a stack of them, has a spectrum.")
    if not np.isfinite(array).all():
        raise InputError(f"{what} is not finite: a spectrum needs finite numbers.")
    return array if array.dtype.kind == "c" else array.astype(np.float64, copy=False)


def eigenvalues(matrix: Any) -> Array:
    """The eigenvalues of a matrix, or of each in a stack, complex, the largest absolute value first: (…, n)."""
    found = np.asarray(np.linalg.eigvals(square(matrix)), complex)
    return np.take_along_axis(found, np.argsort(-np.abs(found), axis=-1, kind="stable"), axis=-1)


def radius(matrix: Any) -> Array:
    """The spectral radius, the largest |eigenvalue|, of a matrix or of each in a stack."""
    return np.max(np.abs(eigenvalues(matrix)), axis=-1, initial=0.0)


def norm(matrix: Any) -> Array:
    """The spectral norm, the largest singular value, of a matrix or of each in a stack."""
    return np.linalg.norm(square(matrix), 2, axis=(-2, -1))


def departure(matrix: Any, relative: bool = False) -> Array:
    """Henrici's departure from normality, √(‖A‖_F² − Σ|λ|²), of a matrix or of each in a stack; zero if and only if A
    is normal. `relative` divides by ‖A‖_F. Source: Henrici (1962), Numerische Mathematik 4, 24-40, equation 1.5."""
    array = square(matrix)
    size = np.max(np.abs(array), axis=(-2, -1), initial=0.0)
    safe = np.where(size > 0, size, 1.0)
    scaled = array / safe[..., None, None]
    whole = np.sum(np.abs(scaled) ** 2, axis=(-2, -1))
    rest = whole - np.sum(np.abs(np.linalg.eigvals(scaled)) ** 2, axis=-1)
    found = np.sqrt(np.where(rest > 4 * array.shape[-1] * np.finfo(float).eps * whole, rest, 0.0))
    return found / np.where(whole > 0, np.sqrt(whole), 1.0) if relative else found * size


# Growth that passes. --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Growth:
    """`log_norms`: log‖P_lag‖₂ of products over lag = 0, 1, … steps, natural; -inf for zero."""

    log_norms: Array

    @property
    def peak(self) -> int:
        """The lag at which the norm is largest, the first of equals."""
        return int(np.argmax(self.log_norms))

    @property
    def log_peak(self) -> float:
        """The largest log norm."""
        return float(self.log_norms[self.peak])

    @property
    def below(self) -> int | None:
        """The lag from which on the norm is below 1 as far as it was followed; None where it ends at 1 or above."""
        last = np.flatnonzero(self.log_norms >= 0.0)
        first = int(last[-1]) + 1 if len(last) else 0
        return first if first < len(self.log_norms) else None


def power_norms(matrix: Any, steps: int) -> Growth:
    """The norms of A⁰, A¹, … A^steps, in log scale: a matrix that is not normal may grow long before it shrinks, even
    with a spectral radius below 1 (Trefethen and Embree 2005, Spectra and Pseudospectra, chapter 14).

    Raises ShapeError and InputError.
    """
    array = square(matrix)
    if array.ndim > 2:
        raise ShapeError(f"the powers of one matrix are taken, and this is a stack of them: {array.shape}.")
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 0:
        raise InputError(f"steps must be a whole number of 0 or more, not {steps!r}.")
    return _growth(np.broadcast_to(array, (int(steps), *array.shape)))


def of_steps(measure: Callable[[Array], Array], j: "Jacobians") -> Array:
    """`measure` of every step Jacobian, (T,); nan where one is not finite."""
    whole = np.isfinite(j.step).all(axis=(1, 2))
    found = np.full(j.T, np.nan)
    found[whole] = measure(j.step[whole])
    return found


def growth(j: "Jacobians") -> Growth:
    """The norms of ∂s_t/∂s_0 along a run, for t = 0…T: what became of a step aside at the beginning. In a chain that
    runs backward the beginning is T + 1."""
    return _growth(j.ordered)


def _growth(steps: Array) -> Growth:
    return Growth(np.concatenate([[0.0], log_norms(logscale.running(steps))]))
