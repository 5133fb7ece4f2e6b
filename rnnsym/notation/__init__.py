"""Formulas as Unicode text, ASCII text and LaTeX. Importing this package lets expressions print themselves."""

from rnnsym.core.expr import RENDERERS
from rnnsym.notation.collisions import check
from rnnsym.notation.conventions import conventions, marks
from rnnsym.notation.orientation import stored, stored_shape
from rnnsym.notation.profile import Notation, Style, load, names
from rnnsym.notation.prose import Words, prose
from rnnsym.notation.render import Sides, relation, short_latex, short_text, text
from rnnsym.notation.trees import at_index, tree_of

__all__ = [
    "Notation", "Sides", "Style", "Words", "at_index", "check", "conventions", "load", "marks", "names", "prose",
    "relation", "stored", "stored_shape", "text", "tree_of",
]  # fmt: skip

RENDERERS.update(text=short_text, latex=short_latex)
