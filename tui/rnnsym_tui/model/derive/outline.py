"""The outline of a form as lines for the screen: the label stays, the formula scrolls, the mark stands at the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rnnsym.checks.lines import LineCheck
from rnnsym_tui.model.derive.reader import Reader
from rnnsym_tui.model.derive.rows import Key, Row
from rnnsym_tui.model.derive.script import Script
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.spans import Line, Span, line

Checks = Mapping[int, LineCheck] | None
LABEL_CELLS = 7
NO_MARK = Span("")


@dataclass(frozen=True)
class Entry:
    """One line of the screen, which belongs to the row `key`. `label` and `mark` stay where `body` scrolls."""

    key: Key
    label: Line
    body: Line
    mark: Span = NO_MARK


def entries(reader: Reader, checks: Checks, script: Script) -> tuple[Entry, ...]:
    """The rows in sight; a line with several cases takes several entries."""
    here = reader.position.at
    return tuple(entry for row in reader.rows for entry in _entries(row, row.key == here, reader, checks, script))


def _entries(row: Row, here: bool, reader: Reader, checks: Checks, script: Script) -> list[Entry]:
    if row.line is None:
        heading = _heading(row, here, reader, checks, script)
        return [heading, *(_remarks(row, script) if heading.key.section not in reader.position.folded else ())]
    if row.key.share:
        return [_under(row, here, script)]
    first, *others = script.equations(row.line)
    kind = "active" if here else ""
    label = line(_pointer(here, script.glyphs), Span(f"{row.line.number:>3}  ", kind))
    found = [Entry(row.key, label, line(Span(f"{first} ", kind)), mark(checks, [row.line.number], script.glyphs))]
    blank = line(" " * LABEL_CELLS)
    return found + [Entry(row.key, blank, line(Span(f"{other} ", kind))) for other in others]


def _heading(row: Row, here: bool, reader: Reader, checks: Checks, script: Script) -> Entry:
    glyphs = script.glyphs
    folded = row.key.section in reader.position.folded
    sign = glyphs.folded if folded else glyphs.unfolded
    pointer = glyphs.active if here else " "
    title = Span(f"{pointer}{sign} {row.section.title.upper()}", "active" if here else "title")
    numbers = [found.number for found in row.section.lines]
    if not numbers:
        return Entry(row.key, (), line(title))
    said = f"lines {numbers[0]}-{numbers[-1]}" if folded else script.remarks(row.section)
    shown = mark(checks, numbers, glyphs) if folded else NO_MARK
    return Entry(row.key, (), line(title, Span(f"  {said}", "dim")), shown)


def _remarks(row: Row, script: Script) -> list[Entry]:
    """What a section without lines says, a line of the screen each."""
    said = script.each_remark(row.section) if not row.section.lines else []
    return [Entry(row.key, line(" " * LABEL_CELLS), line(remark)) for remark in said]


def _under(row: Row, here: bool, script: Script) -> Entry:
    """A rule of a share, a share, or a line that is used."""
    kind = "active" if here else ""
    if row.step is not None:
        said, formula = f"   {script.say([row.step.rule])}:  ", script.formula(row.step.gives)
    elif row.share is not None:
        user = f" (line {row.share.user})" if row.share.user else ""
        said, formula = f"by {script.formula(row.share.lhs)}{user}:  ", script.formula(row.share.term)
    else:
        said, formula = "uses ", f"{row.used.number}  {script.equations(row.used)[0]}" if row.used else ""
    body = line(Span(said, kind or "dim"), Span(f"{formula} ", kind))
    return Entry(row.key, line(_pointer(here, script.glyphs), " " * (LABEL_CELLS - 2)), body)


def _pointer(here: bool, glyphs: Glyphs) -> Span:
    return Span(f" {glyphs.active}", "active") if here else Span("  ")


def mark(checks: Checks, numbers: Sequence[int], glyphs: Glyphs) -> Span:
    """The outcome of the independent check for one line, or for several together: right, wrong, or not known."""
    found = [checks[number].ok if number in checks else None for number in numbers] if checks else [None]
    if False in found:
        return Span(glyphs.wrong, "alert")
    return Span(glyphs.unknown, "dim") if None in found else Span(glyphs.right, "done")
