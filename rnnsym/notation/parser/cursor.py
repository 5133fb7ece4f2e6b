"""The place in a formula that is being read, what is open around it, and what is said where it cannot go on."""

from collections.abc import Callable, Sequence
from typing import Any

from rnnsym.errors import FormulaError
from rnnsym.notation.parser.syntax import Node
from rnnsym.notation.parser.tokens import Token

DEEPEST = 60


class Cursor:
    """Reads the tokens of one formula from left to right."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text, self.tokens, self.place, self.level = text, tokens, 0, 0
        self.bars: list[str] = []
        """What is open around the place: round and square brackets, and "bar"."""

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def fail(self, reason: str, at: int | None = None) -> FormulaError:
        return FormulaError(self.text, self.token.start if at is None else at, reason)

    def take(self, *kinds: str) -> Token | None:
        """The next token if it is one of these kinds."""
        token = self.token
        if token.kind not in kinds:
            return None
        self.place += 1
        return token

    def expect(self, kind: str, opened: Token) -> Token:
        token = self.take(kind)
        if token is None:
            raise self.open(kind, opened)
        return token

    def node(self, kind: Callable[..., Node], start: int, below: Sequence[Node], *fields: Any) -> Node:
        depth = 1 + max((child.depth for child in below), default=0)
        if depth > DEEPEST:
            raise self.fail(f"the formula is nested more than {DEEPEST} deep: name a part of it.", start)
        return kind(start, self.tokens[self.place - 1].end, depth, *fields)

    def deeper(self, rule: Callable[[], Node], fence: str) -> Node:
        """What `rule` reads inside a fence."""
        self.level += 1
        if self.level > DEEPEST:
            raise self.fail(f"the formula is nested more than {DEEPEST} deep: name a part of it.")
        self.bars.append(fence)
        node = rule()
        self.bars.pop()
        self.level -= 1
        return node

    def open(self, closing: str, opened: Token) -> FormulaError:
        shown = self.text[opened.start : opened.end]
        return self.fail(f"'{shown}' at character {opened.start + 1} is not closed: write '{closing}' here.")

    def unexpected(self) -> FormulaError:
        token = self.token
        shown = self.text[token.start : token.end]
        match token.kind:
            case "end":
                return self.fail("the formula ends here, where a quantity is missing.")
            case ")" | "]" | "}":
                return self.fail(f"'{shown}' closes nothing: leave it out, or open a bracket before it.")
            case "equals":
                return self.fail("one '=' is enough: the left side, '=', the right side.")
            case "product":
                return self.fail(f"'{shown}' multiplies matrices over steps: no single expression says that.")
            case "sum":
                return self.fail(f"'{shown}' can only stand in front of a whole right-hand side.")
        return self.fail(f"'{shown}' cannot stand here: a quantity, a number or a bracket is expected.")
