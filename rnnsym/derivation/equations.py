"""The lines of a derivation: each equation with its rule, its reason, and the lines that it uses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import MathTree
from rnnsym.core.names import EVERY_STEP, FREE, NOW, START, Interval, Name, Point, Role, T
from rnnsym.core.system import Read, System, reads
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.cases import Case, beyond, cases, inner, timeless
from rnnsym.derivation.places import because, rules
from rnnsym.derivation.reasons import at_step, by_case, reason
from rnnsym.derivation.rules import CASES, forward_rule
from rnnsym.notation import Notation, Sides, Style, Words, relation
from rnnsym.ops.arithmetic import add
from rnnsym.ops.leaves import leaf, zeros
from rnnsym.transforms.rewrite import flat


class Formula(NamedTuple):
    """left = right, or left = Σ_t right over the steps `over`; `at` is the step that t stands for, None for any."""

    left: Expr | MathTree
    right: Expr | MathTree
    over: Interval | None = None
    at: Point | None = None

    def sides(self, notation: str | Notation = "default", style: Style = "text") -> Sides:
        """Both sides on one line."""
        return relation(self.left, self.right, self.over, notation, style, self.at)


@dataclass(frozen=True)
class Equation:
    """One line: lhs = rhs on the steps of `domain`; with `total`, lhs = Σ_t rhs over them.

    `rule` names what was applied, `because` says why in a sentence, `uses` are the numbers of the lines that it rests
    on. `beyond` are the adjoints that the line reads one step after T, or before 1: there they are zero. `cases` say
    the last or the first step and the others apart where it has a term of its own (a loss at t = T only), and are empty
    elsewhere.
    """

    number: int
    name: Name
    lhs: Expr
    rhs: Expr
    domain: Interval
    total: bool
    rule: str
    because: Words
    uses: tuple[int, ...]
    beyond: tuple[Expr, ...] = ()
    cases: tuple[Case, ...] = ()

    @property
    def shape(self) -> Shape:
        return self.lhs.shape

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """One formula, or one for each case."""
        stated = self.cases or (Case(self.domain, self.rhs),)
        return tuple(
            Formula(
                self.lhs,
                case.rhs,
                case.domain if self.total and not self.cases else None,
                case.domain.lo if case.domain.single else None,
            )
            for case in stated
        )

    def sides(self, notation: str | Notation = "default", style: Style = "text") -> list[Sides]:
        """The formula: one pair of sides, or one for each case."""
        return [formula.sides(notation, style) for formula in self.formulas]

    def __str__(self) -> str:
        return "; ".join(f"{left} = {right}" for left, right in self.sides())


@dataclass(frozen=True)
class Statement:
    """A line that no equation of a System says: its right-hand side has a binder of its own (Σ over t and k, ∏).

    Printed like an Equation; `cases` is empty and `total` false.
    """

    number: int
    name: Name
    left: Expr | MathTree
    right: Expr | MathTree
    shape: Shape
    domain: Interval
    rule: str
    because: Words
    uses: tuple[int, ...]
    cases: tuple[Case, ...] = ()
    total: bool = False

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The only formula."""
        return (Formula(self.left, self.right),)

    def sides(self, notation: str | Notation = "default", style: Style = "text") -> list[Sides]:
        """The formula, as one pair of sides."""
        return [formula.sides(notation, style) for formula in self.formulas]

    def __str__(self) -> str:
        return "; ".join(f"{left} = {right}" for left, right in self.sides())


Line = Equation | Statement


@dataclass(frozen=True)
class Lines:
    """All lines of a derivation, numbered through: forward, backward, gradients, and what is exactly zero."""

    forward: tuple[Equation, ...]
    backward: tuple[Equation, ...]
    gradients: tuple[Equation, ...]
    zeros: tuple[Equation, ...] = ()

    def __len__(self) -> int:
        return len(self.forward) + len(self.backward) + len(self.gradients) + len(self.zeros)


def lines(derived: Adjoint, wanted: Iterable[Name] | None = None) -> Lines:
    """The lines of `derived`; with `wanted` (gradients), only the adjoints and gradients that they need.

    Adjoints of inputs have no lines, be they zero or not: `Run.input_grad` has them.
    """
    system = derived.system
    adjoints = [name for name in derived.backward if name.as_role(Role.INPUT) not in system.given]
    gradients = [name for name in derived.gradients if wanted is None or name in set(wanted)]
    if wanted is not None:
        needed = system.ancestors(gradients)
        adjoints = [name for name in adjoints if name in needed]
    order = [*derived.forward, *adjoints, *gradients]
    numbers = dict(zip(order, count(1)))
    forward = tuple(forward_line(system, name, numbers) for name in derived.forward)
    back = [backward_line(derived, name, numbers) for name in (*adjoints, *gradients)]
    split = len(adjoints)
    unreached = [n for n in derived.unreached if n.role != Role.INPUT] if wanted is None else []
    zero = tuple(_zero(system, name, number) for number, name in enumerate(unreached, len(order) + 1))
    return Lines(forward, tuple(back[:split]), tuple(back[split:]), zero)


def _zero(system: System, name: Name, number: int) -> Equation:
    """The line that says that the loss does not feel `name`: its adjoint or gradient is exactly zero."""
    shape, timed = system.shape(name), system.timed(name)
    bar = name.as_role(Role.GRADIENT if name.role == Role.PARAM else Role.ADJOINT)
    time = NOW if timed else FREE
    because = ("The loss does not depend on ", leaf(name, time, shape), ".")
    steps = system.steps_of(name) if name in system.equations else EVERY_STEP
    return Equation(number, bar, leaf(bar, time, shape), zeros(shape), steps, False, "no path to the loss", because, ())


def whole(system: System, name: Name) -> tuple[Expr, Interval, bool]:
    """The right-hand side at a general step, the steps it holds on, and whether it is summed over them."""
    pieces = inner(system.equations[name])
    (rhs,) = flat([add(*(piece.rhs for piece in pieces))])
    if pieces[0].total:
        return rhs, pieces[0].domain, True
    return rhs, system.steps_of(name), False


def left_side(system: System, name: Name) -> Expr:
    """The name at step t, or without time."""
    return leaf(name, FREE if timeless(system, name) else NOW, system.shape(name))


def lines_used(rhs: Expr, numbers: Mapping[Name, int]) -> tuple[int, ...]:
    """The numbers of the lines that define what `rhs` reads."""
    return tuple(sorted({numbers[r.name] for r in reads(rhs) if r.name in numbers}))


def forward_line(system: System, name: Name, numbers: Mapping[Name, int]) -> Equation:
    """The line of a forward equation."""
    rhs, domain, total = whole(system, name)
    left, uses, rule = left_side(system, name), lines_used(rhs, numbers), forward_rule(name, rhs)
    told = cases(system.equations[name])
    because = reason(system, name, left, rhs, domain.single) if not told else by_case(left, told)
    if domain.single and not total:
        because = at_step(because, domain.lo)
    if seeds := [read for read in reads(rhs) if read.name.role == Role.SEED]:
        rhs, because = _any_loss(seeds[0])
    return Equation(numbers[name], name, left, rhs, domain, total, CASES if told else rule, because, uses, (), told)


def _any_loss(seed: Read) -> tuple[Expr, tuple[str | Expr, ...]]:
    """A cell alone has a loss that is not written out: only its slope at each step is given."""
    loss = leaf(Name(Role.LOSS, "L"), NOW, ())
    return loss, (loss, " is any loss at step t; of it only ", seed.leaf, " enters, and that is given from outside.")


def backward_line(derived: Adjoint, bar: Name, numbers: Mapping[Name, int]) -> Equation:
    """The line of an adjoint or a gradient."""
    system, uses = derived.system, derived.uses[bar]
    rhs, domain, total = whole(system, bar)
    if not total:
        domain = Interval(max(domain.lo, START.lo.shift(1)), min(domain.hi, T))
    told = cases(system.equations[bar])
    met = dict.fromkeys(rule for use in uses for rule in rules(system, bar, use))
    used = {*lines_used(rhs, numbers), *(numbers[use.user] for use in uses if use.user in numbers)}
    return Equation(
        numbers[bar],
        bar,
        left_side(system, bar),
        rhs,
        domain,
        total,
        "; ".join(met),
        because(system, bar, uses, numbers),
        tuple(sorted(used)),
        tuple(node for case in told or [Case(domain, rhs)] for node in beyond(*case)),
        told,
    )


_cases = cases
