"""A snapshot of a session for the widgets: everything on the Step screen, and nothing that can change under them."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnnsym.core.names import BEFORE, Name, Role
from rnnsym.core.system import reads
from rnnsym.notation import load
from rnnsym.walk.walk import Move, Walk
from rnnsym_tui.model import sheets, status
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.sheets import Outline, Place, Sheet
from rnnsym_tui.model.spans import Line
from rnnsym_tui.model.timeline import Timeline, Timelines
from rnnsym_tui.model.writing import Writing


@dataclass(frozen=True)
class View:
    """What the Step screen shows. `matrices` are the weights forward, the gradients so far backward."""

    header: Line
    timeline: Timeline
    place: Line
    progress: Line
    outline: Outline
    numbers: Sheet
    words: Line
    matrices: Sheet
    forward: bool


class Viewer:
    """Makes views of a session; keeps the cursor in the table of numbers and the gradient looked at last.

    `cells` is the width of the panel of numbers.
    """

    def __init__(self, glyphs: Glyphs) -> None:
        self.glyphs = glyphs
        self.writing = Writing(glyphs)
        self._notation = "default"
        self.place = Place(0, 0)
        self.cells = 80
        self._walk: Walk | None = None
        self._timelines: Timelines | None = None
        self._gradient: Name | None = None

    def write_in(self, notation: str) -> None:
        """Write formulas in this notation from now on."""
        if notation != self._notation:
            self._notation, self.writing = notation, Writing(self.glyphs, load(notation))
            self._walk = None

    def view(self, session: Session) -> View:
        walk, move = session.walk, session.move
        alphabet = alphabet_of(session)
        self._follow(session)
        assert self._timelines is not None
        return View(
            header=status.header(session, self.glyphs),
            timeline=self._timelines.at(session),
            place=status.place(session, self.glyphs),
            progress=status.progress(session, self.glyphs),
            outline=sheets.equations(walk, move, self.writing),
            numbers=sheets.numbers_sheet(walk, move, self.place, alphabet, self.writing, self.cells),
            words=sheets.words(walk, move, self.writing),
            matrices=self._matrices(walk, move),
            forward=move.phase == "forward",
        )

    def _matrices(self, walk: Walk, move: Move) -> Sheet:
        if move.phase == "forward":
            return sheets.weights(walk, move, self.writing)
        return sheets.gradients(walk, move, self._gradient, self.writing)

    def _follow(self, session: Session) -> None:
        """Keep what belongs to the walk and the move in step with them."""
        walk, move = session.walk, session.move
        if walk is not self._walk:
            self._walk = walk
            self._timelines = Timelines(walk, alphabet_of(session), self.writing)
            self._gradient = first_recurrent(walk)
        if move.equation.name.role == Role.GRADIENT:
            self._gradient = move.equation.name
        self._keep_cursor(session)

    def _keep_cursor(self, session: Session) -> None:
        """The cursor stays on a number of the table: columns of operators hold none."""
        breakdown = session.walk.breakdown(session.move)
        columns = operand_columns(session)
        column = min(columns, key=lambda c: abs(c - self.place.column)) if columns else 0
        self.place = Place(column, min(self.place.unit, breakdown.units - 1))

    def move_cursor(self, session: Session, columns: int, units: int) -> None:
        """Move the cursor in the table by so many operands and units; the ends hold it."""
        found = operand_columns(session)
        if not found:
            return
        at = min(max(found.index(self.place.column) + columns, 0), len(found) - 1)
        last = session.walk.breakdown(session.move).units - 1
        self.place = Place(found[at], min(max(self.place.unit + units, 0), last))


def operand_columns(session: Session) -> list[int]:
    """The numbers of the columns that hold values, not operators."""
    columns = session.walk.breakdown(session.move).columns
    return [i for i, column in enumerate(columns) if column.values is not None]


def alphabet_of(session: Session) -> Sequence[str]:
    return tuple(dict.fromkeys(session.setup.text))


def first_recurrent(walk: Walk) -> Name | None:
    """The gradient to look at first: of a weight that is applied to a value of the step before."""
    lines = walk.lines.gradients
    recurrent = [found.name for found in lines if any(read.time == BEFORE for read in reads(found.rhs))]
    return next(iter(recurrent or [found.name for found in lines]), None)
