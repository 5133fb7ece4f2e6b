"""Initial parameters by scheme."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.api.adjusting import chrono_biases, found_in, gate_biases, rescaled
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
    "gaussian": _normal,
    "uniform": _uniform,
    "identity": _identity,
}


def initial_parameters(
    system: System,
    sizes: Mapping[str, int],
    placements: Sequence[Placement],
    seed: int,
    scheme: str,
    spectral_radius: float | None = None,
    forget_bias: float | None = None,
    chrono: float | None = None,
) -> dict[str, Array]:
    """A value for each parameter; a cell may ask for one in `starts`, a number or "identity".

    Raises UnknownNameError for the scheme, InputError for the other settings, and where a cell has no gate that keeps.
    """
    if scheme not in SCHEMES:
        raise unknown("scheme", scheme, SCHEMES)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InputError(f"the seed must be a whole number of 0 or more, not {seed!r}.")
    if forget_bias is not None and chrono is not None:
        raise InputError("forget_bias and chrono both set the bias of the gate that keeps the state: give one of them.")
    rng = np.random.default_rng(seed)
    params = _drawn(system, sizes, placements, scheme, rng)
    if spectral_radius is not None:
        params = rescaled(found_in(system), sizes, params, spectral_radius)
    if forget_bias is not None:
        params = gate_biases(found_in(system), sizes, params, forget_bias)
    return params if chrono is None else chrono_biases(system, sizes, params, chrono, rng)


def _drawn(
    system: System, sizes: Mapping[str, int], placements: Sequence[Placement], scheme: str, rng: Rng
) -> dict[str, Array]:
    biases = _biases(system)
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
        params[name.label] = (
            _start(starts[name.symbol], numbers) if name.symbol in starts else SCHEMES[scheme](rng, weight)
        )
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
