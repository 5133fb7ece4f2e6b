"""A page of text to read over the screen, as wide as there is room."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from rnnsym_tui.dialogs.base import Dialog
from rnnsym_tui.model.glyphs import Glyphs

FRAME_CELLS = 6
"""The frame, its padding, and the scroll bar."""
NARROWEST, WIDEST = 60, 120


class TextDialog(Dialog[None]):
    """Lines that are not wrapped; closed by Esc or q."""

    BINDINGS = [
        ("q", "close", "Close"),
        ("j", "scroll(1)", "Down"),
        ("k", "scroll(-1)", "Up"),
    ]
    DEFAULT_CSS = """
    TextDialog {
        & > .frame { width: auto; max-width: 100%; }
        VerticalScroll { width: auto; max-width: 100%; height: auto; max-height: 100%; scrollbar-size: 1 1; }
        Static { width: auto; }
    }
    """

    def __init__(self, glyphs: Glyphs, title: str, text: str) -> None:
        super().__init__(glyphs, title)
        self.text = text

    @staticmethod
    def cells(screen: int) -> int:
        """How many cells a line of text may have on a screen of this width."""
        return max(NARROWEST, min(screen - FRAME_CELLS, WIDEST))

    def contents(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(self.text, markup=False)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
