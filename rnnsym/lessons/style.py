"""How a page sets formulas and numbers: for a width, in Unicode or in ASCII."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.core.expr import Expr
from rnnsym.core.names import Point
from rnnsym.derivation.equations import Equation
from rnnsym.notation import Style as Notation
from rnnsym.notation import text
from rnnsym.notation.figures import decimal, listed
from rnnsym.notation.prose import prose

INDENT = "    "
_DRAWING = str.maketrans({"│": "|", "▼": "v", "▲": "^", "▶": ">", "◀": "<", "‖": "|"})
_LEVELS, _ASCII_LEVELS = "▁▂▃▄▅▆▇█", "_.:-=+*#"


@dataclass(frozen=True)
class Style:
    """`width` in columns for prose; formulas and tables are never broken."""

    width: int = 80
    ascii: bool = False

    def formula(self, expr: Expr, t: int | None = None) -> str:
        """A formula as the notation sets it; with t, at that step."""
        return text(expr, style=self.notation, at=None if t is None else Point(0, t))

    def equations(self, lines: Sequence[Equation]) -> list[str]:
        """Lines of a derivation, aligned at the equals sign: `δhₜ = …`."""
        sides = [pair for line in lines for pair in line.sides(style=self.notation)]
        width = max(len(left) for left, _ in sides)
        return [f"{left.rjust(width)} = {right}" for left, right in sides]

    @property
    def notation(self) -> Notation:
        return "ascii" if self.ascii else "text"

    def glyphs(self, words: str) -> str:
        """Plain words, signs and line drawing, as the style has them."""
        return prose([words.translate(_DRAWING)], style="ascii") if self.ascii else words

    @property
    def levels(self) -> str:
        """The characters of a sparkline, lowest first."""
        return _ASCII_LEVELS if self.ascii else _LEVELS


def value_text(value: Any, write: Callable[[float], str] = decimal) -> str:
    """A number; a vector as `(a, b)`; a matrix as `[a b; c d]`. One entry alone is written as a number."""
    array = np.asarray(value)
    if array.size == 1:
        return write(array.item())
    return f"({listed(array, write)})" if array.ndim == 1 else f"[{listed(array, write, ' ')}]"
