"""Operations of a wave as few calls: those whose operands and results stand side by side, or can be made to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rnnsym.engine.packing.chains import NOBODY, Places
from rnnsym.engine.packing.loop import OUTSIDE, Loop


class Slot(NamedTuple):
    """A read of a value of the loop: number `value` at t + `k`."""

    value: int
    k: int


class Member(NamedTuple):
    """An operation in a call; `swapped`: with its two operands in the other order."""

    value: int
    swapped: bool


Call = tuple[Member, ...]
Modes = tuple[int, ...]

REPEATED, BESIDE, COPIED, WRITTEN, APART = range(5)
"""How the operands of two neighbours in a call become one: the same one, neighbours in a bank, neighbours in a copy,
or in what is computed for this call alone; or not at all."""

FEWEST_REPEATED = 4
"""From how many members on one call with a repeated operand beats a call for each: NumPy sets up broadcasting in the
time of about three calls on plain vectors (benchmarks/calibrate.py)."""


@dataclass(frozen=True)
class Plan:
    """What a loop is to every arrangement of its places: the operands of the loop's own, and where results may go.

    `over[v]` are the positions in `slots[v]` over which the result of v may be written; `placed` are the values
    that may have a place. `outer(v, w)` says how what v and w read from outside the loop becomes one.
    """

    slots: tuple[tuple[Slot, ...], ...]
    over: tuple[tuple[int, ...], ...]
    swaps: tuple[bool, ...]
    placed: tuple[bool, ...]
    outer: Callable[[int, int], Modes]


def plan_of(loop: Loop, over: Sequence[Sequence[int]], extra: int, outer: Callable[[int, int], Modes]) -> Plan:
    """The plan of a loop; `extra` more values, which copies have, may have places too."""
    slots, positions = [], []
    for operation, allowed in zip(loop.operations, over, strict=True):
        own = [(i, o) for i, o in enumerate(operation.operands) if o.value != OUTSIDE]
        slots.append(tuple(Slot(operand.value, operand.k) for _, operand in own))
        positions.append(tuple(j for j, (i, operand) in enumerate(own) if i in allowed and loop.vectors[operand.value]))
    swaps = tuple(operation.swaps for operation in loop.operations)
    return Plan(tuple(slots), tuple(positions), swaps, (*loop.vectors, *[True] * extra), outer)


@dataclass
class _Wave:
    """The calls of one wave while they grow: for each operation its neighbours, its order of operands, its modes."""

    plan: Plan
    places: Places
    after: dict[int, int] = field(default_factory=dict)
    first: dict[int, int] = field(default_factory=dict)
    swapped: dict[int, bool] = field(default_factory=dict)
    modes: dict[int, Modes] = field(default_factory=dict)

    def link(self, a: int, b: int, known: bool) -> bool:
        """Make b follow a in one call; with `known`, only where a place says so already."""
        outer = self.plan.outer(a, b)
        if APART in outer:
            return False
        for flip_a, flip_b in self._orders(a, b):
            slots_a, slots_b = self._slots(a, flip_a), self._slots(b, flip_b)
            modes = tuple(REPEATED if x == y else BESIDE for x, y in zip(slots_a, slots_b, strict=True))
            both = *modes, *outer
            if any(self.modes.get(self.first.get(v, v), both) != both for v in (a, b)):
                continue
            if known and not self._touch(a, b, slots_a, slots_b):
                continue
            if self._settle(a, b, slots_a, slots_b, modes):
                self._join(a, b, flip_a, flip_b, both)
                return True
        return False

    def _orders(self, a: int, b: int) -> Iterator[tuple[bool, bool]]:
        free = (False, True)
        first = (self.swapped[a],) if a in self.swapped else free if b in self.swapped else (False,)
        second = (self.swapped[b],) if b in self.swapped else free
        if not self.plan.swaps[a]:
            first, second = (False,), (False,)
        return ((x, y) for x in first for y in second)

    def _slots(self, v: int, flip: bool) -> tuple[Slot, ...]:
        slots = self.plan.slots[v]
        return slots[::-1] if flip else slots

    def _touch(self, a: int, b: int, slots_a: Sequence[Slot], slots_b: Sequence[Slot]) -> bool:
        """Whether results or operands of a and b stand side by side already, or one operand serves both."""
        column, right = self.places.column, self.places.right
        pairs = [(a, b), *((x.value, y.value) for x, y in zip(slots_a, slots_b, strict=True))]
        return any(x == y or (column[x] >= 0 and column[y] >= 0 and right[column[x]] == column[y]) for x, y in pairs)

    def _settle(self, a: int, b: int, slots_a: Sequence[Slot], slots_b: Sequence[Slot], modes: Sequence[int]) -> bool:
        """Make what a and b read and compute stand side by side."""
        places, mark = self.places, self.places.mark()
        for x, y, mode in zip(slots_a, slots_b, modes, strict=True):
            if mode == BESIDE and not self._beside(x, y):
                places.undo(mark)
                return False
        repeated = {x for x, mode in zip(slots_a, modes, strict=True) if mode == REPEATED}
        middle = places.mark()
        for over_a in self._results(a, repeated):
            for over_b in self._results(b, repeated):
                self._put(a, over_a)
                self._put(b, over_b)
                if places.join(places.column[a], places.column[b], 0):
                    return True
                places.undo(middle)
        places.undo(mark)
        return False

    def _beside(self, x: Slot, y: Slot) -> bool:
        if not (self.plan.placed[x.value] and self.plan.placed[y.value]) or x.value == y.value:
            return False
        return self.places.join(self.places.place(x.value), self.places.place(y.value), y.k - x.k)

    def _results(self, v: int, repeated: set[Slot]) -> list[int]:
        """Values over which the result of v may be written, then NOBODY: a place of its own."""
        if self.places.column[v] != NOBODY:
            return [NOBODY]
        slots = self.plan.slots[v]
        return [*(slots[i].value for i in self.plan.over[v] if slots[i] not in repeated), NOBODY]

    def _put(self, v: int, over: int) -> None:
        if over == NOBODY:
            self.places.place(v)
        else:
            self.places.share(v, self.places.place(over))

    def _join(self, a: int, b: int, flip_a: bool, flip_b: bool, modes: Modes) -> None:
        self.after[a] = b
        head = self.first.get(a, a)
        self.swapped[a], self.swapped[b], self.modes[head] = flip_a, flip_b, modes
        while True:
            self.first[b] = head
            if b not in self.after:
                return
            b = self.after[b]


def calls_of(wave: Sequence[int], plan: Plan, places: Places, eager: bool) -> list[Call]:
    """The operations of a wave as calls, each from left to right; what they need stands side by side afterwards.

    `eager`: the result of an operation alone goes over what it may go over at once, rather than when all is placed.
    """
    growing = _Wave(plan, places)
    for known in (True, False):
        for a in wave if len(wave) > 1 and plan.slots[wave[0]] else ():
            for b in wave:
                if a in growing.after:
                    break
                head = growing.first.get(b, b)
                if b != a and head == b and growing.first.get(a, a) != b:
                    growing.link(a, b, known)
    calls: list[Call] = []
    for v in wave:
        if growing.first.get(v, v) != v:
            continue
        call = [v]
        while call[-1] in growing.after:
            call.append(growing.after[call[-1]])
        members = tuple(Member(w, growing.swapped.get(w, False)) for w in call)
        alone = len(call) == 1 or (REPEATED in growing.modes[v] and len(call) < FEWEST_REPEATED)
        calls.extend([(member,) for member in members] if alone else [members])
        if eager and len(call) == 1:
            settle_alone(v, plan, places)
    return calls


def settle_alone(v: int, plan: Plan, places: Places) -> None:
    """Write the result of an operation over an operand, where it may and has no other place."""
    if places.column[v] == NOBODY and plan.placed[v]:
        for i in plan.over[v]:
            places.share(v, places.place(plan.slots[v][i].value))
            return
