"""A form: one way of writing a gradient, as sections of lines over a System in which they can be run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from typing import Any

from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import Infix, MathTree, Number, Word
from rnnsym.core.names import EVERY_STEP, FREE, NOW, Fixed, Interval, Name, Offset, Role
from rnnsym.core.system import System, reads, start_of
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.equations import Equation, Line, Lines, Statement
from rnnsym.derivation.layers import Layer, by_layer
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
    the forward equations; `computed` gives the value of each Statement and of what is exactly zero, and `supplied` the
    values, for a number of steps, of what the form alone is given. `derived` is the adjoint that its lines tell, and
    `steps` the T for which they are written out.
    """

    key: str
    title: str
    sections: tuple[Section, ...]
    system: System
    computed: Mapping[Name, Compute] = field(default_factory=dict)
    derived: Adjoint | None = None
    supplied: Mapping[Name, Callable[[int], Any]] = field(default_factory=dict)
    steps: int | None = None

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
    system = derived.system
    found = (
        *(
            Section(titled("Forward", layer), (*way(layer, False), *starts(system, layer.lines)), layer.lines)
            for layer in by_layer(system, lines.forward)
        ),
        *(
            Section(titled("Backward", layer), (*way(layer, True), *boundary(layer.lines)), layer.lines)
            for layer in by_layer(system, lines.backward)
        ),
        Section("Gradients", (), lines.gradients),
        Section("Zeros", (("the loss does not depend on these",),), lines.zeros),
    )
    sections = tuple(section for section in found if section.lines)
    computed = {line.name: partial(_zeros_like, name) for line in lines.zeros for name in derived.unreached
                if name.as_role(line.name.role) == line.name}  # fmt: skip
    return Form("recurrence", "backward recurrence", sections, derived.system, computed, derived)


def _zeros_like(name: Name, known: Mapping[Name, Any]) -> Any:
    return 0.0 * known[name]


def titled(section: str, layer: Layer) -> str:
    """`Forward, layer 1`"""
    return f"{section}, {layer.title}" if layer.title else section


def way(layer: Layer, back: bool) -> tuple[Words, ...]:
    """`t = 1…T` or `t = T…1`; nothing for lines that hold at one step."""
    if all(line.total or line.domain.single for line in layer.lines):
        return ()
    return ((DOWNWARDS if layer.backward != back else UPWARDS,),)


def equals(*sides: MathTree) -> MathTree:
    return Infix("equals", sides)


UPWARDS = equals(Word("t"), Infix("range", (FIRST, LAST)))
DOWNWARDS = equals(Word("t"), Infix("range", (LAST, FIRST)))
AT_END, AT_START = (" at ", equals(Word("t"), LAST)), (" at ", equals(Word("t"), FIRST))


def starts(system: System, lines: Sequence[Line] = ()) -> tuple[Words, ...]:
    """`from h₀ (H)`: what the carries start from, with `lines` only those that they tell."""
    wanted = {line.name for line in lines}
    outside = {name for name, piece in system.pieces() if piece.domain.meet(EVERY_STEP) is None}
    carries = [name for name in system.equations if name.role == Role.CARRY and name in outside]
    carried = [name for name in carries if not lines or name in wanted]
    words: list[Words] = []
    for name, following in zip_longest(carried, carried[1:]):
        at = start_of(system, name)
        (piece,) = (piece for piece in system.equations[name] if piece.domain.lo == at)
        start, shape = leaf(name, Fixed(at), system.shape(name)), shape_text(system, name)
        if any(read.name.role == Role.INITIAL for read in reads(piece.rhs)):
            shared = following is not None and shape_text(system, following) == shape
            words.append((start, "" if shared else shape))
        else:
            words.append((equals(tree_of(start), tree_of(piece.rhs)),))
    return (("from ", *words[0]), *words[1:]) if words else ()


def grouped(
    system: System, names: Sequence[Name], shape_of: Callable[[Name, Shape], Shape] = lambda name, shape: shape
) -> list[Words]:
    """`iₜ, fₜ, oₜ (H)`: the shape stands behind the last of the neighbours that share it; `xₜ (one of V)`: a symbol."""
    items: list[Words] = []
    shapes = [shape_of(name, system.shape(name)) for name in names]
    for name, shape, following in zip_longest(names, shapes, shapes[1:]):
        said = f" (one of {system.labels[name]})" if name in system.labels else shape_words(shape)
        items.append((now(system, name), "" if following == shape and shape else said))
    return items


def now(system: System, name: Name) -> Expr:
    return leaf(name, NOW if system.timed(name) else FREE, system.shape(name))


def shape_text(system: System, name: Name) -> str:
    """` (H, X)`; a scalar has no shape to show."""
    return shape_words(system.shape(name))


def shape_words(shape: Shape) -> str:
    return f" ({', '.join(map(str, shape))})" if shape else ""


def boundary(equations: Sequence[Line]) -> tuple[Words, ...]:
    """Said once: what is read from beyond the last step, or before the first, is zero."""
    found = dict.fromkeys(node for line in equations if isinstance(line, Equation) for node in line.beyond)
    words: list[Words] = []
    for way, where in ((Offset(1), AT_END), (Offset(-1), AT_START)):
        beyond = [node for node in found if node.attrs[1] == way]
        if len(beyond) > LISTED_BOUNDARIES:
            words.append(("every ", equals(tree_of(leaf(Name(Role.ADJOINT, "v"), way, ())), Number(0)), *where))
        elif beyond:
            words.append((equals(*map(tree_of, beyond), Number(0)), *where))
    return tuple(words)


def restriction(line: Line, domain: Interval) -> str:
    """The steps that a formula must name itself: those of a case that leaves out the first or the last step."""
    if not line.cases or domain.single:
        return ""
    late, early = domain.lo != EVERY_STEP.lo, domain.hi != EVERY_STEP.hi
    return ("1 < t < T" if early else "t > 1") if late else "t < T" * early


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
