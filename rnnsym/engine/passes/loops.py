"""Which names are computed together, step by step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from rnnsym.core.names import Interval, Name
from rnnsym.core.system import Piece, System
from rnnsym.engine.passes.draft import names_in


@dataclass(frozen=True)
class Loop:
    """`names` need each other, in the order of the story; `steps` are those at which they do."""

    names: tuple[Name, ...]
    members: frozenset[Name]
    steps: Interval

    def turns(self, piece: Piece) -> bool:
        """Whether a piece of a member is computed in the loop; the others are where it starts."""
        return not piece.domain.apart(self.steps)


def loops(system: System) -> dict[Name, Loop]:
    """The loop of each name that is in one."""
    found: dict[Name, Loop] = {}
    for group in _together(system.equations):
        members = frozenset(group)
        needed = [p for name in group for p in system.equations[name] if names_in(p.rhs) & members]
        if needed:
            steps = reduce(Interval.hull, (piece.domain for piece in needed))
            order = tuple(name for name in system.equations if name in members)
            found.update(dict.fromkeys(order, Loop(order, members, steps)))
    return found


def _together(equations: Mapping[Name, Iterable[Piece]]) -> list[list[Name]]:
    """The strongly connected sets of names, by Tarjan's algorithm without recursion."""
    needs = {
        name: [read for read in dict.fromkeys(n for p in pieces for n in names_in(p.rhs)) if read in equations]
        for name, pieces in equations.items()
    }
    low: dict[Name, int] = {}
    path: list[Name] = []
    on_path: set[Name] = set()
    groups: list[list[Name]] = []
    for root in equations:
        if root in low:
            continue
        work = [(root, iter(needs[root]), len(low))]
        low[root] = len(low)
        path.append(root)
        on_path.add(root)
        while work:
            name, rest, number = work[-1]
            step = next(rest, None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == number:
                    cut = path.index(name)
                    groups.append(path[cut:])
                    on_path.difference_update(path[cut:])
                    del path[cut:]
            elif step not in low:
                work.append((step, iter(needs[step]), len(low)))
                low[step] = len(low)
                path.append(step)
                on_path.add(step)
            elif step in on_path:
                low[name] = min(low[name], low[step])
    return groups
