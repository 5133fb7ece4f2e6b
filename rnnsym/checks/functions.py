"""A pair of functions as the subject of a check: a value and what is claimed to be its gradient."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rnnsym.checks.complex_step import STEP
from rnnsym.checks.problem import Problem, Sizes, ladder
from rnnsym.checks.strategies import grid
from rnnsym.checks.verdicts import Array, Block, Opinion
from rnnsym.core.dims import Shape, canonical, names_in, size
from rnnsym.errors import InputError

Value = Callable[..., Any]
KIND = "argument"
SMALLER_STEP = 0.7 * STEP
"""A second step, no power of two away from the first: where the two slopes differ, rounding is at work."""
WIDE, NARROW = 1e-4, 1e-5
"""Two real steps: the gap between the slopes to the left and to the right shrinks with the step, unless at a kink."""
EPSILON = float(np.finfo(float).eps)
BY_DIFFERENCES = 1e-6
"""The tolerance where only real differences can be taken."""


class FunctionSubject:
    """`value(*arrays)` is a number, `gradient(*arrays)` its gradient: one array, a sequence of them, or a dict."""

    def __init__(self, value: Value, gradient: Value, shapes: Mapping[str, Shape], fixed: Mapping[str, int]) -> None:
        self.title = getattr(value, "__name__", "the function")
        self.value, self.gradient, self._fixed = value, gradient, fixed
        self.shapes = {label: tuple(canonical(dim) for dim in shape) for label, shape in shapes.items()}

    def problems(self) -> Iterator[Problem]:
        """The same functions on arrays of growing sizes."""
        dims = [name for shape in self.shapes.values() for dim in shape for name in names_in(dim)]
        for sizes in ladder(list(dict.fromkeys(dims)), self._fixed, timed=False):
            yield FunctionProblem(self, sizes)


class FunctionProblem:
    """A pair of functions at fixed sizes."""

    def __init__(self, subject: FunctionSubject, sizes: Sizes) -> None:
        self.subject, self.sizes = subject, sizes
        shapes = {label: tuple(size(dim, sizes) for dim in shape) for label, shape in subject.shapes.items()}
        self.cases: SearchStrategy[Any] = st.fixed_dictionaries({label: grid(shape) for label, shape in shapes.items()})

    def arrays(self, case: Any) -> dict[str, Array]:
        return {label: case[label] for label in self.subject.shapes}

    def opinions(self, case: Any, only: Block | None = None) -> dict[Block, Opinion]:
        """The claimed gradient of each argument against the slopes of the value."""
        order, arrays = list(self.subject.shapes), list(self.arrays(case).values())
        claimed = _by_label(self.subject.gradient(*_copies(arrays)), order)
        wanted = claimed if only is None else [only.label]
        return {Block(KIND, k): self._opinion(arrays, order.index(k), np.asarray(claimed[k])) for k in wanted}

    def _opinion(self, arrays: Sequence[Array], which: int, got: Array) -> Opinion:
        slopes = [_slope(self.subject.value, arrays, which, entry) for entry in np.ndindex(arrays[which].shape)]
        shape = arrays[which].shape
        expected, scale = (np.array([s[i] for s in slopes], dtype=float).reshape(shape) for i in (0, 1))
        kink = f"{self.subject.title} has no derivative here" if any(s.kink for s in slopes) else None
        if all(s.by_complex_step for s in slopes):
            return Opinion(expected, got, scale, kink=kink)
        return Opinion(expected, got, scale, kink=kink, method="differences", tolerance=BY_DIFFERENCES)


class _Slope(NamedTuple):
    """The derivative along one entry; `scale` times the machine precision is the rounding error to expect of it."""

    derivative: float
    scale: float
    kink: bool = False
    by_complex_step: bool = True


def _slope(value: Value, arrays: Sequence[Array], which: int, entry: tuple[int, ...]) -> _Slope:
    """By complex step where the function is analytic (real differences confirm it), else by the differences."""

    def at(step: complex) -> Any:
        moved = _copies(arrays)
        moved[which] = moved[which] + step * _unit(arrays[which], entry)
        return _scalar(value(*moved))

    difference, size_of_value = _central(at)
    if _has_kink(at):
        return _Slope(difference, abs(difference), kink=True)
    first, second = (_imaginary(at, step) for step in (STEP, SMALLER_STEP))
    doubt = 1e-6 * abs(difference) + 1e-9 * size_of_value
    if first is not None and second is not None and abs(first - difference) <= doubt:
        return _Slope(first, max(size_of_value, abs(first - second) / EPSILON))
    return _Slope(difference, max(abs(difference), size_of_value), by_complex_step=False)


def _imaginary(at: Callable[[complex], Any], step: float) -> float | None:
    """The slope by complex step, or None where the function does not take complex numbers."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return float(np.imag(at(1j * step))) / step
    except (TypeError, ValueError, Warning):
        return None


def _central(at: Callable[[complex], Any], step: float = 1e-3) -> tuple[float, float]:
    """Central differences of fourth order, and the size of the values that they are made of."""
    values = {k: float(np.real(at(k * step))) for k in (-2, -1, 1, 2)}
    slope = (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * step)
    return slope, max(abs(v) for v in values.values())


def _has_kink(at: Callable[[complex], Any]) -> bool:
    wide, _ = _gap(at, WIDE)
    narrow, rounding = _gap(at, NARROW)
    return narrow > 0.5 * wide and narrow > 100 * rounding


def _gap(at: Callable[[complex], Any], step: float) -> tuple[float, float]:
    """How far the slopes to the right and to the left differ, and how much of it rounding can explain."""
    left, here, right = (float(np.real(at(s))) for s in (-step, 0.0, step))
    gap = abs((right - here) - (here - left)) / step
    return gap, EPSILON * max(abs(left), abs(here), abs(right)) / step


def _copies(arrays: Any) -> list[Array]:
    return [np.array(array) for array in arrays]


def _unit(array: Array, entry: tuple[int, ...]) -> Array:
    unit = np.zeros(array.shape)
    unit[entry] = 1.0
    return unit


def _scalar(value: Any) -> Any:
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "biufc":
        raise InputError(f"the function under test must return one number, not {value!r}.")
    return array.reshape(())[()]


def _by_label(gradient: Any, labels: Sequence[str]) -> dict[str, Any]:
    """The gradients by argument. Raises InputError where their number does not fit."""
    if isinstance(gradient, Mapping):
        extra = [label for label in gradient if label not in labels]
        if extra or not gradient:
            named = ", ".join(extra) or "nothing"
            raise InputError(f"the gradient gives {named}; the arguments are {', '.join(labels)}.")
        return dict(gradient)
    parts = list(gradient) if isinstance(gradient, (tuple, list)) else [gradient]
    if len(parts) != len(labels):
        raise InputError(
            f"the gradient returns {len(parts)} arrays, but there are {len(labels)} arguments: {', '.join(labels)}. "
            "Return one array for each, in order, or a dict by argument."
        )
    return {label: part for label, part in zip(labels, parts, strict=True) if part is not None}
