"""What all dialogs share: a framed box over the screen, closed by Esc."""

from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from rnnsym.errors import RnnsymError
from rnnsym_tui.model.glyphs import Glyphs

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A framed box; in ASCII mode its frame is ASCII too."""

    BINDINGS = [("escape", "close", "Close")]
    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        & > .frame {
            width: 76; max-width: 100%; height: auto; max-height: 100%;
            padding: 0 1; background: $surface; color: $foreground; border: round $accent;
        }
        &.-ascii > .frame { border: ascii $accent; }
        .error { color: $text-error; text-style: bold; height: auto; }
        .hint { text-style: dim; height: auto; }
        Input { border: none; height: 1; padding: 0; background: $background; }
        Input:focus { border: none; text-style: underline; }
    }
    """

    def __init__(self, glyphs: Glyphs, title: str) -> None:
        super().__init__(classes="-ascii" if glyphs.ascii else "")
        self.glyphs = glyphs
        self.frame_title = title

    def compose(self) -> ComposeResult:
        frame = Vertical(classes="frame")
        frame.border_title = self.frame_title
        with frame:
            yield from self.contents()

    def contents(self) -> ComposeResult:
        raise NotImplementedError

    def action_close(self) -> None:
        self.dismiss(None)


class Form(Dialog[bool]):
    """A dialog with text fields: Enter tries to accept them, and a fault is explained in place."""

    fields: tuple[tuple[str, str, str], ...] = ()
    """(id, label, value) of each field."""
    hint = ""
    label_cells = 10

    DEFAULT_CSS = """
    Form .field { height: 1; }
    Form .field Label { text-style: bold; }
    Form .field Input { width: 1fr; }
    """

    def contents(self) -> ComposeResult:
        for name, label, value in self.fields:
            with Horizontal(classes="field"):
                yield Label(label.ljust(self.label_cells))
                yield Input(value, id=name, select_on_focus=False)
        yield Static(self.hint, classes="hint", markup=False)
        yield Static("", classes="error", id="error", markup=False)

    def accept(self, values: dict[str, str]) -> None:
        """Use the values. Raises RnnsymError for what cannot be used; its text is shown."""
        raise NotImplementedError

    def on_input_submitted(self) -> None:
        values = {name: self.query_one(f"#{name}", Input).value for name, _, _ in self.fields}
        try:
            self.accept(values)
        except RnnsymError as error:
            self.query_one("#error", Static).update(str(error))
        else:
            self.dismiss(True)
