"""A session: one walk, the place in it, and everything that the keys do to them. No terminal, no clock."""

from collections.abc import Sequence

from rnnsym.derivation.equations import Equation
from rnnsym.errors import InputError, RnnsymError
from rnnsym.walk.order import Phase
from rnnsym.walk.walk import Move, Walk
from rnnsym_tui.model import breaks
from rnnsym_tui.model.breaks import Break
from rnnsym_tui.model.setup import Setup


class Session:
    """The move at `index` is the one done last: its value is on the screen, and nothing after it is.

    Movements return whether anything moved. They never fail; going past an end stays there.
    """

    def __init__(self, setup: Setup, index: int = 0) -> None:
        self.setup = setup
        self.walk: Walk = setup.walk()
        self.index = 0
        self.breaks: tuple[Break, ...] = ()
        self._undo: list[Setup] = []
        self._redo: list[Setup] = []
        self.go(index)

    @property
    def move(self) -> Move:
        move: Move = self.walk[self.index]
        return move

    @property
    def forward(self) -> bool:
        return self.move.phase == "forward"

    # Movement. ----------------------------------------------------------------------------------------------------

    def go(self, index: int) -> bool:
        """To the move with this number, or the nearest end."""
        old, self.index = self.index, min(max(index, 0), len(self.walk) - 1)
        return self.index != old

    def next_line(self) -> bool:
        return self.go(self.index + 1)

    def previous_line(self) -> bool:
        return self.go(self.index - 1)

    def first(self) -> bool:
        return self.go(0)

    def last(self) -> bool:
        return self.go(len(self.walk) - 1)

    def next_time(self) -> bool:
        """The same line one step on in the order of the walk; after the last step of a pass, on to the next pass."""
        move, way = self.move, self._way()
        if move.t == (self.walk.steps if way > 0 else 1):
            return self.go(self.walk.next_leg(move))
        return self.go_to_time(move.t + way)

    def previous_time(self) -> bool:
        """The same line one step back in the order of the walk; before the first one, back to the pass before."""
        move, way = self.move, self._way()
        if move.t == (1 if way > 0 else self.walk.steps):
            start = self.walk.this_leg(move)
            return self.go(start - 1) if start else self.first()
        return self.go_to_time(move.t - way)

    def _way(self) -> int:
        """1 where the walk goes up in t on this line, -1 where it goes down."""
        return self.walk.way(self.move.equation.number)

    def go_to_time(self, t: int) -> bool:
        """The same line at step t of this pass; t beyond the ends means the end."""
        t = min(max(t, 1), self.walk.steps)
        move = self.move
        try:
            return self.go(self.walk.find(move.phase, t, move.equation.number))
        except InputError:
            return self.go(self.walk.find_beside(move, t))

    def go_to_line(self, number: int) -> bool:
        """The line with this number at this step, in the pass that it belongs to."""
        for phase, found in self._phases().items():
            if number in [line.number for line in found]:
                return self.go(self._find(phase, self.move.t, number))
        return False

    def turn_round(self) -> bool:
        """From a quantity to its adjoint at the same step, or back."""
        move = self.move
        wanted: Phase = "backward" if move.phase == "forward" else "forward"
        label = move.equation.name.label
        same = [line for line in self._phases()[wanted] if line.name.label == label and not line.total]
        return self.go(self._find(wanted, move.t, same[0].number if same else None))

    def _phases(self) -> dict[Phase, Sequence[Equation]]:
        lines = self.walk.lines
        return {"forward": lines.forward, "backward": lines.backward, "gradient": lines.gradients}

    def _find(self, phase: Phase, t: int, number: int | None) -> int:
        """The move of this line at step t, or the first one there of its pass where the line does not hold."""
        try:
            return self.walk.find(phase, t, number)
        except InputError:
            return self.walk.find(phase, t)

    # Breaks. ------------------------------------------------------------------------------------------------------

    def add_break(self, text: str) -> None:
        """Stop where the condition holds. Raises InputError for what is no condition."""
        self.breaks = (*self.breaks, breaks.parse(text, self.walk))

    def clear_breaks(self) -> None:
        self.breaks = ()

    def hit(self) -> Break | None:
        """The condition that holds at this move, if any."""
        return next((found for found in self.breaks if found.holds(self.walk, self.move)), None)

    def run_on(self) -> Break | None:
        """On to the next move at which a condition holds, or to the end of the walk."""
        while self.next_line():
            if found := self.hit():
                return found
        return None

    # Changes. -----------------------------------------------------------------------------------------------------

    def change(self, setup: Setup) -> None:
        """Another text, cell, size, seed or weight; the place is kept. Raises RnnsymError, and then nothing changes."""
        if setup == self.setup:
            return
        self._rebuild(setup, self._undo)
        self._redo.clear()

    def undo(self) -> bool:
        """Take the last change back."""
        if not self._undo:
            return False
        self._rebuild(self._undo[-1], self._redo)
        self._undo.pop()
        return True

    def redo(self) -> bool:
        """Make the change again that was taken back last."""
        if not self._redo:
            return False
        self._rebuild(self._redo[-1], self._undo)
        self._redo.pop()
        return True

    def _rebuild(self, setup: Setup, remember: list[Setup]) -> None:
        walk = setup.walk()
        move = self.move
        remember.append(self.setup)
        self.setup, self.walk = setup, walk
        self._keep_place(move)
        self._keep_breaks()

    def _keep_place(self, move: Move) -> None:
        t = min(move.t, self.walk.steps)
        same = [line for line in self._phases()[move.phase] if line.name == move.equation.name]
        self.index = self._find(move.phase, t, same[0].number if same else None)

    def _keep_breaks(self) -> None:
        """Breaks on quantities that another cell lacks are dropped."""
        kept = []
        for found in self.breaks:
            try:
                kept.append(breaks.parse(found.text, self.walk))
            except RnnsymError:
                continue
        self.breaks = tuple(kept)
