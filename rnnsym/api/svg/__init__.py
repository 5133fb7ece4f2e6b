"""Formulas and pages as SVG, set by rules of its own: no font has to be installed, and none is asked for its widths."""

from rnnsym.api.svg.formula import formula_box, prose_box, unknown_commands
from rnnsym.api.svg.marks import Theme, document
from rnnsym.api.svg.page import line_svg, page_svg

__all__ = ["Theme", "document", "formula_box", "line_svg", "page_svg", "prose_box", "unknown_commands"]
