"""The outline of a form as rows: its sections, their lines, and beneath a line each application of the chain rule."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

from rnnsym.derivation.equations import Line
from rnnsym.derivation.form import Form, Section
from rnnsym.derivation.shares import Application, Share

Layout = Literal["auto", "2d", "line"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
LAYOUT_TITLES = {
    "auto": "double sums and matrices in two dimensions",
    "2d": "all formulas in two dimensions",
    "line": "each formula on one line",
}
Level = Literal["results", "steps", "chain"]
LEVELS: tuple[Level, ...] = get_args(Level)
LEVEL_TITLES = {"results": "only results", "steps": "named steps", "chain": "chain rule"}


class Key(NamedTuple):
    """Which row: a section (line 0), a line (share 0), what stands under it (step 0), or a rule of a share.

    A section goes by its title; of several with one title, the later ones have a number too.
    """

    section: str
    line: int = 0
    share: int = 0
    step: int = 0

    @property
    def parent(self) -> "Key":
        """The row that this one stands under; a section stands under none and is its own."""
        if self.step:
            return self._replace(step=0)
        return self._replace(share=0) if self.share else self._replace(line=0)


@dataclass(frozen=True)
class Row:
    """One row. Under a line stand its shares with their rules, or, where it has none, the lines that it uses.

    `target` is the number of the line that a row under a line leads to.
    """

    key: Key
    section: Section
    line: Line | None = None
    share: Share | None = None
    step: Application | None = None
    used: Line | None = None

    @property
    def target(self) -> int | None:
        if self.share is not None:
            return self.share.user
        return self.used.number if self.used else None


Shares = Callable[[Line], tuple[Share, ...]]
"""What each use of a quantity sends back; none for a line that has no such list."""


def rows(form: Form, shares: Shares, level: Level, folded: Set[str], turned: Set[int]) -> tuple[Row, ...]:
    """The rows that are in sight. A section that has remarks alone stands at every level.

    `folded` names sections; `turned` are the lines that the reader has opened, or, at the level where all lines are
    open, closed.
    """
    return tuple(_rows(form, shares, level, folded, turned))


def _rows(form: Form, shares: Shares, level: Level, folded: Set[str], turned: Set[int]) -> Iterator[Row]:
    lines = {line.number: line for line in form.lines}
    wanted = results(form) if level == "results" else lines.keys()
    for title, section in sections(form):
        shown = [line for line in section.lines if line.number in wanted]
        if not shown and section.lines:
            continue
        yield Row(Key(title), section)
        for line in shown if title not in folded else ():
            row = Row(Key(title, line.number), section, line)
            yield row
            if (line.number in turned) != (level == "chain"):
                yield from _under(row, line, shares(line), lines if level != "chain" else {})


def _under(row: Row, line: Line, shares: Sequence[Share], lines: Mapping[int, Line]) -> Iterator[Row]:
    """The shares with their rules; else the lines that are used, as far as `lines` has them."""
    for i, share in enumerate(shares, 1):
        key = row.key._replace(share=i)
        yield replace(row, key=key, share=share)
        for j, step in enumerate(share.applications, 1):
            yield replace(row, key=key._replace(step=j), share=share, step=step)
    used = [lines[number] for number in line.uses if number in lines] if not shares else []
    for i, other in enumerate(used, 1):
        yield replace(row, key=row.key._replace(share=i), used=other)


def sections(form: Form) -> list[tuple[str, Section]]:
    """The sections of a form, each with the title that its key has."""
    seen: Counter[str] = Counter()
    found = []
    for section in form.sections:
        seen[section.title] += 1
        count = seen[section.title]
        found.append((section.title if count == 1 else f"{section.title} {count}", section))
    return found


def results(form: Form) -> set[int]:
    """The lines that no other line rests on."""
    used = {number for line in form.lines for number in line.uses if number != line.number}
    return {line.number for line in form.lines} - used


def used_in(form: Form, number: int) -> tuple[int, ...]:
    """The lines that rest on this one."""
    return tuple(line.number for line in form.lines if number in line.uses and line.number != number)
