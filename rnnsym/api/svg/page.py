"""A derivation as a picture: title, symbols, and the lines of each section aligned at their equals signs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rnnsym.api.page import Page
from rnnsym.api.presentation import DETAILS, Detail
from rnnsym.api.svg.boxes import EMPTY, Box, Mark, row, space, word
from rnnsym.api.svg.formula import formula_box, plain, prose_box, prose_lines
from rnnsym.api.svg.marks import THEMES, Theme, document, drawn
from rnnsym.derivation.equations import Line
from rnnsym.derivation.form import Section, comment, restriction
from rnnsym.errors import InputError, unknown
from rnnsym.notation import relation

SIZE, SMALL, LARGE = 17.0, 12.5, 22.0
MARGIN, GAP, LEAD = 28.0, 22.0, 7.0
WIDEST_BESIDE = 430.0
"""Right-hand sides up to this width have their comment beside them, longer ones below."""
SENTENCE = 640.0
"""How long a line of a sentence may be."""


class Row(NamedTuple):
    """A row of the table of lines: the number, the sides of a formula, and what is said beside it."""

    number: Box
    left: Box
    right: Box
    said: Box = EMPTY


def page_svg(shown: Page, theme: str = "light", detail: Detail = "steps") -> str:
    """The page as an SVG file. `detail` as for text. Raises UnknownNameError for the theme or the detail."""
    if detail not in DETAILS:
        raise unknown("detail", detail, DETAILS)
    colours = theme_called(theme)
    parts = [
        (section, [list(_line_parts(shown, line, detail)) for line in section.lines]) for section in shown.sections
    ]
    rows = [part for _, lines in parts for line in lines for part in line if isinstance(part, Row)]
    sheet = _Sheet(_Columns.of(rows))
    for box in prose_lines(shown.say([shown.title], "latex"), LARGE, 44 * SIZE, "bold"):
        sheet.put(box, MARGIN, 4)
    if detail != "results":
        sheet.symbols(list(_symbols(shown)))
    for section, lines in parts:
        sheet.heading(shown, section)
        for line in lines:
            for part in line:
                sheet.row(part) if isinstance(part, Row) else sheet.put(part, sheet.columns.left, 4)
            sheet.y += LEAD if detail in ("why", "chain") else 0
    return sheet.file(colours, plain(shown.title))


def line_svg(shown: Page, number: int, theme: str = "light") -> str:
    """One line of the page, for a slide. Raises InputError for a number that no line has."""
    colours = theme_called(theme)
    found = next((line for line in shown.lines if line.number == number), None)
    if found is None:
        raise InputError(f"there is no line {number}: the lines run from 1 to {len(shown.lines)}.")
    rows = [replaced._replace(number=EMPTY, said=EMPTY) for replaced in _formula_rows(shown, found)]
    sheet = _Sheet(_Columns.of(rows))
    for part in rows:
        sheet.row(part)
    return sheet.file(colours, f"line {number} of {plain(shown.title)}")


def theme_called(name: str) -> Theme:
    if name not in THEMES:
        raise unknown("theme", name, THEMES)
    return THEMES[name]


def _symbols(shown: Page) -> Iterator[tuple[Box, list[Box]]]:
    """What stands for what: a heading, and the items in lines."""
    for head, items in shown.symbols():
        if items:
            texts = [shown.say(item, "latex") for item in items]
            said = ", ".join(text.replace(" ", "~") if len(texts) > 1 else text for text in texts)
            yield prose_box(shown.say([head], "latex"), SMALL).toned("quiet"), prose_lines(said, SMALL, SENTENCE)


def _line_parts(shown: Page, line: Line, detail: str) -> Iterator[Row | Box]:
    """The rows of one line, and the sentences below it."""
    rows = list(_formula_rows(shown, line))
    if detail == "results":
        yield from rows
        return
    said = prose_box(shown.say([comment(line)], "latex"), SMALL).toned("quiet")
    yield from rows[:-1]
    yield rows[-1]._replace(said=said)
    if detail in ("why", "chain"):
        yield from prose_lines(shown.say(line.because, "latex"), SMALL, SENTENCE)
    if detail == "chain":
        yield from _chain(shown, line)


def _formula_rows(shown: Page, line: Line) -> Iterator[Row]:
    limits = [restriction(line, case.domain) for case in line.cases] or [""]
    number = word(str(line.number), "roman", SMALL, "quiet")
    for i, ((left, right), limit) in enumerate(zip(line.sides(shown.notation, "latex"), limits, strict=True)):
        after = [space(GAP), formula_box(f"({limit})", SIZE)] if limit else []
        yield Row(EMPTY if i else number, formula_box(left, SIZE), row([formula_box(right, SIZE), *after]))


def _chain(shown: Page, line: Line) -> Iterator[Box]:
    """Each use of the quantity, and the operations through which its share comes back."""
    for share in shown.form.shares(line):
        sides = relation(share.lhs, share.rhs, share.over, shown.notation, "latex")
        user = prose_box("" if share.user is None else f"from line {share.user}:", SMALL).toned("quiet")
        yield row([user, space(8), formula_box(f"{sides.left} = {sides.right}", SMALL + 1)])
        for step in share.applications:
            said = shown.say(["through ", step.through, " gives ", step.gives, f": {step.rule}"], "latex")
            yield row([space(2 * GAP), prose_box(said, SMALL)])


@dataclass(frozen=True)
class _Columns:
    """Where the parts of a row stand: the left of formulas, the equals sign, the right-hand sides, the comments."""

    left: float
    equals: float
    right: float
    said: float

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "_Columns":
        numbers = max((r.number.width for r in rows), default=0)
        left = MARGIN + numbers + (12 if numbers else 0)
        equals = left + max((r.left.width for r in rows), default=0)
        right = equals + 1.45 * SIZE
        beside = [r.right.width for r in rows if r.said is EMPTY or r.right.width <= WIDEST_BESIDE]
        return cls(left, equals, right, right + min(max(beside, default=0), WIDEST_BESIDE) + GAP)


class _Sheet:
    """Boxes put below one another."""

    def __init__(self, columns: _Columns) -> None:
        self.columns = columns
        self.marks: list[Mark] = []
        self.y, self.width = MARGIN, 0.0

    def put(self, box: Box, x: float, gap: float) -> None:
        """`box` below everything, with `gap` between."""
        self.y += box.height
        self._mark(box, x)
        self.y += box.depth + gap

    def _mark(self, box: Box, x: float) -> None:
        self.marks += box.at(x, self.y)
        self.width = max(self.width, x + box.width)

    def row(self, found: Row) -> None:
        columns, equals = self.columns, word("=", "roman", SIZE)
        beside = columns.right + found.right.width + GAP / 2 <= columns.said
        together = [found.left, found.right, found.said if beside else EMPTY]
        self.y += max(box.height for box in together)
        self._mark(found.number, columns.left - 12 - found.number.width)
        self._mark(found.left, columns.equals - found.left.width)
        self._mark(equals, columns.equals + (1.45 * SIZE - equals.width) / 2)
        self._mark(found.right, columns.right)
        if beside:
            self._mark(found.said, columns.said)
        self.y += max(box.depth for box in together) + LEAD
        if found.said is not EMPTY and not beside:
            self.put(found.said, columns.said, LEAD)

    def heading(self, shown: Page, section: Section) -> None:
        """The section's title, and what is said once for all its lines."""
        self.y += 14
        title = word(section.title, "bold", SIZE, "accent")
        said = ", ".join(shown.say(remark, "latex") for remark in section.remarks)
        self.put(row([title, space(GAP), prose_box(said, SMALL + 1)]), MARGIN, LEAD)

    def symbols(self, found: Sequence[tuple[Box, list[Box]]]) -> None:
        self.y += 4
        column = MARGIN + max(head.width for head, _ in found) + GAP
        for head, lines in found:
            for i, box in enumerate(lines):
                both = [head, box] if i == 0 else [box]
                self.y += max(part.height for part in both)
                if i == 0:
                    self._mark(head, MARGIN)
                self._mark(box, column)
                self.y += max(part.depth for part in both) + 3

    def file(self, theme: Theme, title: str) -> str:
        return document(drawn(self.marks, theme), self.width + MARGIN, self.y - LEAD + MARGIN, theme, title)
