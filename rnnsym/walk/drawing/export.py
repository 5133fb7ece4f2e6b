"""The graph as a diagram for other programs: what is drawn of it, in which column, and how the arrows differ.

Steps may be rolled up into one (step t and its loops), or all but the first two and the last left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import Symbol
from rnnsym.core.names import FREE, NOW, Fixed, Interval, Name, Offset, Point, Role, T, TimeMap
from rnnsym.core.system import System, reads
from rnnsym.errors import InputError, unknown
from rnnsym.notation import Notation, Sides, Style, load, relation, text
from rnnsym.ops.leaves import leaf
from rnnsym.transforms.rewrite import substitute
from rnnsym.walk.graph import Edge, Graph, Key, Node

KINDS = {Role.INPUT: "given", Role.TARGET: "given", Role.MASK: "given", Role.CARRY: "carry", Role.LOSS: "loss"}
ROLLED_STEPS, STEP = 3, 2
"""A rolled graph is taken from T = 3, where step 2 has a neighbour on each side."""
FIRST_STEPS = 2
"""A collapsed graph shows so many steps, and the last one."""
BETWEEN = -2
"""The `t` of what stands for the steps left out."""


class Item(NamedTuple):
    """A node of the diagram. `kind`: given, step, carry, loss, total, or dots for what is left out."""

    key: Key
    kind: str
    node: Node | None


class Link(NamedTuple):
    """An arrow. `kind`: now (within a step), next (from step to step), seam (from the end of one part to another)."""

    source: Key
    target: Key
    kind: str


class Column(NamedTuple):
    """What happens at one step of one part of the network; the title is empty for what is not in time."""

    title: str
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Diagram:
    """`graph` as it is drawn. `shape`: "unrolled", "rolled" or "collapsed"; `labels` are words beside a symbol.

    Raises UnknownNameError for another shape.
    """

    graph: Graph
    shape: str = "unrolled"
    labels: Mapping[Key, str] = field(default_factory=dict)
    notation: Notation = field(default_factory=lambda: load("default"))

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise unknown("shape of a graph", self.shape, SHAPES)

    @property
    def system(self) -> System:
        return self.graph.system

    @property
    def has_numbers(self) -> bool:
        return self.graph.walk is not None and self.shape != "rolled"

    # What is drawn. -----------------------------------------------------------------------------------------------

    @cached_property
    def items(self) -> dict[Key, Item]:
        """The nodes of the diagram, in the order of computation."""
        found: dict[Key, Item] = {}
        for key, node in self._drawn.nodes.items():
            spot = self.spot(key)
            if spot == key:
                kind = "total" if key.name.role == Role.TOTAL else KINDS.get(key.name.role, "step")
                found[spot] = Item(spot, kind, node)
        for link in self.links:
            for end in link[:2]:
                found.setdefault(end, Item(end, "dots", None))
        return found

    @cached_property
    def links(self) -> tuple[Link, ...]:
        seen = dict.fromkeys(self._link(edge) for edge in self._drawn.edges)
        return tuple(link for link in seen if (link.source.t, link.target.t) != (BETWEEN, BETWEEN))

    @cached_property
    def _drawn(self) -> Graph:
        return Graph(self.graph.net, ROLLED_STEPS) if self.shape == "rolled" else self.graph

    @cached_property
    def _repeated(self) -> frozenset[Name]:
        """The names that a rolled graph shows at step t."""
        return frozenset(key.name for key in self._drawn.nodes if key.t == STEP)

    def spot(self, key: Key) -> Key:
        """Where a node is drawn: at its own key, at step t, or among those left out."""
        steps = self._drawn.steps
        if self.shape == "rolled" and key.name in self._repeated:
            return Key(key.name, STEP)
        if self.shape == "collapsed" and key.t is not None and FIRST_STEPS < key.t < steps:
            return Key(key.name, BETWEEN)
        return key

    def _link(self, edge: Edge) -> Link:
        source, target = edge
        kind = "now" if source.t == target.t or None in (source.t, target.t) else "next"
        if self._is_seam(edge):
            kind = "seam"
        start, end = self.spot(source), self.spot(target)
        if end.t == BETWEEN:
            end = Key(source.name, BETWEEN)
        return Link(start, end, kind)

    def _is_seam(self, edge: Edge) -> bool:
        source, target = edge.source.name, edge.target.name
        computed = source in self.system.equations and target in self.parts
        return computed and self.parts[source] != self.parts[target]

    @cached_property
    def _times(self) -> dict[tuple[Name, Name], set[TimeMap]]:
        """How each name is read by each other one."""
        found: dict[tuple[Name, Name], set[TimeMap]] = {}
        for name in self.graph.names:
            for piece in self.system.equations[name]:
                for read in reads(piece.rhs):
                    found.setdefault((read.name, name), set()).add(read.time)
        return found

    # Where it is drawn. -------------------------------------------------------------------------------------------

    @cached_property
    def parts(self) -> dict[Name, int]:
        """The part of the network that each name belongs to: one that starts from another's end comes after it."""
        names = [name for name in self.graph.names if name.role != Role.TOTAL]
        found = dict.fromkeys(names, 0)
        for _ in names:
            for (source, target), times in self._times.items():
                if source in found and target in found:
                    later = any(not isinstance(time, Offset) for time in times)
                    found[target] = max(found[target], found[source] + later)
        for (source, target), _ in self._times.items():
            if source not in self.system.equations and target in found:
                found[source] = min(found.get(source, found[target]), found[target])
        return found

    @property
    def order(self) -> tuple[Name, ...]:
        """The names from top to bottom."""
        return self._drawn.story

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """What is in time, by part and step, each from top to bottom; then what is not."""
        order = {name: i for i, name in enumerate(self.order)}
        places: dict[tuple[int, float], list[Key]] = {}
        for key in self.items:
            if key.t is not None:
                moment = FIRST_STEPS + 0.5 if key.t == BETWEEN else float(key.t)
                places.setdefault((self.parts.get(key.name, 0), moment), []).append(key)
        found = [
            Column(self._column_title(keys[0]), tuple(sorted(keys, key=lambda key: order[key.name])))
            for _, keys in sorted(places.items(), key=lambda place: place[0])
        ]
        return (*found, *(Column("", (key,)) for key in self.items if key.t is None))

    def _column_title(self, key: Key) -> str:
        """`t = 2`, `encoder, step t`; `…` for the steps left out."""
        if key.t == BETWEEN:
            return "…"
        part, time = self._whole_part(self.parts.get(key.name, 0)), self._time(key)
        return ", ".join([*part, f"t = {time.at}" if isinstance(time, Fixed) else "step t"])

    def _time(self, key: Key) -> TimeMap:
        if key.t is None:
            return FREE
        if self.shape != "rolled":
            return Fixed(Point(0, key.t))
        if key.name in self._repeated:
            return NOW
        return Fixed(T.shift(key.t - ROLLED_STEPS) if key.t >= ROLLED_STEPS else Point(0, key.t))

    # What is written in it. ---------------------------------------------------------------------------------------

    def symbol(self, key: Key, style: Style, local: bool = False) -> str:
        """`h₂`; `hₜ` where the graph is rolled. `local`: without the path of its name."""
        name = key.name._replace(path=()) if local else key.name
        return "" if key.t == BETWEEN else text(Symbol(name, self._time(key)), self.notation, style)

    def sides(self, item: Item, style: Style, local: bool = False) -> Sides:
        """The symbol of a node, and its formula: empty where it is given. `local`: without the path that they share."""
        left, node = self.symbol(item.key, style, local), item.node
        if node is None or node.rhs is None:
            return Sides(left, "")
        time = self._time(item.key)
        at = time.at if isinstance(time, Fixed) else None
        rhs = _without(node.rhs, item.key.name.path) if local and item.key.name.path else node.rhs
        return Sides(left, relation(rhs, rhs, self._summed(item), self.notation, style, at).right)

    def place(self, key: Key) -> str:
        """The path of a name, as far as the column does not say it."""
        shared = self._whole_part(self.parts.get(key.name, 0))
        return ".".join(key.name.path[len(shared) :])

    def _whole_part(self, part: int) -> tuple[str, ...]:
        """The first word of every path in a part, where there is one: `encoder`."""
        words = {name.path[:1] for name, found in self.parts.items() if found == part and name in self._pathed}
        return next(iter(words)) if len(words) == 1 and max(self.parts.values()) else ()

    @cached_property
    def _pathed(self) -> frozenset[Name]:
        return frozenset(name for name in self.graph.names if name.path)

    def _summed(self, item: Item) -> Interval | None:
        piece = self.system.equations[item.key.name][0]
        return piece.domain if piece.total else None

    def caption(self) -> str:
        """The network, and what the diagram shows of it."""
        net = self.graph.net
        sizes = ", ".join(f"{name} = {size}" for name, size in net.sizes.items())
        steps = "one step" if self.shape == "rolled" else f"T = {self.graph.steps}"
        return f"{net.name}: {steps}, {sizes}"

    def parameters(self, style: Style) -> Iterator[str]:
        """`W (H, X)` for each parameter."""
        for parameter in self.graph.parameters:
            if parameter.name.role == Role.PARAM:
                shape = ", ".join(map(str, self.system.shape(parameter.name)))
                symbol = text(Symbol(parameter.name, FREE), self.notation, style)
                found = f"${symbol}$" if style == "latex" else symbol
                shown = f"{found} ({shape})" if shape else found
                yield shown.replace(" ", "~") if style == "latex" else shown


def _without(expr: Expr, path: tuple[str, ...]) -> Expr:
    """`expr` with the names of one layer, and what is read by all of its part, called by their symbols alone."""
    mine = [
        read
        for read in reads(expr)
        if read.name.path == path or (read.name.role == Role.INPUT and path[: len(read.name.path)] == read.name.path)
    ]
    bare = {read.leaf: leaf(read.name._replace(path=()), read.time, read.leaf.shape, read.leaf.dtype) for read in mine}
    return substitute([expr], bare)[0]


SHAPES = ("unrolled", "rolled", "collapsed")


def diagram(
    graph: Graph,
    rolled: bool = False,
    collapse: bool = False,
    labels: Mapping[Key, str] | None = None,
    notation: str | Notation = "default",
) -> Diagram:
    """`graph` as a diagram: one step with its loops, or t = 1, 2, …, T, or every step.

    Raises InputError for a graph that is to be both rolled and collapsed.
    """
    if rolled and collapse:
        raise InputError("a rolled graph shows one step: it has no steps to collapse.")
    shape = "rolled" if rolled else "collapsed" if collapse else "unrolled"
    return Diagram(graph, shape, labels or {}, load(notation) if isinstance(notation, str) else notation)
