"""Which arrays there are, and where in them each name lives."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from rnnsym.core import dims
from rnnsym.core.expr import Expr
from rnnsym.core.names import Fixed, Interval, Name, Offset, Point, Role, T, earliest, latest
from rnnsym.core.system import Piece, System, reads
from rnnsym.engine.fast.stages import Order, Stage
from rnnsym.engine.identifiers import identifiers, wish
from rnnsym.engine.packing.layout import Layout
from rnnsym.engine.source import kernel_functions
from rnnsym.ops.indexing import SLICE
from rnnsym.ops.leaves import LEAF

STEPS = Interval(Point(0, 0), T)
RESERVED = ("load", "run", "prepare", "turns", "Turns", "points", "folded", "columns", "tiles")
OWN = re.compile(r"([acefkrstvw]|bank|loop)[1-9]\d*|given_\w+")
"""What programs call their own arrays."""


@dataclass
class Store:
    """One array. `steps`: those that have a row, or None for an array without time; `event`: the shape of one row;
    `tile`: the index of it in the array of all tiles, if it is a part of that."""

    name: str
    event: tuple[int, ...]
    steps: Interval | None
    batched: bool
    integer: bool = False
    tile: str = ""

    def row(self, step: Point) -> str:
        """The index of the row of `step`, as source."""
        assert self.steps is not None
        first = self.steps.lo
        return str(Point(step.times_T - first.times_T, step.plus - first.plus))


@dataclass(frozen=True)
class Place:
    """Columns start…stop - 1 of a store, whose row t holds the name at step t + shift; `whole`: all of it."""

    store: Store
    shift: int = 0
    columns: tuple[int, int] | None = None

    def within(self, start: int, stop: int) -> "Place":
        """The columns start…stop - 1 of this place."""
        first = self.columns[0] if self.columns else 0
        return Place(self.store, self.shift, (first + start, first + stop))


class Stores:
    """The places of all names of a program; those in `kept` have a row for every step, from the first to the last."""

    def __init__(
        self, system: System, order: Order, layout: Layout, sizes: Mapping[str, int], kept: Collection[Name] = ()
    ) -> None:
        self.system, self.order, self.sizes, self.tiled = system, order, sizes, layout.tiled
        self.kept = frozenset(kept)
        names = [*system.given, *order.home]
        own = [text for text in map(wish, names) if OWN.fullmatch(text)]
        self.labels, _ = identifiers(names, (), reserved=[*RESERVED, *kernel_functions(), *own])
        self.places: dict[Name, Place] = {}
        self.stores: list[Store] = []
        self._integers: set[Name] = set()
        self._spans = self._rows_read()
        self._members = self._members_of_packs()
        for number, bank in enumerate(layout.banks, 1):
            self._bank(number, bank)
        for name in names:
            self.place(name)

    def event(self, name: Name) -> tuple[int, ...]:
        return tuple(dims.size(dim, self.sizes) for dim in self.system.shape(name))

    def size(self, dim: dims.Dim) -> int:
        return dims.size(dim, self.sizes)

    def place(self, name: Name) -> Place:
        """Where `name` lives: in its bank, in the operation that it is a part of, or in an array of its own."""
        if name not in self.places:
            self.places[name] = self._around(name) or self._inside(name) or self._own(name)
        return self.places[name]

    def temporary(self, name: Name) -> bool:
        """Whether `name` is read at its own step only, in the loop that computes it, where that gives it a value."""
        block = self.order.home.get(name)
        if block is None or not block.direction or name in self.kept:
            return False
        return all(
            reader in block.names
            and all(r.time == Offset(0) for r in reads(piece.rhs) if r.name == name)
            and self._has_values(name, piece.domain)
            for reader, piece in self.order.readers.get(name, ())
        )

    def _has_values(self, name: Name, steps: Interval) -> bool:
        """Whether `name` has a value at each of these steps: elsewhere it must be read as zero."""
        first = steps.lo
        for domain in sorted(piece.domain for piece in self.system.equations[name]):
            if domain.lo <= first <= domain.hi:
                first = domain.hi.shift(1)
        return first > steps.hi

    # Banks. -------------------------------------------------------------------------------------------------------

    def _bank(self, number: int, bank: tuple[tuple[tuple[Name, int], ...], ...]) -> None:
        columns = [[tenant for tenant in column if tenant[0] in self.order.stages] for column in bank]
        columns = [column for column in columns if column]
        if not columns:
            return
        tenants = [tenant for column in columns for tenant in column]
        blocks = {id(self.order.home.get(name)) for name, _ in tenants}
        scratch = len(blocks) == 1 and all(self.temporary(name) and k == tenants[0][1] for name, k in tenants)
        spans = [self._span(name).shift(-k) for name, k in tenants if name in self._spans]
        width = sum(self.event(column[0][0])[0] for column in columns)
        store = Store(f"bank{number}", (width,), None if scratch else reduce(Interval.hull, spans), True)
        self.stores.append(store)
        start = 0
        for column in columns:
            stop = start + self.event(column[0][0])[0]
            for name, k in column:
                self.places[name] = Place(store, k, (start, stop))
            start = stop

    def _members_of_packs(self) -> dict[Name, list[tuple[Name, int, int]]]:
        """For each name, the names that are slices of it at the same step, with the columns."""
        found: dict[Name, list[tuple[Name, int, int]]] = {}
        for name in self.order.home:
            if cut := self._cut(name):
                found.setdefault(cut[0], []).append((name, cut[1], cut[2]))
        return found

    def _cut(self, name: Name) -> tuple[Name, int, int] | None:
        """The name that `name` is a slice of at the same step, and its columns."""
        pieces = self.system.equations.get(name, ())
        if len(pieces) != 1 or pieces[0].total or not self.system.timed(name):
            return None
        rhs = pieces[0].rhs
        if rhs.prim is not SLICE or rhs.args[0].prim is not LEAF or rhs.attrs[2] != 1 or len(rhs.args[0].shape) != 1:
            return None
        (whole, time), (start, stop, _) = rhs.args[0].attrs, rhs.attrs
        assert isinstance(whole, Name)
        if time != Offset(0) or whole not in self.order.home or not self.system.timed(whole):
            return None
        if not self.system.hull(name).covers(self.system.hull(whole)):
            return None
        if self.order.home[whole] is not self.order.home[name] and self.order.home[name].direction:
            return None
        return whole, self.size(start), self.size(stop)  # type: ignore[arg-type]

    def _around(self, name: Name) -> Place | None:
        """Where the slices of `name` stand side by side."""
        members = sorted(self._members.get(name, ()), key=lambda member: member[1])
        places = [self.places.get(member) for member, _, _ in members]
        at = 0
        for (_, start, stop), here in zip(members, places, strict=True):
            first = places[0]
            if here is None or first is None or start != at or here.store is not first.store:
                return None
            assert here.columns is not None
            assert first.columns is not None
            if here.shift != first.shift or here.columns != (first.columns[0] + start, first.columns[0] + stop):
                return None
            at = stop
        if not members or at != self.event(name)[0] or places[0] is None or places[0].columns is None:
            return None
        begin = places[0].columns[0]
        return Place(places[0].store, places[0].shift, (begin, begin + at))

    def _inside(self, name: Name) -> Place | None:
        cut = self._cut(name)
        return self.place(cut[0]).within(cut[1], cut[2]) if cut else None

    def _own(self, name: Name) -> Place:
        timed = self.system.timed(name) and not (name in self.order.home and self.all_temporary(name))
        steps = self._span(name) if timed else None
        integer, tile = name in self._integers, ""
        if self.tiled and name in self.tiled.places:
            steps, tile = self.tiled.rows, f"[:, {', '.join(self.tiled.places[name])}]"
        store = Store(self.labels[name], self.event(name), steps, name.batched, integer, tile)
        self.stores.append(store)
        return Place(store)

    def all_temporary(self, name: Name) -> bool:
        """Whether `name`, and everything that lives in a slice of it, is temporary."""
        inside = [member for member, _, _ in self._members.get(name, ()) if member not in self.places]
        return self.temporary(name) and all(self.all_temporary(member) for member in inside)

    # Rows. --------------------------------------------------------------------------------------------------------

    def _rows_read(self) -> dict[Name, Interval]:
        """For each name in time, the steps that are set or read; what is read as a whole number is noted."""
        spans = {name: self.system.hull(name) for name in self.order.home if self.system.timed(name)}
        spans.update({name: spans[name].hull(STEPS) for name in self.kept if name in spans})
        for name in self.order.home:
            for piece in self.system.equations[name]:
                for read in reads(piece.rhs):
                    if read.leaf.dtype == "int":
                        self._integers.add(read.name)
                    if not self.system.timed(read.name):
                        continue
                    steps = self._steps_read(piece.domain, read.time)
                    spans[read.name] = spans[read.name].hull(steps) if read.name in spans else steps
        return {name: Interval(earliest([span.lo, Point(0, 1)]), latest([span.hi, T])) for name, span in spans.items()}

    def _span(self, name: Name) -> Interval:
        """The steps at which a name, or one that lives in a slice of it, is set or read."""
        inside = (self._span(member) for member, _, _ in self._members.get(name, ()))
        return reduce(Interval.hull, inside, self._spans.get(name, STEPS))

    @staticmethod
    def _steps_read(domain: Interval, time: object) -> Interval:
        if isinstance(time, Fixed):
            return Interval(time.at, time.at)
        assert isinstance(time, Offset)
        return domain.shift(time.k)

    def fresh(self, name: Name) -> bool:
        """Whether `name` is a new array in every run: what is handed to the caller, and what that is made of."""
        return self.order.stages[name] is Stage.RUN and not self.system.timed(name) and not name.batched

    def always(self, store: Store, value: Expr) -> bool:
        """Whether a store holds one name only, and that is `value` at every step."""
        names = [name for name, place in self.places.items() if place.store is store]
        pieces = self.system.equations.get(names[0], ()) if len(names) == 1 else ()
        return len(pieces) == 1 and pieces[0].rhs is value

    def early(self, name: Name, piece: Piece) -> bool:
        """Whether a piece is computed with the data, before any run: not where a later step is written over it."""
        written_over = self.system.timed(name) and self.place(name).store.steps is None
        return self.order.stage_of(piece) is Stage.DATA and not written_over

    def buffers(self) -> Iterator[Store]:
        """The arrays that are made once: all but parameters, and results."""
        outside = {
            self.labels[n] for n in self.places if n.role == Role.PARAM or (n in self.order.home and self.fresh(n))
        }
        return (store for store in self.stores if store.name not in outside)
