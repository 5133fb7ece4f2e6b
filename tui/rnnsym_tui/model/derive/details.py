"""What stands behind the selected row: reason, shares, the lines it uses and those that use it, its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len

from rnnsym.core.names import EVERY_STEP, START
from rnnsym.derivation.equations import Line as Formula
from rnnsym.derivation.shares import Share
from rnnsym_tui.model.derive.reader import Reader
from rnnsym_tui.model.derive.rows import Layout, Row, used_in
from rnnsym_tui.model.derive.script import Script
from rnnsym_tui.model.derive.tables import Moment, over_time, table
from rnnsym_tui.model.spans import Line, Span, line, width, wrapped

HEAD_CELLS = 7
JUMP = "screen.follow"


@dataclass(frozen=True)
class Details:
    """`lines` to show, and the numbers of the lines that `links` lead to, in the order in which they stand there.

    `places` says which of `lines` each link stands in.
    """

    title: Line = ()
    lines: tuple[Line, ...] = ()
    links: tuple[int, ...] = ()
    places: tuple[int, ...] = ()


@dataclass(frozen=True)
class Frame:
    """How to write, in how many cells, and which link is under the cursor."""

    script: Script
    cells: int
    chosen: int | None = None
    whole: bool = False
    """Whether the formula itself is to be shown: where the outline cuts it."""
    roomy: bool = True
    """Whether there are lines to spare."""
    layout: Layout = "auto"
    """Which formulas are set in two dimensions."""


@dataclass
class _Page:
    """Lines as they are gathered."""

    frame: Frame
    lines: list[Line] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    @property
    def script(self) -> Script:
        return self.frame.script

    def add(self, head: str, body: Line) -> None:
        self.lines.append((Span(f" {head}".ljust(HEAD_CELLS), "title"), *body))

    def prose(self, head: str, body: Line) -> None:
        """Words, broken to the width."""
        for i, found in enumerate(wrapped(body, self.frame.cells - HEAD_CELLS - 1)):
            self.add("" if i else head, found)

    def link(self, number: int, text: str) -> Span:
        here = len(self.links) == self.frame.chosen
        self.links.append(number)
        self.places.append(len(self.lines))
        return Span(text, "cursor" if here else "key", f"{JUMP}({number})")

    def numbers(self, *groups: tuple[str, Sequence[int]]) -> None:
        """Links under their heads, all on one line where they fit."""
        row: list[Span] = []
        for head, found in groups:
            if row and (self.frame.roomy or width(row) + HEAD_CELLS + 4 * len(found) > self.frame.cells):
                self._end(row)
            for i, number in enumerate(found):
                if width(row) + HEAD_CELLS + 4 > self.frame.cells:
                    self._end(row)
                if not i or not row:
                    row.append(Span(f" {'' if i else head}".ljust(HEAD_CELLS), "title"))
                row += [self.link(number, str(number)), Span("  ")]
        self._end(row)

    def _end(self, row: list[Span]) -> None:
        if row:
            self.lines.append(tuple(row))
            row.clear()


def details(reader: Reader, moment: Moment, frame: Frame) -> Details:
    """The page about the selected row."""
    row, page = reader.row, _Page(frame)
    if row is None:
        return Details()
    if row.line is None:
        return _section(row, page)
    if row.share is not None:
        _share(page, row.share)
        title = line(Span(f"line {row.line.number}", "title"), f"  the share of {frame.script.formula(row.share.lhs)}")
    else:
        _about(page, row.line, reader)
        title = line(Span(f"line {row.line.number}", "title"), f"  {frame.script.say([row.line.rule])}")
    page.lines += [*([()] if frame.roomy else []), *table(row, reader.shares(row.line), moment, frame.script)]
    if frame.roomy and row.share is None and moment.numbers is not None:
        page.lines += over_time(row.line, moment, frame.script, frame.cells)
    return Details(title, tuple(page.lines), tuple(page.links), tuple(page.places))


def _section(row: Row, page: _Page) -> Details:
    """What is said once for all lines of a section, and the lines."""
    script, lines = page.script, row.section.lines
    for remark in script.each_remark(row.section):
        page.prose("", line(Span(remark)))
    for found in lines:
        number = page.link(found.number, f"{found.number:>4}")
        page.lines.append(line(number, f"  {script.equations(found)[0]}"))
    count = f"  {len(lines)} lines" if len(lines) > 1 else ""
    title = line(Span(row.section.title.lower(), "title"), count)
    return Details(title, tuple(page.lines), tuple(page.links), tuple(page.places))


def _about(page: _Page, found: Formula, reader: Reader) -> None:
    script = page.script
    tall = script.tall(found, page.frame.layout)
    for text in tall or (script.equations(found) if page.frame.whole else ()):
        page.lines.append(line(Span(f" {text}", "strong")))
    if found.domain not in (EVERY_STEP, START) and not found.cases:
        page.add("AT", line(str(found.domain)))
    if found.because:
        page.prose("WHY", script.sentence(found.because))
    _shares(page, reader.shares(found))
    page.numbers(("USES", found.uses), ("FEEDS", used_in(reader.form, found.number) if reader.form else ()))


def _shares(page: _Page, shares: Sequence[Share]) -> None:
    """`by 10  hₜ    gives  δhₜ ⊙ oₜ ⊙ (1 − tanh²(cₜ))`; where there is room, with the rules on the way."""
    script = page.script
    users = [script.formula(share.lhs) for share in shares]
    cells = max(map(cell_len, users), default=0)
    for user, share in zip(users, shares, strict=True):
        number = page.link(share.user, f"{share.user:>2}") if share.user else Span("  ")
        gives = Span(f"  {user}{' ' * (cells - cell_len(user))}  gives  ", "dim")
        page.lines.append((Span("   by ", "dim"), number, gives, Span(script.formula(share.term))))
        rules = [step for step in share.applications if len(share.applications) > 1]
        for step in rules if page.frame.roomy else ():
            said = f"{script.say([step.rule])}, at {script.formula(step.through)}"
            page.lines.append(line(" " * (HEAD_CELLS + 3), Span(said, "dim")))


def _share(page: _Page, share: Share) -> None:
    """One share of a line: the equation that uses the quantity, and each rule on the way back through it."""
    script = page.script
    equation = f"{script.formula(share.lhs)} = {script.formula(share.rhs)}"
    user = page.link(share.user, f"line {share.user}") if share.user else Span("the loss")
    page.lines.append((Span(" used in ", "dim"), user, Span(":  ", "dim"), Span(equation, "strong")))
    for step in share.applications:
        page.lines.append(line(Span(f" {script.say([step.rule])}, at {script.formula(step.through)}:", "dim")))
        page.lines.append(line(f"   {script.formula(step.gives)}"))
    page.lines.append(line(Span(" sends back  ", "dim"), Span(script.formula(share.term), "strong")))
