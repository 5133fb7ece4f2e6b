"""Names and time: what a leaf of an expression refers to, and at which step.

A `Name` is (role, symbol, path). Time occurs only in leaves, as a map from the step t of the equation that
reads to the step that is read, and in the domains of equations.
"""

from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a name is for; names resolve within a role."""

    VARIABLE = "variable"
    PARAM = "parameter"
    INPUT = "input"
    TARGET = "target"
    MASK = "mask"
    COUNT = "count"
    INITIAL = "initial"
    CARRY = "carry"
    EQUATION = "equation"
    LOSS = "loss"
    TOTAL = "total"
    SEED = "seed"
    ADJOINT = "adjoint"
    GRADIENT = "gradient"


PREFIXES = {Role.ADJOINT: "d", Role.GRADIENT: "d", Role.SEED: "seed_"}
SHARED_BY_BATCH = frozenset({Role.PARAM, Role.GRADIENT, Role.TOTAL, Role.COUNT})


class Name(NamedTuple):
    """A named quantity: `Name(Role.PARAM, "W", ("layer1",))` is layer1.W."""

    role: Role
    symbol: str
    path: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return ".".join((*self.path, self.symbol))

    @property
    def batched(self) -> bool:
        """Whether each example of a batch has a value of its own."""
        return self.role not in SHARED_BY_BATCH

    @property
    def plain(self) -> str:
        """The label in plain letters: `h`, `dh` for its adjoint, `dW` for a gradient, `h0` for an initial carry."""
        return PREFIXES.get(self.role, "") + self.label + ("0" if self.role == Role.INITIAL else "")

    def as_role(self, role: Role) -> "Name":
        return Name(role, self.symbol, self.path)


class Point(NamedTuple):
    """The time step `times_T * T + plus`."""

    times_T: int
    plus: int

    def at(self, steps: int) -> int:
        return self.times_T * steps + self.plus

    def shift(self, k: int) -> "Point":
        return Point(self.times_T, self.plus + k)

    def __str__(self) -> str:
        if not self.times_T:
            return str(self.plus)
        return "T" if not self.plus else f"T{self.plus:+d}"


class Interval(NamedTuple):
    """The steps lo, lo + 1, …, hi, both ends affine in T. A cell reads one step back at most, so that the ends
    that occur (0, 1, T - 1, T, T + 1) are in the order of `Point` for every T >= 1."""

    lo: Point
    hi: Point

    def at(self, steps: int) -> range:
        return range(self.lo.at(steps), self.hi.at(steps) + 1)

    def shift(self, k: int) -> "Interval":
        return Interval(self.lo.shift(k), self.hi.shift(k))

    def covers(self, other: "Interval") -> bool:
        return self.lo <= other.lo and other.hi <= self.hi

    def meet(self, other: "Interval") -> "Interval | None":
        both = Interval(max(self.lo, other.lo), min(self.hi, other.hi))
        return both if both.lo <= both.hi else None

    @property
    def single(self) -> bool:
        return self.lo == self.hi

    def __str__(self) -> str:
        return f"t = {self.lo}" if self.single else f"t = {self.lo}…{self.hi}"


T = Point(1, 0)
EVERY_STEP = Interval(Point(0, 1), T)
START = Interval(Point(0, 0), Point(0, 0))
END = Interval(T, T)


class Offset(NamedTuple):
    """Read at t + k."""

    k: int


class Fixed(NamedTuple):
    """Read at one fixed step."""

    at: Point


class Free(NamedTuple):
    """Not in time at all: a parameter, a total."""


TimeMap = Offset | Fixed | Free
NOW, BEFORE, FREE = Offset(0), Offset(-1), Free()
