"""Who reads what, in a whole System; and on which steps a vector may be computed without anybody noticing."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from rnnsym.core.expr import Expr
from rnnsym.core.names import START, Fixed, Free, Interval, Name, Offset, T, TimeMap
from rnnsym.core.system import Piece, System, reads
from rnnsym.engine.packing.loop import loop_piece

GIVEN_STEPS = START.hull(Interval(T, T))


class Use(NamedTuple):
    """One reading of a name: by `reader`, in a piece on `domain`, at `time`."""

    reader: Name
    domain: Interval
    time: TimeMap

    @property
    def steps(self) -> Interval:
        """The steps at which the name is read."""
        if isinstance(self.time, Fixed):
            return Interval(self.time.at, self.time.at)
        return self.domain.shift(self.time.k) if isinstance(self.time, Offset) else START


Uses = Mapping[Name, Sequence[Use]]


def uses_of(system: System) -> dict[Name, list[Use]]:
    """Every reading of every name."""
    found: dict[Name, list[Use]] = {name: [] for name in system.equations}
    for name, piece in system.pieces():
        for read in reads(piece.rhs):
            if read.name in found:
                found[read.name].append(Use(name, piece.domain, read.time))
    return found


def covered(system: System, rhs: Expr, steps: Interval, hulls: Mapping[Name, Interval]) -> bool:
    """Whether all that `rhs` reads in time has values of its own, on `steps`. `hulls` replaces those of the system."""
    for read in reads(rhs):
        if isinstance(read.time, Free):
            continue
        own = hulls.get(read.name) or (
            system.hull(read.name) if read.name in system.equations else GIVEN_STEPS
        )  # fmt: skip
        if not own.covers(Use(read.name, steps, read.time).steps):
            return False
    return True


def widened(system: System, names: Sequence[Name], uses: Uses, wanted: Container[Name]) -> dict[Name, Interval]:
    """For names of a loop, more steps on which they may be computed: those of most of the others.

    A name gets them where nobody reads it at a new step, and all that it reads there is known.
    """
    pieces = {name: piece for name in names if (piece := loop_piece(system, name))}
    counts: dict[Interval, int] = {}
    for piece in pieces.values():
        counts[piece.domain] = counts.get(piece.domain, 0) + 1
    if len(counts) < 2:
        return {}
    common = max(counts, key=lambda domain: counts[domain])
    narrow = [n for n, p in pieces.items() if p.domain != common and n not in wanted and len(system.equations[n]) == 1]
    found: dict[Name, Interval] = {}
    while more := [n for n in narrow if n not in found and _may_widen(system, n, pieces[n], common, uses, found)]:
        found.update(dict.fromkeys(more, common))
    return found


def _may_widen(
    system: System, name: Name, piece: Piece, common: Interval, uses: Uses, hulls: Mapping[Name, Interval]
) -> bool:
    if not common.covers(piece.domain) or not covered(system, piece.rhs, common, hulls):
        return False
    return all(use.steps.apart(extra) for use in uses[name] for extra in _beyond(piece.domain, common))


def _beyond(domain: Interval, wide: Interval) -> Iterator[Interval]:
    """The steps of `wide` before and after `domain`."""
    if wide.lo != domain.lo:
        yield Interval(wide.lo, domain.lo.shift(-1))
    if wide.hi != domain.hi:
        yield Interval(domain.hi.shift(1), wide.hi)
