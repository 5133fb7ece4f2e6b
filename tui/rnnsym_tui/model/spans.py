"""Styled text without a terminal: a line is spans of text, each of a kind that the widgets give a look."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

KINDS = ("dim", "strong", "active", "done", "rule", "title", "cursor", "here", "alert", "key",
         "first", "second", "third", "fourth")  # fmt: skip
"""Every kind means the same everywhere; none is the only sign of its meaning, so that NO_COLOR loses nothing."""


class Span(NamedTuple):
    """`action` is what a click on it does."""

    text: str
    kind: str = ""
    action: str = ""


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """A line of plain strings and spans."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def plain(spans: Iterable[Span]) -> str:
    return "".join(span.text for span in spans)


def width(spans: Iterable[Span]) -> int:
    """The number of terminal cells that the line takes."""
    return sum(cell_len(span.text) for span in spans)


def right(text: str, cells: int) -> str:
    """`text` at the right edge of `cells` cells, cut where it is longer."""
    return " " * (cells - cell_len(text)) + text if cell_len(text) <= cells else set_cell_size(text, cells)


def centred(text: str, cells: int) -> str:
    """`text` in the middle of `cells` cells, cut where it is longer."""
    free = max(0, cells - cell_len(text))
    return set_cell_size(" " * (free // 2) + text, cells)


def wrapped(spans: Line, cells: int) -> list[Line]:
    """Prose broken at spaces; a formula, a span of a kind, is never broken inside."""
    lines: list[list[Span]] = [[]]
    used = 0
    for is_space, group in groupby(_atoms(spans), key=lambda atom: not atom.text.strip()):
        atoms = list(group)
        size = width(atoms)
        if used and used + size > cells and not is_space:
            lines.append([])
            used = 0
        if used or not is_space:
            lines[-1] += atoms
            used += size
    return [tuple(found) for found in lines]


def _atoms(spans: Line) -> list[Span]:
    """Words, spaces and formulas; what touches without a space stays together."""
    atoms: list[Span] = []
    for span in spans:
        if span.kind:
            atoms.append(span)
            continue
        for i, word in enumerate(span.text.split(" ")):
            if i:
                atoms.append(Span(" "))
            if word:
                atoms.append(Span(word))
    return atoms


def window(spans: Line, left: int, cells: int, mark: str) -> Line:
    """The cells from `left` on; `mark` stands where the line goes on beyond the window."""
    total = width(spans)
    if not left and total <= cells:
        return spans
    before = mark if left else ""
    after = mark if total - left > cells else ""
    inner = _between(spans, left + cell_len(before), left + cells - cell_len(after))
    return (Span(before, "rule"), *inner, Span(after, "rule"))


def _between(spans: Line, start: int, end: int) -> list[Span]:
    """The cells start…end of a line; a wide character that is cut becomes a space."""
    out = []
    at = 0
    for span in spans:
        size = cell_len(span.text)
        low, high = max(start - at, 0), min(end - at, size)
        if low < high:
            tail = set_cell_size(span.text, high)
            out.append(span._replace(text=_without_head(tail, low)))
        at += size
    return out


def _without_head(text: str, cells: int) -> str:
    """The text without its first cells."""
    while cells > 0 and text:
        cells -= cell_len(text[0])
        text = text[1:]
    return " " * -cells + text
