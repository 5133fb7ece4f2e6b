"""A titled panel of lines that scrolls in both directions and keeps its active line in sight."""

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.sheets import Sheet
from rnnsym_tui.model.spans import Line, Span, line, width, window
from rnnsym_tui.widgets.panel import Panel
from rnnsym_tui.widgets.rules import rule

WHEEL, SIDEWAYS = 3, 8
"""Lines of a turn of the mouse wheel, and cells of a scroll sideways."""


class SheetPanel(Panel, can_focus=True):
    """Shows a `Sheet`. Formulas are never wrapped: a long one is read by scrolling sideways with < and >."""

    class Chosen(Message):
        """A line was clicked; `row` is its number in the sheet."""

        def __init__(self, panel: "SheetPanel", row: int) -> None:
            super().__init__()
            self.panel, self.row = panel, row

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(glyphs, id)
        self.sheet = Sheet((), ())
        self.top = 0
        self.left = 0

    def show(self, sheet: Sheet) -> None:
        if sheet != self.sheet:
            self.sheet = sheet
            self.keep_in_sight()
            self.refresh()

    @property
    def room(self) -> int:
        """Lines that can be seen at once."""
        return max(0, self.size.height - 1 - len(self.sheet.head))

    @property
    def at_end(self) -> bool:
        """Whether the last line is in sight."""
        return self.top + self.room >= len(self.sheet.lines)

    def keep_in_sight(self) -> None:
        """Scroll as little as needed to see the active line, with one line of context where there is room."""
        active, room = self.sheet.active, self.room
        if active is not None and self.sheet.pinned:
            self.top = active
        elif active is not None and room:
            margin = 1 if room > 2 else 0
            last = active + self.sheet.extent - 1
            self.top = min(max(self.top, last - room + 1 + margin), max(0, active - margin))
        self.top = min(max(self.top, 0), max(0, len(self.sheet.lines) - room))

    def scroll_lines(self, lines: int) -> None:
        self.top = min(max(self.top + lines, 0), max(0, len(self.sheet.lines) - self.room))
        self.refresh()

    def scroll_cells(self, cells: int) -> None:
        longest = max((width(found) for found in (*self.sheet.head, *self.sheet.lines)), default=0)
        self.left = min(max(self.left + cells, 0), max(0, longest - self.size.width))
        self.refresh()

    def on_resize(self) -> None:
        self.keep_in_sight()
        self.scroll_cells(0)

    def watch_has_focus(self, focused: bool) -> None:
        super().watch_has_focus(focused)
        self.refresh()

    def line_at(self, y: int) -> Line:
        head = self.sheet.head
        if y == 0:
            return rule(self.size.width, self.sheet.title, self._position(), self.glyphs, self.has_focus)
        found = head[y - 1] if y <= len(head) else self._body(y - 1 - len(head))
        return window(found, self.left, self.size.width, self.glyphs.ellipsis)

    def _body(self, y: int) -> Line:
        row = self.top + y
        return self.sheet.lines[row] if row < len(self.sheet.lines) else ()

    def _position(self) -> Line:
        """How much there is above and below, where not all can be seen."""
        total, room = len(self.sheet.lines), self.room
        if total <= room:
            return ()
        up = self.glyphs.up if self.top else " "
        down = self.glyphs.down if self.top + room < total else " "
        return line(Span(f"{up}{down} {self.top + 1}-{min(self.top + room, total)} of {total}", "dim"))

    def action_scroll_down(self) -> None:
        self.scroll_lines(1)

    def action_scroll_up(self) -> None:
        self.scroll_lines(-1)

    def action_scroll_left(self) -> None:
        self.scroll_cells(-SIDEWAYS)

    def action_scroll_right(self) -> None:
        self.scroll_cells(SIDEWAYS)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.scroll_lines(-WHEEL)

    def on_click(self, event: Click) -> None:
        row = self.top + event.y - 1 - len(self.sheet.head)
        if event.y > len(self.sheet.head) and row < len(self.sheet.lines):
            self.post_message(self.Chosen(self, row))
