"""Formulas as Unicode text, ASCII text and LaTeX. Importing this package lets expressions print themselves.

Its modules are loaded on first use (PEP 562): numbers need none of them.
"""

import importlib
from typing import TYPE_CHECKING, Any

from rnnsym.core.expr import RENDERERS

if TYPE_CHECKING:
    from rnnsym.notation.collisions import check
    from rnnsym.notation.conventions import marks
    from rnnsym.notation.orientation import stored, stored_shape
    from rnnsym.notation.profile import Notation, Style, load, names
    from rnnsym.notation.prose import Words
    from rnnsym.notation.render import Sides, relation, short_latex, short_text, text
    from rnnsym.notation.trees import at_index, tree_of

__all__ = [
    "Notation", "Sides", "Style", "Words", "at_index", "check", "load", "marks", "names",
    "relation", "short_latex", "short_text", "stored", "stored_shape", "text", "tree_of",
]  # fmt: skip

_HOMES = {
    "collisions": "check",
    "conventions": "marks",
    "orientation": "stored stored_shape",
    "profile": "Notation Style load names",
    "prose": "Words",
    "render": "Sides relation short_latex short_text text",
    "trees": "at_index tree_of",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"rnnsym.notation has no '{name}'.")
    return getattr(importlib.import_module(f"rnnsym.notation.{_HOME[name]}"), name)


RENDERERS.update(
    text=lambda expr: __getattr__("short_text")(expr),
    latex=lambda expr: __getattr__("short_latex")(expr),
)
