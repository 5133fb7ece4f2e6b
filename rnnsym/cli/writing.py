"""Formulas and sentences as lines of a report, in Unicode or in ASCII."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rnnsym.core.expr import Expr
from rnnsym.core.names import Point
from rnnsym.derivation.equations import Equation
from rnnsym.notation import Style, text
from rnnsym.notation.prose import prose

INDENT = "  "


@dataclass(frozen=True)
class Writing:
    """Sets formulas and text in one style; `width` is what a report may fill."""

    ascii: bool = False
    width: int = 80

    @property
    def style(self) -> Style:
        return "ascii" if self.ascii else "text"

    def formula(self, expr: Expr, t: int | None = None) -> str:
        """A formula with the symbol t, or at step t."""
        return text(expr, style=self.style, at=None if t is None else Point(0, t))

    def plain(self, *words: str | Expr) -> str:
        """A sentence; formulas in it are set as such."""
        return prose(words, style=self.style)

    def equations(self, lines: Sequence[Equation]) -> Iterator[str]:
        """The numbered lines of a derivation, aligned at the equals sign."""
        rows = [(line.number, line.sides(style=self.style)) for line in lines]
        left = max((len(sides.left) for _, every in rows for sides in every), default=0)
        for number, every in rows:
            for i, sides in enumerate(every):
                yield f"{'' if i else number:>4}  {sides.left:>{left}} = {sides.right}"

    def rule(self, left: str, right: str = "") -> str:
        """A heading line across the page."""
        dash = self.plain("─")
        head, tail = f"{dash * 2} {left} ", f" {right} {dash * 2}" if right else ""
        return head + dash * max(self.width - len(head) - len(tail), 2) + tail


def indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"{INDENT}{line}" if line else line for line in lines)
