"""Where a reader is in a derivation: which form, which row, what is open; and everything that the keys do to it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rnnsym.core.names import Name
from rnnsym.derivation.equations import Line
from rnnsym.derivation.form import Form
from rnnsym.derivation.shares import Share
from rnnsym.errors import RnnsymError
from rnnsym.notation import load
from rnnsym.walk.numbers import parse_whole
from rnnsym_tui.model.derive.rows import LAYOUTS, LEVELS, Key, Layout, Level, Row, rows, sections

NOWHERE = Key("")


@dataclass(frozen=True)
class Choice:
    """A form by its key; `wrt` is the parameter of a form that is about one, `window` and `per` are those of a
    truncated one: how many steps are kept, and whether per "chunk" or per "loss"."""

    form: str = "recurrence"
    wrt: str | None = None
    window: int = 3
    per: str = "chunk"


RECURRENCE = Choice()


def window_of(text: str) -> tuple[int, str]:
    """`3 loss` as a window and what it is counted for; `3` is per chunk. Raises InputError for a bad number."""
    count, _, per = text.strip().partition(" ")
    return parse_whole("the number of steps", count, 1), per.strip() or RECURRENCE.per


@dataclass(frozen=True)
class Position:
    """All that is kept from one start to the next."""

    choice: Choice = RECURRENCE
    notation: str = "default"
    level: Level = "steps"
    layout: Layout = "auto"
    at: Key = NOWHERE
    folded: frozenset[str] = frozenset()
    turned: frozenset[int] = frozenset()

    def as_data(self) -> dict[str, Any]:
        return {
            "choice": asdict(self.choice),
            "notation": self.notation,
            "level": self.level,
            "layout": self.layout,
            "at": list(self.at),
            "folded": sorted(self.folded),
            "turned": sorted(self.turned),
        }


BEGINNING = Position()


def position_from(data: Mapping[str, Any]) -> Position:
    """The position that `as_data` wrote; the default notation where another is gone.

    Raises KeyError, TypeError or ValueError where the data is something else.
    """
    section, *numbers = data["at"]
    layout = data.get("layout", BEGINNING.layout)
    if data["level"] not in LEVELS or layout not in LAYOUTS:
        raise ValueError(f"there is no level {data['level']!r}, or no layout {layout!r}")
    return Position(
        Choice(**data["choice"]),
        _known(data["notation"]),
        data["level"],
        layout,
        Key(str(section), *map(int, numbers)),
        frozenset(map(str, data["folded"])),
        frozenset(map(int, data["turned"])),
    )


def _known(notation: str) -> str:
    with suppress(RnnsymError, OSError):
        return load(notation).name
    return BEGINNING.notation


@dataclass
class Reader:
    """Movements never fail; going past an end stays there. Without a form there are no rows, and nothing moves."""

    position: Position = BEGINNING
    form: Form | None = None
    _history: list[Key] = field(default_factory=list)
    _shares: dict[int, tuple[Share, ...]] = field(default_factory=dict)
    _outline: tuple[object, tuple[Row, ...]] | None = None
    """The rows as they were made last, and what for."""

    # What is in sight. --------------------------------------------------------------------------------------------

    @property
    def rows(self) -> tuple[Row, ...]:
        at = self.position
        if self.form is None:
            return ()
        wanted = (self.form.key, at.level, at.folded, at.turned)
        if self._outline is None or self._outline[0] != wanted:
            self._outline = wanted, rows(self.form, self.shares, at.level, at.folded, at.turned)
        return self._outline[1]

    def shares(self, line: Line) -> tuple[Share, ...]:
        """What each use of a quantity sends back; worked out when it is first looked at."""
        if line.number not in self._shares and self.form is not None:
            self._shares[line.number] = self.form.shares(line)
        return self._shares[line.number]

    @property
    def row(self) -> Row | None:
        """The row that is selected."""
        return next((row for row in self.rows if row.key == self.position.at), None)

    @property
    def line(self) -> Line | None:
        """The line that is selected, or that the selected row stands under."""
        return self.row.line if self.row else None

    def line_of(self, number: int) -> Line | None:
        return next((line for line in self.form.lines if line.number == number), None) if self.form else None

    @property
    def can_go_back(self) -> bool:
        return bool(self._history)

    # Another form. ------------------------------------------------------------------------------------------------

    def read(self, form: Form) -> None:
        """Read this form now; the quantity that was looked at stays selected where the form has it."""
        old, name = self.form, self.line.name if self.line else None
        self.form = form
        self._shares.clear()
        self._outline = None
        if old is not None and old.key != form.key:
            self._history.clear()
            self._set(folded=frozenset(), turned=frozenset())
        if old is None or old is form:
            name = None
        if not (name and self.go_to_name(name)):
            self._settle()

    def _settle(self) -> None:
        """Select the row that was, or the one that it stood under, or the first line."""
        keys = [row.key for row in self.rows]
        at = self.position.at
        while at not in keys and at != at.parent:
            at = at.parent
        lines = [key for key in keys if key.line]
        self._set(at=at if at in keys else next(iter(lines or keys), NOWHERE))

    def _set(self, **changes: Any) -> None:
        self.position = replace(self.position, **changes)

    # Moving. ------------------------------------------------------------------------------------------------------

    def select(self, key: Key) -> None:
        if any(row.key == key for row in self.rows):
            self._set(at=key)

    def move(self, count: int) -> None:
        """So many rows down, or up."""
        keys = [row.key for row in self.rows]
        if keys:
            here = keys.index(self.position.at) if self.position.at in keys else 0
            self._set(at=keys[min(max(here + count, 0), len(keys) - 1)])

    def next_line(self, count: int = 1) -> None:
        """To the next line that stands in the outline (count 1), or the one before (-1), over all other rows."""
        found = self.rows
        here = next((i for i, row in enumerate(found) if row.key == self.position.at), 0)
        beyond = found[here + 1 :] if count > 0 else found[:here][::-1]
        key = next((row.key for row in beyond if row.line and not row.key.share), None)
        if key:
            self._set(at=key)

    def first(self) -> None:
        self.move(-len(self.rows))

    def last(self) -> None:
        self.move(len(self.rows))

    # Jumping. -----------------------------------------------------------------------------------------------------

    def jump(self, number: int) -> bool:
        """To the line with this number, which comes into sight; `back` leads back here."""
        here = self.position.at
        if not self._show(number):
            return False
        if self.position.at != here:
            self._history.append(here)
        return True

    def go_to_name(self, name: Name) -> bool:
        """To the line that defines a quantity; no jump that `back` would take back."""
        found = next((line for line in self.form.lines if line.name == name), None) if self.form else None
        return found is not None and self._show(found.number)

    def back(self) -> bool:
        """Back to where the last jump was made."""
        if not self._history:
            return False
        at = self._history.pop()
        if at.line and self._show(at.line):
            self.select(at)
        else:
            self._set(at=at)
            self._settle()
        return True

    def _show(self, number: int) -> bool:
        """Select a line; its section is unfolded, and all steps are shown where it is no result."""
        if self.form is None:
            return False
        title = next((t for t, s in sections(self.form) for line in s.lines if line.number == number), None)
        if title is None:
            return False
        key = Key(title, number)
        self._set(folded=self.position.folded - {title})
        if all(row.key != key for row in self.rows):
            self._set(level="steps")
        self._set(at=key)
        return True

    # Opening. -----------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Fold or unfold a section, open or close a line, jump from what stands under one."""
        row = self.row
        if row is None:
            return
        if row.target is not None:
            self.jump(row.target)
        elif row.key.line and not row.key.share:
            self._turn(row.key.line)
        elif not row.key.line:
            self._set(folded=self.position.folded ^ {row.key.section})

    def open(self) -> None:
        """Unfold or open the row; one that is open already leads to the first row under it."""
        row = self.row
        if row is None:
            return
        if not row.key.share and not self._is_open(row):
            self.enter()
        elif self._is_open(row):
            self.move(1)

    def close(self) -> None:
        """Close or fold the row; one that has nothing open leads to the row that it stands under."""
        row = self.row
        if row is None:
            return
        if not row.key.share and self._is_open(row):
            self.enter()
        else:
            self._set(at=row.key.parent)

    def _is_open(self, row: Row) -> bool:
        return any(other.key != row.key and other.key.parent == row.key for other in self.rows)

    def _turn(self, number: int) -> None:
        self._set(turned=self.position.turned ^ {number})
        self._settle()

    def fold_all(self) -> None:
        """Fold all sections, or unfold them where all are folded."""
        if self.form is None:
            return
        every = frozenset(title for title, _ in sections(self.form))
        self._set(folded=frozenset() if every <= self.position.folded else every)
        self._settle()

    def next_level(self) -> None:
        """Only results, named steps, every rule of the chain, and round again; the place is kept."""
        level = LEVELS[(LEVELS.index(self.position.level) + 1) % len(LEVELS)]
        self._set(level=level, turned=frozenset())
        self._settle()

    def next_layout(self) -> None:
        """Double sums and matrices in two dimensions, all formulas, none, and round again."""
        self._set(layout=LAYOUTS[(LAYOUTS.index(self.position.layout) + 1) % len(LAYOUTS)])

    def choose(self, choice: Choice) -> None:
        """Ask for another form; it is read when it has been made."""
        self._set(choice=choice)

    def write_in(self, notation: str) -> None:
        self._set(notation=notation)
