"""The chains of a System: what is carried from step to step, in one direction of time.

A chain is a set of names that need each other across steps (a strongly connected set), or several such sets that run
one above the other at the same steps: the layers of a stack are one chain with the states of all layers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rnnsym.core.names import Fixed, Free, Name, Offset
from rnnsym.core.system import System, reads
from rnnsym.errors import ScheduleError


@dataclass(frozen=True)
class Chain:
    """`names`: the quantities of one step, in the order of the story; `carries`: those read one step before.

    `direction` is 1 for t ascending, where "one step before" is t - 1, and -1 for t descending, where it is t + 1.
    """

    names: tuple[Name, ...]
    carries: tuple[Name, ...]
    direction: int

    @property
    def past(self) -> Offset:
        """When a state is read one step before."""
        return Offset(-self.direction)


def chains(system: System, order: Sequence[Name] = ()) -> tuple[Chain, ...]:
    """The chains of the forward equations of `system`, each after those that it needs.

    `order` are carries in the order in which a state stacks them; others follow in the order of the story. Raises
    ScheduleError for equations that read earlier and later steps of each other, or more than one step back.
    """
    needs = needed(system, system.equations)
    reach = reachable(needs)
    found: list[tuple[set[Name], int]] = []
    for members in _recurrent(system, reach):
        direction = _direction(system, members)
        merged = next((i for i, (upper, way) in enumerate(found) if way == direction
                       and _runs_with(system, upper, members, reach)), None)  # fmt: skip
        if merged is None:
            found.append((members, direction))
        else:
            upper = found[merged][0] | members
            found[merged] = (upper | _between(upper, reach), direction)
    return tuple(_chain(system, members, direction, order) for members, direction in found)


def needed(system: System, names: Iterable[Name]) -> dict[Name, set[Name]]:
    """For each of `names`, those of them that its equation reads."""
    inside = set(names)
    return {
        name: {r.name for piece in system.equations[name] for r in reads(piece.rhs)} & inside
        for name in system.equations
        if name in inside
    }


def reachable(needs: Mapping[Name, set[Name]]) -> dict[Name, set[Name]]:
    """For each name, every name that it needs, directly or not."""
    reach = {}
    for name in needs:
        found: set[Name] = set()
        stack = [name]
        while stack:
            new = needs[stack.pop()] - found
            found |= new
            stack.extend(new)
        reach[name] = found
    return reach


def _recurrent(system: System, reach: Mapping[Name, set[Name]]) -> list[set[Name]]:
    """The sets of names that need each other, each after those that it needs."""
    groups: list[set[Name]] = []
    for name in system.equations:
        if name in reach[name] and not any(name in group for group in groups):
            groups.append({other for other in reach[name] if name in reach[other]})
    ordered: list[set[Name]] = []
    while groups:
        first = next(g for g in groups if not any(o is not g and _needs_any(g, o, reach) for o in groups))
        ordered.append(first)
        groups.remove(first)
    return ordered


def _needs_any(names: set[Name], others: set[Name], reach: Mapping[Name, set[Name]]) -> bool:
    return any(reach[name] & others for name in names)


def _direction(system: System, members: set[Name]) -> int:
    lags = {time.k for _, time in _inner_reads(system, members) if isinstance(time, Offset) and time.k}
    labels = ", ".join(name.label for name in system.equations if name in members)
    if len({lag > 0 for lag in lags}) != 1:
        raise ScheduleError(f"the equations of {labels} need earlier and later steps of each other: no chain holds.")
    if lags - {1, -1}:
        raise ScheduleError(f"the equations of {labels} read more than one step back: a chain goes step by step.")
    return 1 if lags == {-1} else -1


def _inner_reads(system: System, members: set[Name]) -> list[tuple[Name, Offset | Fixed | Free]]:
    """What the names of a chain read of each other, and when."""
    return [
        (r.name, r.time)
        for name in system.equations
        if name in members
        for piece in system.equations[name]
        for r in reads(piece.rhs)
        if r.name in members
    ]


def _between(members: set[Name], reach: Mapping[Name, set[Name]]) -> set[Name]:
    """The names on the way from one member to another."""
    return {n for n in reach if reach[n] & members and any(n in reach[member] for member in members)}


def _runs_with(system: System, lower: set[Name], upper: set[Name], reach: Mapping[Name, set[Name]]) -> bool:
    """Whether `upper` reads `lower` step by step only: then both are one chain."""
    together = lower | upper
    if not _needs_any(upper, lower, reach):
        return False
    inside = together | _between(together, reach)
    recurrent = {n for n in inside if n in reach[n]}
    if recurrent - together:
        return False
    ways = {time.k if isinstance(time, Offset) else None for _, time in _inner_reads(system, inside)}
    return None not in ways and ways <= {0, -_direction(system, upper)}


def _chain(system: System, members: set[Name], direction: int, order: Sequence[Name]) -> Chain:
    past = {name for name, time in _inner_reads(system, members) if time == Offset(-direction)}
    ordered = [*order, *system.equations]
    carries = tuple(dict.fromkeys(name for name in ordered if name in past))
    return Chain(tuple(name for name in system.equations if name in members), carries, direction)
