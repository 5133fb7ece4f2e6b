"""In which order the equations of a System run: loops over t for recurrences, all steps at once for the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnnsym.core.names import Name, Offset
from rnnsym.core.system import System, reads
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
    reach = _reach(system, names)
    blocks: list[Block] = []
    done = 0
    for i in range(len(names)):
        done = _place(system, i, names, reach, done, blocks)
    return blocks


def _reach(system: System, names: Sequence[Name]) -> list[int]:
    """For each name the others that it needs, directly or not, as a set of bits: bit i is the name number i."""
    number = {name: i for i, name in enumerate(names)}
    pieces = [system.equations[name] for name in names]
    direct = [{number[r.name] for piece in some for r in reads(piece.rhs) if r.name in number} for some in pieces]
    reach = [sum(1 << j for j in some) for some in direct]
    settled = False
    while not settled:
        settled = True
        for i, some in enumerate(direct):
            wider = reach[i]
            for j in some:
                wider |= reach[j]
            settled = settled and wider == reach[i]
            reach[i] = wider
    return reach


def _place(system: System, i: int, names: Sequence[Name], reach: Sequence[int], done: int, out: list[Block]) -> int:
    """Append the block of name number i, after the blocks that it needs; the names that have a block, as bits."""
    if done >> i & 1:
        return done
    together = [j for j in range(len(names)) if j == i or (reach[i] >> j & reach[j] >> i & 1)]
    for j in together:
        done |= 1 << j
    while waiting := reach[i] & ~done:
        done = _place(system, (waiting & -waiting).bit_length() - 1, names, reach, done, out)
    out.append(_block(system, [names[j] for j in together], bool(reach[i] >> i & 1)))
    return done


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
