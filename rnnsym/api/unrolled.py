"""The explicit unrolled graph of a network: the independent path that the generated program is checked against."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from rnnsym.api.network import Network
from rnnsym.core.expr import Expr, leaves, topological
from rnnsym.core.names import FREE, Fixed, Role
from rnnsym.engine.unroll import Table, unroll_system
from rnnsym.errors import InputError, MisuseError, unknown
from rnnsym.ops.leaves import leaf
from rnnsym.wiring import TOTAL_LOSS


class Unrolled:
    """`g.loss`, `g.params`, and `g["h", 2]`: expressions of parameters, inputs x[t] and targets, for T = `steps`."""

    def __init__(self, net: Network, steps: int) -> None:
        self.net, self.steps = net, steps
        self._table: Table = unroll_system(net.system, steps)
        self._by_label = {(name.label, t): expr for (name, t), expr in self._table.items() if name.role != Role.TOTAL}

    def __getitem__(self, key: tuple[str, int]) -> Expr:
        label, t = key
        if key not in self._by_label:
            labels = dict.fromkeys(known for known, _ in self._by_label)
            if label not in labels:
                raise unknown("quantity", label, labels)
            times = [step for known, step in self._by_label if known == label]
            raise InputError(f"{label} has no step t = {t}: it has t = {min(times)}…{max(times)}.")
        return self._by_label[key]

    @property
    def names(self) -> list[tuple[str, int]]:
        """Every (name, t) of the graph, in the order of computation."""
        return list(self._by_label)

    @property
    def loss(self) -> Expr:
        return self._table[TOTAL_LOSS, 0]

    @cached_property
    def params(self) -> dict[str, Expr]:
        """The parameters, as leaves to differentiate with respect to."""
        given = self.net.system.given
        return {n.label: leaf(n, FREE, shape) for n, shape in given.items() if n.role == Role.PARAM}

    @property
    def size(self) -> int:
        """The number of nodes of the loss."""
        return len(topological([self.loss]))

    def bind(
        self, params: Mapping[str, Any], x: Any, targets: Any = None, carry: Mapping[str, Any] | None = None
    ) -> dict[Expr, Any]:
        """A value for every leaf of the graph, for rs.evaluate; arguments as in Network.run."""
        given = self.net.given(params, x, targets, carry, None)
        found = {}
        for node in leaves(self._table.values()):
            name, time = node.attrs
            if name in given:
                found[node] = given[name][time.at.plus] if isinstance(time, Fixed) else given[name]
        return found


def unroll(net: Network, steps: int) -> Unrolled:
    """The explicit graph of `net` over `steps` steps. Raises MisuseError for no network, InputError for T < 1."""
    if not isinstance(net, Network):
        raise MisuseError(f"unroll takes a network, not {net!r}: make one with rs.Network(cell, inputs, hidden).")
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)):
        raise InputError(f"the number of steps must be a whole number, not {steps!r}.")
    return Unrolled(net, steps)
