"""Complex step through the interpreter over the explicit unrolled graph: no derivative rule takes part.

L(θ + i ε) = L(θ) + i ε L′(θ) + O(ε²): with ε = 1e-100 the imaginary part is ε L′(θ) to the last digit, and nothing is
subtracted. (Squire and Trapp 1998, SIAM Review 40(1), 110–112.)
"""

from collections.abc import Mapping
from math import prod
from typing import NamedTuple

import numpy as np

from rnnsym.checks.verdicts import Array
from rnnsym.core.expr import Expr, leaves, topological
from rnnsym.interpreters import numeric

STEP = 1e-100
DIRECTIONS_AT_ONCE = 256


class Graph(NamedTuple):
    """A scalar loss (of each example), a value for each leaf with at most one batch axis, and the dimensions' sizes."""

    loss: Expr
    values: Mapping[Expr, Array]
    sizes: Mapping[str, int]
    batch: tuple[int, ...]


def complex_step(graph: Graph, leaf: Expr) -> Array:
    """The derivative of the loss with respect to `leaf`: summed over the examples for one that they share."""
    value = graph.values[leaf]
    rank = len(leaf.shape)
    event = value.shape[value.ndim - rank :]
    count = prod(event)
    directions = np.eye(count).reshape(count, *(1 for _ in graph.batch), *event)
    known = {**graph.values, **_held(graph)}
    slopes = np.empty((count, *graph.batch))
    for start in range(0, count, DIRECTIONS_AT_ONCE):
        chunk = slice(start, start + DIRECTIONS_AT_ONCE)
        slopes[chunk] = _slopes(graph, known, leaf, value + 1j * STEP * directions[chunk])
    if value.ndim > rank:
        return np.asarray(np.moveaxis(slopes, 0, -1).reshape(*graph.batch, *event))
    return np.asarray(slopes.reshape(count, -1).sum(axis=1).reshape(event))


def _slopes(graph: Graph, known: Mapping[Expr, Array], leaf: Expr, moved: Array) -> Array:
    """The derivative along each direction, for each example."""
    lead = (len(moved), *graph.batch)
    bound = {node: np.broadcast_to(v, lead) if node.dtype == "int" else v for node, v in known.items()}
    (loss,) = numeric.run([graph.loss], {**bound, leaf: moved}, graph.sizes)
    return np.broadcast_to(np.imag(loss) / STEP, lead)


def _held(graph: Graph) -> dict[Expr, Array]:
    """The values behind each stopped gradient: by its meaning they stay as they are when a leaf moves."""
    stops = [node for node in topological([graph.loss]) if node.prim.name == "stop_gradient"]
    return dict(zip(stops, numeric.run(stops, graph.values, graph.sizes), strict=True))


NEAR = 1e-12
"""Arguments closer than this tie: in another order of summation they may be equal, or stand the other way round."""


class Kink(NamedTuple):
    """An operation at a point where it has no derivative, and the leaves that move it."""

    node: Expr
    moved_by: frozenset[Expr]


def kinks(graph: Graph) -> list[Kink]:
    """The operations of the loss whose arguments tie (relu at 0, a maximum of two equal entries)."""
    found = []
    candidates = [node for node in topological([graph.loss]) if node.prim.kink]
    arguments = list(dict.fromkeys(arg for node in candidates for arg in node.args))
    values = dict(zip(arguments, numeric.run(arguments, graph.values, graph.sizes), strict=True))
    for node in candidates:
        first, second = values[node.args[0]], values[node.args[1]] if len(node.args) > 1 else 0.0
        if np.any(np.abs(first - second) <= NEAR * (1 + np.abs(first) + np.abs(second))):
            found.append(Kink(node, frozenset(leaves([node]))))
    return found
