"""The panel of sliders as lines of spans, and which slider stands under a place of it."""

from dataclasses import dataclass

from rich.cells import set_cell_size

from rnnsym_tui.model.flow.knobs import Slider
from rnnsym_tui.model.flow.lab import ACTIVATION, ROWS, Lab
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.setup import own_text
from rnnsym_tui.model.spans import Line, Span, width, window

NAME_CELLS, VALUE_CELLS = 18, 12
LONGEST_TRACK = 33
MISSING = {"radius": "no square recurrent weights", "forget": "no gate that keeps the state"}
COLUMNS = 2


@dataclass(frozen=True)
class Tracks:
    """Two columns of rows; `focused` marks the one that the keys move."""

    lab: Lab
    cells: int
    glyphs: Glyphs
    focused: bool

    @property
    def half(self) -> int:
        return self.cells // COLUMNS

    @property
    def track(self) -> int:
        """Cells of a track without its ends."""
        return max(5, min(LONGEST_TRACK, self.half - NAME_CELLS - VALUE_CELLS - 2))

    def lines(self) -> list[Line]:
        pairs = [(ROWS[i], ROWS[i + 1]) for i in range(0, len(ROWS), COLUMNS)]
        return [tuple(span for key in pair for span in self._row(key)) for pair in pairs]

    def at(self, x: int, y: int) -> tuple[str, float] | None:
        """The row under a place of the panel, and the share of its track there, below 0 left of it."""
        i = y * COLUMNS + min(x // max(self.half, 1), COLUMNS - 1)
        return (ROWS[i], self.share(ROWS[i], x)) if 0 <= i < len(ROWS) else None

    def share(self, key: str, x: int) -> float:
        """The share of the track of a row at this column of the panel."""
        left = ROWS.index(key) % COLUMNS * self.half + NAME_CELLS + 1
        return (x - left) / max(self.track - 1, 1)

    def _row(self, key: str) -> list[Span]:
        chosen = self.focused and ROWS[self.lab.row] == key
        slider = self.lab.slider(key)
        name = slider.name if slider else key
        mark = self.glyphs.active if chosen else " "
        head = [Span(f"{mark}", "active" if chosen else ""), Span(set_cell_size(f" {name}", NAME_CELLS - 1), "strong")]
        body = self._slider(slider, chosen) if slider else self._choice(key)
        room = self.half - NAME_CELLS
        shown = window(tuple(body), 0, room, self.glyphs.ellipsis)
        return [*head, *shown, Span(" " * (room - width(shown)))]

    def _slider(self, slider: Slider, chosen: bool) -> list[Span]:
        value = self.lab.value(slider)
        if value is None:
            return [Span(MISSING[slider.key], "dim")]
        left, stroke, right, knob = "|-|o" if self.glyphs.ascii else "├─┤●"
        at = round(slider.share(value) * (self.track - 1))
        drawn = getattr(self.lab.place.knobs, slider.key) == slider.rest
        note = " drawn" if drawn and slider.rest is None and slider.key != "steps" else ""
        text = f"{value:.2f}" if note else slider.written(value)
        return [
            Span(f"{left}{stroke * at}", "rule"),
            Span(knob, "here" if chosen else "key"),
            Span(f"{stroke * (self.track - 1 - at)}{right}", "rule"),
            Span(f" {text}", "strong"),
            Span(note, "dim"),
        ]

    def _choice(self, key: str) -> list[Span]:
        before, after = ("<", ">") if self.glyphs.ascii else ("‹", "›")
        if key == ACTIVATION and not self.lab.activations:
            return [Span("none to choose", "dim")]
        value = self.lab.activation if key == ACTIVATION else own_text(self.lab.session.setup)
        room = self.half - NAME_CELLS - 4
        return [Span(f"{before} ", "rule"), Span(value[-room:], "strong"), Span(f" {after}", "rule")]
