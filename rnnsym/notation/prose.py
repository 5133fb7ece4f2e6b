"""Sentences around formulas: text, and expressions that are set as formulas, in each style."""

import re
import unicodedata
from collections.abc import Sequence

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import MathTree
from rnnsym.notation.profile import Notation, Style, load
from rnnsym.notation.render import text

Words = Sequence[str | Expr | MathTree]


def prose(words: Words, notation: str | Notation = "default", style: Style = "text") -> str:
    """A sentence on one line. Formulas stand between dollar signs in LaTeX; ASCII has no other character at all."""
    profile = load(notation) if isinstance(notation, str) else notation
    said = "".join(_word(word, profile, style) for word in words)
    return said.replace("$$", "") if style == "latex" else said


def _word(word: str | Expr | MathTree, notation: Notation, style: Style) -> str:
    if isinstance(word, str):
        return spell(word, notation, style)
    formula = text(word, notation, style)
    return f"${formula}$" if style == "latex" else formula


def spell(sentence: str, notation: Notation, style: Style) -> str:
    """Plain text in a style: what ASCII or LaTeX lacks is replaced, by the profile's table or by the base character."""
    table = {**_greek(notation, style), **notation.prose.get(style, {})}
    if not table:
        return sentence
    keys = sorted(table, key=len, reverse=True)
    spelt = re.sub("|".join(map(re.escape, keys)), lambda match: table[match[0]], sentence)
    if style != "ascii":
        return spelt
    plain = (c for c in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(c))
    return "".join(plain).encode("ascii", "replace").decode()


def _greek(notation: Notation, style: Style) -> dict[str, str]:
    """Greek letters by their names."""
    if style == "text":
        return {}
    return {glyph: name if style == "ascii" else rf"$\{name}$" for name, glyph in notation.greek.items()}
