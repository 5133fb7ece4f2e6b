"""The panels of the Derive screen: the outline of the lines, and what stands behind the selected one."""

from collections.abc import Sequence

from rnnsym_tui.model.derive.outline import Entry
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.sheets import Sheet
from rnnsym_tui.model.spans import Line, Span, width, window
from rnnsym_tui.widgets.bindings import bindings
from rnnsym_tui.widgets.sheet import SheetPanel

MARK_CELLS = 4


class OutlinePanel(SheetPanel):
    """Numbers at the left and marks at the right stay where they are while long formulas scroll between them, each as
    far as it goes: a short one stays in sight."""

    BINDINGS = bindings("outline")

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(glyphs, id)
        self.entries: tuple[Entry, ...] = ()

    def show_entries(self, title: Line, entries: Sequence[Entry], active: int | None) -> None:
        self.entries = tuple(entries)
        blank = Span(" " * MARK_CELLS)
        lines = tuple((*e.label, *e.body, blank, e.mark) for e in entries)
        extent = sum(e.key == entries[active].key for e in entries) if active is not None else 1
        self.show(Sheet(title, lines, active=active, extent=extent))

    def line_at(self, y: int) -> Line:
        row = self.top + y - 1
        if y == 0 or row >= len(self.entries):
            return super().line_at(y)
        entry = self.entries[row]
        room = self.size.width - width(entry.label) - MARK_CELLS
        left = min(self.left, max(0, width(entry.body) - room))
        body = window(entry.body, left, room, self.glyphs.ellipsis)
        gap = " " * (room - width(body) + MARK_CELLS - 1 - width([entry.mark]))
        return (*entry.label, *body, Span(gap), entry.mark)


class DetailsPanel(SheetPanel):
    """The numbers of lines in it can be followed; long formulas scroll."""

    BINDINGS = bindings("details")
