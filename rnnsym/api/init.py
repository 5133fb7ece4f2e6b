"""Initial parameters by scheme."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Rng = np.random.Generator
Shape = tuple[Any, ...]


def _glorot(rng: Rng, shape: Shape, hidden: int) -> Array:
    """Glorot and Bengio (2010): uniform on ±√(6 / (fan in + fan out)); vectors are zero."""
    if len(shape) < 2:
        return np.zeros(shape)
    bound = np.sqrt(6 / sum(shape))
    return rng.uniform(-bound, bound, shape)


def _orthogonal(rng: Rng, shape: Shape, hidden: int) -> Array:
    """Saxe et al. (2014): a random orthogonal matrix where it is square; Glorot elsewhere."""
    if len(shape) != 2 or shape[0] != shape[1]:
        return _glorot(rng, shape, hidden)
    q, r = np.linalg.qr(rng.normal(size=shape))
    return np.asarray(q * np.sign(np.diag(r)))


def _normal(rng: Rng, shape: Shape, hidden: int) -> Array:
    """Gaussian of variance 1 / fan in; vectors are zero."""
    return rng.normal(size=shape) / np.sqrt(shape[-1]) if len(shape) == 2 else np.zeros(shape)


def _uniform(rng: Rng, shape: Shape, hidden: int) -> Array:
    """PyTorch's default for recurrent layers: uniform on ±1/√H, biases too."""
    return np.asarray(rng.uniform(-1, 1, shape) / np.sqrt(hidden))


def _identity(rng: Rng, shape: Shape, hidden: int) -> Array:
    """Le, Jaitly and Hinton (2015): the identity where the matrix is square; Glorot elsewhere."""
    return np.eye(shape[0]) if len(shape) == 2 and shape[0] == shape[1] else _glorot(rng, shape, hidden)


SCHEMES: dict[str, Callable[[Rng, Shape, int], Array]] = {
    "glorot": _glorot,
    "orthogonal": _orthogonal,
    "normal": _normal,
    "uniform": _uniform,
    "identity": _identity,
}


def initial_parameters(
    shapes: Mapping[str, Shape],
    starts: Mapping[str, float],
    seed: int,
    scheme: str,
    spectral_radius: float | None,
    hidden: int,
) -> dict[str, Array]:
    """A value for each parameter; `starts` gives constants that a cell asks for."""
    rng = np.random.default_rng(seed)
    params = {}
    for name, shape in shapes.items():
        value = np.full(shape, starts[name]) if name in starts else SCHEMES[scheme](rng, shape, hidden)
        if spectral_radius is not None and shape == (hidden, hidden):
            value = value * (spectral_radius / np.max(np.abs(np.linalg.eigvals(value))))
        params[name] = value
    return params
