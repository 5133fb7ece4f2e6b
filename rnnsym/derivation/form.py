"""A form: one way of writing a gradient, as sections of lines over a System in which they can be run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import Infix, MathTree, Number, Word
from rnnsym.core.names import END, FREE, NOW, Interval, Name, Offset, Role
from rnnsym.core.system import System
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.equations import Equation, Line, Lines, Statement
from rnnsym.derivation.shares import Share, shares
from rnnsym.notation import Words, tree_of
from rnnsym.ops.leaves import leaf

Compute = Callable[[Mapping[Name, Any]], Any]
"""The value of a Statement from the values of the form's System: arrays in time have T + 1 rows, row t is time t."""

LISTED_BOUNDARIES = 3
FIRST, LAST = Word("1"), Word("T")


@dataclass(frozen=True)
class Section:
    """A part of a form: its title, what is said once for all its lines, and the lines."""

    title: str
    remarks: tuple[Words, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Form:
    """`key` names the form, `title` heads it. `system` has an equation for every name that an Equation defines, and
    the forward equations; `computed` gives the value of each Statement, and `supplied` the values, for a number of
    steps, of what the form alone is given. `derived` is the adjoint that its lines tell.
    """

    key: str
    title: str
    sections: tuple[Section, ...]
    system: System
    computed: Mapping[Name, Compute] = field(default_factory=dict)
    derived: Adjoint | None = None
    supplied: Mapping[Name, Callable[[int], Any]] = field(default_factory=dict)

    def shares(self, line: Line) -> tuple[Share, ...]:
        """What each use of a quantity sends back to it, for the line of its adjoint or gradient; else nothing."""
        if self.derived is None or isinstance(line, Statement):
            return ()
        return shares(self.derived, line.name, {other.name: other.number for other in self.lines})

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for section in self.sections for line in section.lines)


def recurrence(derived: Adjoint, lines: Lines) -> Form:
    """The backward recurrence: forward equations, adjoints from t = T down to 1, and the gradients as sums over t."""
    found = (
        Section("Forward", ((UPWARDS,), *starts(derived.system)), lines.forward),
        Section("Backward", ((DOWNWARDS,), *_boundary(lines.backward)), lines.backward),
        Section("Gradients", (), lines.gradients),
        Section("Zeros", (("the loss does not depend on these",),), lines.zeros),
    )
    sections = tuple(section for section in found if section.lines)
    return Form("recurrence", "backward recurrence", sections, derived.system, derived=derived)


def equals(*sides: MathTree) -> MathTree:
    return Infix("equals", sides)


UPWARDS = equals(Word("t"), Infix("range", (FIRST, LAST)))
DOWNWARDS = equals(Word("t"), Infix("range", (LAST, FIRST)))
AT_END = (" at ", equals(Word("t"), LAST))


def starts(system: System) -> tuple[Words, ...]:
    """`from h₀ (H)`"""
    items = grouped(system, [name for name in system.given if name.role == Role.INITIAL])
    return (("from ", *items[0]), *items[1:]) if items else ()


def grouped(system: System, names: Sequence[Name]) -> list[Words]:
    """`iₜ, fₜ, oₜ (H)`: the shape stands behind the last of the neighbours that share it."""
    items: list[Words] = []
    for name, following in zip_longest(names, names[1:]):
        shape = shape_text(system, name)
        shared = following is not None and shape_text(system, following) == shape
        items.append((now(system, name), "" if shared else shape))
    return items


def now(system: System, name: Name) -> Expr:
    return leaf(name, NOW if system.timed(name) else FREE, system.shape(name))


def shape_text(system: System, name: Name) -> str:
    """` (H, X)`; a scalar has no shape to show."""
    shape = system.shape(name)
    return f" ({', '.join(map(str, shape))})" if shape else ""


def _boundary(equations: Sequence[Equation]) -> tuple[Words, ...]:
    """Said once: what is read from beyond the last step is zero."""
    beyond = list(dict.fromkeys(node for equation in equations for node in equation.beyond))
    if not beyond:
        return ()
    if len(beyond) > LISTED_BOUNDARIES:
        return (("every ", equals(tree_of(leaf(Name(Role.ADJOINT, "v"), Offset(1), ())), Number(0)), *AT_END),)
    return ((equals(*map(tree_of, beyond), Number(0)), *AT_END),)


def restriction(line: Line, domain: Interval) -> str:
    """The steps that a formula must name itself: those of a case that leaves out the last step."""
    return "t < T" if line.cases and domain != END else ""


def used(line: Line) -> str:
    """`uses 1–4, 11`; empty for a line that rests on no other."""
    runs: list[list[int]] = []
    for number in line.uses:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    texts = [f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return f"uses {', '.join(texts)}" if texts else ""


def comment(line: Line) -> str:
    """The rule that made a line, and the lines that it uses."""
    return "; ".join(part for part in (line.rule, used(line)) if part)
