"""A derivation as a page of text: formulas aligned at their equals signs, remarks beside them, 80 columns wide."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from rnnsym.api.page import Page
from rnnsym.derivation.equations import Line, Statement
from rnnsym.derivation.form import Section, comment, restriction
from rnnsym.errors import unknown
from rnnsym.notation import Style, relation
from rnnsym.notation.box import Boxed, columns, padded, side_by_side
from rnnsym.notation.boxes import BoxedSides, relation_boxed

Detail = Literal["results", "steps", "why", "chain"]
DETAILS = ("results", "steps", "why", "chain")
WIDTH, MARGIN, GAP, FURTHEST_COMMENT = 80, 3, 2, 48

Layout = Literal["auto", "2d", "line"]
LAYOUTS = ("auto", "2d", "line")


class Row(NamedTuple):
    """A line of the derivation as lines of text; the number stands beside text line `baseline`."""

    line: Line
    texts: list[str]
    baseline: int


def text_page(shown: Page, style: Style = "text", detail: Detail = "steps", layout: Layout = "auto") -> str:
    """The page as text. `detail`: the results alone; steps named by their rule, with the lines used; why each holds, in
    a sentence; and every application of the chain rule. `layout`: "2d" (limits above and below, fractions, matrices),
    "line" (each formula on one line), "auto" (the first for double sums and matrices, the second for all else).

    Formulas never wrap; sentences wrap at 80 columns.
    """
    for kind, value, known in (("detail", detail, DETAILS), ("layout", layout, LAYOUTS)):
        if value not in known:
            raise unknown(kind, value, known)
    blocks = [_filled(shown.say([shown.title], style).split(), " ")]
    if detail != "results":
        blocks.append(list(_symbol_lines(shown, style)))
    sections = [(section, _rows(shown, section, style, layout)) for section in shown.sections]
    column = _comment_column([text for _, rows in sections for row in rows for text in row.texts])
    for section, rows in sections:
        lines = [line for row in rows for line in _row_lines(shown, row, style, detail, column)]
        blocks.append([*_heading(shown, section, style), *lines])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _filled(items: Sequence[str], separator: str, first: str = "", rest: str | None = None) -> list[str]:
    """`items` in lines of 80 columns, broken only between items."""
    rest = " " * columns(first) if rest is None else rest
    lines, line, empty = [], first, True
    for i, item in enumerate(items):
        piece = item + (separator if i < len(items) - 1 else "")
        if not empty and columns(line + piece.rstrip()) > WIDTH:
            lines.append(line.rstrip())
            line = rest
        line, empty = line + piece, False
    return [*lines, line.rstrip()]


def _symbol_lines(shown: Page, style: Style) -> Iterator[str]:
    rows = [(shown.say([head], style), [shown.say(item, style) for item in items]) for head, items in shown.symbols()]
    width = max(columns(head) for head, _ in rows)
    for head, items in rows:
        if items:
            parts, separator = (items, ", ") if len(items) > 1 else (items[0].split(), " ")
            yield from _filled(parts, separator, " " * MARGIN + padded(head, width + GAP))


def _rows(shown: Page, section: Section, style: Style, layout: Layout) -> list[Row]:
    """Each line with its formulas, aligned at the equals sign where the longest one still fits."""
    found = [(line, _set(shown, line, style, layout)) for line in section.lines]
    every = [formula for _, formulas in found for formula in formulas]
    width = max((columns(formula.left[0]) for formula in every), default=0)
    if MARGIN + width + max((columns(f" = {formula.right[0]}") for formula in every), default=0) > WIDTH:
        width = 0
    return [Row(line, *_joined(formulas, width)) for line, formulas in found]


def _set(shown: Page, line: Line, style: Style, layout: Layout) -> list[BoxedSides]:
    """The formulas of a line, each with the steps that it must name itself."""
    limits = [restriction(line, case.domain) for case in line.cases] or [""]
    tall = layout == "2d" or (layout == "auto" and isinstance(line, Statement))
    found = []
    for formula, limit in zip(line.formulas, limits, strict=True):
        if tall:
            left, right = relation_boxed(formula.left, formula.right, formula.over, shown.notation, style, formula.at)
        else:
            left, right = (Boxed([side], 0) for side in formula.sides(shown.notation, style))
        found.append(BoxedSides(left, side_by_side([right, f"{' ' * GAP}({limit})"]) if limit else right))
    return found


def _joined(formulas: Sequence[BoxedSides], width: int) -> tuple[list[str], int]:
    """The lines of formulas below each other, and which of them holds the first equals sign."""
    lines: list[str] = []
    first = 0
    for left, right in formulas:
        whole = side_by_side([" " * (width - columns(left[0])), left, " = ", right])
        first = first if lines else whole.baseline
        lines += [line.rstrip() for line in whole]
    return lines, first


def _comment_column(formulas: Sequence[str]) -> int:
    """Where comments begin: right of every formula that leaves room enough for them."""
    found = [MARGIN + columns(formula) + GAP for formula in formulas]
    return max((column for column in found if column <= FURTHEST_COMMENT), default=FURTHEST_COMMENT)


def _heading(shown: Page, section: Section, style: Style) -> list[str]:
    remarks = [shown.say(remark, style) for remark in section.remarks]
    return _filled(remarks, ", ", f"{section.title.upper()}   ")


def _row_lines(shown: Page, row: Row, style: Style, detail: Detail, column: int) -> Iterator[str]:
    line = row.line
    marks = [f"{line.number:>{MARGIN - 1}} " if i == row.baseline else " " * MARGIN for i in range(len(row.texts))]
    numbered = [mark + text for mark, text in zip(marks, row.texts, strict=True)]
    said = shown.say([comment(line)], style)
    if detail == "steps":
        yield from _beside(numbered, said, len(line.cases) - 1 if line.cases else row.baseline, column)
        return
    yield from numbered
    if detail in ("why", "chain"):
        for sentence in (said, shown.say(line.because, style)):
            yield from _filled(sentence.split(), " ", " " * 2 * MARGIN)
    if detail == "chain":
        yield from _chain_lines(shown, line, style)


def _chain_lines(shown: Page, line: Line, style: Style) -> Iterator[str]:
    """Each use of the quantity, and the operations through which its share comes back."""
    for share in shown.form.shares(line):
        number = "" if share.user is None else str(share.user)
        left, right = relation(share.lhs, share.rhs, share.over, shown.notation, style)
        yield " " * 2 * MARGIN + f"{number:>2} {left} = {right}"
        parts = [shown.say([step.through], style) for step in share.applications]
        width = max(map(columns, parts), default=0)
        for part, step in zip(parts, share.applications, strict=True):
            through, gives = f"through {padded(part, width)}", shown.say(["gives ", step.gives], style)
            yield from _chained(through, gives, shown.say([step.rule], style))


def _chained(through: str, gives: str, rule: str) -> Iterator[str]:
    """One application on one line, or on two where it is too long."""
    start = " " * 3 * MARGIN
    whole = f"{start}{through}   {gives}   {rule}"
    if columns(whole) <= WIDTH:
        yield whole
    else:
        yield f"{start}{through}   {rule}"
        yield f"{start}{' ' * MARGIN}{gives}"


def _beside(texts: Sequence[str], said: str, first: int, column: int) -> Iterator[str]:
    """The comment from text line `first` on, to the right of what is there; below it where that is too long."""
    notes = textwrap.wrap(said, WIDTH - column)
    for i, text in enumerate(texts):
        fits = i >= first and columns(text) + GAP <= column
        yield padded(text, column) + notes.pop(0) if fits and notes else text
    yield from (" " * column + note for note in notes)
