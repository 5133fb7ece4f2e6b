"""From a layout tree to one line of Unicode text, ASCII text, or LaTeX.

Lowering goes from the leaves up without recursion, so that deep formulas lower too. Each piece knows how tightly it
binds, and the operator above it decides on brackets.
"""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction as Ratio

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
    Symbol,
    Word,
)
from rnnsym.core.names import Point
from rnnsym.notation.profile import Notation, Style
from rnnsym.notation.symbols import ADJOINT_BINDING, ATOM_BINDING, Piece, When, lowered, symbol

SUM_BINDING, BIG_SUM_BINDING, PREFIX_BINDING, PRODUCT_BINDING, SCRIPT_BINDING = 10, 8, 15, 30, 40
LONGEST_DECIMAL = 6
BARS = ("|", "‖")
_TALL = re.compile(r"\\(frac|tfrac|sum|left)\b")


def lower(tree: MathTree, notation: Notation, style: Style, at: Point | None = None) -> str:
    """`tree` as one line; `at` is the step that t stands for, or None to keep t a symbol."""
    return Lowering(notation, style, at).run(tree).text


def children(tree: MathTree) -> tuple[MathTree, ...]:
    match tree:
        case Infix(_, items) | Call(_, items) | Bracket(items):
            return items
        case Negated(body) | Norm(body) | Round(body) | Indicator(body) | BigSum(body) | BigProduct(body):
            return (body,)
        case Matrix(rows):
            return tuple(entry for row in rows for entry in row)
        case Fraction(top, bottom):
            return (top, bottom)
        case Superscript(base, script) | Subscript(base, script):
            return (base, script)
    return ()


class Lowering:
    """One lowering: the notation, the style, and the pieces made so far, by identity of their tree."""

    def __init__(self, notation: Notation, style: Style, at: Point | None) -> None:
        self.notation, self.style, self.at = notation, style, at
        self.glyphs, self.pairs = notation.glyphs[style], notation.pairs[style]
        self.made: dict[int, Piece] = {}
        self.rules: dict[type, Callable[..., Piece]] = {
            Symbol: self._symbol, Number: self._number, Word: self._word, Infix: self._infix, Negated: self._negated,
            Call: self._call, Fraction: self._fraction, Superscript: self._superscript, Subscript: self._subscript,
            Norm: self._norm, Indicator: self._indicator, BigSum: self._big_sum, Bracket: self._bracket,
            BigProduct: self._big_product, Matrix: self._matrix, Round: self._round,
        }  # fmt: skip

    def run(self, root: MathTree) -> Piece:
        stack = [root]
        while stack:
            tree = stack[-1]
            missing = [child for child in children(tree) if id(child) not in self.made]
            if missing:
                stack.extend(missing)
                continue
            self.made[id(tree)] = self.rules[type(tree)](tree)
            stack.pop()
        return self.made[id(root)]

    def piece(self, tree: MathTree) -> Piece:
        return self.made[id(tree)]

    def brackets(self, text: str) -> str:
        if self.style == "latex" and _TALL.search(text):
            return rf"\left({text}\right)"
        return f"({text})"

    def within(self, tree: MathTree, binding: int) -> str:
        """The text of `tree`, bracketed where it binds less tightly than `binding`."""
        piece = self.piece(tree)
        return piece.text if piece.binding >= binding else self.brackets(piece.text)

    # Leaves. ------------------------------------------------------------------------------------------------------

    def _symbol(self, tree: Symbol) -> Piece:
        return symbol(tree.name, tree.time, self.notation, self.style, When(tree.index, self.at))

    def _word(self, tree: Word) -> Piece:
        if tree.key in self.glyphs:
            return Piece(self.glyphs[tree.key])
        return Piece(tree.key, ATOM_BINDING if tree.key.replace("_", "").isalnum() else SUM_BINDING)

    def _number(self, tree: Number) -> Piece:
        value = tree.value
        sign = self.glyphs["minus"] if value < 0 else ""
        if value != value:
            return Piece(self.glyphs["nan"])
        if abs(value) == float("inf"):
            return Piece(sign + self.glyphs["infinity"], PREFIX_BINDING if sign else ATOM_BINDING)
        digits, _, exponent = _decimal(abs(value)).partition("e")
        if exponent and self.style != "ascii":
            return Piece(sign + self._power_of_ten(digits, int(exponent)), PREFIX_BINDING)
        text = digits + (f"e{int(exponent)}" if exponent else "")
        return Piece(sign + text, PREFIX_BINDING if sign else ATOM_BINDING)

    def _power_of_ten(self, digits: str, exponent: int) -> str:
        dot = self.notation.operators["dot"].signs[self.style]
        script = f"^{{{exponent}}}" if self.style == "latex" else self._raised(str(exponent))
        return ("" if digits == "1" else digits + dot) + f"10{script}"

    # Operators. ---------------------------------------------------------------------------------------------------

    def _infix(self, tree: Infix) -> Piece:
        operator = self.notation.operators[tree.op]
        if tree.op == "add":
            return Piece(self._sum(tree.items, operator.signs[self.style]), operator.precedence, tree.op)
        texts = [self._item(item, tree.op, first=i == 0) for i, item in enumerate(tree.items)]
        return Piece(operator.signs[self.style].join(texts), operator.precedence, tree.op)

    def _item(self, item: MathTree, op: str, first: bool) -> str:
        """One operand of an operator, with its brackets."""
        if op == "scale" and first and isinstance(item, Number):
            return self.factor(item)
        operator, piece = self.notation.operators[op], self.piece(item)
        if piece.operator in operator.bare:
            return piece.text
        return self.within(item, operator.precedence + 1)

    def factor(self, number: Number) -> str:
        """A number before a product: a glyph such as ½ where there is one, a simple fraction for an endless decimal."""
        glyph = self.notation.factors.get(self.style, {}).get(str(number.value))
        ratio = Ratio(number.value).limit_denominator(1000)
        if glyph is not None:
            return glyph
        if len(_decimal(number.value)) > LONGEST_DECIMAL and float(ratio) == number.value:
            top, bottom = ratio.as_integer_ratio()
            return rf"\tfrac{{{top}}}{{{bottom}}}" if self.style == "latex" else f"({top}/{bottom})"
        return self.piece(number).text

    def _sum(self, items: Sequence[MathTree], plus: str) -> str:
        text = ""
        for item in items:
            minus, body = self.signed(item)
            if minus:
                text += plus.replace("+", self.glyphs["minus"]) if text else self.glyphs["minus"]
            elif text:
                text += plus
            text += body
        return text

    def signed(self, item: MathTree) -> tuple[bool, str]:
        """Whether a term is subtracted, and the term without its sign."""
        match item:
            case Negated(body):
                return True, self.within(body, PREFIX_BINDING + 1)
            case Number(value) if value < 0:
                return True, self._number(Number(-value)).text
        return False, self.within(item, SUM_BINDING)

    def _negated(self, tree: Negated) -> Piece:
        return Piece(self.glyphs["minus"] + self.within(tree.body, PREFIX_BINDING + 1), PREFIX_BINDING)

    def _fraction(self, tree: Fraction) -> Piece:
        top, bottom = self.piece(tree.top), self.piece(tree.bottom)
        if self.style == "latex":
            return Piece(rf"\frac{{{top.text}}}{{{bottom.text}}}", SCRIPT_BINDING)
        over, under = self.within(tree.top, SCRIPT_BINDING), self.within(tree.bottom, SCRIPT_BINDING)
        if top.operator in ("matmul", "scale", "hadamard"):
            over = top.text
        slash = "/" if " " not in over + under else " / "
        return Piece(over + slash + under, PRODUCT_BINDING - 1)

    # Functions, scripts and fences. -------------------------------------------------------------------------------

    def function(self, key: str) -> str:
        plain = rf"\operatorname{{{_escaped(key)}}}" if self.style == "latex" else key
        return self.notation.functions.get(key, {}).get(self.style, plain)

    def _arguments(self, tree: Call) -> str:
        return self.brackets(", ".join(self.piece(arg).text for arg in tree.args))

    def _call(self, tree: Call) -> Piece:
        if tree.function in self.notation.around:
            left, right = self.notation.around[tree.function][self.style]
            return Piece(left + self._without(right, self.piece(tree.args[0]).text) + right)
        return Piece(self.function(tree.function) + self._arguments(tree))

    def script(self, tree: Superscript) -> str:
        """What stands above the base: the sign of a transpose, a label in brackets, or a power."""
        if isinstance(tree.script, Word) and tree.script.key == "transpose":
            return self.glyphs["transpose"]
        if isinstance(tree.script, Word) and tree.script.key.startswith("("):
            return self._mark(tree.script.key)
        return self._exponent(tree.script)

    def _superscript(self, tree: Superscript) -> Piece:
        exponent = self.script(tree)
        if isinstance(tree.script, Word):
            return Piece(self.within(tree.base, ADJOINT_BINDING) + exponent, SCRIPT_BINDING)
        if self._takes_power(tree):
            assert isinstance(tree.base, Call)
            return Piece(self.function(tree.base.function) + exponent + self._arguments(tree.base), SCRIPT_BINDING)
        return Piece(self.within(tree.base, ATOM_BINDING) + exponent, SCRIPT_BINDING)

    def _takes_power(self, tree: Superscript) -> bool:
        """Whether the power of a call stands after the function's name: tanh²(a). (tanh⁻¹ would be the inverse.)"""
        if not isinstance(tree.base, Call) or not isinstance(tree.script, Number) or self.style == "ascii":
            return False
        one_word = " " not in self.function(tree.base.function) and tree.base.function not in self.notation.around
        return one_word and tree.script.value > 1 and float(tree.script.value).is_integer()

    def _exponent(self, script: MathTree) -> str:
        text = self._number(script).text if isinstance(script, Number) else self.piece(script).text
        if self.style == "latex":
            return f"^{text}" if len(text) == 1 else f"^{{{text}}}"
        return self._raised(text.replace(self.glyphs["minus"], "-"))

    def _mark(self, script: str) -> str:
        """A label in round brackets above a symbol, which is no power: `δa⁽ʲ⁾`."""
        if self.style == "text" and all(character in self.notation.raised for character in script):
            return "".join(self.notation.raised[character] for character in script)
        return f"^{{{script}}}" if self.style == "latex" else f"^{script}"

    def _raised(self, script: str) -> str:
        """`script` in Unicode superscripts where every character has one; else after a `^`."""
        if self.style == "text" and all(character in self.notation.superscripts for character in script):
            return "".join(self.notation.superscripts[character] for character in script)
        return f"^{script}" if script.replace(".", "").isalnum() else f"^({script})"

    def _subscript(self, tree: Subscript) -> Piece:
        return Piece(f"{self.within(tree.base, ATOM_BINDING)}[{self.piece(tree.script).text}]")

    def _fence(self, pair: str, text: str, binding: int) -> Piece:
        left, right = self.pairs[pair]
        return Piece(left + text + right, binding)

    def _without(self, bar: str, text: str) -> str:
        """The text between two bars: in brackets where it has such a bar itself, which would seem to be the last."""
        return self.brackets(text) if bar[:1] in BARS and bar[:1] in text else text

    def _norm(self, tree: Norm) -> Piece:
        body = self.piece(tree.body).text
        return self._fence("norm", self._without(self.pairs["norm"][1], body), SCRIPT_BINDING)

    def _indicator(self, tree: Indicator) -> Piece:
        return self._fence("indicator", self.piece(tree.condition).text, ATOM_BINDING)

    def _bracket(self, tree: Bracket) -> Piece:
        return self._fence("bracket", ", ".join(self.piece(item).text for item in tree.items), ATOM_BINDING)

    def _round(self, tree: Round) -> Piece:
        return Piece(self.brackets(self.piece(tree.body).text))

    def _matrix(self, tree: Matrix) -> Piece:
        """On one line, rows are parted by semicolons."""
        rows = [[self.piece(entry).text for entry in row] for row in tree.rows]
        if self.style == "latex":
            body = r" \\ ".join(" & ".join(row) for row in rows)
            return Piece(rf"\begin{{bmatrix}} {body} \end{{bmatrix}}")
        return self._fence("bracket", "; ".join(", ".join(row) for row in rows), ATOM_BINDING)

    def _big_sum(self, tree: BigSum) -> Piece:
        body = self.within(tree.body, BIG_SUM_BINDING if isinstance(tree.body, BigSum) else SUM_BINDING + 1)
        return Piece(f"{self._binder('sum', tree.index, tree.lower, tree.upper)} {body}", BIG_SUM_BINDING)

    def _big_product(self, tree: BigProduct) -> Piece:
        body = self.within(tree.body, PRODUCT_BINDING)
        sign = self._binder("product", tree.index, tree.lower, tree.upper)
        return Piece(f"{sign} {body}", PRODUCT_BINDING, "product")

    def _binder(self, glyph: str, index: str, lower: str | None, upper: str | None) -> str:
        """Σ or ∏ with its index, and with its range where that is not all steps: `Σₜ`, `∏[j=k+1…t]`.

        (Unicode lacks most letters above and below, and a raised T is the sign of a transpose.)
        """
        sign = self.glyphs[glyph]
        if self.style == "latex":
            below = index if lower is None else f"{index}={lower}"
            return f"{sign}_{{{below}}}" + ("" if upper is None else f"^{{{upper}}}")
        if (lower, upper) not in ((None, None), ("1", "T")):
            dots = self.notation.operators["range"].signs[self.style].strip()
            return f"{sign}[{index}={lower}{dots}{upper}]".replace("-", self.glyphs["minus"])
        return f"{sign}_{index}" if self.style == "ascii" else sign + lowered(index, self.notation)


def _decimal(value: float) -> str:
    """The shortest decimal that gives `value` back; whole numbers without a point."""
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e16 else repr(float(value))


def _escaped(word: str) -> str:
    return word.replace("_", r"\_")
