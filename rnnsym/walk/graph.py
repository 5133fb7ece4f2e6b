"""The unrolled graph as data: a node for every named quantity at every step, an edge for every read.

Everything comes from the equations of the System, so that any cell in any wiring has its graph.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from rnnsym.api.network import Network
from rnnsym.core.expr import Expr
from rnnsym.core.names import Free, Name, Role
from rnnsym.core.system import Piece, Read, System, reads
from rnnsym.errors import InputError
from rnnsym.walk.walk import Walk

Array = np.ndarray[Any, Any]
SHARED = frozenset({Role.PARAM, Role.COUNT})
"""Given quantities that are the same at every step: they are listed, not drawn."""
ASIDE = frozenset({Role.TARGET, Role.MASK})
"""Given quantities without a gradient: they stand inside the node that reads them."""


class Key(NamedTuple):
    """A quantity at a step; t is None for one that is not in time, such as the total loss."""

    name: Name
    t: int | None


@dataclass(frozen=True)
class Node:
    """A quantity at a step: its right-hand side (None where it is given), value and total derivative of the loss.

    Without numbers `value` and `adjoint` are None; so is the adjoint of what the derivation writes out, as of L_t.
    `beside` are the given quantities that only this node reads, such as a target.
    """

    key: Key
    rhs: Expr | None
    value: Array | None
    adjoint: Array | None
    beside: tuple[Key, ...] = ()


class Edge(NamedTuple):
    source: Key
    target: Key


class Parameter(NamedTuple):
    """A parameter, its value and gradient (None without numbers), and the quantities whose equations read it."""

    name: Name
    value: Array | None
    gradient: Array | None
    readers: tuple[Name, ...]


class Graph:
    """The graph of `net` over t = 1…`steps`, with the numbers of `walk` where one is given.

    Raises InputError for T < 1.
    """

    def __init__(self, net: Network, steps: int, walk: Walk | None = None) -> None:
        if steps < 1:
            raise InputError(f"T = {steps}: a sequence needs at least one step.")
        self.net, self.steps, self.walk = net, steps, walk
        self.system: System = net.system if walk is None else walk.system
        self.names = [name for name in self.system.equations if name.role not in (Role.ADJOINT, Role.GRADIENT)]

    @cached_property
    def nodes(self) -> dict[Key, Node]:
        """Every node, in the order of computation within a step."""
        readers: dict[Key, list[Key]] = {}
        for source, target in self._reads():
            readers.setdefault(source, []).append(target)
        beside = {key: found[0] for key, found in readers.items() if key.name.role in ASIDE and len(found) == 1}
        nodes = {}
        for key, rhs in self._keys(readers):
            if key not in beside:
                mine = tuple(given for given, reader in beside.items() if reader == key)
                nodes[key] = Node(key, rhs, self.value(key), self._adjoint(key), mine)
        return nodes

    def _keys(self, readers: Mapping[Key, list[Key]]) -> Iterator[tuple[Key, Expr | None]]:
        defined = {Key(name, t) for name, t, _ in self._pieces()}
        yield from ((key, None) for key in readers if key not in defined)
        for name, t, piece in self._pieces():
            given = any(read.name.role == Role.INITIAL for read in reads(piece.rhs))
            yield Key(name, t), None if given else piece.rhs

    def _pieces(self) -> Iterator[tuple[Name, int | None, Piece]]:
        """Every equation at every step."""
        for name in self.names:
            for piece in self.system.equations[name]:
                times = [None] if piece.total else list(piece.domain.at(self.steps))
                yield from ((name, t, piece) for t in times)

    def _reads(self) -> Iterator[Edge]:
        for name, t, piece in self._pieces():
            for step in piece.domain.at(self.steps) if t is None else [t]:
                for read in reads(piece.rhs):
                    if read.name.role not in SHARED and read.name.role != Role.INITIAL:
                        yield Edge(self._source(read, step), Key(name, t))

    def _source(self, read: Read, t: int) -> Key:
        if not isinstance(read.time, Free):
            return Key(read.name, read.time.step(t, self.steps))
        pieces = self.system.equations.get(read.name)
        if pieces is None:
            return Key(read.name, t)
        return Key(read.name, None if pieces[0].total else self.system.hull(read.name).hi.at(self.steps))

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Who reads whom, among the nodes."""
        return tuple(dict.fromkeys(edge for edge in self._reads() if edge.source in self.nodes))

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What every step shares, with its gradient."""
        found = []
        for name in self.system.given:
            if name.role in SHARED:
                value = None if self.walk is None else self.walk.value(name, 0)
                gradient = None if self.walk is None else self.walk.run.grads.get(name.label)
                found.append(Parameter(name, value, gradient, tuple(n for n in self.names if self._uses(n, name))))
        return tuple(found)

    def _uses(self, reader: Name, name: Name) -> bool:
        return any(read.name == name for piece in self.system.equations[reader] for read in reads(piece.rhs))

    @cached_property
    def far(self) -> tuple[Edge, ...]:
        """What a column cannot show: edges into the start of a layer, and between steps that do not stand side by side;
        of those between the same two names, the first."""
        found: dict[tuple[Name, Name], Edge] = {}
        for edge in self.edges:
            source, target = edge.source.t, edge.target.t
            if source is not None and target is not None and (target == 0 or abs(target - source) > 1):
                found.setdefault((edge.source.name, edge.target.name), edge)
        return tuple(found.values())

    # Numbers. -----------------------------------------------------------------------------------------------------

    def value(self, key: Key) -> Array | None:
        """The value at a node, or None without numbers."""
        return None if self.walk is None else self.walk.value(key.name, key.t or 0)

    def _adjoint(self, key: Key) -> Array | None:
        bar = key.name.as_role(Role.ADJOINT)
        if self.walk is None or bar not in self.system.equations or key.name.role == Role.TOTAL:
            return None
        return self.walk.value(bar, key.t or 0)

    # Order. -------------------------------------------------------------------------------------------------------

    @cached_property
    def story(self) -> tuple[Name, ...]:
        """The names of one step from top to bottom: each after what it reads, and next to it where that is possible.

        The equations stand in their own order, except that a chain (a gate after its pre-activation) is kept together.
        """
        keys = [key for key in self.nodes if key.t is not None]
        waiting = list(dict.fromkeys(key.name for key in keys))
        needs = {name: self._needs(name) for name in waiting}
        placed: list[Name] = []
        while waiting:
            ready = [name for name in waiting if not needs[name] & set(waiting)]
            following = [name for name in ready if placed and placed[-1] in needs[name]]
            placed.append((following or ready or waiting)[0])
            waiting.remove(placed[-1])
        return tuple(placed)

    def _needs(self, name: Name) -> set[Name]:
        """What the equation of a name reads at the same step."""
        return {e.source.name for e in self.edges if e.target.name == name and e.source.t == e.target.t} - {name}
