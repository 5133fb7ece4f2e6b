"""How a page sets formulas and numbers: for a width, in Unicode or in ASCII."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.core.expr import Expr
from rnnsym.derivation.equations import Equation
from rnnsym.notation import pretty

INDENT = "    "
_GLYPHS = {
    "│": "|", "▼": "v", "▲": "^", "─": "-", "▶": ">", "◀": "<", "‖": "|", "−": "-", "×": "*", "÷": "/",
}  # fmt: skip
_LEVELS, _ASCII_LEVELS = "▁▂▃▄▅▆▇█", "_.:-=+*#"


@dataclass(frozen=True)
class Style:
    """`width` in columns for prose; formulas and tables are never broken."""

    width: int = 80
    ascii: bool = False

    def formula(self, what: Expr | Equation) -> str:
        return pretty(what, ascii=self.ascii)

    def glyphs(self, text: str) -> str:
        """`text` with its line-drawing characters and signs as the style has them."""
        return "".join(_GLYPHS.get(char, char) for char in text) if self.ascii else text

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


def table(rows: Sequence[Sequence[str]], gap: str = "   ") -> list[str]:
    """Rows of cells as lines, every column aligned on its right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [gap.join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
