"""Where a number comes from: the sum behind it, unit by unit."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.widgets import Static

from rnnsym_tui.dialogs.base import Dialog
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.origin import Origin
from rnnsym_tui.widgets.sheet import SheetPanel


class OriginDialog(Dialog[int]):
    """`look` moves the cursor by (columns, units) and gives the origin there; Enter goes to the move that made it."""

    BINDINGS = [
        ("enter", "jump", "Go to where it was computed"),
        ("down,j", "look(0, 1)", "Unit down"),
        ("up,k", "look(0, -1)", "Unit up"),
        ("right,l", "look(1, 0)", "Operand to the right"),
        ("left,h", "look(-1, 0)", "Operand to the left"),
        ("q", "close", "Close"),
    ]
    DEFAULT_CSS = "OriginDialog SheetPanel { background: $surface; }"

    def __init__(self, glyphs: Glyphs, look: Callable[[int, int], Origin]) -> None:
        super().__init__(glyphs, "Where this number comes from")
        self._look = look
        self._origin = look(0, 0)

    def contents(self) -> ComposeResult:
        yield SheetPanel(self.glyphs, "origin")
        yield Static("", id="jump", classes="hint", markup=False)

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        sheet = self._origin.sheet
        panel = self.query_one(SheetPanel)
        panel.can_focus = False
        panel.styles.height = min(1 + len(sheet.head) + len(sheet.lines), self.app.size.height - 4)
        panel.show(sheet)
        jump = "Enter goes to where it was computed. " if self._origin.made_at is not None else ""
        self.query_one("#jump", Static).update(f"{jump}Arrows look at other numbers, Esc closes.")

    def action_look(self, columns: int, units: int) -> None:
        self._origin = self._look(columns, units)
        self._show()

    def action_jump(self) -> None:
        self.dismiss(self._origin.made_at)
