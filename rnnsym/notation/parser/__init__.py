"""Formulas as people and this package write them, read into expressions.

`parse(text, scope)` reads one formula, `parse_line` a line `lhs = rhs` or `lhs = Σₜ rhs`. Both take the text and the
ASCII style of a profile, and what is typed: `W @ x[t]`, `h[t-1].T`, `sum(t, …)`, `g[t]**2`. What was printed is read
back as the same expression, except that

- sums of sums and products of products are read as one (as `transforms.rewrite.normal_form` has them),
- ½ (a − b)² of scalars is the squared error where b is a target, and a product otherwise.
"""

from typing import NamedTuple

from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr
from rnnsym.core.names import Interval, Point
from rnnsym.core.system import System
from rnnsym.errors import FormulaError
from rnnsym.notation.orientation import transposed
from rnnsym.notation.parser import syntax as tree
from rnnsym.notation.parser.build import Builder
from rnnsym.notation.parser.functions import NAMES
from rnnsym.notation.parser.grammar import Grammar
from rnnsym.notation.parser.lexicon import lexicon, whole_numbers
from rnnsym.notation.parser.scope import Known, Scope, scope_from, scope_of
from rnnsym.notation.parser.tokens import LONGEST_FORMULA, Vocabulary, tokens
from rnnsym.notation.profile import Notation, load
from rnnsym.ops.structure import TRANSPOSE

__all__ = ["Known", "Line", "Scope", "parse", "parse_line", "scope_from", "scope_of"]


class Line(NamedTuple):
    """lhs = rhs, or lhs = Σ_t rhs over the steps of `total`."""

    lhs: Expr
    rhs: Expr
    total: Interval | None = None


def parse(
    text: str,
    scope: Scope | System,
    notation: str | Notation = "default",
    shape: Shape | None = None,
    at: Point | None = None,
) -> Expr:
    """The expression that a formula says. `shape` is its shape, where numbers alone do not tell it; `at` the step that
    t stands for in the text.

    Raises FormulaError, which shows the place in the formula, the reason and the repair; UnknownNameError for a
    notation that does not exist.
    """
    grammar, builder = _reader(text, scope, notation, at)
    node = grammar.formula()
    if isinstance(node, tree.Total):
        raise builder.fail(node, "a sum over steps is a right-hand side: read the whole line, with its left side.")
    expr = builder.whole(node, shape)
    return expr.args[0] if _is_stored(node) and expr.prim is TRANSPOSE else expr


def parse_line(text: str, scope: Scope | System, notation: str | Notation = "default", at: Point | None = None) -> Line:
    """The two sides of a line, the right one in the shape of the left one. Raises as `parse` does."""
    grammar, builder = _reader(text, scope, notation, at)
    left, right = grammar.equation()
    if not isinstance(left, tree.Quantity):
        raise builder.fail(left, "the left side of a line is one quantity, such as dh[t] or dL/dU.")
    lhs, over = left.leaf, right.over if isinstance(right, tree.Total) else None
    body = right.body if isinstance(right, tree.Total) else right
    if lhs.prim is TRANSPOSE:
        return Line(lhs.args[0], transposed(builder.whole(body, lhs.args[0].shape[::-1])), over)
    return Line(lhs, builder.whole(body, lhs.shape), over)


def _is_stored(node: tree.Node) -> bool:
    """Whether a whole formula is one weight that is stored transposed: alone, it is its name."""
    return isinstance(node, tree.Quantity)


def _reader(text: str, scope: Scope | System, notation: str | Notation, at: Point | None) -> tuple[Grammar, Builder]:
    if not isinstance(text, str):
        raise FormulaError("", 0, f"{type(text).__name__} is no formula: write it as text, such as 'W @ x[t] + b'.")
    if not text.strip():
        raise FormulaError("", 0, "the formula is empty: write for example 1 - h[t]**2.")
    if len(text) > LONGEST_FORMULA:
        raise FormulaError("", 0, f"a formula of {len(text)} characters is too long: at most {LONGEST_FORMULA} fit.")
    profile = load(notation) if isinstance(notation, str) else notation
    names = scope_of(scope) if isinstance(scope, System) else scope
    words = lexicon(names, profile, whole_numbers(text), at)
    signs = names.remembered(("signs",), profile, lambda: Vocabulary(profile, NAMES))
    found = tokens(text, words, signs, names.dims)
    return Grammar(text, found), Builder(text, profile.orientation == "row", names.labels)
