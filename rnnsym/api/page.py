"""What a printed form says, before any style: its title, its symbols, its sections."""

from collections.abc import Iterator
from dataclasses import dataclass

from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr, topological
from rnnsym.core.mathtree import Infix, Superscript, Word
from rnnsym.core.names import FREE, Name, Role
from rnnsym.derivation.equations import Equation, Line
from rnnsym.derivation.form import Form, Section, grouped, now, shape_text
from rnnsym.notation import Notation, Style, Words, check, load, marks, stored_shape
from rnnsym.notation.conventions import conventions
from rnnsym.notation.prose import prose
from rnnsym.ops.kronecker import KRON, KRON_LEFT, RESHAPE
from rnnsym.ops.leaves import leaf

LOSS_DATA = {
    Role.TARGET: "what the output should be",
    Role.MASK: "0 where a target is missing, else 1",
    Role.COUNT: "the number of terms",
    Role.SEED: "the slope of any loss at step t, given from outside",
}


ROW_BY_ROW: Words = (
    "vec A is the matrix A read row by row, unvec reads it back; ",
    Infix("kron", (Word("A"), Superscript(Word("b"), Word("transpose")))),
    " has a row for each row of A, with the entries of A times those of b in the order of vec.",
)


@dataclass(frozen=True)
class Page:
    """A form with the notation to print it in."""

    title: str
    form: Form
    notation: Notation

    @property
    def sections(self) -> tuple[Section, ...]:
        return self.form.sections

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.form.lines

    def say(self, words: Words, style: Style) -> str:
        return prose(words, self.notation, style)

    def symbols(self) -> Iterator[tuple[str | Expr, list[Words]]]:
        """What stands for what: a heading, and items, each with its shape or meaning."""
        system = self.form.system
        given, computed = system.given, system.equations
        yield "inputs", grouped(system, [name for name in given if name.role == Role.INPUT])
        params = [name for name in given if name.role == Role.PARAM]
        yield "parameters", grouped(system, params, self._stored)
        yield "state", grouped(system, [name for name in computed if name.role == Role.CARRY])
        yield "in between", grouped(system, [name for name in computed if name.role == Role.EQUATION])
        for name in given:
            if name.role in LOSS_DATA:
                yield now(system, name), [(LOSS_DATA[name.role], shape_text(system, name))]
        yield "marks", marks(self.notation, [*given, *computed])
        yield leaf(Name(Role.ADJOINT, "v"), FREE, ()), [conventions(self.notation, params)]
        yield "vec, ⊗", [ROW_BY_ROW] if self._flattens else []

    @property
    def _flattens(self) -> bool:
        """Whether some line reads a matrix as a vector."""
        bodies = [line.rhs for line in self.lines if isinstance(line, Equation)]
        return any(node.prim in (KRON, KRON_LEFT, RESHAPE) for node in topological(bodies))

    def _stored(self, name: Name, shape: Shape) -> Shape:
        return stored_shape(self.notation, name, shape)


def page(title: str, form: Form, notation: str | Notation) -> Page:
    """The page of a form. Raises UnknownNameError for a notation, InputError where it spells two quantities alike."""
    profile = load(notation) if isinstance(notation, str) else notation
    check(profile, [*form.system.given, *form.system.equations])
    return Page(title, form, profile)
