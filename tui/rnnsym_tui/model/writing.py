"""Formulas and sentences of the walk as text: one place between the app and the notation layer."""

from dataclasses import dataclass

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import MathTree
from rnnsym.core.names import FREE, Name
from rnnsym.derivation.equations import Equation
from rnnsym.notation import Notation, Style, Words, relation, text
from rnnsym.notation.prose import prose
from rnnsym.ops.leaves import leaf
from rnnsym.walk.breakdown import sign
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.spans import Line, Span


@dataclass(frozen=True)
class Writing:
    """Sets formulas in one notation, and in the style that the glyphs ask for, so that the screen is of one kind."""

    glyphs: Glyphs
    notation: str | Notation = "default"

    @property
    def style(self) -> Style:
        return "ascii" if self.glyphs.ascii else "text"

    def formula(self, expr: Expr | MathTree) -> str:
        return text(expr, self.notation, self.style)

    def equation(self, equation: Equation) -> str:
        """`cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ`, with the sum over steps where the line has one."""
        total_over = equation.domain if equation.total else None
        left, right = relation(equation.lhs, equation.rhs, total_over, self.notation, self.style)
        return f"{left} = {right}"

    def latex(self, equation: Equation) -> str:
        total_over = equation.domain if equation.total else None
        left, right = relation(equation.lhs, equation.rhs, total_over, self.notation, "latex")
        return f"{left} = {right}"

    def symbol(self, name: Name) -> str:
        """The quantity without its time: `c`, `δh`, `a_f`, `∂L/∂U`."""
        return text(leaf(name, FREE, ()), self.notation, self.style)

    def sign(self, head: str) -> str:
        """An operator between columns, or the head of a function: `×`, `σ(`."""
        return sign(head, self.style)

    def sentence(self, words: Words) -> Line:
        """A sentence as spans: the formulas in it are spans of a kind, so that they are not broken."""
        return tuple(
            Span(prose([word], self.notation, self.style))
            if isinstance(word, str)
            else Span(self.formula(word), "strong")
            for word in words
        )
