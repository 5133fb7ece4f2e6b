"""A form under construction: names and equations are added to a System, lines are numbered through, sections filled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count

from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import MathTree
from rnnsym.core.names import EVERY_STEP, NOW, Interval, Name, Role, TimeMap
from rnnsym.core.system import Piece, System
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.cases import beyond, cases
from rnnsym.derivation.equations import (
    Equation,
    Line,
    Statement,
    backward_line,
    forward_line,
    left_side,
    lines_used,
    whole,
)
from rnnsym.derivation.form import Compute, Form, Section, starts, titled, way
from rnnsym.derivation.layers import by_layer
from rnnsym.notation import Words
from rnnsym.ops.leaves import leaf


class Story:
    """Collects what a form says, and the System in which it can be run."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.numbers: dict[Name, int] = {}
        self.sections: list[Section] = []
        self.computed: dict[Name, Compute] = {}

    def define(self, equations: Mapping[Name, tuple[Piece, ...]], shapes: Mapping[Name, Shape]) -> None:
        """Add equations; what is a derivative of a quantity in time is in time itself."""
        extended = self.system.with_equations(equations, shapes)
        in_time = {
            name
            for name, pieces in equations.items()
            if name.role != Role.GRADIENT
            and not any(piece.total for piece in pieces)
            and (not name.of or self.system.timed(name.of[0]))
        }
        self.system = replace(extended, timed_adjoints=extended.timed_adjoints | in_time)

    def leaf(self, name: Name, time: TimeMap = NOW) -> Expr:
        """A quantity as it is read, at step t if nothing else is said."""
        return leaf(name, time, self.system.shape(name))

    def section(self, title: str, remarks: Sequence[Words], lines: Sequence[Line]) -> None:
        if lines:
            self.sections.append(Section(title, tuple(remarks), tuple(lines)))

    def form(self, key: str, title: str, derived: Adjoint | None = None) -> Form:
        return Form(key, title, tuple(self.sections), self.system, self.computed, derived)

    # Lines. -------------------------------------------------------------------------------------------------------

    def number(self, name: Name) -> int:
        return self.numbers.setdefault(name, len(self.numbers) + 1)

    def forward(self, roots: Iterable[Name]) -> None:
        """The sections, one for each layer, of the forward equations that `roots` depend on."""
        needed = self.system.ancestors(roots)
        names = [name for name in self.system.equations if name in needed]
        for name in names:
            self.number(name)
        told = [forward_line(self.system, name, self.numbers) for name in names]
        carries = (self.system.equations[name] for name in names if name.role == Role.CARRY)
        given = all(any(piece.domain.meet(EVERY_STEP) is None for piece in pieces) for pieces in carries)
        for layer in by_layer(self.system, told):
            begin = starts(self.system, layer.lines) if given else ()
            self.section(titled("Forward", layer), (*way(layer, False), *begin), layer.lines)

    def backward(self, derived: Adjoint, bar: Name) -> Equation:
        """The line of an adjoint that `derived` tells."""
        self.number(bar)
        return backward_line(derived, bar, self.numbers)

    def equation(self, name: Name, rule: str, because: Words, uses: Iterable[Name] = ()) -> Equation:
        """The line of a name that was defined; it rests on what it reads and on `uses`."""
        number = self.number(name)
        rhs, domain, total = whole(self.system, name)
        known = {*lines_used(rhs, self.numbers), *(self.numbers[other] for other in uses if other in self.numbers)}
        known.discard(number)
        pieces, left = self.system.equations[name], left_side(self.system, name)
        if not total:
            domain = domain.meet(EVERY_STEP) or domain
        told = cases(pieces)
        past = () if told or total else beyond(domain, rhs)
        return Equation(number, name, left, rhs, domain, total, rule, because, tuple(sorted(known)), past, told)

    def statement(
        self,
        name: Name,
        sides: tuple[Expr | MathTree, Expr | MathTree],
        value: Compute,
        rule: str,
        because: Words,
        uses: Iterable[Name],
        domain: Interval = EVERY_STEP,
        shape: Shape = (),
    ) -> Statement:
        """A line that `value` computes from the values of the System, and of the statements before it."""
        number = self.number(name)
        known = tuple(sorted({self.numbers[other] for other in uses if other in self.numbers}))
        self.computed[name] = value
        return Statement(number, name, *sides, shape, domain, rule, because, known)


def free_name(system: System, name: Name) -> Name:
    """`name`, numbered if a quantity of the system is called so already: e, e2, e3."""
    taken = {(other.symbol, other.path) for other in (*system.given, *system.equations) if not other.of}
    candidates = (f"{name.symbol}{number}" if number > 1 else name.symbol for number in count(1))
    return name._replace(symbol=next(symbol for symbol in candidates if (symbol, name.path) not in taken))
