"""The actions of the Flow screen that ask, choose, go elsewhere, or write something."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from rnnsym.cells.registry import BUILT_IN
from rnnsym.errors import RnnsymError
from rnnsym_tui.background import in_background
from rnnsym_tui.dialogs.ask import AskDialog
from rnnsym_tui.dialogs.choose import ChooseDialog
from rnnsym_tui.dialogs.edit import EditDialog
from rnnsym_tui.model import exports
from rnnsym_tui.model.flow import files
from rnnsym_tui.model.flow.lab import CELL, ROWS
from rnnsym_tui.model.flow.place import MAIN, WHOLE
from rnnsym_tui.model.flow.readout import Readout
from rnnsym_tui.model.flow.results import Result
from rnnsym_tui.model.setup import own_text
from rnnsym_tui.screens.copying import copy_out
from rnnsym_tui.screens.flow_moves import FlowMoves

OTHER, EXPORT = "another", "export"


class FlowChanges(FlowMoves):
    """A fault in what was typed is explained in the dialog; nothing is changed then."""

    def _ask(self, title: str, hint: str, use: Callable[[str], None], value: str = "") -> None:
        self.app.push_screen(AskDialog(self.glyphs, title, hint, use, value), self._after)

    def _after(self, changed: bool | None) -> None:
        if changed:
            self.services.keep()
            self.changed()

    def action_swap(self) -> None:
        """From the map to the sliders, and back."""
        here = self.focused.id if self.focused is not None else None
        self.set_focus(self.query_one("#map" if here == "sliders" else "#sliders"))

    # Asking. ------------------------------------------------------------------------------------------------------

    def action_go_to(self) -> None:
        self._ask("Go to steps", f"t and k, such as {self.lab.steps} 1; t alone keeps k.", self.lab.go_to_typed)

    def action_type(self) -> None:
        """A value for the chosen slider, or a choice from a list."""
        key = ROWS[self.lab.row]
        slider = self.lab.slider(key)
        if slider is None:
            self.action_cell() if key == CELL else self.action_activation()
        elif (value := self.lab.value(slider)) is not None:
            hint = f"A number from {slider.least:g} to {slider.most:g}; empty for what was drawn."
            self._ask(slider.name, hint, lambda text: self.lab.set(key, text), slider.written(value))
        else:
            self.notify(f"{self.session.walk.net.name} has nothing that this slider turns.", timeout=3)

    def action_compare(self) -> None:
        hint = (
            "Up to three cells, separated by commas; empty for none.\n"
            f"{', '.join(BUILT_IN)},\nelman activation=relu, or path/to/file.py:MyCell (the file is then run)."
        )
        self._ask("Compare with", hint, self.lab.compare, ", ".join(self.lab.place.compare))

    def action_cell(self) -> None:
        options = [(name, cell.source) for name, cell in BUILT_IN.items()]
        current = own_text(self.session.setup)
        if current not in BUILT_IN:
            options.append((current, "the present one"))
        options.append((OTHER, "with options, or from a file of yours"))
        self.app.push_screen(ChooseDialog(self.glyphs, "Cell", options, current), self._take_cell)

    def _take_cell(self, cell: str | None) -> None:
        if cell == OTHER:
            hint = "Such as elman activation=relu, lstm variant=peephole, or path/to/file.py:MyCell (it is then run)."
            self._ask("Cell", hint, self.lab.choose_cell, own_text(self.session.setup))
        elif cell:
            self._do(lambda: self.lab.choose_cell(cell))

    def action_state(self) -> None:
        flow = self.result.main.flow if self.result else None
        if flow is None:
            return
        names = [(label, "this state alone, in itself") for label in flow.jacobians.states]
        options = [
            (MAIN, "usual: the state with a direct line"),
            *names,
            (WHOLE, "the whole carry, all states at once"),
        ]
        self.app.push_screen(ChooseDialog(self.glyphs, "State", options, self.lab.place.state), self._take_state)

    def _take_state(self, state: str | None) -> None:
        if state is not None:
            self._do(lambda: self.lab.choose_state(state))

    def action_edit(self) -> None:
        self.app.push_screen(EditDialog(self.glyphs, self.session.setup, self.lab.change), self._after)

    # Elsewhere. ---------------------------------------------------------------------------------------------------

    async def action_step_here(self) -> None:
        """Step at the cursor's t."""
        if self.result is not None:
            self.session.go_to_time(self.cursor(self.result)[0])
            await self.app.run_action("app.show_step")

    async def action_derive_product(self) -> None:
        """The step Jacobian that the product is made of, with its numbers at the cursor's t."""
        if self.result is not None:
            self.session.go_to_time(self.cursor(self.result)[0])
            await self.app.run_action("app.derive_jacobian")

    # Taking out. --------------------------------------------------------------------------------------------------

    def action_copy(self) -> None:
        if self.result is not None and self.result.main.flow is not None:
            text = files.value(self.result, Readout(self.glyphs, self.services.notation()))
            copy_out(self, self.services, (f"{files.stem(self.result)}-value", ".tex"), text + "\n", text)

    def action_copy_all(self) -> None:
        if self.result is not None and self.result.main.flow is not None:
            text = files.curves(self.result, self.glyphs)
            copy_out(self, self.services, (f"{files.stem(self.result)}-curves", ".txt"), text, "The curves were")

    def action_export(self) -> None:
        if self.result is None or self.result.main.flow is None:
            return
        hint = f"{', '.join(files.SUFFIXES)} as the name ends.\nA ! at the end replaces a file that exists."
        self._ask("Export", hint, self._export, f"rnnsym-{files.stem(self.result)}.csv")

    def _export(self, answer: str) -> None:
        path, overwrite = exports.chosen_path(answer)
        exports.check_new(path, overwrite)
        files.check_suffix(path)
        if self.result is not None:
            readout = Readout(self.glyphs, self.services.notation())
            self.run_worker(self._write(path, self.result, readout), group=EXPORT, exclusive=True)

    async def _write(self, path: Path, result: Result, readout: Readout) -> None:
        """In a thread: a whole map takes its time."""
        try:
            await in_background(partial(files.write, path, result, readout))
        except RnnsymError as error:
            self.notify(str(error), title="Export", severity="warning", markup=False)
        else:
            self.notify(f"In the file\n{path}", title="Export", markup=False)
