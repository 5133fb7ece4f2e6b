"""Initial parameters by scheme."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.cells.base import IDENTITY
from rnnsym.core import dims
from rnnsym.core.expr import topological
from rnnsym.core.names import Name, Role
from rnnsym.core.system import System
from rnnsym.errors import InputError, unknown
from rnnsym.wiring import Placement

Array = np.ndarray[Any, Any]
Rng = np.random.Generator

PASSING = frozenset({"neg", "broadcast", "transpose", "slice", "index"})
"""Primitives that a bias may pass before it is added."""


@dataclass(frozen=True)
class Weight:
    """What a scheme is told of a parameter. `square` and `bias` are read off its symbols, not its numbers."""

    shape: tuple[int, ...]
    square: bool
    bias: bool
    hidden: int

    @property
    def fans(self) -> tuple[int, int]:
        """(fan in, fan out); a scalar or a vector multiplies entry by entry, so that each unit has one input."""
        return (self.shape[-1], sum(self.shape[:-1])) if len(self.shape) > 1 else (1, 1)


def _glorot(rng: Rng, weight: Weight) -> Array:
    """Glorot and Bengio (2010): uniform on ±√(6 / (fan in + fan out)); biases are zero."""
    bound = np.sqrt(6 / sum(weight.fans))
    return np.zeros(weight.shape) if weight.bias else np.asarray(rng.uniform(-bound, bound, weight.shape))


def _orthogonal(rng: Rng, weight: Weight) -> Array:
    """Saxe et al. (2014): a random orthogonal matrix where it is square; Glorot elsewhere."""
    if not weight.square:
        return _glorot(rng, weight)
    q, r = np.linalg.qr(rng.normal(size=weight.shape))
    return np.asarray(q * np.sign(np.diag(r)))


def _normal(rng: Rng, weight: Weight) -> Array:
    """Gaussian of variance 1 / fan in; biases are zero."""
    scale = 1 / np.sqrt(weight.fans[0])
    return np.zeros(weight.shape) if weight.bias else np.asarray(scale * rng.normal(size=weight.shape))


def _uniform(rng: Rng, weight: Weight) -> Array:
    """PyTorch's default for recurrent layers: uniform on ±1/√H, biases too."""
    return np.asarray(rng.uniform(-1, 1, weight.shape) / np.sqrt(weight.hidden))


def _identity(rng: Rng, weight: Weight) -> Array:
    """Le, Jaitly and Hinton (2015): the identity where the matrix is square; Glorot elsewhere."""
    return np.eye(weight.shape[0]) if weight.square else _glorot(rng, weight)


SCHEMES: dict[str, Callable[[Rng, Weight], Array]] = {
    "glorot": _glorot,
    "orthogonal": _orthogonal,
    "normal": _normal,
    "uniform": _uniform,
    "identity": _identity,
}


def initial_parameters(
    system: System,
    sizes: Mapping[str, int],
    placements: Sequence[Placement],
    seed: int,
    scheme: str,
    spectral_radius: float | None,
) -> dict[str, Array]:
    """A value for each parameter; a cell may ask for one in `starts`, a number or "identity".

    Raises UnknownNameError for the scheme, InputError for the seed or the spectral radius.
    """
    if scheme not in SCHEMES:
        raise unknown("scheme", scheme, SCHEMES)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InputError(f"the seed must be a whole number of 0 or more, not {seed!r}.")
    if spectral_radius is not None and not 0 <= spectral_radius < np.inf:
        raise InputError(f"the spectral radius must be a number of 0 or more, not {spectral_radius!r}.")
    rng = np.random.default_rng(seed)
    biases, recurrent = _biases(system), _recurrent_shapes(system)
    homes = {placement.path: placement for placement in placements}
    params = {}
    for name, shape in system.given.items():
        if name.role != Role.PARAM:
            continue
        numbers = tuple(dims.size(dim, sizes) for dim in shape)
        square = len(shape) == 2 and shape[0] == shape[1]
        home = homes.get(name.path, placements[-1])
        weight = Weight(numbers, square, name in biases, dims.size(home.sizes.get("H", "H"), sizes))
        starts = home.cell.starts if name.symbol in home.cell.params and name.path == home.path else {}
        value = _start(starts[name.symbol], numbers) if name.symbol in starts else SCHEMES[scheme](rng, weight)
        if spectral_radius is not None and shape in recurrent:
            value = _rescaled(name.label, value, spectral_radius)
        params[name.label] = value
    return params


def _start(start: float | str, shape: tuple[int, ...]) -> Array:
    return np.eye(shape[0]) if start == IDENTITY else np.full(shape, float(start))


def _biases(system: System) -> set[Name]:
    """The parameters that are only ever terms of a sum: zero is a good beginning for them, and for no other."""
    terms: set[Name] = set()
    factors: set[Name] = set()
    for _, piece in system.pieces():
        for node in topological([piece.rhs]):
            for arg in node.args if node.prim.name not in PASSING else ():
                while arg.prim.name in PASSING:
                    (arg, *_) = arg.args
                if arg.prim.name == "leaf":
                    (terms if node.prim.name == "add" else factors).add(arg.attrs[0])  # type: ignore[arg-type]
    return terms - factors


def _recurrent_shapes(system: System) -> set[tuple[dims.Dim, dims.Dim]]:
    """(H, H) for a carry of shape (H,): equal names, so that sizes which happen to be equal do not count."""
    carried = (system.shape(name) for name in system.equations if name.role == Role.CARRY)
    return {(shape[0], shape[0]) for shape in carried if len(shape) == 1}


def _rescaled(label: str, matrix: Array, radius: float) -> Array:
    present = np.max(np.abs(np.linalg.eigvals(matrix)))
    if present == 0:
        raise InputError(f"parameter {label} has spectral radius 0, which no factor changes: give it another start.")
    return np.asarray(matrix * (radius / present))
