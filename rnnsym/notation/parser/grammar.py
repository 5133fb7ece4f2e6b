"""From tokens to the syntax tree, by recursive descent. Nothing that is read is ever executed.

From loose to tight: equation, comparison, sum, product (`⊙`, `/` and side by side), minus, power and transpose, atom.
Side by side binds tighter than a sign: `u ⊙ A v` is u ⊙ (A v), and a quotient divides all that stands before it.
"""

from collections.abc import Callable
from typing import Any

from rnnsym.core.names import Interval, Point, T
from rnnsym.notation.parser import syntax as tree
from rnnsym.notation.parser.cursor import Cursor
from rnnsym.notation.parser.dimensions import constant
from rnnsym.notation.parser.syntax import Node
from rnnsym.notation.parser.tokens import Token

STARTS = frozenset({
    "number", "quantity", "count", "function", "identity", "(", "[", "indicator", "norm", "root", "infinity", "nan",
})  # fmt: skip


class Grammar(Cursor):
    """The rules, each as a method."""

    # Whole formulas. ----------------------------------------------------------------------------------------------

    def formula(self) -> Node:
        """One expression and nothing behind it."""
        node = self.total() if self.token.kind == "sum" or self._is_sum_over_t() else self.comparison()
        if self.token.kind == "equals":
            raise self.fail("'=' stands between the two sides of a line: here one formula is read.")
        return self.finished(node)

    def finished(self, node: Node) -> Node:
        if self.token.kind != "end":
            raise self.unexpected()
        return node

    def equation(self) -> tuple[Node, Node]:
        left = self.comparison()
        if self.take("equals") is None:
            raise self.fail("a line has two sides: write the left side, '=', the right side.")
        right = self.total() if self.token.kind == "sum" or self._is_sum_over_t() else self.comparison()
        return left, self.finished(right)

    def _is_sum_over_t(self) -> bool:
        """`sum(t, …)`, as it is typed."""
        kinds = [token.kind for token in self.tokens[self.place : self.place + 4]]
        return kinds[:1] == ["function"] and self.token.value == "sum" and kinds[1:] == ["(", "step", "comma"]

    def total(self) -> Node:
        start = self.token.start
        if (token := self.take("sum")) is not None:
            body = self.product(self.take("minus") is not None)
            return self.node(tree.Total, start, [body], self.interval(token), body)
        opened = self.tokens[self.place + 1]
        self.place += 4
        body = self.deeper(self.sum, "(")
        self.expect(")", opened)
        return self.node(tree.Total, start, [body], Interval(Point(0, 1), T), body)

    def interval(self, token: Token) -> Interval:
        index, lower, upper = token.value
        if index != "t":
            raise self.fail(f"the sum runs over '{index}': only sums over the step t are equations.", token.start)
        if lower is None:
            return Interval(Point(0, 1), T)
        return Interval(self.point(lower, token), self.point(upper, token))

    def point(self, text: str, token: Token) -> Point:
        """`1`, `T`, `T-1`: an end of a range."""
        plain = text.replace("−", "-")
        head, sign, tail = plain.partition("-") if "-" in plain else plain.partition("+")
        count = int(f"{sign}{tail}") if sign and tail.isdecimal() and len(tail) < 6 else 0
        if head == "T" and bool(sign) == bool(count):
            return Point(1, count)
        if head.isdecimal() and len(head) < 6 and not sign:
            return Point(0, int(head))
        raise self.fail(f"'{text}' is no step: write a number, T, or T-1.", token.start)

    # Sums and products. -------------------------------------------------------------------------------------------

    def comparison(self) -> Node:
        start, left = self.token.start, self.sum()
        sign = self.take(">", "<", "<=", ">=")
        if sign is None:
            return left
        right = self.sum()
        return self.node(tree.Comparison, start, [left, right], sign.kind, left, right)

    def sum(self) -> Node:
        start, terms = self.token.start, []
        minus = self.take("minus", "plus")
        while True:
            terms.append((minus is not None and minus.kind == "minus", self.product()))
            minus = self.take("minus", "plus")
            if minus is None:
                break
        if len(terms) > 1:
            return self.node(tree.Sum, start, [term for _, term in terms], tuple(terms))
        negative, term = terms[0]
        return self.node(tree.Negative, start, [term], term) if negative else term

    def product(self, negative: bool = False) -> Node:
        """Factors with signs between them, or side by side."""
        start = self.token.start
        factors = [self.chain(None)]
        while (sign := self.take("times", "over", "kron")) is not None:
            if sign.kind == "times":
                factors.append(self.chain(None))
                continue
            whole = self._times(start, factors)
            right = self.factor()
            kind = tree.Quotient if sign.kind == "over" else tree.Kron
            factors = [self.chain(self.node(kind, start, [whole, right], whole, right))]
        node = self._times(start, factors)
        return self.node(tree.Negative, start, [node], node) if negative else node

    def _times(self, start: int, factors: list[Node]) -> Node:
        return factors[0] if len(factors) == 1 else self.node(tree.Times, start, factors, tuple(factors))

    def chain(self, first: Node | None) -> Node:
        """Factors side by side, or with a dot between them."""
        start = self.token.start if first is None else first.start
        factors, dots = [self.factor() if first is None else first], set()
        while True:
            join = self.take("join")
            if join is not None:
                dots.add(len(factors))
            if join is None and not self._begins():
                break
            factors.append(self.factor() if join is not None else self.scripts())
        if len(factors) == 1:
            return factors[0]
        return self.node(tree.Chain, start, factors, tuple(factors), frozenset(dots))

    def _begins(self) -> bool:
        """Whether a factor begins here: a bar does so where no bar is open."""
        if self.token.kind == "bar":
            return not (self.bars and self.bars[-1] == "bar")
        if self.token.kind == "norm":
            return not (self.bars and self.bars[-1] == "norm")
        return self.token.kind in STARTS

    def factor(self) -> Node:
        start = self.token.start
        if self.take("minus") is None:
            return self.scripts()
        body = self.deeper(self.factor, self.bars[-1] if self.bars else "")
        return self.node(tree.Negative, start, [body], body)

    def scripts(self) -> Node:
        """An atom with its powers, transposes and indices."""
        start, node = self.token.start, self.atom()
        while True:
            if self.take("transpose") is not None:
                node = self.node(tree.Flip, start, [node], node)
            elif (raised := self.take("raised")) is not None:
                node = self.node(tree.Power, start, [node], node, raised.value)
            elif self.take("power") is not None:
                node = self.node(tree.Power, start, [node], node, self.exponent())
            elif self.token.kind == "[" and self.token.start == node.end:
                node = self.index(start, node)
            else:
                return node

    def exponent(self) -> float:
        """A fixed number: `2`, `-1`, `(1/2)`."""
        at = self.token.start
        number = self.deeper(self.factor, self.bars[-1] if self.bars else "")
        value = constant(number)
        if value is None:
            raise self.fail("an exponent must be a number: for x^y write exp(y * log(x)).", at)
        return value

    def index(self, start: int, base: Node) -> Node:
        opened = self.take("[")
        assert opened is not None
        first = self.deeper(self.sum, "[")
        if self.take("colon") is None:
            self.expect("]", opened)
            return self.node(tree.Entry, start, [base, first], base, first)
        last, step = self.deeper(self.sum, "["), 1
        if self.take("colon") is not None:
            token = self.take("number")
            if token is None or token.value != int(token.value) or not 0 < token.value < 1e6:
                raise self.fail("the step of a slice must be a whole number above 0.")
            step = int(token.value)
        self.expect("]", opened)
        return self.node(tree.Rows, start, [base, first, last], base, first, last, step)

    # Atoms. -------------------------------------------------------------------------------------------------------

    def atom(self) -> Node:
        token = self.token
        rule = {
            "(": self.group, "[": self.listing, "bar": self.absolute, "norm": self.norm, "indicator": self.indicator,
            "function": self.call, "root": self.root,
        }.get(token.kind)  # fmt: skip
        if rule is not None:
            return rule()
        values: dict[str, tuple[Callable[..., Node], tuple[Any, ...]]] = {
            "number": (tree.Number, (token.value,)), "quantity": (tree.Quantity, (token.value,)),
            "count": (tree.Count, (token.value,)), "identity": (tree.Identity, ()),
            "infinity": (tree.Number, (float("inf"),)), "nan": (tree.Number, (float("nan"),)),
        }  # fmt: skip
        if token.kind not in values:
            raise self.unexpected()
        self.place += 1
        kind, fields = values[token.kind]
        return self.node(kind, token.start, [], *fields)

    def group(self) -> Node:
        opened = self.tokens[self.place]
        self.place += 1
        body = self.deeper(self.comparison, "(")
        self.expect(")", opened)
        return self.node(tree.Group, opened.start, [body], body)

    def listing(self) -> Node:
        opened = self.tokens[self.place]
        self.place += 1
        rows, row = [], [self.deeper(self.sum, "[")]
        while (sign := self.take("comma", "semicolon")) is not None:
            if sign.kind == "semicolon":
                rows.append(tuple(row))
                row = []
            row.append(self.deeper(self.sum, "["))
        self.expect("]", opened)
        rows.append(tuple(row))
        return self.node(tree.Listing, opened.start, [entry for row in rows for entry in row], tuple(rows))

    def absolute(self) -> Node:
        opened = self.tokens[self.place]
        self.place += 1
        body = self.deeper(self.sum, "bar")
        if self.take("bar") is None:
            raise self.open("|", opened)
        return self.node(tree.Call, opened.start, [body], "abs", (body,))

    def norm(self) -> Node:
        opened = self.tokens[self.place]
        self.place += 1
        body = self.deeper(self.sum, "norm")
        if self.take("end of norm") is None:
            squared = self.take("norm") is not None and self.take("raised", "power") is not None
            number = self.take("number")
            if not squared or (number is not None and number.value != 2.0):
                raise self.open("‖²", opened)
        return self.node(tree.SquaredNorm, opened.start, [body], body)

    def indicator(self) -> Node:
        opened = self.tokens[self.place]
        self.place += 1
        condition = self.deeper(self.comparison, "[")
        self.expect("]", opened)
        return self.node(tree.Indicator, opened.start, [condition], condition)

    def root(self) -> Node:
        """`√x`, `√(x + y)`: of what stands next to it, so that √(x)² is a square."""
        start = self.token.start
        self.place += 1
        body = self.deeper(self.atom, self.bars[-1] if self.bars else "")
        return self.node(tree.Call, start, [body], "sqrt", (body,))

    def call(self) -> Node:
        """`f(a, b)`, `f²(a)`, and `f a` for a function of one argument."""
        token = self.tokens[self.place]
        self.place += 1
        exponent = None
        if (raised := self.take("raised")) is not None:
            exponent = raised.value
        elif self.token.kind == "power":
            self.place += 1
            exponent = self.exponent_of_function()
        args = self.arguments(token)
        node = self.node(tree.Call, token.start, args, token.value, tuple(args))
        return node if exponent is None else self.node(tree.Power, token.start, [node], node, exponent)

    def exponent_of_function(self) -> float:
        number = self.take("number")
        if number is None:
            raise self.fail("the power of a function is a whole number: tanh^2(a).")
        return float(number.value)

    def arguments(self, function: Token) -> list[Node]:
        opened = self.take("(")
        if opened is None:
            if self._begins():
                return [self.deeper(self.scripts, self.bars[-1] if self.bars else "")]
            raise self.fail(f"'{self.text[function.start : function.end]}' needs its argument in brackets.")
        args = [self.deeper(self.sum, "(")]
        while self.take("comma", "semicolon") is not None:
            args.append(self.deeper(self.sum, "("))
        self.expect(")", opened)
        return args
