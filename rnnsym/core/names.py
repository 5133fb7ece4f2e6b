"""Names and time: what a leaf of an expression refers to, and at which step.

A `Name` is (role, symbol, path). Time occurs only in leaves, as a map from the step t of the equation that
reads to the step that is read, and in the domains of equations.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Role(StrEnum):
    """What a name is for; names resolve within a role. A part of an equation, and a weight made of parameters alone,
    get names of their own where a program computes them at another stage than the rest."""

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
    TANGENT = "tangent"
    JACOBIAN = "Jacobian"
    SENSITIVITY = "sensitivity"
    IMMEDIATE = "immediate"
    KEEP = "keep"
    PART = "part"
    WEIGHT = "weight"


PREFIXES = {Role.ADJOINT: "d", Role.GRADIENT: "d", Role.SEED: "seed_", Role.KEEP: "keep_"}
STEMS = {Role.TANGENT: "R", Role.JACOBIAN: "J", Role.SENSITIVITY: "Pi", Role.IMMEDIATE: "P"}
SHARED_BY_BATCH = frozenset({Role.PARAM, Role.GRADIENT, Role.TOTAL, Role.COUNT, Role.KEEP, Role.WEIGHT})

STEP_AFTER = "t_plus_1"
"""First in `via` of a Jacobian ∂s_t/∂p_{t+1}, of a chain in which time runs down."""


class Name(NamedTuple):
    """A named quantity: `Name(Role.PARAM, "W", ("layer1",))` is layer1.W.

    A derivative that is neither an adjoint nor a gradient says in `of` what it is made of: a tangent (v,), a Jacobian
    block ∂s_t/∂p_{t-1} (s, p), a sensitivity or an immediate derivative of a state in a parameter (s, θ).
    """

    role: Role
    symbol: str
    path: tuple[str, ...] = ()
    of: tuple["Name", ...] = ()

    @property
    def label(self) -> str:
        return ".".join((*self.path, self.symbol))

    @property
    def batched(self) -> bool:
        """Whether each example of a batch has a value of its own."""
        if self.role == Role.TANGENT:
            return self.of[0].batched
        return self.role not in SHARED_BY_BATCH

    @property
    def plain(self) -> str:
        """The label in plain letters: `h`, `dh` for its adjoint, `dW` for a gradient, `h0` for an initial carry."""
        if self.of:
            return "_".join((STEMS[self.role], *(part.plain for part in self.of), *self.path[len(self.of[0].path) :]))
        return PREFIXES.get(self.role, "") + self.label + ("0" if self.role == Role.INITIAL else "")

    def as_role(self, role: Role) -> "Name":
        return Name(role, self.symbol, self.path)

    def derived(self, role: Role, *others: "Name", via: tuple[str, ...] = ()) -> "Name":
        """The tangent of this name, or its derivative in another one; `via` tells apart several paths between them."""
        return Name(role, self.symbol, (*self.path, *via), (self, *others))


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


def earliest(points: Iterable[Point]) -> Point:
    """A step that is at or before each of `points` for every T >= 1: of 2 and T, it is 1."""
    steps = list(points)
    fixed = min(point.at(1) for point in steps)
    return min(steps) if all(point.times_T for point in steps) else Point(0, fixed)


def latest(points: Iterable[Point]) -> Point:
    """A step that is at or after each of `points` for every T >= 1: of 2 and T, it is T + 1."""
    steps = list(points)
    return (
        max(steps) if not any(point.times_T for point in steps) else Point(1, max(point.at(1) for point in steps) - 1)
    )


class Interval(NamedTuple):
    """The steps lo, lo + 1, …, hi, both ends affine in T: none where lo is after hi, as in 2…T for T = 1."""

    lo: Point
    hi: Point

    def at(self, steps: int) -> range:
        return range(self.lo.at(steps), self.hi.at(steps) + 1)

    def shift(self, k: int) -> "Interval":
        return Interval(self.lo.shift(k), self.hi.shift(k))

    def covers(self, other: "Interval") -> bool:
        """Whether every step of `other` is in this interval, for every T >= 1."""
        return _hull(self, other) == self

    def apart(self, other: "Interval") -> bool:
        """Whether no step is in both, for every T >= 1."""
        return _apart(self, other)

    def hull(self, other: "Interval") -> "Interval":
        """An interval that holds both for every T >= 1."""
        return _hull(self, other)

    def meet(self, other: "Interval") -> "Interval | None":
        both = Interval(max(self.lo, other.lo), min(self.hi, other.hi))
        return both if both.lo <= both.hi else None

    @property
    def single(self) -> bool:
        return self.lo == self.hi

    def __str__(self) -> str:
        return f"t = {self.lo}" if self.single else f"t = {self.lo}…{self.hi}"


# Few intervals meet each other again and again.


@lru_cache(maxsize=4096)
def _hull(a: Interval, b: Interval) -> Interval:
    return Interval(earliest([a.lo, b.lo]), latest([a.hi, b.hi]))


@lru_cache(maxsize=4096)
def _apart(a: Interval, b: Interval) -> bool:
    return any(latest([first.hi.shift(1), then.lo]) == then.lo for first, then in ((a, b), (b, a)))


T = Point(1, 0)
EVERY_STEP = Interval(Point(0, 1), T)
START = Interval(Point(0, 0), Point(0, 0))
END = Interval(T, T)


class Offset(NamedTuple):
    """Read at t + k."""

    k: int

    def step(self, t: int, steps: int) -> int:
        """The step that an equation at step `t` reads, for T = `steps`."""
        return t + self.k


class Fixed(NamedTuple):
    """Read at one fixed step."""

    at: Point

    def step(self, t: int, steps: int) -> int:
        """The step that is read, for T = `steps`."""
        return self.at.at(steps)


class Free(NamedTuple):
    """Not in time at all: a parameter, a total."""


TimeMap = Offset | Fixed | Free
NOW, BEFORE, FREE = Offset(0), Offset(-1), Free()
