"""Edit what is stepped through: text, cell, sizes, and one weight."""

from collections.abc import Callable
from dataclasses import replace

from rnnsym.walk.numbers import parse_whole
from rnnsym_tui.dialogs.base import Form
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.setup import Setup, parse_cell, parse_weight

HINT = """\
cell: lstm, elman activation=relu, gru layers=2 bidirectional=true,
      elman decoder=gru feedback=soft, or path/to/file.py:MyCell
      (the file is then run)
weight: one entry, such as U_f[2,1] = 0.5; empty changes none
Enter applies all, Tab goes to the next field, Esc cancels.
An edit can be taken back later with u."""


class EditDialog(Form):
    """`use` is called with the new setup; where it raises RnnsymError the dialog stays open and says why."""

    hint = HINT

    def __init__(self, glyphs: Glyphs, setup: Setup, use: Callable[[Setup], None]) -> None:
        super().__init__(glyphs, "Edit")
        self._setup, self._use = setup, use
        self.fields = (
            ("text", "text", setup.text),
            ("cell", "cell", setup.cell_text),
            ("hidden", "hidden", str(setup.hidden)),
            ("seed", "seed", str(setup.seed)),
            ("weight", "weight", ""),
        )

    def accept(self, values: dict[str, str]) -> None:
        cell, options = parse_cell(values["cell"])
        setup = replace(
            self._setup,
            text=values["text"],
            cell=cell,
            options=options,
            hidden=parse_whole("hidden", values["hidden"], 1),
            seed=parse_whole("seed", values["seed"], 0),
        )
        setup = setup.keeping_weights_of(self._setup)
        if values["weight"].strip():
            setup = setup.with_weight(parse_weight(values["weight"]))
        self._use(setup)
