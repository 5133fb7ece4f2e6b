"""What the keys of the Flow screen do: the sliders, the cells, the cursor and the picture, with undo. No terminal."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from rnnsym.cells.elman import ACTIVATIONS
from rnnsym.cells.registry import BUILT_IN
from rnnsym.errors import InputError, RnnsymError
from rnnsym.walk.numbers import parse_whole
from rnnsym_tui.model.flow.knobs import FORGET, GAIN, RADIUS, Knobs, Slider, steps_slider
from rnnsym_tui.model.flow.place import PICTURES, UNTOUCHED, FlowPlace, Pin, compared
from rnnsym_tui.model.flow.rests import Rests
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup, beside, own_text

ACTIVATION, CELL = "activation", "cell"
ROWS = (GAIN.key, RADIUS.key, FORGET.key, "steps", ACTIVATION, CELL)
"""The rows of the panel of sliders, by key: four sliders and two choices."""


@dataclass(frozen=True)
class _Before:
    """What undo brings back."""

    setup: Setup
    place: FlowPlace


class Lab:
    """Changes never fail, unless what was typed cannot be used: then they raise RnnsymError and change nothing.

    `row` is the row of sliders that the keys move; `rests` are those of the network as it was drawn.
    """

    def __init__(self, session: Session, place: FlowPlace = UNTOUCHED) -> None:
        self.session, self.place = session, place
        self.row = 0
        self.rests = Rests()
        self._undo: list[_Before] = []
        self._redo: list[_Before] = []
        self._sliding = False

    # The cursor. --------------------------------------------------------------------------------------------------

    @property
    def steps(self) -> int:
        """T: how much of the text is read."""
        return min(self.place.knobs.steps or self.session.walk.steps, self.session.walk.steps)

    def go_to(self, t: int, k: int) -> None:
        """The cursor to (t, k); the ends hold it. On the other side of the diagonal t and k change places."""
        self.place = replace(self.place, t=min(max(t, 1), self.steps), k=min(max(k, 1), self.steps))

    def go_to_typed(self, text: str) -> None:
        """`21 5` for t and k; one number for t alone. Raises InputError."""
        parts = text.replace(",", " ").split()
        if not 1 <= len(parts) <= 2:
            raise InputError(f"'{text.strip()}' are no steps: write t and k, such as {self.steps} 1.")
        numbers = [parse_whole(f"the step {name}", part, 1) for name, part in zip("tk", parts, strict=False)]
        if max(numbers) > self.steps:
            raise InputError(f"there is no step {max(numbers)}: the steps run from 1 to {self.steps}.")
        self.place = replace(self.place, t=numbers[0], k=numbers[-1] if len(parts) > 1 else self.place.k)

    # Sliders. -----------------------------------------------------------------------------------------------------

    def slider(self, key: str) -> Slider | None:
        """The slider of a row; None for a choice."""
        whole = steps_slider(self.session.walk.steps)
        return next((found for found in (GAIN, RADIUS, FORGET, whole) if found.key == key), None)

    def value(self, slider: Slider) -> float | None:
        """Where a slider stands; None where the network has nothing that it turns."""
        rest = {"radius": self.rests.radius, "forget": self.rests.forget, "steps": self.session.walk.steps}
        if slider.key == "steps":
            return self.steps
        if slider.key in rest and rest[slider.key] is None:
            return None
        turned: float | None = getattr(self.place.knobs, slider.key)
        return rest[slider.key] if turned is None else turned

    def turn(self, count: int) -> None:
        """The chosen row by so many steps, or to another choice."""
        key = ROWS[self.row]
        slider = self.slider(key)
        if slider is None:
            (self.next_activation if key == ACTIVATION else self.next_cell)(1 if count > 0 else -1)
        elif (here := self.value(slider)) is not None:
            self._turn(slider.move(self.place.knobs, here, count))

    def to_end(self, high: bool) -> None:
        """The chosen slider to an end of its track."""
        self.slide(ROWS[self.row], 1.0 if high else 0.0)
        self._sliding = False

    def slide(self, key: str, share: float) -> None:
        """A slider to a share of its track; one drag is undone at once."""
        slider = self.slider(key)
        if slider is not None and self.value(slider) is not None:
            self._turn(slider.slide(self.place.knobs, share), again=self._sliding)
            self._sliding = True

    def let_go(self) -> None:
        self._sliding = False

    def reset(self) -> None:
        """The chosen slider back to what was drawn."""
        if slider := self.slider(ROWS[self.row]):
            self._turn(slider.reset(self.place.knobs))

    def set(self, key: str, text: str) -> None:
        """The value that was typed; an empty one resets. Raises InputError."""
        slider = self.slider(key)
        if slider is not None:
            knobs = self.place.knobs
            self._turn(slider.set(knobs, text) if text.strip() else slider.reset(knobs))

    def _turn(self, knobs: Knobs, again: bool = False) -> None:
        if knobs.steps == self.session.walk.steps:
            knobs = replace(knobs, steps=None)
        if knobs != self.place.knobs:
            if not again:
                self._remember()
            self.place = replace(self.place, knobs=knobs)

    # Cells. -------------------------------------------------------------------------------------------------------

    @property
    def activations(self) -> tuple[str, ...]:
        """Those that the cell can have; none where it has no such option."""
        cell = next(self.session.walk.net.body.cells())[1]
        return tuple(ACTIVATIONS) if getattr(cell, ACTIVATION, None) in ACTIVATIONS else ()

    @property
    def activation(self) -> str:
        cell = next(self.session.walk.net.body.cells())[1]
        return str(getattr(cell, ACTIVATION, ""))

    def next_activation(self, count: int = 1) -> bool:
        """Another activation; False for a cell that has none to choose."""
        names = self.activations
        if not names:
            return False
        name = names[(names.index(self.activation) + count) % len(names)]
        options = {**dict(self.session.setup.options), ACTIVATION: name}
        self.change(replace(self.session.setup, options=tuple(options.items())))
        return True

    def next_cell(self, count: int = 1) -> None:
        """The next cell of the catalogue that fits into the wiring."""
        names = [name for name in BUILT_IN if name not in NOT_FOR_TEXT]
        here = names.index(self.session.setup.cell) if self.session.setup.cell in names else -1
        for i in range(1, len(names)):
            with suppress(RnnsymError):
                self.choose_cell(names[(here + i * count) % len(names)])
                return

    def choose_cell(self, text: str) -> None:
        """A cell as it is typed, in the wiring that there is. Raises RnnsymError."""
        self.change(beside(self.session.setup, text))

    def change(self, setup: Setup) -> None:
        """Another beginning of the session. Raises RnnsymError, and then nothing changes."""
        before = self._now
        self.session.change(setup)
        if setup != before.setup:
            self._remember(before)

    def compare(self, text: str) -> None:
        """The cells to compare with, separated by commas; empty for none. Raises RnnsymError."""
        cells = compared(text)
        for cell in cells:
            beside(self.session.setup, cell).network()
        self._remember()
        self.place = replace(self.place, compare=cells, mirror=0)

    def next_mirror(self) -> bool:
        """Another of the compared cells on the other side of the diagonal; False where there are not two."""
        count = len(self.place.compare)
        if count < 2:
            return False
        self.place = replace(self.place, mirror=(self.place.mirror + 1) % count)
        return True

    def pin(self) -> bool:
        """Keep the present curve; take it away where it is kept already, and then False."""
        now = Pin(own_text(self.session.setup), self.place.knobs)
        kept = self.place.pin != now
        self.place = replace(self.place, pin=now if kept else None)
        return kept

    # What is shown. -----------------------------------------------------------------------------------------------

    def next_picture(self) -> None:
        at = PICTURES.index(self.place.picture)
        self.place = replace(self.place, picture=PICTURES[(at + 1) % len(PICTURES)])

    def choose_state(self, state: str) -> None:
        self.place = replace(self.place, state=state)

    def next_chain(self, chains: Sequence[str], here: str) -> bool:
        """Another chain of states; False where there is one."""
        if len(chains) < 2:
            return False
        chain = chains[(list(chains).index(here) + 1) % len(chains)]
        self.place = replace(self.place, chain=chain, state=UNTOUCHED.state, t=None, k=None)
        return True

    # Undo. --------------------------------------------------------------------------------------------------------

    @property
    def _now(self) -> _Before:
        return _Before(self.session.setup, self.place)

    def _remember(self, before: _Before | None = None) -> None:
        self._undo.append(before or self._now)
        self._redo.clear()

    def undo(self) -> bool:
        """Take the last move of a slider, or the last change of cells, back."""
        return self._go_back(self._undo, self._redo)

    def redo(self) -> bool:
        return self._go_back(self._redo, self._undo)

    def _go_back(self, past: list[_Before], future: list[_Before]) -> bool:
        if not past:
            return False
        now, found = self._now, past[-1]
        self.session.change(found.setup)
        past.pop()
        future.append(now)
        place, old = self.place, found.place
        self.place = replace(place, knobs=old.knobs, compare=old.compare, mirror=old.mirror)
        return True

    def start_over(self) -> None:
        """All sliders to rest, nothing compared, the default session; undo brings them back."""
        self._remember()
        self.session.change(Setup())
        self.place = UNTOUCHED


NOT_FOR_TEXT = frozenset({"state_machine", "parentheses"})
"""Cells that a choice leaves out; they can be typed."""
