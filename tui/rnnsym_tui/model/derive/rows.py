"""The outline of a form as rows: its sections, their lines, and beneath a line each application of the chain rule."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from rnnsym.derivation.equations import Line
from rnnsym.derivation.form import Form, Section
from rnnsym.derivation.shares import Application, Share

Level = Literal["results", "steps", "chain"]
LEVELS: tuple[Level, ...] = get_args(Level)
LEVEL_TITLES = {"results": "only results", "steps": "named steps", "chain": "chain rule"}


class Key(NamedTuple):
    """Which row: a section (line 0), a line (share 0), what stands under it (step 0), or a rule of a share."""

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
    """The rows that are in sight.

    `folded` names sections; `turned` are the lines that the reader has opened, or, at the level where all lines are
    open, closed.
    """
    return tuple(_rows(form, shares, level, folded, turned))


def _rows(form: Form, shares: Shares, level: Level, folded: Set[str], turned: Set[int]) -> Iterator[Row]:
    lines = {line.number: line for line in form.lines}
    wanted = results(form) if level == "results" else lines.keys()
    for section in form.sections:
        shown = [line for line in section.lines if line.number in wanted]
        if not shown:
            continue
        yield Row(Key(section.title), section)
        for line in shown if section.title not in folded else ():
            yield Row(Key(section.title, line.number), section, line)
            if (line.number in turned) != (level == "chain"):
                yield from _under(section, line, shares(line), lines, level)


def _under(
    section: Section, line: Line, shares: Sequence[Share], lines: Mapping[int, Line], level: Level
) -> Iterator[Row]:
    for i, share in enumerate(shares, 1):
        key = Key(section.title, line.number, i)
        yield Row(key, section, line, share)
        for j, step in enumerate(share.applications, 1):
            yield Row(key._replace(step=j), section, line, share, step)
    if not shares and level != "chain":
        for i, number in enumerate(line.uses, 1):
            yield Row(Key(section.title, line.number, i), section, line, used=lines.get(number))


def results(form: Form) -> set[int]:
    """The lines that no other line rests on."""
    used = {number for line in form.lines for number in line.uses if number != line.number}
    return {line.number for line in form.lines} - used


def used_in(form: Form, number: int) -> tuple[int, ...]:
    """The lines that rest on this one."""
    return tuple(line.number for line in form.lines if number in line.uses and line.number != number)
