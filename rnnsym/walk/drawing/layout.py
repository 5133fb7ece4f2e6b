"""Where the boxes and wires of one step stand: the same for every step, so that the columns repeat.

A column is a stack of boxes with a channel for wires at its left. A net is everything that one quantity feeds, now
(lag 0), at the next step (lag 1) or at the one before (lag -1); it runs on one vertical lane of the channel. Every end
of a net has a row of its own in its box: where two wires cross, they do not touch.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from rnnsym.core.names import Name
from rnnsym.walk.graph import Graph


class Net(NamedTuple):
    """What `source` feeds `lag` steps later."""

    source: Name
    lag: int


class Place(NamedTuple):
    """A box: its first row (the border), its rows of content, and whether the box above it leads into it."""

    top: int
    rows: int
    fed: bool


@dataclass(frozen=True)
class Layout:
    """The boxes of a column by name; for each net its targets, lane and rows.

    Lane 0 is next to the boxes. `enters` is the row at which a net enters a box, `leaves` the row at which it leaves
    its source. A net without a lane runs straight.
    """

    places: Mapping[Name, Place]
    nets: Mapping[Net, tuple[Name, ...]]
    lanes: Mapping[Net, int]
    enters: Mapping[tuple[Net, Name], int]
    leaves: Mapping[Net, int]
    height: int

    @property
    def lane_count(self) -> int:
        return max(self.lanes.values(), default=-1) + 1


def layout(graph: Graph, rows: Mapping[Name, int]) -> Layout:
    """The layout for boxes that need so many `rows` of content."""
    order = list(graph.story)
    chained = _chained(graph, order)
    nets = _nets(graph, order, chained)
    lanes = _lanes(nets, order)
    ends = {name: _left_ends(name, nets, lanes, order) for name in order}
    places = _places(order, rows, chained, ends, nets)
    enters, leaves = _rows(places, ends, nets)
    last = places[order[-1]]
    return Layout(places, nets, lanes, enters, leaves, last.top + last.rows + 2)


def drawable(graph: Graph) -> Iterable[tuple[Net, Name]]:
    """The reads that a channel can carry, between equal or neighbouring steps."""
    for source, target in graph.edges:
        if source.t is not None and target.t is not None and abs(target.t - source.t) <= 1:
            yield Net(source.name, target.t - source.t), target.name


def _chained(graph: Graph, order: Sequence[Name]) -> set[Name]:
    """The names that feed the next one in the stack: an arrow leads from box to box."""
    read = set(drawable(graph))
    return {name for name, following in pairwise(order) if (Net(name, 0), following) in read}


def _nets(graph: Graph, order: Sequence[Name], chained: set[Name]) -> dict[Net, tuple[Name, ...]]:
    following = dict(pairwise(order))
    found: dict[Net, list[Name]] = {}
    for net, target in drawable(graph):
        if net.lag == 0 and net.source in chained and following[net.source] == target:
            continue
        if target not in found.setdefault(net, []):
            found[net].append(target)
    return {net: tuple(sorted(targets, key=order.index)) for net, targets in found.items() if targets}


def _span(net: Net, targets: Sequence[Name], order: Sequence[Name]) -> tuple[int, int]:
    places = [order.index(name) for name in (net.source, *targets)]
    return min(places), max(places)


def _is_straight(net: Net, targets: Sequence[Name]) -> bool:
    return net.lag != 0 and targets == (net.source,)


def _lanes(nets: Mapping[Net, tuple[Name, ...]], order: Sequence[Name]) -> dict[Net, int]:
    """A lane for each net; nets that overlap have different ones, short and local wires the nearest to the boxes."""
    waiting = [net for net, targets in nets.items() if not _is_straight(net, targets)]
    spans = {net: _span(net, nets[net], order) for net in waiting}
    waiting.sort(key=lambda net: (net.lag != 0, spans[net][1] - spans[net][0]))
    taken: list[list[tuple[int, int]]] = []
    lanes = {}
    for net in waiting:
        low, high = spans[net]
        free = [i for i, used in enumerate(taken) if all(high < a or b < low for a, b in used)]
        if not free:
            taken.append([])
        lanes[net] = free[0] if free else len(taken) - 1
        taken[lanes[net]].append((low, high))
    return lanes


def _left_ends(
    name: Name, nets: Mapping[Net, tuple[Name, ...]], lanes: Mapping[Net, int], order: Sequence[Name]
) -> list[Net]:
    """The nets that end at the left side of a box, from top to bottom, so that they cross as little as possible.

    First those that come from above and end here, the innermost first; last those that go down from here.
    """
    here = [net for net, targets in nets.items() if (net.lag >= 0 and name in targets) or _leaves_left(net, name)]

    def rank(net: Net) -> tuple[int, int]:
        low, high = _span(net, nets[net], order)
        lane = lanes.get(net, 0)
        if net in lanes and high == order.index(name):
            return (0, lane)
        return (2 if net in lanes and low == order.index(name) else 1, -lane)

    return sorted(here, key=rank)


def _leaves_left(net: Net, name: Name) -> bool:
    """Whether the net starts at the left side of its box: what goes to the next step starts at the right."""
    return net.source == name and net.lag <= 0


def _right_ends(name: Name, nets: Mapping[Net, tuple[Name, ...]]) -> list[Net]:
    """The nets that end at the right side of a box and need a row that no end at the left side has."""
    return [
        net
        for net, targets in nets.items()
        if (net.lag > 0 and net.source == name and name not in targets) or (net.lag < 0 and name in targets)
    ]


def _places(
    order: Sequence[Name],
    rows: Mapping[Name, int],
    chained: set[Name],
    ends: Mapping[Name, Sequence[Net]],
    nets: Mapping[Net, tuple[Name, ...]],
) -> dict[Name, Place]:
    """The stack: a box is as high as its content and its wires need; chained boxes share a side."""
    places, top, fed = {}, 0, False
    for name in order:
        needed = max(rows[name], len(ends[name]) + len(_right_ends(name, nets)))
        places[name] = Place(top, needed, fed)
        fed = name in chained
        top += needed + (1 if fed else 2)
    return places


def _rows(
    places: Mapping[Name, Place], ends: Mapping[Name, Sequence[Net]], nets: Mapping[Net, tuple[Name, ...]]
) -> tuple[dict[tuple[Net, Name], int], dict[Net, int]]:
    enters: dict[tuple[Net, Name], int] = {}
    leaves: dict[Net, int] = {}
    for name, place in places.items():
        for row, net in enumerate([*ends[name], *_right_ends(name, nets)], place.top + 1):
            if name in nets[net]:
                enters[net, name] = row
            if net.source == name and (net.lag <= 0 or name not in nets[net]):
                leaves[net] = row
    for net, targets in nets.items():
        if net.lag > 0 and net.source in targets:
            leaves[net] = enters[net, net.source]
    return enters, leaves
