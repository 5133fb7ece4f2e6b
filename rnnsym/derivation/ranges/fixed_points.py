"""Ranges of quantities that read each other from step to step: those that their own equations lead into.

Method: interval analysis with widening and narrowing (Cousot and Cousot 1977).
"""

import math
from collections.abc import Callable, Mapping, Sequence

from rnnsym.core.names import Name, Role
from rnnsym.derivation.ranges.intervals import REALS, Range

Known = Mapping[Name, Range]
ROUNDS, WIDER, FARTHEST, NARROWINGS, CLOSE = 3, 256.0, 1e6, 60, 1e-12

Step = Callable[[Name, Known], Range | None]


def fixed_point(names: Sequence[Name], of: Step) -> dict[Name, Range]:
    """Ranges that hold at every step: the smallest that were found that their own equations lead into.

    What still grows after some rounds is widened: first what the states go into, to what it can be whatever they are (a
    gate to [0, 1]), for between such limits a state often comes to rest; then the states too.
    """
    found: dict[Name, Range] = {}
    for count in range(len(names) * 2 + 10 * ROUNDS):
        if count == ROUNDS:
            _loosen(names, found, of)
        changed = False
        for name in names:
            new = of(name, found)
            old = found.get(name)
            if new is None or (old is not None and _inside(new, old)):
                continue
            joined = new if old is None else old.hull(new)
            found[name] = joined if old is None or count < 2 * ROUNDS else _widened(old, joined)
            changed = True
        if not changed:
            return _narrowed(names, found, of)
    return dict.fromkeys(names, REALS)


def _loosen(names: Sequence[Name], found: dict[Name, Range], of: Step) -> None:
    """Widen what is no state to its range for any state, where that has ends."""
    free = {**found, **{name: REALS for name in names if name.role == Role.CARRY}}
    for name in names:
        if name.role != Role.CARRY and (new := of(name, free)) is not None:
            free[name] = new
            if new.finite:
                found[name] = new.hull(found.get(name, new))


def _inside(new: Range, old: Range) -> bool:
    slack = CLOSE * (old.size if old.finite else 1.0)
    return new.low >= old.low - slack and new.high <= old.high + slack


def _widened(old: Range, new: Range) -> Range:
    """A range that grows, much larger at once; beyond `FARTHEST` without an end."""
    low = new.low if new.low >= old.low else -_farther(new.low)
    return Range(low, new.high if new.high <= old.high else _farther(new.high))


def _farther(end: float) -> float:
    reach = WIDER * max(abs(end), 1.0)
    return reach if reach < FARTHEST else math.inf


def _narrowed(names: Sequence[Name], found: dict[Name, Range], of: Step) -> dict[Name, Range]:
    """Ranges that hold, drawn in as far as their equations allow."""
    for _ in range(NARROWINGS):
        before = dict(found)
        for name in names:
            new = of(name, found)
            if new is not None:
                found[name] = new.meet(found[name])
        if all(_inside(before[name], found[name]) for name in found):
            break
    return found
