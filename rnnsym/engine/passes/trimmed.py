"""Only what is asked for, and only on the steps that somebody reads."""

from collections.abc import Sequence
from dataclasses import replace

from rnnsym.core.names import Fixed, Free, Interval, Name, earliest, latest
from rnnsym.core.system import Piece, Read, System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.draft import reading


def kept(system: System, wanted: Sequence[Name]) -> System:
    """Only the names that `wanted` depend on."""
    found = system.ancestors(wanted)
    equations = {name: pieces for name, pieces in system.equations.items() if name in found}
    return replace(
        system,
        equations=equations,
        shapes={name: shape for name, shape in system.shapes.items() if name in equations},
        timed_adjoints=frozenset(name for name in system.timed_adjoints if name in equations),
    )


def trimmed(system: System, wanted: Sequence[Name], choices: Choices) -> System:
    """Each name on the steps at which what `wanted` depend on reads it."""
    needed: dict[Name, Interval] = {name: system.hull(name) for name in wanted}
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        for piece in _clipped(system, name, needed[name]):
            for read in reading(piece.rhs):
                if read.name in system.equations and _ask(system, needed, read.name, _steps(system, read, piece)):
                    waiting.append(read.name)
    equations = {name: _clipped(system, name, needed[name]) for name in system.equations if name in needed}
    in_time = {name for name in equations if system.timed(name)}
    return replace(
        system,
        equations=equations,
        shapes={name: system.shapes[name] for name in equations},
        timed_adjoints=frozenset(in_time),
    )


def _steps(system: System, read: Read, piece: Piece) -> Interval:
    """The steps at which an equation on the steps of `piece` reads."""
    if isinstance(read.time, Fixed):
        return Interval(read.time.at, read.time.at)
    if isinstance(read.time, Free) or not system.timed(read.name):
        return system.hull(read.name)
    return piece.domain.shift(read.time.k)


def _ask(system: System, needed: dict[Name, Interval], name: Name, steps: Interval) -> bool:
    """Whether `steps` ask for more of `name` than was known."""
    asked = clip(steps, system.hull(name))
    if asked is None:
        if name in needed:
            return False
        asked = system.hull(name)
    whole = needed[name].hull(asked) if name in needed else asked
    if needed.get(name) == whole:
        return False
    needed[name] = whole
    return True


def _clipped(system: System, name: Name, steps: Interval) -> tuple[Piece, ...]:
    found = []
    for piece in system.equations[name]:
        domain = piece.domain if piece.total else clip(piece.domain, steps)
        if domain is not None:
            found.append(piece._replace(domain=domain))
    return tuple(found)


def clip(domain: Interval, steps: Interval) -> Interval | None:
    """What of `domain` lies in `steps`, or a little more where that depends on T; None where nothing does at any T."""
    if domain.apart(steps):
        return None
    lo = steps.lo if latest([domain.lo, steps.lo]) == steps.lo else domain.lo
    hi = steps.hi if earliest([domain.hi, steps.hi]) == steps.hi else domain.hi
    return Interval(lo, hi)
