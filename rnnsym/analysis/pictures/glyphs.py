"""The characters of the pictures, in Unicode and in ASCII; shades have levels and never stand for what is no number."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.analysis.pictures.magnitudes import LN10, power

Array = Any
GROWN = 1e-9
"""A logarithm above this is growth; up to it the norm is 1."""
ROUNDING = 1e-9
MOST_DIGIT = 9


@dataclass(frozen=True)
class Glyphs:
    """`shades` are for norms of at least 10 to `floors`, from the largest; what is smaller is blank."""

    shades: str
    floors: tuple[int, ...]
    grown: str
    zero: str
    unknown: str
    diagonal: str
    at_least: str
    markers: str
    lines: str
    guides: str
    horizontal: str
    vertical: str
    tick: str
    corner: str
    corner_tick: str
    dot: str
    bar: str
    space: str = "␣"
    newline: str = "⏎"
    tab: str = "⇥"
    strange: str = "�"
    ascii: bool = False

    def shade(self, log: float, levels: int = 5) -> str:
        """One character for e^log: one of the first `levels` shades up to 1, above it `grown`, and from 10 on the digit
        n for at least 10ⁿ."""
        if math.isnan(log):
            return self.unknown
        if log == -math.inf:
            return self.zero
        decimal = log / LN10 + ROUNDING
        if log > GROWN:
            return str(int(min(decimal, MOST_DIGIT))) if decimal >= 1 else self.grown
        return next((shade for shade, floor in self._levels(levels) if decimal >= floor), " ")

    def _levels(self, levels: int) -> list[tuple[str, int]]:
        return list(zip(self.shades, self.floors, strict=True))[:levels]

    def legend(self, logs: Array, wide: int = 1, levels: int = 5) -> list[str]:
        """What the characters stand for; growth, zero and what is no number only where they occur in `logs`."""
        entries = [
            f"{shade * wide} {self.at_least} {power(floor, self.ascii)}" for shade, floor in self._levels(levels)
        ]
        logs = np.asarray(logs, dtype=float)
        if np.any((logs > GROWN) & (logs / LN10 + ROUNDING < 1)):
            entries.append(f"{self.grown * wide} > 1")
        if np.any(logs / LN10 + ROUNDING >= 1):
            entries.append(f"{'n' * wide} {self.at_least} {'10^n' if self.ascii else '10ⁿ'}, n = 1 to {MOST_DIGIT}")
        if np.any(logs == -np.inf):
            entries.append(f"{self.zero * wide} exactly 0")
        if np.any(np.isnan(logs)):
            entries.append(f"{self.unknown * wide} not a number")
        return entries

    def symbol(self, text: str) -> str:
        """A symbol that is read, in one character that can be seen."""
        known = {" ": self.space, "\n": self.newline, "\t": self.tab}
        if len(text) != 1:
            return self.dot
        if text in known:
            return known[text]
        seen = text.isprintable() and not unicodedata.combining(text) and (text.isascii() or not self.ascii)
        return text if seen else self.strange


UNICODE = Glyphs(
    shades="█▓▒░·", floors=(-1, -2, -3, -4, -6), grown="╳", zero="─", unknown="?", diagonal="╲", at_least="≥",
    markers="●◆▲■", lines="○◇△□", guides="-~",
    horizontal="─", vertical="│", tick="┤", corner="└", corner_tick="┴", dot="·", bar="█",
)  # fmt: skip
ASCII = Glyphs(
    shades="#+:.'", floors=(-1, -2, -3, -4, -6), grown="X", zero="-", unknown="?", diagonal="\\", at_least=">=",
    markers="*o^x", lines="@%&$", guides="-~",
    horizontal="-", vertical="|", tick="+", corner="+", corner_tick="+", dot=".", bar="#",
    space="_", newline="/", tab="_", strange="?", ascii=True,
)  # fmt: skip


def glyphs(ascii_only: bool) -> Glyphs:
    """The characters to draw with."""
    return ASCII if ascii_only else UNICODE


def columns(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, width: int) -> str:
    """`text` with spaces behind it, up to `width` columns."""
    return text + " " * (width - columns(text))


def beside(left: Sequence[str], right: Sequence[str], gap: int = 3) -> list[str]:
    """Two blocks of lines next to each other."""
    width = max(map(columns, left), default=0) + gap
    rows = max(len(left), len(right))
    lefts, rights = ([*lines, *[""] * (rows - len(lines))] for lines in (left, right))
    return [f"{padded(a, width)}{b}".rstrip() for a, b in zip(lefts, rights, strict=True)]


def packed(items: Sequence[str], width: int, gap: int = 2) -> list[str]:
    """`items` in lines of at most `width` columns, none of them broken."""
    lines: list[str] = []
    for item in items:
        if lines and columns(lines[-1]) + gap + columns(item) <= width:
            lines[-1] += " " * gap + item
        else:
            lines.append(item)
    return lines
