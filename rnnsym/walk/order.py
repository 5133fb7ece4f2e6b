"""In which order a walk goes: layer after layer where one must be done before the next, step by step within."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rnnsym.core.names import Free, Name, Offset, Role
from rnnsym.core.system import Read, System, reads
from rnnsym.derivation.equations import Equation, Lines
from rnnsym.engine.schedule import Block, schedule

Phase = Literal["forward", "backward", "gradient"]


@dataclass(frozen=True)
class Pass:
    """Lines that are walked together, for t = 1…T or, where `way` is -1, for t = T…1."""

    way: int
    names: frozenset[Name]


def passes(system: System, names: Sequence[Name]) -> list[Pass]:
    """The forward equations `names` in passes: each needs only what came before in its pass, or in passes before it."""
    ways: list[int] = []
    members: list[set[Name]] = []
    home: dict[Name, int] = {}
    for block in schedule(system, names):
        found = _home(system, block, ways, members, home)
        if found == len(ways):
            ways.append(block.direction or 1)
            members.append(set())
        members[found].update(block.names)
        home.update(dict.fromkeys(block.names, found))
    return [Pass(way, frozenset(names)) for way, names in zip(ways, members, strict=True)]


def _home(
    system: System, block: Block, ways: Sequence[int], members: Sequence[set[Name]], home: Mapping[Name, int]
) -> int:
    """The pass that a block joins; the number of passes if it needs one of its own."""
    least = 0
    for name in block.names:
        for piece in system.equations[name]:
            for read in reads(piece.rhs):
                if read.name in home:
                    there = home[read.name]
                    least = max(least, there if _follows(system, read, name, ways[there]) else there + 1)
    paths = {name.path for name in block.names}
    for i in range(least, len(ways)):
        same = bool(paths & {name.path for name in members[i]})
        if block.direction == ways[i] or (not block.direction and (ways[i] > 0 or same)):
            return i
    return len(ways)


def _follows(system: System, read: Read, reader: Name, way: int) -> bool:
    """Whether what is read is known when its pass comes to the step of the reader."""
    match read.time:
        case Offset(k):
            return k * way <= 0
        case Free():
            return all(piece.total for piece in system.equations[reader])
    return False


@dataclass(frozen=True)
class Leg:
    """A pass as it is walked: at each step its lines, each with the phase that it belongs to."""

    way: int
    lines: tuple[tuple[Phase, Equation], ...]


def legs(system: System, lines: Lines) -> list[Leg]:
    """The passes forward; then the same in reverse, each with the adjoints of what it computed and what its steps add
    to the gradients. The total loss stands between them and is no part of a leg."""
    walked = passes(system, [line.name for line in lines.forward if not line.total])
    home = {_plain(name): i for i, each in enumerate(walked) for name in each.names}
    due = {line.name: _due(system, line.name, home) for line in (*lines.backward, *lines.gradients)}
    ahead: Phase = "forward"
    there = [Leg(p.way, tuple((ahead, line) for line in lines.forward if line.name in p.names)) for p in walked]
    phases: dict[Phase, Sequence[Equation]] = {"backward": lines.backward, "gradient": lines.gradients}
    back = [
        Leg(-each.way, tuple((phase, line) for phase, group in phases.items() for line in group if due[line.name] == i))
        for i, each in enumerate(walked)
    ]
    return [*there, *reversed(back)]


def steps_of(system: System, phase: Phase, line: Equation, steps: int) -> range:
    """The steps at which a line is walked; an adjoint that is a sum over all steps, once."""
    if line.total and phase == "backward":
        role = next(r for r in (Role.EQUATION, Role.CARRY) if line.name.as_role(r) in system.equations)
        at = system.hull(line.name.as_role(role)).hi.at(steps)
        return range(at, at + 1)
    return line.domain.at(steps)


def _plain(name: Name) -> tuple[str, tuple[str, ...]]:
    return name.symbol, name.path


def _due(system: System, bar: Name, home: Mapping[tuple[str, tuple[str, ...]], int]) -> int:
    """The pass at which an adjoint or a gradient is known on the way back: that of the quantity, or of the users."""
    if bar.role == Role.ADJOINT:
        return home[_plain(bar)]
    read = (r.name for piece in system.equations[bar] for r in reads(piece.rhs))
    return min(
        (home[_plain(name)] for name in read if name.role == Role.ADJOINT), default=max(home.values(), default=0)
    )
