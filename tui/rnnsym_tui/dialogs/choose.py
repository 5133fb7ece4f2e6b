"""Choose one of a few things from a list, with a preview of the one under the cursor."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.widgets import Static

from rnnsym_tui.dialogs.base import Dialog
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.sheets import Sheet
from rnnsym_tui.model.spans import Line, Span, line
from rnnsym_tui.widgets.sheet import SheetPanel

Option = tuple[str, str]
"""What is chosen, and what it is called."""
NARROWEST_KEY = 4


class ChooseDialog(Dialog[str]):
    """`preview` gives the lines to show for the option under the cursor. A digit takes the option with that number."""

    BINDINGS = [
        ("enter,space", "choose", "Choose"),
        ("down,j", "move(1)", "Down"),
        ("up,k", "move(-1)", "Up"),
        ("home,g", "move(-99)", "First"),
        ("end,G", "move(99)", "Last"),
        *((str(i), f"number({i})", f"Choose {i}") for i in range(1, 10)),
        ("q", "close", "Close"),
    ]
    DEFAULT_CSS = """
    ChooseDialog SheetPanel { background: $surface; }
    """

    def __init__(
        self,
        glyphs: Glyphs,
        title: str,
        options: Sequence[Option],
        current: str,
        preview: Callable[[str], Sequence[Line]] | None = None,
    ) -> None:
        super().__init__(glyphs, title)
        self._options = list(options)
        self._preview = preview
        self._at = next((i for i, (value, _) in enumerate(self._options) if value == current), 0)

    def contents(self) -> ComposeResult:
        yield SheetPanel(self.glyphs, "options")
        yield SheetPanel(self.glyphs, "preview")
        yield Static("Enter or a number chooses, arrows look, Esc closes.", classes="hint", markup=False)

    def on_mount(self) -> None:
        for panel in self.query(SheetPanel):
            panel.can_focus = False
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        options, preview = self.query_one("#options", SheetPanel), self.query_one("#preview", SheetPanel)
        shown = self._preview(self._options[self._at][0]) if self._preview else ()
        preview.display = bool(shown)
        free = self.app.size.height - 4 - (len(shown) + 1 if shown else 0)
        options.styles.height = min(len(self._options) + 1, max(3, free))
        preview.styles.height = len(shown) + 1
        options.show(Sheet((), tuple(self._row(i) for i in range(len(self._options))), active=self._at))
        preview.show(Sheet(line(Span("so it looks", "title")), tuple(shown)))

    def _row(self, i: int) -> Line:
        value, title = self._options[i]
        here = i == self._at
        cells = max(NARROWEST_KEY, *(len(key) for key, _ in self._options))
        number = str(i + 1) if i < 9 else " "
        pointer = self.glyphs.active if here else " "
        return line(Span(f" {pointer} {number:>2}  {value:<{cells}}  {title} ", "active" if here else ""))

    def action_move(self, count: int) -> None:
        self._at = min(max(self._at + count, 0), len(self._options) - 1)
        self._show()

    def action_number(self, i: int) -> None:
        if i <= len(self._options):
            self.dismiss(self._options[i - 1][0])

    def action_choose(self) -> None:
        self.dismiss(self._options[self._at][0])

    def on_sheet_panel_chosen(self, event: SheetPanel.Chosen) -> None:
        """A click on an option chooses it."""
        if event.panel.id == "options":
            self._at = event.row
            self.action_choose()
