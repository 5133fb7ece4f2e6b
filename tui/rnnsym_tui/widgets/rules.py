"""Rules: a line across a panel that carries words at its left and right ends."""

from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.spans import Line, Span, width


def rule(cells: int, left: Line, right: Line, glyphs: Glyphs, focused: bool = False) -> Line:
    """`── left ───────── right ──`; the right part is left out where there is no room for both."""
    stroke = glyphs.rule_focused if focused else glyphs.rule
    head = (Span(stroke * 2 + " ", "rule"), *left, Span(" ")) if left else ()
    tail = (Span(" "), *right, Span(" " + stroke * 2, "rule")) if right else ()
    free = cells - width(head) - width(tail)
    if free < 1:
        tail, free = (), cells - width(head)
    return (*head, Span(stroke * max(0, free), "rule"), *tail)
