"""A derivation as a page of text: formulas aligned at their equals signs, remarks beside them, 80 columns wide."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Literal

from rnnsym.api.page import Page
from rnnsym.derivation.equations import Line
from rnnsym.derivation.form import Section, comment, restriction
from rnnsym.errors import unknown
from rnnsym.notation import Sides, Style, relation

Detail = Literal["results", "steps", "why", "chain"]
DETAILS = ("results", "steps", "why", "chain")
WIDTH, MARGIN, GAP, FURTHEST_COMMENT = 80, 3, 2, 48

Row = tuple[Line, list[str]]


def text_page(shown: Page, style: Style = "text", detail: Detail = "steps") -> str:
    """The page as text. `detail`: the results alone; steps named by their rule, with the lines used; why each holds, in
    a sentence; and every application of the chain rule.

    Formulas never wrap; sentences wrap at 80 columns.
    """
    if detail not in DETAILS:
        raise unknown("detail", detail, DETAILS)
    blocks = [_filled(shown.say([shown.title], style).split(), " ")]
    if detail != "results":
        blocks.append(list(_symbol_lines(shown, style)))
    sections = [(section, _rows(shown, section, style)) for section in shown.sections]
    column = _comment_column([formula for _, rows in sections for _, formulas in rows for formula in formulas])
    for section, rows in sections:
        lines = [line for row in rows for line in _row_lines(shown, row, style, detail, column)]
        blocks.append([*_heading(shown, section, style), *lines])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _filled(items: Sequence[str], separator: str, first: str = "", rest: str | None = None) -> list[str]:
    """`items` in lines of 80 columns, broken only between items."""
    rest = " " * len(first) if rest is None else rest
    lines, line, empty = [], first, True
    for i, item in enumerate(items):
        piece = item + (separator if i < len(items) - 1 else "")
        if not empty and len(line + piece.rstrip()) > WIDTH:
            lines.append(line.rstrip())
            line = rest
        line, empty = line + piece, False
    return [*lines, line.rstrip()]


def _symbol_lines(shown: Page, style: Style) -> Iterator[str]:
    rows = [(shown.say([head], style), [shown.say(item, style) for item in items]) for head, items in shown.symbols()]
    width = max(len(head) for head, _ in rows)
    for head, items in rows:
        if items:
            parts, separator = (items, ", ") if len(items) > 1 else (items[0].split(), " ")
            yield from _filled(parts, separator, " " * MARGIN + head.ljust(width + GAP))


def _rows(shown: Page, section: Section, style: Style) -> list[Row]:
    """Each line with its formulas, aligned at the equals sign where the longest one still fits."""
    found = [(line, _sides(shown, line, style)) for line in section.lines]
    every = [side for _, sides in found for side in sides]
    width = max(len(left) for left, _ in every)
    if MARGIN + width + max(len(f" = {right}") for _, right in every) > WIDTH:
        width = 0
    return [(line, [f"{left.rjust(width)} = {right}" for left, right in sides]) for line, sides in found]


def _sides(shown: Page, line: Line, style: Style) -> list[Sides]:
    """The sides of each formula, with the steps that it must name itself."""
    limits = [restriction(line, case.domain) for case in line.cases] or [""]
    return [
        Sides(left, f"{right}{' ' * GAP}({limit})" if limit else right)
        for (left, right), limit in zip(line.sides(shown.notation, style), limits, strict=True)
    ]


def _comment_column(formulas: Sequence[str]) -> int:
    """Where comments begin: right of every formula that leaves room enough for them."""
    columns = [MARGIN + len(formula) + GAP for formula in formulas]
    return max((column for column in columns if column <= FURTHEST_COMMENT), default=FURTHEST_COMMENT)


def _heading(shown: Page, section: Section, style: Style) -> list[str]:
    remarks = [shown.say(remark, style) for remark in section.remarks]
    return _filled(remarks, ", ", f"{section.title.upper()}   ")


def _row_lines(shown: Page, row: Row, style: Style, detail: Detail, column: int) -> Iterator[str]:
    line, formulas = row
    numbered = [f"{line.number:>{MARGIN - 1}} {formulas[0]}", *(" " * MARGIN + text for text in formulas[1:])]
    said = shown.say([comment(line)], style)
    if detail == "steps":
        yield from _beside(numbered, said, column)
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
        width = max(map(len, parts), default=0)
        for part, step in zip(parts, share.applications, strict=True):
            sent = shown.say(["gives ", step.gives, f"   {step.rule}"], style)
            yield " " * 3 * MARGIN + f"through {part.ljust(width)}   {sent}"


def _beside(formulas: Sequence[str], said: str, column: int) -> Iterator[str]:
    """The comment to the right of its formulas, or below them at the same column where they are too long."""
    notes = textwrap.wrap(said, WIDTH - column)
    beside = len(formulas[-1]) < column
    yield from formulas[:-1]
    yield formulas[-1].ljust(column) + notes.pop(0) if beside and notes else formulas[-1]
    yield from (" " * column + note for note in notes)
