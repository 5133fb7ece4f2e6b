"""The help page: every action with its keys, those of the focused panel first."""

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from rnnsym_tui.dialogs.base import Dialog
from rnnsym_tui.model.commands import Command, bound_at, spell
from rnnsym_tui.model.glyphs import Glyphs

HEADINGS = {
    "step": "Step", "lesson": "Lesson", "app": "Everywhere", "timeline": "In the timeline",
    "equations": "In the equations", "numbers": "In the numbers", "matrices": "In the weights and gradients",
    "derive": "Derive", "outline": "In the outline", "details": "In the details",
    "flow": "Flow", "map": "In the map", "sliders": "In the sliders",
}  # fmt: skip
KEY_CELLS = 17


def help_text(commands: Sequence[Command], places: Iterable[str], ascii_only: bool) -> str:
    """The page as plain text: one heading for each place."""
    blocks = []
    for place in places:
        rows = [HEADINGS[place]]
        for command in bound_at(place, commands):
            keys = " ".join(spell(key, ascii_only) for key in command.keys) or "(none)"
            rows.append(f"  {keys:<{KEY_CELLS}} {command.help}")
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks)


class HelpDialog(Dialog[None]):
    """Opened and closed by the same key."""

    BINDINGS = [
        ("question_mark,f1,q", "close", "Close"),
        ("j", "scroll(1)", "Down"),
        ("k", "scroll(-1)", "Up"),
    ]
    DEFAULT_CSS = "HelpDialog VerticalScroll { height: auto; max-height: 100%; scrollbar-size: 1 1; }"

    def __init__(self, glyphs: Glyphs, text: str, notes: str) -> None:
        super().__init__(glyphs, "Help: ? or Esc closes, arrows scroll")
        self._text = f"{text}\n\n{notes}"

    def contents(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(self._text, markup=False)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
