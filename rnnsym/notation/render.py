"""What the higher layers call: an expression or a layout tree as text, and the two sides of an equation."""

from typing import NamedTuple

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import BigSum, MathTree
from rnnsym.core.names import Interval, Point
from rnnsym.errors import InputError
from rnnsym.notation.lower import lower
from rnnsym.notation.orientation import as_stored, row_tree, sides_as_stored
from rnnsym.notation.profile import Notation, Style, load
from rnnsym.notation.restated import restated
from rnnsym.notation.trees import summary, tree_of, written_size
from rnnsym.ops.leaves import LEAF

REPR_BUDGET, FORMULA_BUDGET = 200, 20_000


class Sides(NamedTuple):
    """The two sides of an equation, for a layout that aligns them."""

    left: str
    right: str


def text(
    what: Expr | MathTree, notation: str | Notation = "default", style: Style = "text", at: Point | None = None
) -> str:
    """A formula on one line; `at` is the step that t stands for, or None to keep t a symbol.

    Raises InputError for an expression of more than 20 000 nodes when written out, UnknownNameError for a notation.
    """
    profile = loaded(notation)
    return lower(layout(what, profile), profile, style, at)


def relation(
    lhs: Expr | MathTree,
    rhs: Expr | MathTree,
    total_over: Interval | None = None,
    notation: str | Notation = "default",
    style: Style = "text",
    at: Point | None = None,
) -> Sides:
    """lhs = rhs, or lhs = Σ_t rhs over an interval; a sum over a single step is that step's term."""
    profile = loaded(notation)
    head, body, at = related(lhs, rhs, total_over, profile, at)
    return Sides(lower(head, profile, style, at), lower(body, profile, style, at))


def related(
    lhs: Expr | MathTree, rhs: Expr | MathTree, total_over: Interval | None, notation: Notation, at: Point | None
) -> tuple[MathTree, MathTree, Point | None]:
    """The layout trees of both sides as `relation` states them, and the step that t stands for."""
    head, body = _sides(lhs, rhs, notation)
    if total_over is None:
        return head, body, at
    if total_over.single:
        return head, body, total_over.lo
    return head, BigSum(body, "t", str(total_over.lo), str(total_over.hi)), at


def _sides(lhs: Expr | MathTree, rhs: Expr | MathTree, notation: Notation) -> tuple[MathTree, MathTree]:
    """Both sides in the orientation of the notation."""
    if isinstance(lhs, Expr) and isinstance(rhs, Expr):
        left, right = sides_as_stored(lhs, rhs, notation)
        return _oriented(left, notation), _oriented(right, notation)
    head = tree_of(lhs) if isinstance(lhs, Expr) else lhs  # A gradient is then transposed on the left alone.
    return layout(head, notation), layout(rhs, notation)


def short_text(expr: Expr) -> str:
    """How an expression prints itself: its formula, or a summary where that is too long to read."""
    return text(expr) if written_size(expr) <= REPR_BUDGET else summary(expr)


def short_latex(expr: Expr) -> str:
    """How an expression shows itself in a notebook."""
    if written_size(expr) <= REPR_BUDGET:
        return f"${text(expr, style='latex')}$"
    return rf"$\text{{{summary(expr).strip('<>').replace('_', chr(92) + '_')}}}$"


def loaded(notation: str | Notation) -> Notation:
    return load(notation) if isinstance(notation, str) else notation


def layout(what: Expr | MathTree, notation: Notation) -> MathTree:
    """The layout tree of a formula; a name alone is spelt as the notation calls it."""
    if not isinstance(what, Expr):
        return restated(what, notation)
    return _oriented(what if what.prim is LEAF else as_stored(what, notation), notation)


def _oriented(what: Expr, notation: Notation) -> MathTree:
    size = written_size(what)
    if size > FORMULA_BUDGET:
        raise InputError(
            f"the formula {summary(what)} has {size:.3g} symbols when written out, more than {FORMULA_BUDGET}: it "
            "shares subexpressions. Print its parts, or derive the network with free T (rs.derive)."
        )
    return row_tree(what) if notation.orientation == "row" else tree_of(what)
