"""A run on numbers of no meaning, so that a graph has values to show."""

from typing import Any

import numpy as np

from rnnsym.api.network import Network
from rnnsym.core import dims
from rnnsym.core.names import Name, Role
from rnnsym.walk.walk import Walk
from rnnsym.wiring import TARGET


def drawn_walk(net: Network, steps: int, seed: int) -> Walk:
    """A walk of `steps` steps on weights and data drawn with `seed`; inputs and targets are tenths, or labels."""
    rng = np.random.default_rng(seed)

    timed = net.system.timed_given
    inputs = [name for name in net.system.given if name.role == Role.INPUT]
    x = {name.label: _drawn(rng, net, name, *((steps,) if name in timed else ())) for name in inputs}
    lead = (steps,) if TARGET in timed else ()
    targets = _drawn(rng, net, TARGET, *lead)
    return Walk(net, net.init(seed, "uniform"), x, targets, steps=steps)


def _drawn(rng: np.random.Generator, net: Network, name: Name, *lead: int) -> Any:
    shape = (*lead, *(dims.size(dim, net.sizes) for dim in net.system.given[name]))
    if name in net.system.labels:
        return rng.integers(0, dims.size(net.system.labels[name], net.sizes), shape)
    return rng.integers(-10, 10, shape, endpoint=True) / 10
