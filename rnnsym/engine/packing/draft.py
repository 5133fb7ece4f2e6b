"""What packing adds to a System: names for joined operands, computed outside the loops, and what they replace."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import FREE, NOW, START, Free, Interval, Name, Offset, Role
from rnnsym.core.system import Piece, System
from rnnsym.derivation.adjoint import shift
from rnnsym.engine.packing.loop import made_of_parameters
from rnnsym.engine.packing.reading import Uses, covered
from rnnsym.engine.passes.made import made
from rnnsym.ops.indexing import concat
from rnnsym.ops.leaves import FULL, LEAF, full, leaf, number_in

Pieces = tuple[Piece, ...]


@dataclass
class Draft:
    """New equations for `system`. `ahead`: names that no loop computes, which may be written into their reader."""

    system: System
    uses: Uses
    ahead: Collection[Name]
    taken: set[Name]
    shapes: dict[Name, Shape] = field(default_factory=dict)
    dropped: set[Name] = field(default_factory=set)
    equations: dict[Name, Pieces] = field(default_factory=dict)
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
            self._joined[key] = self._join(parts, domain, own)
        return self._joined[key]

    def _join(self, parts: Sequence[Expr], domain: Interval, own: Interval) -> Expr:
        whole = concat(list(parts))
        if all(part.prim is FULL and part.attrs == parts[0].attrs for part in parts):
            return full_like(parts[0], whole.shape)
        timed = any(isinstance(node.attrs[1], Offset) for node in leaves([whole]))
        weight = made_of_parameters(whole)
        written = concat([self.written(part, domain, own) for part in parts])
        symbol = "_".join(dict.fromkeys(node.attrs[0].plain for node in leaves([whole])))  # type: ignore[attr-defined]
        name = self.make(Role.WEIGHT if weight else Role.PART, symbol or "numbers", whole.shape)
        self.equations[name] = (Piece(domain if timed else START, written),)
        return leaf(name, NOW if timed else FREE, whole.shape)

    def copy(self, expr: Expr, domain: Interval) -> Name:
        """A name in time for a vector that no loop computes."""
        symbol = f"{expr.attrs[0].plain}_copy" if expr.prim is LEAF else "one"  # type: ignore[attr-defined]
        name = self.make(Role.PART, symbol, expr.shape)
        self.equations[name] = (Piece(domain, self.written(expr, domain, domain)),)
        return name

    def weight(self, symbol: str, expr: Expr) -> Expr:
        """A name for what is made of parameters, and the leaf that reads it."""
        name = self.make(Role.WEIGHT, symbol, expr.shape)
        self.equations[name] = (Piece(START, expr),)
        return leaf(name, FREE, expr.shape)

    def written(self, part: Expr, domain: Interval, own: Interval) -> Expr:
        """What `part` reads, in its place, where nobody else reads it; its equation is dropped. Else `part` itself."""
        if part.prim is not LEAF:
            return part
        name, time = part.attrs
        assert isinstance(name, Name)
        pieces = self.system.equations.get(name, ())
        if name not in self.ahead or len(self.uses[name]) != 1 or len(pieces) != 1 or pieces[0].total:
            return part
        piece = pieces[0]
        if isinstance(time, Offset) and self.system.timed(name):
            fits = piece.domain.covers(own.shift(time.k))
            if not fits or (domain != own and not covered(self.system, piece.rhs, domain.shift(time.k), {})):
                return part
            self.dropped.add(name)
            return shift(piece.rhs, time.k)
        if isinstance(time, Free) and not any(isinstance(node.attrs[1], Offset) for node in leaves([piece.rhs])):
            self.dropped.add(name)
            return piece.rhs
        return part

    def system_with(self, loops: Mapping[Name, Mapping[Name, Pieces]]) -> System:
        """The system with these equations for loops, each in the place of the name under which it stands."""
        inside = {name for equations in loops.values() for name in equations}
        ordered: dict[Name, Pieces] = {}
        for name, pieces in self.system.equations.items():
            if name in loops:
                ordered.update({**self.equations, **loops[name]} if name == next(iter(loops)) else loops[name])
            if name not in inside and name not in self.dropped:
                ordered[name] = pieces
        given = self.system
        return System(ordered, given.given, {**given.shapes, **self.shapes}, given.timed_given, given.timed_adjoints)


def full_like(number: Expr, shape: Shape) -> Expr:
    """The number of a `full` node in every entry of another shape."""
    return full(number_in(number), shape)
