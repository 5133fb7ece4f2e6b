"""The actions of the Step screen that ask, change or write something."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from textual.worker import get_current_worker

from rnnsym.errors import RnnsymError
from rnnsym.walk.numbers import parse_whole
from rnnsym_tui.dialogs.ask import AskDialog
from rnnsym_tui.dialogs.edit import EditDialog
from rnnsym_tui.dialogs.origin import OriginDialog
from rnnsym_tui.model import breaks, exports
from rnnsym_tui.model.origin import Origin, origin
from rnnsym_tui.model.setup import Setup
from rnnsym_tui.model.view import alphabet_of
from rnnsym_tui.screens.copying import copy_out
from rnnsym_tui.screens.moves import Moves

EXPORT = "export"


class Changes(Moves):
    """A fault in what was typed is explained in the dialog; nothing is changed then."""

    work = ""

    def _ask(self, title: str, hint: str, use: Callable[[str], None], value: str = "") -> None:
        self.stop()
        self.app.push_screen(AskDialog(self.glyphs, title, hint, use, value), self._after)

    def _after(self, changed: bool | None) -> None:
        if changed:
            self.services.keep()
            self.refresh_view()

    # Editing. -----------------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        self.stop()
        self.app.push_screen(EditDialog(self.glyphs, self.session.setup, self.session.change), self._after)

    def action_undo(self) -> None:
        self._say_nothing_to(self.session.undo(), "undo")

    def action_redo(self) -> None:
        self._say_nothing_to(self.session.redo(), "redo")

    def _say_nothing_to(self, done: bool, verb: str) -> None:
        if not done:
            self.notify(f"There is no edit to {verb}.", timeout=3)
        self._after(done)

    def action_start_over(self) -> None:
        """Undo brings the edits back."""
        self.stop()
        self.session.clear_breaks()
        self.session.change(Setup())
        self.session.first()
        self.notify("Started over; u brings the last session back.", timeout=4)
        self._after(True)

    # Breaks and places. -------------------------------------------------------------------------------------------

    def action_add_break(self) -> None:
        hint = f"Stop where a condition holds, for example:\n{breaks.EXAMPLES}\nThen c runs on to the next place."
        self._ask("Break when", hint, self.session.add_break)

    def action_clear_breaks(self) -> None:
        self.session.clear_breaks()
        self._after(True)

    def action_go_to(self) -> None:
        self._ask("Go to time step", f"A number from 1 to {self.session.walk.steps}.", self._go_to)

    def _go_to(self, answer: str) -> None:
        self.session.go_to_time(parse_whole("the time step", answer, 1))

    def action_origin(self) -> None:
        self.stop()
        self.app.push_screen(OriginDialog(self.glyphs, self._look), self._jump)

    def _look(self, columns: int, units: int) -> Origin:
        self.viewer.move_cursor(self.session, columns, units)
        return origin(self.session, self.viewer.place, alphabet_of(self.session), self.viewer.writing)

    def _jump(self, index: int | None) -> None:
        if index is not None:
            self.session.go(index)
        self.refresh_view()

    # Taking out. --------------------------------------------------------------------------------------------------

    def action_copy(self) -> None:
        """The LaTeX of the active line, to the clipboard and to a file: not every terminal has a clipboard."""
        equation = self.session.move.equation
        latex = self.viewer.writing.latex(equation)
        stem = f"{exports.stem(self.session.walk.net)}-line-{equation.number}"
        copy_out(self, self.services, (stem, ".tex"), latex + "\n", latex)

    def action_export(self) -> None:
        stem = f"rnnsym-{exports.stem(self.session.walk.net)}-trace.txt"
        hint = "The whole trace to a file: .json for JSON, text otherwise.\nA ! at the end replaces a file that exists."
        self._ask("Export the trace", hint, self._export, stem)

    def _export(self, answer: str) -> None:
        path, overwrite = exports.chosen_path(answer)
        exports.check_new(path, overwrite)
        trace = exports.trace(self.session.setup, self.session.walk, path.suffix.lower(), self.viewer.writing)
        self.run_worker(partial(self._write, path, trace), group=EXPORT, exclusive=True, thread=True)

    def _write(self, path: Path, trace: Iterator[str]) -> None:
        """In a thread, since long traces take their time; Esc cancels."""
        worker = get_current_worker()
        self.app.call_from_thread(self.show_work, "exporting; Esc cancels")
        try:
            done = exports.write_trace(path, trace, lambda: worker.is_cancelled)
            message = f"The trace is in {path}" if done else "Cancelled: nothing was written."
        except RnnsymError as error:
            message = str(error)
        self.app.call_from_thread(self.notify, message, title="Export", markup=False)
        self.app.call_from_thread(self.show_work, "")

    def action_cancel(self) -> None:
        self.stop()
        self.workers.cancel_group(self, EXPORT)
        self.refresh_view()

    def show_work(self, text: str) -> None:
        """Say what goes on in the background."""
        self.work = text
        self.refresh_view()
