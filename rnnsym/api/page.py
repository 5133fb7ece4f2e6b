"""What a printed derivation says, before any style: its symbols, its sections, and what holds at the ends of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import Infix, MathTree, Number, Word
from rnnsym.core.names import END, FREE, NOW, Interval, Name, Offset, Role
from rnnsym.core.system import System
from rnnsym.derivation.equations import Equation, Lines
from rnnsym.notation import Notation, Style, Words, load, prose, tree_of
from rnnsym.ops.leaves import leaf

CONVENTION = "∂L/∂v, the error at v, in the shape of v. Vectors are columns; ⊙ multiplies entry by entry."
LOSS_DATA = {
    Role.TARGET: "what the output should be",
    Role.MASK: "0 where a target is missing, else 1",
    Role.COUNT: "the number of terms",
    Role.SEED: "the slope of any loss at step t, given from outside",
}
LISTED_BOUNDARIES = 3
FIRST, LAST = Word("1"), Word("T")


def _equals(*sides: MathTree) -> MathTree:
    return Infix("equals", sides)


UPWARDS = _equals(Word("t"), Infix("range", (FIRST, LAST)))
DOWNWARDS = _equals(Word("t"), Infix("range", (LAST, FIRST)))
AT_END = (" at ", _equals(Word("t"), LAST))


@dataclass(frozen=True)
class Section:
    """A part of the page: its title, and what is said once for all its lines."""

    title: str
    remarks: tuple[Words, ...]
    equations: tuple[Equation, ...]


@dataclass(frozen=True)
class Page:
    """A derivation with the notation to print it in."""

    title: str
    system: System
    lines: Lines
    notation: Notation

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections that have lines."""
        found = (
            Section("Forward", ((UPWARDS,), *_starts(self.system)), self.lines.forward),
            Section("Backward", ((DOWNWARDS,), *_boundary(self.lines.backward)), self.lines.backward),
            Section("Gradients", (), self.lines.gradients),
            Section("Zeros", (("the loss does not depend on these",),), self.lines.zeros),
        )
        return tuple(section for section in found if section.equations)

    @property
    def equations(self) -> tuple[Equation, ...]:
        return tuple(equation for section in self.sections for equation in section.equations)

    def say(self, words: Words, style: Style) -> str:
        return prose(words, self.notation, style)

    def symbols(self) -> Iterator[tuple[str | Expr, list[Words]]]:
        """What stands for what: a heading, and items, each with its shape or meaning."""
        given, computed = self.system.given, self.system.equations
        yield "inputs", _grouped(self.system, [name for name in given if name.role == Role.INPUT])
        yield "parameters", _grouped(self.system, [name for name in given if name.role == Role.PARAM])
        yield "state", _grouped(self.system, [name for name in computed if name.role == Role.CARRY])
        yield "in between", _grouped(self.system, [name for name in computed if name.role == Role.EQUATION])
        for name in given:
            if name.role in LOSS_DATA:
                yield _now(self.system, name), [(LOSS_DATA[name.role], _shape(self.system, name))]
        yield leaf(Name(Role.ADJOINT, "v"), FREE, ()), [(CONVENTION,)]


def page(title: str, system: System, lines: Lines, notation: str | Notation) -> Page:
    return Page(title, system, lines, load(notation) if isinstance(notation, str) else notation)


def _now(system: System, name: Name) -> Expr:
    return leaf(name, NOW if system.timed(name) else FREE, system.shape(name))


def _shape(system: System, name: Name) -> str:
    """` (H, X)`; a scalar has no shape to show."""
    shape = system.shape(name)
    return f" ({', '.join(map(str, shape))})" if shape else ""


def _grouped(system: System, names: Sequence[Name]) -> list[Words]:
    """`iₜ, fₜ, oₜ (H)`: the shape stands behind the last of the neighbours that share it."""
    items: list[Words] = []
    for name, following in zip_longest(names, names[1:]):
        shape = _shape(system, name)
        shared = following is not None and _shape(system, following) == shape
        items.append((_now(system, name), "" if shared else shape))
    return items


def _starts(system: System) -> tuple[Words, ...]:
    """`from h₀ (H)`"""
    items = _grouped(system, [name for name in system.given if name.role == Role.INITIAL])
    return ("from ", *items[0]), *items[1:]


def _boundary(equations: Sequence[Equation]) -> tuple[Words, ...]:
    """Said once: what is read from beyond the last step is zero."""
    beyond = list(dict.fromkeys(node for equation in equations for node in equation.beyond))
    if not beyond:
        return ()
    if len(beyond) > LISTED_BOUNDARIES:
        return (("every ", _equals(tree_of(leaf(Name(Role.ADJOINT, "v"), Offset(1), ())), Number(0)), *AT_END),)
    return ((_equals(*map(tree_of, beyond), Number(0)), *AT_END),)


def restriction(equation: Equation, domain: Interval) -> str:
    """The steps that a formula must name itself: those of a case that leaves out the last step."""
    return "t < T" if equation.cases and domain != END else ""


def used(equation: Equation) -> str:
    """`uses 1–4, 11`; empty for a line that rests on no other."""
    runs: list[list[int]] = []
    for number in equation.uses:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    texts = [f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return f"uses {', '.join(texts)}" if texts else ""


def comment(equation: Equation) -> str:
    """The rule that made a line, and the lines that it uses."""
    return "; ".join(part for part in (equation.rule, used(equation)) if part)
