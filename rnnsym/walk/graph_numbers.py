"""A run on numbers of no meaning, so that a graph has values to show."""

from typing import Any

import numpy as np

from rnnsym.api.network import Network
from rnnsym.cells.base import Cell
from rnnsym.core import dims
from rnnsym.core.names import Name, Role
from rnnsym.walk.walk import Walk
from rnnsym.wiring import TARGET

OTHER_SIZE = 2
"""The size of a dimension that only the user's cell has a name for."""


def network(cell: Cell, inputs: int, hidden: int, outputs: int, **options: Any) -> Network:
    """A network of the cell, with a size for every dimension. Arguments and errors as in Network."""
    own = {name: OTHER_SIZE for name in cell.dimensions() if name not in ("X", "H", "C")}
    return Network(cell, inputs, hidden, outputs, dims=own, **options)


def drawn_walk(net: Network, steps: int, seed: int) -> Walk:
    """A walk of `steps` steps on weights, inputs and targets drawn with `seed`; inputs and targets are tenths."""
    rng = np.random.default_rng(seed)

    x = {name.label: _tenths(rng, net, name, steps) for name in net.system.given if name.role == Role.INPUT}
    lead = (steps,) if TARGET in net.system.timed_given else ()
    if net.options.loss == "cross_entropy":
        return Walk(net, net.init(seed, "uniform"), x, rng.integers(0, net.sizes["C"], lead))
    return Walk(net, net.init(seed, "uniform"), x, _tenths(rng, net, TARGET, *lead))


def _tenths(rng: np.random.Generator, net: Network, name: Name, *lead: int) -> Any:
    shape = (*lead, *(dims.size(dim, net.sizes) for dim in net.system.given[name]))
    return rng.integers(-10, 10, shape, endpoint=True) / 10
