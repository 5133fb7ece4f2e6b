"""The timeline: labels at the left stay, steps scroll sideways and rows up and down; only what is seen is painted."""

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.strip import Strip

from rnnsym.notation.figures import scale_text
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.spans import Line, Span, line, right
from rnnsym_tui.model.timeline import LABEL_CELLS, Row, Timeline
from rnnsym_tui.widgets import heat
from rnnsym_tui.widgets.panel import Panel

CELL = 4
"""Terminal cells of one step: a space, a sign, two digits."""
HEAD = 2
"""Lines above the rows: the steps, and the characters read."""
MARGIN = 2
"""Steps kept in sight on either side of the current one."""


class TimelinePanel(Panel, can_focus=True):
    """Shows a `Timeline`. `row` is the row under the cursor; `first` the first step in sight, `top` the first row."""

    class Chosen(Message):
        """A step was clicked."""

        def __init__(self, t: int) -> None:
            super().__init__()
            self.t = t

    class Moved(Message):
        """The cursor is on another row."""

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(glyphs, id)
        self.timeline = Timeline(0, 0, (), ())
        self.first, self.top, self.row = 1, 0, 0

    def show(self, timeline: Timeline) -> None:
        old, self.timeline = self.timeline, timeline
        if [row.label for row in old.rows] != [row.label for row in timeline.rows]:
            self.top = self.row = 0
        self._follow()
        self.refresh()

    # What fits. ---------------------------------------------------------------------------------------------------

    @property
    def cells(self) -> int:
        """The width of one step: wider where all steps fit so, and for long numbers of steps."""
        least = max(CELL, len(str(self.timeline.steps)) + 2)
        return least + 1 if LABEL_CELLS + (least + 1) * self.timeline.steps <= self.size.width else least

    @property
    def columns(self) -> int:
        """Steps that can be seen at once."""
        return max(1, (self.size.width - LABEL_CELLS) // self.cells)

    @property
    def room(self) -> int:
        """Rows that can be seen at once."""
        return max(1, self.size.height - HEAD)

    @property
    def shown(self) -> range:
        return range(self.first, min(self.first + self.columns, self.timeline.steps + 1))

    @property
    def current_row(self) -> Row | None:
        """The row under the cursor."""
        return self.timeline.rows[self.row] if self.row < len(self.timeline.rows) else None

    def _follow(self) -> None:
        """Keep the current step and the cursor's row in sight."""
        now, columns = self.timeline.now, self.columns
        margin = min(MARGIN, (columns - 1) // 2)
        self.first = min(max(self.first, now - columns + 1 + margin), max(1, now - margin))
        self.first = max(1, min(self.first, self.timeline.steps - columns + 1))
        self.row = max(0, min(self.row, len(self.timeline.rows) - 1))
        self.top = min(max(self.top, self.row - self.room + 1), self.row)
        self.top = max(0, min(self.top, len(self.timeline.rows) - self.room))

    def on_resize(self) -> None:
        self._follow()
        self.refresh()

    # Painting. ----------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        if y < HEAD:
            return self.strip(self.line_at(y))
        at = self.top + y - HEAD
        if at >= len(self.timeline.rows):
            return self.strip(())
        return self._row_strip(self.timeline.rows[at], at == self.row)

    def line_at(self, y: int) -> Line:
        """The head: the steps, and what is read at each."""
        marks = self._more() if y == 0 else ""
        label = f" {'t' if y == 0 else 'reads':<6}{marks}"
        spans = [Span(f"{label:<{LABEL_CELLS}}", "dim")]
        for t in self.shown:
            here = t == self.timeline.now
            text = (f"[{t}]" if here else f"{t} ") if y == 0 else f"{self.timeline.reads[t - 1]} "
            blank = max(0, self.cells - cell_len(text))
            kind = ("here" if y == 0 else "strong") if here else ""
            spans += [Span(" " * blank), Span(set_cell_size(text, self.cells - blank), kind)]
        return tuple(spans)

    def _more(self) -> str:
        """Arrows for steps out of sight."""
        before = self.glyphs.backward if self.first > 1 else " "
        after = self.glyphs.forward if self.shown.stop <= self.timeline.steps else " "
        return f"{before}{after}"

    def _row_strip(self, row: Row, chosen: bool) -> Strip:
        base, ground = self.rich_style, self.ground
        segments = [Segment(span.text, base + self._style(span)) for span in self._row_label(row, chosen)]
        for t in self.shown:
            text, style = self._cell(row, t, ground)
            segments.append(Segment(text, base + style))
        return Strip(segments).adjust_cell_length(self.size.width, base).simplify()

    def _row_label(self, row: Row, chosen: bool) -> Line:
        mark = self.glyphs.active if chosen and self.has_focus else " "
        scale = scale_text(row.exponent, self.glyphs.times) if row.unit == 0 else ""
        label = set_cell_size(row.label, min(cell_len(row.label), LABEL_CELLS - 1))
        free = LABEL_CELLS - 1 - cell_len(label)
        note = f"{right(scale, free - 1)} " if cell_len(scale) < free else " " * free
        return line(Span(mark, "active" if mark.strip() else ""), Span(label, "strong"), Span(note, "dim"))

    def _cell(self, row: Row, t: int, ground: tuple[str, str]) -> tuple[str, Style]:
        """The number, right-aligned with a space after it, on its colour."""
        text = right(row.cell(t, self.glyphs.unknown), self.cells - 1) + " "
        here = Style(bold=True) if t == self.timeline.now else Style()
        if row.value(t) is None:
            return text, self.get_component_rich_style("kind--rule", partial=True)
        strength = row.strength(t)
        if strength is None:
            return text, self.get_component_rich_style("kind--alert", partial=True)
        return text, heat.shade(heat.level(strength), *ground) + here

    # Moving. ------------------------------------------------------------------------------------------------------

    def action_row_down(self) -> None:
        self._move_row(1)

    def action_row_up(self) -> None:
        self._move_row(-1)

    def _move_row(self, rows: int) -> None:
        self.row = max(0, min(self.row + rows, len(self.timeline.rows) - 1))
        self._follow()
        self.refresh()
        self.post_message(self.Moved())

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._move_row(3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._move_row(-3)

    def on_click(self, event: Click) -> None:
        if event.x >= LABEL_CELLS:
            t = self.first + (event.x - LABEL_CELLS) // self.cells
            if t in self.shown:
                self.post_message(self.Chosen(t))
        at = self.top + event.y - HEAD
        if event.y >= HEAD and at < len(self.timeline.rows):
            self._move_row(at - self.row)

    def watch_has_focus(self, focused: bool) -> None:
        super().watch_has_focus(focused)
        self.refresh()
