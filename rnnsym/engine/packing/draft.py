"""What packing adds to a System: names for joined operands, computed outside the loops, and what they replace."""

import itertools
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import FREE, NOW, START, Free, Interval, Name, Offset, Role
from rnnsym.core.system import Piece, System
from rnnsym.derivation.adjoint import shift
from rnnsym.engine.packing.layout import Column
from rnnsym.engine.packing.loop import made_of_parameters
from rnnsym.engine.packing.reading import Uses, covered
from rnnsym.engine.passes.made import made
from rnnsym.ops.indexing import concat
from rnnsym.ops.leaves import FULL, LEAF, full, leaf, number_in

Pieces = tuple[Piece, ...]
Bank = tuple[Column, ...]


class Spot(NamedTuple):
    """A column of a bank, and its shift."""

    bank: int
    column: int
    shift: int


@dataclass
class Draft:
    """New equations for `system`. `ahead`: names that no loop computes, which may be written into their reader.

    `lean`: what a loop reads from outside is not copied only to stand side by side. `spots`: where names live.
    """

    system: System
    uses: Uses
    ahead: Collection[Name]
    lean: bool
    taken: set[Name]
    spots: dict[Name, Spot] = field(default_factory=dict)
    shapes: dict[Name, Shape] = field(default_factory=dict)
    dropped: set[Name] = field(default_factory=set)
    equations: dict[Name, Pieces] = field(default_factory=dict)
    banks: list[Bank] = field(default_factory=list)
    _joined: dict[tuple[tuple[Expr, ...], Interval], Expr] = field(default_factory=dict)

    def make(self, role: Role, symbol: str, shape: Shape) -> Name:
        """A new name."""
        name = made(self.taken, role, symbol)
        self.taken.add(name)
        self.shapes[name] = shape
        return name

    def joined(self, parts: Sequence[Expr], domain: Interval, own: Interval) -> Expr:
        """One operand for `parts` that no loop computes, on the steps `domain`; who read them did so on `own`."""
        key = tuple(parts), domain
        if key not in self._joined:
            apart = not all(self.beside(a, b) for a, b in itertools.pairwise(parts))
            if apart and self.lean and any(map(in_time, parts)):
                apart = len(set(parts)) > 1
            self._joined[key] = self._join(parts, domain, own) if apart else concat(list(parts))
        return self._joined[key]

    def beside(self, a: Expr, b: Expr) -> bool:
        """Whether two leaves read neighbours, at one row of a bank."""
        if not (in_time(a) and in_time(b)):
            return False
        (first, early), (second, late) = a.attrs, b.attrs
        spot, other = self.spots.get(first), self.spots.get(second)  # type: ignore[call-overload]
        if spot is None or other is None or spot.bank != other.bank or spot.column + 1 != other.column:
            return False
        return bool(early.k - spot.shift == late.k - other.shift)  # type: ignore[attr-defined]

    def settle(self, banks: Iterable[Bank]) -> None:
        """Remember where the names of banks live."""
        for bank in banks:
            number = len(self.banks)
            self.banks.append(bank)
            for place, column in enumerate(bank):
                self.spots.update({tenant.name: Spot(number, place, tenant.shift) for tenant in column})

    def _join(self, parts: Sequence[Expr], domain: Interval, own: Interval) -> Expr:
        whole = concat(list(parts))
        if all(part.prim is FULL and part.attrs == parts[0].attrs for part in parts):
            return full_like(parts[0], whole.shape)
        weight = made_of_parameters(whole)
        written = concat([self.written(part, domain, own) for part in parts])
        symbol = "_".join(dict.fromkeys(node.attrs[0].plain for node in leaves([whole])))  # type: ignore[attr-defined]
        name = self.make(Role.WEIGHT if weight else Role.PART, symbol or "numbers", whole.shape)
        self.equations[name] = (Piece(domain if in_time(whole) else START, written),)
        return leaf(name, NOW if in_time(whole) else FREE, whole.shape)

    def copy(self, expr: Expr, domain: Interval, joined: Container[Name]) -> Name:
        """A name in time for a vector that no loop computes. What one of `joined` reads, it reads still."""
        symbol = f"{expr.attrs[0].plain}_copy" if expr.prim is LEAF else "one"  # type: ignore[attr-defined]
        name = self.make(Role.PART, symbol, expr.shape)
        stays = expr.prim is LEAF and any(use.reader in joined for use in self.uses.get(expr.attrs[0], ()))  # type: ignore[call-overload]
        self.equations[name] = (Piece(domain, expr if stays else self.written(expr, domain, domain)),)
        return name

    def weight(self, symbol: str, expr: Expr) -> Expr:
        """A name for what is made of parameters, and the leaf that reads it."""
        name = self.make(Role.WEIGHT, symbol, expr.shape)
        self.equations[name] = (Piece(START, expr),)
        return leaf(name, FREE, expr.shape)

    def written(self, part: Expr, domain: Interval, own: Interval) -> Expr:
        """What `part` reads, in its place, where nobody else reads it; its equation is dropped. Else `part` itself."""
        instead = self.instead(part, domain, own)
        if instead is None:
            return part
        self.dropped.add(part.attrs[0])  # type: ignore[arg-type]
        return instead

    def instead(self, part: Expr, domain: Interval, own: Interval) -> Expr | None:
        """What can be written in the place of `part`, read on `own` and soon on `domain`; None where nothing can."""
        if part.prim is not LEAF:
            return None
        name, time = part.attrs
        assert isinstance(name, Name)
        pieces = self.system.equations.get(name, ())
        if name not in self.ahead or len(self.uses[name]) != 1 or len(pieces) != 1 or pieces[0].total:
            return None
        rhs = pieces[0].rhs
        if isinstance(time, Offset) and self.system.timed(name):
            known = domain == own or covered(self.system, rhs, domain.shift(time.k), {})
            return shift(rhs, time.k) if known and pieces[0].domain.covers(own.shift(time.k)) else None
        return rhs if isinstance(time, Free) and not in_time(rhs) else None

    def system_with(self, loops: Mapping[Name, Mapping[Name, Pieces]]) -> System:
        """The system with these equations for loops, each in the place of the name under which it stands."""
        inside = {name for equations in loops.values() for name in equations}
        ordered: dict[Name, Pieces] = {}
        for name, pieces in self.system.equations.items():
            if name in loops:
                ordered.update({**self.equations, **loops[name]} if name == next(iter(loops)) else loops[name])
            if name not in inside and name not in self.dropped:
                ordered[name] = pieces
        return replace(self.system, equations=ordered, shapes={**self.system.shapes, **self.shapes})


def in_time(expr: Expr) -> bool:
    """Whether `expr` reads anything at a step that moves."""
    return any(isinstance(node.attrs[1], Offset) for node in leaves([expr]))


def full_like(number: Expr, shape: Shape) -> Expr:
    """The number of a `full` node in every entry of another shape."""
    return full(number_in(number), shape)
