"""What stands behind the selected row: rule, reason, shares, the lines it uses, its numbers at a step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rnnsym.core.names import EVERY_STEP
from rnnsym.derivation.equations import Line as Formula
from rnnsym.derivation.form import Form
from rnnsym.derivation.shares import Share
from rnnsym_tui.model.derive.numbers import Numbers
from rnnsym_tui.model.derive.rows import Row, shares_of, used_in
from rnnsym_tui.model.derive.script import Script
from rnnsym_tui.model.derive.tables import table
from rnnsym_tui.model.spans import Line, Span, line, width, wrapped

HEAD_CELLS = 6
JUMP = "screen.follow"


@dataclass(frozen=True)
class Details:
    """`lines` to show, and the numbers of the lines that `links` lead to, in the order in which they stand there.

    `places` says which of `lines` each link stands in.
    """

    title: Line
    lines: tuple[Line, ...]
    links: tuple[int, ...] = ()
    places: tuple[int, ...] = ()


@dataclass
class _Page:
    """Lines as they are gathered; the link `chosen` is marked."""

    script: Script
    cells: int
    chosen: int | None
    lines: list[Line]
    links: list[int]
    places: list[int]

    def add(self, head: str, body: Line) -> None:
        self.lines.append((Span(f" {head}".ljust(HEAD_CELLS), "title"), *body))

    def prose(self, head: str, body: Line) -> None:
        """Words, broken to the width."""
        for i, found in enumerate(wrapped(body, self.cells - HEAD_CELLS - 1)):
            self.add("" if i else head, found)

    def link(self, number: int, text: str) -> Span:
        here = len(self.links) == self.chosen
        self.links.append(number)
        self.places.append(len(self.lines))
        return Span(text, "cursor" if here else "key", f"{JUMP}({number})")

    def numbers(self, head: str, found: Sequence[int]) -> None:
        """Links in lines as wide as there is room."""
        row: list[Span] = []
        for number in found:
            if row and HEAD_CELLS + width(row) + 4 > self.cells:
                self.add(head, tuple(row))
                head, row = "", []
            row += [self.link(number, str(number)), Span("  ")]
        if row:
            self.add(head, tuple(row))


def details(
    row: Row,
    form: Form,
    numbers: Numbers | None,
    at: tuple[int, Line],
    alphabet: Sequence[str],
    script: Script,
    cells: int,
    chosen: int | None = None,
) -> Details:
    """The page about one row. `at`: the step t, and how to say it; `chosen` is the link under the cursor."""
    page = _Page(script, cells, chosen, [], [], [])
    if row.line is None:
        return _section(row, page)
    line_ = row.line
    if row.share is not None:
        _share(page, row.share, line_)
    else:
        _about(page, line_, form)
    _numbers(page, row, numbers, at, alphabet)
    number = f"line {line_.number}"
    title = line(Span(number, "title"), f"  {script.say([line_.rule])}" if row.share is None else "  one share of it")
    return Details(title, tuple(page.lines), tuple(page.links), tuple(page.places))


def _section(row: Row, page: _Page) -> Details:
    script, lines = page.script, row.section.lines
    page.prose("", line(f"{len(lines)} lines, {lines[0].number} to {lines[-1].number}."))
    for remark in row.section.remarks:
        page.prose("", script.sentence(remark))
    return Details(line(Span(row.section.title.lower(), "title")), tuple(page.lines))


def _about(page: _Page, found: Formula, form: Form) -> None:
    script = page.script
    for i, text in enumerate(script.equations(found)):
        page.lines.append(line(Span(f" {text}", "strong")))
    if found.domain != EVERY_STEP and not found.total and not found.cases:
        page.add("", line(Span(f"{found.domain}", "dim")))
    if found.because:
        page.prose("WHY", script.sentence(found.because))
    for share in shares_of(found):
        page.lines.append(tuple(_share_row(page, share)))
    if found.uses:
        page.numbers("USES", found.uses)
    after = used_in(form, found.number)
    if after:
        page.numbers("FOR", after)


def _share_row(page: _Page, share: Share) -> Iterator[Span]:
    """`by 10  hₜ   gives  δhₜ ⊙ oₜ ⊙ (1 − tanh²(cₜ))`."""
    script = page.script
    yield Span("  by ", "dim")
    if share.user:
        yield page.link(share.user, f"{share.user:>2}")
    yield Span(f"  {script.formula(share.lhs)}  gives  ", "dim")
    yield Span(script.formula(share.term))


def _share(page: _Page, share: Share, found: Formula) -> None:
    """One share of a line: the equation that uses the quantity, and each rule on the way back through it."""
    script = page.script
    equation = f"{script.formula(share.lhs)} = {script.formula(share.rhs)}"
    number = page.link(share.user, f"line {share.user}") if share.user else Span("the loss")
    page.lines.append((Span(" used in ", "dim"), number, Span(":  ", "dim"), Span(equation, "strong")))
    for step in share.applications:
        through = f" {script.say([step.rule])}, at {script.formula(step.through)}:"
        page.lines.append(line(Span(through, "dim")))
        page.lines.append(line(f"   {script.formula(step.gives)}"))
    page.lines.append(line(Span(" sends back  ", "dim"), Span(script.formula(share.term), "strong")))


def _numbers(page: _Page, row: Row, numbers: Numbers | None, at: tuple[int, Line], alphabet: Sequence[str]) -> None:
    t, said = at
    page.lines.append(())
    page.lines.append((Span(" "), *said))
    if numbers is not None:
        page.lines += table(row, numbers, t, alphabet, page.script)
