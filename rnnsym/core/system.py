"""A System: named equations in time.

The value of a name at step s is the sum of its pieces whose domain contains s. Forward equations have one piece
for each step; adjoints have one for each place where the quantity was used, and outside all of them they are zero.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import NamedTuple

from rnnsym.core.dims import Dim, Shape
from rnnsym.core.expr import Expr, leaves_of
from rnnsym.core.names import EVERY_STEP, START, Fixed, Free, Interval, Name, Offset, Point, TimeMap
from rnnsym.errors import ScheduleError


class Piece(NamedTuple):
    """One term of a name's value: `rhs` on the steps of `domain`; with `total`, the sum of rhs over the domain.

    `domain` of a name that is not in time is the steps that the total runs over, or START where there is no sum.
    """

    domain: Interval
    rhs: Expr
    total: bool = False


class Read(NamedTuple):
    """A leaf of a right-hand side: which name, at which time, of which shape."""

    leaf: Expr
    name: Name
    time: TimeMap


def reads(expr: Expr) -> list[Read]:
    """The named leaves of `expr`, in the order in which they are read from left to right."""
    return [Read(leaf, *leaf.attrs) for leaf in leaves_of(expr)]  # type: ignore[arg-type]


@dataclass(frozen=True)
class System:
    """`equations`: name -> pieces, in the order of the story; `given`: names that come from outside, with shapes.

    `timed` names have a value at many steps; the others (a total, the output of a many-to-one network) have one.
    """

    equations: Mapping[Name, tuple[Piece, ...]]
    given: Mapping[Name, Shape]
    shapes: Mapping[Name, Shape]
    timed_given: frozenset[Name] = field(default_factory=frozenset)
    timed_adjoints: frozenset[Name] = field(default_factory=frozenset)
    """Adjoints of quantities in time: they have a time axis even if the loss reaches them at one step only."""
    labels: Mapping[Name, Dim] = field(default_factory=dict)
    """Given names that are integers 0 … n - 1, each with its n: targets of cross-entropy, symbols of a vocabulary."""

    def pieces(self) -> Iterator[tuple[Name, Piece]]:
        return ((name, piece) for name, pieces in self.equations.items() for piece in pieces)

    def shape(self, name: Name) -> Shape:
        return self.shapes[name] if name in self.shapes else self.given[name]

    def hull(self, name: Name) -> Interval:
        """An interval that holds every step at which the name has a value, for every T >= 1."""
        return reduce(Interval.hull, (piece.domain for piece in self.equations[name]))

    def timed(self, name: Name) -> bool:
        """Whether the name has a time axis."""
        if name not in self.equations or name in self.timed_adjoints:
            return name in self.timed_given or name in self.timed_adjoints
        return not any(p.total for p in self.equations[name]) and not self.hull(name).single

    def steps_of(self, name: Name) -> Interval:
        """The steps of 1…T at which the name has a value, where its story is told; START if there are none."""
        inner = [both for piece in self.equations[name] if (both := piece.domain.meet(EVERY_STEP))]
        return reduce(Interval.hull, inner) if inner else START

    def ancestors(self, roots: Iterable[Name]) -> set[Name]:
        """The names of this system that `roots` depend on, with themselves."""
        found: set[Name] = set()
        stack = list(roots)
        while stack:
            name = stack.pop()
            if name not in found:
                found.add(name)
                for piece in self.equations.get(name, ()):
                    stack += [leaf.attrs[0] for leaf in leaves_of(piece.rhs)]  # type: ignore[misc]
        return found

    def with_equations(self, more: Mapping[Name, tuple[Piece, ...]], shapes: Mapping[Name, Shape]) -> "System":
        return replace(self, equations={**self.equations, **more}, shapes={**self.shapes, **shapes})


def start_of(system: System, carry: Name) -> Point:
    """The step at which a carry has its initial value: 0, or T + 1 where time runs backward."""
    return next(piece.domain.lo for piece in system.equations[carry] if piece.domain.meet(EVERY_STEP) is None)


def check_reads(system: System) -> None:
    """Raises ScheduleError where a forward equation reads a name that does not exist, or outside its domain."""
    for name, piece in system.pieces():
        for read in reads(piece.rhs):
            if read.name in system.given:
                continue
            if read.name not in system.equations:
                raise ScheduleError(f"the equation of '{name.label}' reads '{read.name.label}', which has no equation.")
            if isinstance(read.time, Free):
                continue
            steps, when = _read_at(piece.domain, read.time)
            if not system.hull(read.name).covers(steps):
                raise ScheduleError(
                    f"the equation of '{name.label}' ({piece.domain}) reads '{read.name.label}' at {when}, "
                    f"outside its steps {system.hull(read.name)}."
                )


def _read_at(domain: Interval, time: Offset | Fixed) -> tuple[Interval, str]:
    """The steps that an equation on `domain` reads, and how to say it."""
    if isinstance(time, Fixed):
        return Interval(time.at, time.at), f"t = {time.at}"
    return domain.shift(time.k), f"t{time.k:+d}" if time.k else "t"
