"""Formulas as Unicode text, ASCII text and LaTeX. Importing this package lets expressions print themselves."""

from rnnsym.core.expr import RENDERERS
from rnnsym.notation.profile import Notation, Style, load, names
from rnnsym.notation.prose import Words, prose
from rnnsym.notation.render import Sides, relation, short_latex, short_text, text
from rnnsym.notation.trees import at_index, tree_of

__all__ = ["Notation", "Sides", "Style", "Words", "at_index", "load", "names", "prose", "relation", "text", "tree_of"]

RENDERERS.update(text=short_text, latex=short_latex)
