"""One question, answered by a line of text."""

from collections.abc import Callable

from rnnsym_tui.dialogs.base import Form
from rnnsym_tui.model.glyphs import Glyphs


class AskDialog(Form):
    """`use` is called with the answer; where it raises RnnsymError the dialog stays open and says why."""

    label_cells = 2

    def __init__(self, glyphs: Glyphs, title: str, hint: str, use: Callable[[str], None], value: str = "") -> None:
        super().__init__(glyphs, title)
        self.fields = (("answer", ">", value),)
        self.hint = f"{hint}\nEnter accepts, Esc cancels."
        self._use = use

    def accept(self, values: dict[str, str]) -> None:
        self._use(values["answer"])
