"""Formulas on several lines, for the terminal: stacked fractions, limits above and below Σ and ∏, tall brackets.

Whatever is not tall is one line, and that line is the one of `lower`; only the parts above a tall one are laid out
here. docs/decisions/two-dimensional-layout.md says why this is code of our own.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import (
    BigProduct,
    BigSum,
    Bracket,
    Call,
    Fraction,
    Indicator,
    Infix,
    MathTree,
    Matrix,
    Negated,
    Norm,
    Number,
    Round,
    Subscript,
    Superscript,
)
from rnnsym.core.names import Interval, Point
from rnnsym.notation.box import Box, Boxed, beside, centred, columns, fence, side_by_side, stacked, with_script
from rnnsym.notation.lower import (
    BIG_SUM_BINDING,
    PREFIX_BINDING,
    PRODUCT_BINDING,
    SCRIPT_BINDING,
    SUM_BINDING,
    Lowering,
    children,
)
from rnnsym.notation.profile import Notation, Style
from rnnsym.notation.render import layout, loaded, related
from rnnsym.notation.symbols import ADJOINT_BINDING, ATOM_BINDING

__all__ = ["Boxed", "BoxedSides", "boxed", "relation_boxed", "side_by_side"]


class BoxedSides(NamedTuple):
    """The two sides of an equation."""

    left: Boxed
    right: Boxed


def boxed(
    what: Expr | MathTree, notation: str | Notation = "default", style: Style = "text", at: Point | None = None
) -> Boxed:
    """A formula on as many lines as it needs, in "text" or "ascii". Raises as `text` does."""
    profile = loaded(notation)
    return _Boxing(profile, style, at).run(layout(what, profile))


def relation_boxed(
    lhs: Expr | MathTree,
    rhs: Expr | MathTree,
    total_over: Interval | None = None,
    notation: str | Notation = "default",
    style: Style = "text",
    at: Point | None = None,
) -> BoxedSides:
    """What `relation` says on one line: lhs = rhs, or lhs = Σ_t rhs over an interval."""
    profile = loaded(notation)
    head, body, at = related(lhs, rhs, total_over, profile, at)
    return BoxedSides(_Boxing(profile, style, at).run(head), _Boxing(profile, style, at).run(body))


class _Boxing:
    """The layout of one formula; `flat` is its lowering to one line."""

    def __init__(self, notation: Notation, style: Style, at: Point | None) -> None:
        self.notation, self.style, self.flat = notation, style, Lowering(notation, style, at)
        self.made: dict[int, Box] = {}
        self.rules: dict[type, Callable[..., Box]] = {
            Infix: self._infix, Negated: self._negated, Call: self._call, Fraction: self._fraction,
            Superscript: self._superscript, Subscript: self._subscript, Norm: self._norm, Indicator: self._indicator,
            Bracket: self._bracket, Round: self._round, BigSum: self._big_sum, BigProduct: self._big_product,
            Matrix: self._matrix,
        }  # fmt: skip

    def run(self, root: MathTree) -> Boxed:
        self.flat.run(root)
        stack = [root]
        while stack:
            tree = stack[-1]
            missing = [child for child in children(tree) if id(child) not in self.made]
            if missing:
                stack.extend(missing)
                continue
            self.made[id(tree)] = self._laid_out(tree)
            stack.pop()
        box = self.made[id(root)]
        return Boxed(box.lines, box.baseline)

    def _laid_out(self, tree: MathTree) -> Box:
        tall = isinstance(tree, (Fraction, BigProduct)) or (isinstance(tree, BigSum) and tree.lower is not None)
        several = isinstance(tree, Matrix) and len(tree.rows) > 1
        if tall or several or any(self.box(child).tall for child in children(tree)):
            return self.rules[type(tree)](tree)
        piece = self.flat.piece(tree)
        return Box((piece.text,), 0, piece.binding, piece.operator)

    def box(self, tree: MathTree) -> Box:
        return self.made[id(tree)]

    def line(self, text: str) -> Box:
        return Box((text,))

    # Brackets. ----------------------------------------------------------------------------------------------------

    def fenced(self, left: str, box: Box, right: str, binding: int = ATOM_BINDING) -> Box:
        """`box` between brackets or bars of its height."""
        fences = [fence(sign, box, self.style == "ascii") for sign in (left, right)]
        return beside([fences[0], box, fences[1]])._replace(binding=binding, operator="")

    def within(self, tree: MathTree, binding: int) -> Box:
        box = self.box(tree)
        return box if box.binding >= binding else self.fenced("(", box, ")")

    def row(self, trees: Sequence[MathTree], sign: str) -> Box:
        boxes = [self.box(tree) for tree in trees]
        return beside([part for box in boxes for part in (self.line(sign), box)][1:])

    # Rules, each beside the one of the same name in `lower`. --------------------------------------------------------

    def _infix(self, tree: Infix) -> Box:
        operator = self.notation.operators[tree.op]
        sign = operator.signs[self.style]
        if tree.op == "add":
            return self._sum(tree, sign)._replace(binding=operator.precedence, operator="add")
        parts: list[Box] = []
        for i, item in enumerate(tree.items):
            parts += [self.line(sign)] * (i > 0) + [self._item(item, tree.op, first=i == 0)]
        return beside(parts)._replace(binding=operator.precedence, operator=tree.op)

    def _item(self, item: MathTree, op: str, first: bool) -> Box:
        if op == "scale" and first and isinstance(item, Number):
            return self.line(self.flat.factor(item))
        operator, box = self.notation.operators[op], self.box(item)
        return box if box.operator in operator.bare else self.within(item, operator.precedence + 1)

    def _sum(self, tree: Infix, plus: str) -> Box:
        minus, parts = self.flat.glyphs["minus"], list[Box]()
        for item in tree.items:
            negative = isinstance(item, Negated)
            body = self.within(item.body, PREFIX_BINDING + 1) if isinstance(item, Negated) else None
            if body is None and not self.box(item).tall:
                negative, text = self.flat.signed(item)
                body = self.line(text)
            between = (plus.replace("+", minus) if negative else plus) if parts else self._minus(item) * negative
            parts += [self.line(between), body or self.within(item, SUM_BINDING)]
        return beside(parts)

    def _negated(self, tree: Negated) -> Box:
        body = self.within(tree.body, PREFIX_BINDING + 1)
        return beside([self.line(self._minus(tree)), body])._replace(binding=PREFIX_BINDING)

    def _minus(self, tree: MathTree) -> str:
        """The sign before a first term, which must not look like the end of a fraction's bar."""
        return self.flat.glyphs["minus"] + " " * self.box(tree.body if isinstance(tree, Negated) else tree).tall

    def _fraction(self, tree: Fraction) -> Box:
        top, bottom = self.box(tree.top), self.box(tree.bottom)
        width = max(top.width, bottom.width) + 2 * (top.tall or bottom.tall)
        bar = self.line(("-" if self.style == "ascii" else "─") * width)
        return stacked([top, bar, bottom], on=1)._replace(binding=SCRIPT_BINDING)

    def _call(self, tree: Call) -> Box:
        around = self.notation.around.get(tree.function)
        if around is not None and tree.function == "sqrt" and self.style == "text":
            return self._root(self.box(tree.args[0]))
        if around is not None and tree.function != "sqrt":
            return self.fenced(around[self.style][0], self.box(tree.args[0]), around[self.style][1])
        return beside([self.line(self.flat.function(tree.function)), self.fenced("(", self.row(tree.args, ", "), ")")])

    def _root(self, body: Box) -> Box:
        lines = [("√" if i == len(body.lines) - 1 else "│") + line for i, line in enumerate(body.lines)]
        return Box(("┌" + "─" * body.width, *lines), body.baseline + 1)

    def _superscript(self, tree: Superscript) -> Box:
        """A tall base has its script at its upper right corner."""
        base = self.within(tree.base, ADJOINT_BINDING)
        return with_script(base, self.flat.script(tree), SCRIPT_BINDING)

    def _subscript(self, tree: Subscript) -> Box:
        index = self.fenced("[", self.box(tree.script), "]")
        return beside([self.within(tree.base, ATOM_BINDING), index])

    def _norm(self, tree: Norm) -> Box:
        left, right = self.flat.pairs["norm"]
        bar, power = right[: len(left)], right[len(left) :]
        return with_script(self.fenced(left, self.box(tree.body), bar), power, SCRIPT_BINDING)

    def _indicator(self, tree: Indicator) -> Box:
        left, right = self.flat.pairs["indicator"]
        return beside([self.line(left[:-1]), self.fenced(left[-1], self.box(tree.condition), right)])

    def _bracket(self, tree: Bracket) -> Box:
        left, right = self.flat.pairs["bracket"]
        return self.fenced(left, self.row(tree.items, ", "), right)

    def _round(self, tree: Round) -> Box:
        return self.fenced("(", self.box(tree.body), ")")

    def _matrix(self, tree: Matrix) -> Box:
        """Rows and columns, every entry in the middle of its cell; a gap between rows that are tall themselves."""
        rows = [[self.box(entry) for entry in row] for row in tree.rows]
        widths = [max(box.width for box in column) for column in zip(*rows, strict=True)]
        lines: list[str] = []
        for number, row in enumerate(rows):
            line = beside([self._cell(box, width, i) for i, (box, width) in enumerate(zip(row, widths, strict=True))])
            lines += [" " * columns(line.lines[0])] * (number > 0 and line.tall) + list(line.lines)
        left, right = self.flat.pairs["bracket"]
        return self.fenced(left, Box(tuple(lines), (len(lines) - 1) // 2), right)

    def _cell(self, box: Box, width: int, column: int) -> Box:
        lines = tuple("  " * (column > 0) + centred(line, width) for line in box.lines)
        return Box(lines, box.baseline)

    def _big_sum(self, tree: BigSum) -> Box:
        body = self.within(tree.body, BIG_SUM_BINDING if isinstance(tree.body, BigSum) else SUM_BINDING + 1)
        return self._bound("sum", tree, body)._replace(binding=BIG_SUM_BINDING)

    def _big_product(self, tree: BigProduct) -> Box:
        return self._bound("product", tree, self.within(tree.body, PRODUCT_BINDING))._replace(
            binding=PRODUCT_BINDING, operator="product"
        )

    def _bound(self, glyph: str, tree: BigSum | BigProduct, body: Box) -> Box:
        """Σ or ∏ with its limits above and below."""
        minus = self.flat.glyphs["minus"]
        above = (tree.upper or "").replace("-", minus)
        below = (tree.index if tree.lower is None else f"{tree.index}={tree.lower}").replace("-", minus)
        limits = [self.line(part) for part in (above, self.flat.glyphs[glyph], below)]
        return beside([stacked(limits, on=1), self.line(" "), body])
