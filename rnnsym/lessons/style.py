"""How a page sets formulas and numbers: for a width, in Unicode or in ASCII."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rnnsym.core.expr import Expr
from rnnsym.core.names import Point
from rnnsym.derivation.equations import Equation
from rnnsym.notation import prose, text

INDENT = "    "
_DRAWING = str.maketrans({"│": "|", "▼": "v", "▲": "^", "─": "-", "▶": ">", "◀": "<", "‖": "|", "×": "*", "÷": "/"})
_LEVELS, _ASCII_LEVELS = "▁▂▃▄▅▆▇█", "_.:-=+*#"


@dataclass(frozen=True)
class Style:
    """`width` in columns for prose; formulas and tables are never broken."""

    width: int = 80
    ascii: bool = False

    def formula(self, expr: Expr, t: int | None = None) -> str:
        """A formula as the notation sets it; with t, at that step."""
        return text(expr, style=self._notation, at=None if t is None else Point(0, t))

    def equations(self, lines: Sequence[Equation]) -> list[str]:
        """Lines of a derivation, aligned at the equals sign: `δhₜ = …`."""
        sides = [pair for line in lines for pair in line.sides(style=self._notation)]
        width = max(len(left) for left, _ in sides)
        return [f"{left.rjust(width)} = {right}" for left, right in sides]

    @property
    def _notation(self) -> Literal["text", "ascii"]:
        return "ascii" if self.ascii else "text"

    def glyphs(self, words: str) -> str:
        """Plain words, signs and line drawing, as the style has them."""
        return prose([words.translate(_DRAWING)], style="ascii") if self.ascii else words

    @property
    def levels(self) -> str:
        """The characters of a sparkline, lowest first."""
        return _ASCII_LEVELS if self.ascii else _LEVELS


def number(value: Any) -> str:
    """Four decimals, or three figures and a power of ten where those would say little."""
    value = float(value)
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e4 else f"{value:.2e}"


def value_text(value: Any) -> str:
    """A number; a vector as `(a, b)`; a matrix as `[a b; c d]`. One entry alone is written as a number."""
    array = np.asarray(value)
    if array.size == 1:
        return number(array.item())
    if array.ndim == 1:
        return f"({', '.join(map(number, array))})"
    return f"[{'; '.join(' '.join(map(number, row)) for row in array)}]"


def short(text: str) -> str:
    """`0.8` for `0.8000`, inside a sentence."""
    return re.sub(r"(\.\d*?)0+(?![\de.])", lambda match: match[1].removesuffix("."), text)


def table(rows: Sequence[Sequence[str]], gap: str = "   ") -> list[str]:
    """Rows of cells as lines, every column aligned on its right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [gap.join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
