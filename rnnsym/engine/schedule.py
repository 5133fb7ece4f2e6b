"""In which order the equations of a System run: loops over t for recurrences, all steps at once for the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnnsym.core.names import Name, Offset
from rnnsym.core.system import System, reads
from rnnsym.derivation.states.chains import needed, reachable
from rnnsym.errors import ScheduleError


@dataclass(frozen=True)
class Block:
    """Names computed together. `direction`: +1 for t ascending, -1 for t descending, 0 for all t at once."""

    names: tuple[Name, ...]
    direction: int


def schedule(system: System, names: Sequence[Name]) -> list[Block]:
    """Blocks in an order in which every read is known; within the freedom left, in the order of the story.

    Raises ScheduleError for equations that need each other at the same step, or both an earlier and a later one.
    """
    reach = reachable(needed(system, names))
    blocks: list[Block] = []
    done: set[Name] = set()
    for name in names:
        _place(system, name, names, reach, done, blocks)
    return blocks


def _place(
    system: System, name: Name, names: Sequence[Name], reach: dict[Name, set[Name]], done: set[Name], out: list[Block]
) -> None:
    """Append the block of `name`, after the blocks that it needs."""
    if name in done:
        return
    together = [other for other in names if other == name or (other in reach[name] and name in reach[other])]
    for member in together:
        done.add(member)
    for other in names:
        if any(other in reach[member] for member in together) and other not in together:
            _place(system, other, names, reach, done, out)
    out.append(_block(system, together, name in reach[name]))


def _block(system: System, names: Sequence[Name], recurrent: bool) -> Block:
    if not recurrent:
        return Block(tuple(names), 0)
    members = set(names)
    lags = {
        r.time.k
        for name in names
        for piece in system.equations[name]
        for r in reads(piece.rhs)
        if r.name in members and isinstance(r.time, Offset)
    }
    earlier, later = any(k < 0 for k in lags), any(k > 0 for k in lags)
    if earlier == later:
        labels = ", ".join(name.label for name in names)
        why = "both earlier and later steps" if earlier else "each other at the same step"
        raise ScheduleError(f"the equations of {labels} need {why}: there is no order of t in which they can run.")
    return Block(tuple(_within_step(system, names)), 1 if earlier else -1)


def _within_step(system: System, names: Iterable[Name]) -> list[Name]:
    """The names of a recurrence in an order that respects their reads at the same step."""
    waiting, ordered = list(names), list[Name]()
    while waiting:
        for name in waiting:
            now = {
                r.name for piece in system.equations[name] for r in reads(piece.rhs) if r.time == Offset(0)
            }  # fmt: skip
            if not now & set(waiting):
                ordered.append(name)
                waiting.remove(name)
                break
        else:
            labels = ", ".join(name.label for name in waiting)
            raise ScheduleError(f"the equations of {labels} need each other at the same step.")
    return ordered
