"""rs.pretty and rs.latex: anything that has a formula, as text or as LaTeX."""

from rnnsym.api.forms import Printed
from rnnsym.core.expr import Expr
from rnnsym.derivation.equations import Equation, Statement
from rnnsym.errors import MisuseError
from rnnsym.notation import Notation, Style, text

Shown = Expr | Equation | Statement | Printed


def pretty(obj: Shown, notation: str | Notation = "default", ascii: bool = False) -> str:
    """An expression, a line, a derivation or one of its forms as text: Unicode, or ASCII only.

    Raises UnknownNameError for a notation, MisuseError for anything else, InputError for a formula too long to write.
    """
    if isinstance(obj, Printed):
        return obj.pretty(ascii=ascii, notation=notation)
    return _formula(obj, notation, "ascii" if ascii else "text")


def latex(obj: Shown, notation: str | Notation = "default") -> str:
    """The same as LaTeX: math code without dollar signs, an `align*` environment for a derivation."""
    if isinstance(obj, Printed):
        return obj.latex(notation=notation)
    return _formula(obj, notation, "latex")


def _formula(obj: Expr | Equation | Statement, notation: str | Notation, style: Style) -> str:
    if isinstance(obj, Expr):
        return text(obj, notation, style)
    if isinstance(obj, (Equation, Statement)):
        separator = r";\quad " if style == "latex" else "; "
        return separator.join(f"{left} = {right}" for left, right in obj.sides(notation, style))
    raise MisuseError(f"{type(obj).__name__} has no formula: give an expression, an equation, or a derivation.")
