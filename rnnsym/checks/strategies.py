"""Hypothesis strategies for parameters and sequences: entries on a grid of tenths, which shrink to zero and .1."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from hypothesis import strategies as st

from rnnsym.api.network import Network
from rnnsym.checks.verdicts import Array
from rnnsym.core import dims
from rnnsym.core.names import Name, Role
from rnnsym.wiring import TARGET, predicted

LARGEST_TENTH = 10
DRAWN_ENTRIES = 64
"""Arrays with more entries come from one drawn seed: entry by entry they would exhaust Hypothesis's budget."""


def grid(shape: Sequence[int]) -> st.SearchStrategy[Array]:
    """Arrays of `shape` with entries -1, -0.9, …, 1."""
    count = prod(shape)
    if count > DRAWN_ENTRIES:
        return st.integers(0, 2**32 - 1).map(lambda seed: _seeded(seed, shape))
    tenths = st.lists(st.integers(-LARGEST_TENTH, LARGEST_TENTH), min_size=count, max_size=count)
    return tenths.map(lambda entries: np.array(entries, dtype=np.float64).reshape(shape) / 10)


def _seeded(seed: int, shape: Sequence[int]) -> Array:
    rng = np.random.default_rng(seed)
    return rng.integers(-LARGEST_TENTH, LARGEST_TENTH, tuple(shape), endpoint=True) / 10


def labels(shape: Sequence[int], classes: int) -> st.SearchStrategy[Array]:
    """Integer arrays of `shape` with entries 0 … classes - 1."""
    count = prod(shape)
    entries = st.lists(st.integers(0, classes - 1), min_size=count, max_size=count)
    return entries.map(lambda drawn: np.array(drawn, dtype=np.int64).reshape(shape))


def params(net: Network) -> st.SearchStrategy[dict[str, Array]]:
    """Parameters for `net`, a dict like that of `net.init`."""
    return st.fixed_dictionaries(_grids(net, Role.PARAM, ()))


def sequences(net: Network, steps: int | None = None, batch: int | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """The other arguments of `net.value_and_grad` as a dict: x (T[, B], …), targets and the initial carry.

    steps: T, drawn from 1…3 where it is None. batch: B, or None for single examples.
    """
    if steps is None:
        return st.integers(1, 3).flatmap(lambda drawn: sequences(net, drawn, batch))
    lead = () if batch is None else (batch,)
    timed = net.system.timed_given
    inputs = {
        name.label: _drawn(net, name, (*((steps,) if name in timed else ()), *lead))
        for name in net.system.given
        if name.role == Role.INPUT
    }
    x = next(iter(inputs.values())) if len(inputs) == 1 else st.fixed_dictionaries(inputs)
    carry = st.fixed_dictionaries(_grids(net, Role.INITIAL, lead))
    return st.fixed_dictionaries({"x": x, "targets": targets(net, steps, lead), "carry": carry})


def _drawn(net: Network, name: Name, lead: tuple[int, ...]) -> st.SearchStrategy[Array]:
    """Numbers for an input: symbols where it has a vocabulary."""
    if name in net.system.labels:
        return labels(lead, dims.size(net.system.labels[name], net.sizes))
    return grid((*lead, *numbers(net, name)))


def targets(net: Network, steps: int, lead: tuple[int, ...]) -> st.SearchStrategy[Array]:
    """Targets or labels for `steps` steps and the batch axes `lead`, in the layout of `Network.run`."""
    lead = (steps, *lead) if TARGET in net.system.timed_given else lead
    if net.options.loss == "cross_entropy":
        return labels(lead, prod(dims.size(dim, net.sizes) for dim in predicted(net.system).shape))
    return grid((*lead, *numbers(net, TARGET)))


def _grids(net: Network, role: Role, lead: tuple[int, ...]) -> dict[str, st.SearchStrategy[Array]]:
    return {name.label: grid((*lead, *numbers(net, name))) for name in net.system.given if name.role == role}


def numbers(net: Network, name: Name) -> tuple[int, ...]:
    """The shape of a given quantity, in numbers."""
    return tuple(dims.size(dim, net.sizes) for dim in net.system.given[name])
