"""The actions of the Derive screen that ask, choose, or write something."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rnnsym.api.choices import FormChoice
from rnnsym.api.plan import ProgramPlan
from rnnsym.errors import RnnsymError
from rnnsym.notation import Style, check, load, names
from rnnsym.walk.numbers import parse_whole
from rnnsym.walk.walk import Walk
from rnnsym_tui.background import in_background
from rnnsym_tui.dialogs.ask import AskDialog
from rnnsym_tui.dialogs.choose import ChooseDialog
from rnnsym_tui.dialogs.read import TextDialog
from rnnsym_tui.model import exports
from rnnsym_tui.model.derive import files
from rnnsym_tui.model.derive.reader import Choice, window_of
from rnnsym_tui.model.derive.reading import line_number, parameters, usual_parameter
from rnnsym_tui.model.derive.script import Script, script
from rnnsym_tui.model.spans import Line, line
from rnnsym_tui.screens.copying import copy_out
from rnnsym_tui.screens.derive_moves import DeriveMoves

PREVIEWED = 6
OTHER, PLAN = "another", "plan"
SPELLING = """\
A notation and, after plus signs, the look of adjoints and times:
deck_s+overbar, d2l+angle, default+row; or your own file, mine.toml."""
WINDOW = """\
A number of steps, and what they are counted for:
3 chunk  cuts at every third step; 3 loss  keeps 3 steps before each loss."""


class DeriveChanges(DeriveMoves):
    """A fault in what was typed is explained in the dialog; nothing is changed then."""

    _parameter: str | None = None
    """The one that the last form was about which is about one."""

    @property
    def script(self) -> Script:
        """What formulas are written with."""
        raise NotImplementedError

    # Forms. -------------------------------------------------------------------------------------------------------

    @property
    def about(self) -> str:
        """What the chosen form is about where it is not about all: a parameter, or the steps that are kept."""
        choice, form = self.reader.position.choice, self._form
        if form is not None and form.needs_window:
            return f"{choice.window} per {choice.per}"
        return choice.wrt or "" if form is not None and form.needs_parameter else ""

    @property
    def _form(self) -> FormChoice | None:
        key = self.reader.position.choice.form
        return next((form for form in self.study.forms if form.key == key), None)

    def choose_form(self, key: str | None) -> None:
        form = next((found for found in self.study.forms if found.key == key), None)
        if form is None or form.key == self.reader.position.choice.form:
            return
        choice, known = self.reader.position.choice, parameters(self.session.walk)
        self._parameter = choice.wrt or self._parameter
        if self._parameter not in known:
            self._parameter = usual_parameter(self.session.walk)
        self._choose(replace(choice, form=form.key, wrt=self._parameter if form.needs_parameter else None))

    def action_form(self) -> None:
        options = [(form.key, self.script.say([form.title])) for form in self.study.forms]
        dialog = ChooseDialog(self.glyphs, "Form", options, self.reader.position.choice.form)
        self.app.push_screen(dialog, self.choose_form)

    def action_form_number(self, number: int) -> None:
        """The form at this place, unless the key of the place was taken away by a file of keys."""
        if any(command.name == "form_number" and number <= len(command.keys) for command in self.services.commands):
            self.action_form_at(number)

    def action_form_at(self, number: int) -> None:
        forms = self.study.forms
        if number > len(forms):
            self.notify(f"There are {len(forms)} forms; f lists them.", timeout=3)
            return
        self.choose_form(forms[number - 1].key)

    def action_parameter(self) -> None:
        choice, form = self.reader.position.choice, self._form
        if form is not None and form.needs_parameter:
            options = [(label, "") for label in parameters(self.session.walk)]
            self.app.push_screen(ChooseDialog(self.glyphs, "Parameter", options, self.about), self._use_parameter)
        elif form is not None and form.needs_window:
            value = f"{choice.window} {choice.per}"
            self.app.push_screen(AskDialog(self.glyphs, "Steps that are kept", WINDOW, self._use_window, value))
        else:
            self.notify("This form is about all parameters and all steps at once.", timeout=3)

    def _use_parameter(self, label: str | None) -> None:
        if label:
            self._choose(replace(self.reader.position.choice, wrt=label))

    def _use_window(self, answer: str) -> None:
        window, per = window_of(answer)
        self._choose(replace(self.reader.position.choice, window=window, per=per))

    def _choose(self, choice: Choice) -> None:
        self.reader.choose(choice)
        self.work_out()
        self.refresh_view()

    # Notation. ----------------------------------------------------------------------------------------------------

    def action_notation(self) -> None:
        options = [(name, self.script.say([load(name).title])) for name in names()]
        current = self.reader.position.notation
        if current not in names():
            options.append((current, self.script.say([load(current).title])))
        options.append((OTHER, "a file of yours, or one of these with other adjoints and times"))
        dialog = ChooseDialog(self.glyphs, "Notation", options, current, self._preview)
        self.app.push_screen(dialog, self._take_notation)

    def _take_notation(self, notation: str | None) -> None:
        if notation == OTHER:
            value = self.reader.position.notation
            self.app.push_screen(AskDialog(self.glyphs, "Notation", SPELLING, self._write_in, value))
        elif notation:
            try:
                self._write_in(notation)
            except RnnsymError as error:
                self.notify(str(error), severity="warning", markup=False)

    def _preview(self, notation: str) -> Sequence[Line]:
        """The selected line and those around it, as they will look."""
        if notation == OTHER:
            return ()
        shown = script(self.glyphs, notation)
        found = [row.line for row in self.reader.rows if row.line and not row.key.share]
        selected = self.reader.line
        at = found.index(selected) if selected in found else 0
        first = max(0, min(at - PREVIEWED // 2, len(found) - PREVIEWED))
        return [line(f"  {each.number:>3}  {shown.equations(each)[0]}") for each in found[first : first + PREVIEWED]]

    def _write_in(self, answer: str) -> None:
        """Raises RnnsymError for what is no notation, or one that spells two quantities of this form alike."""
        notation = load(_whole_path(answer.strip()))
        if self.reading:
            system = self.reading.view.form.system
            check(notation, [*system.given, *system.equations])
        self.reader.write_in(notation.name)
        self.services.keep()
        self.refresh_view()

    # Time, and the same line in Step. -----------------------------------------------------------------------------

    def action_go_to(self) -> None:
        hint = f"A number from 1 to {self.session.walk.steps}."
        self.app.push_screen(AskDialog(self.glyphs, "Go to time step", hint, self._go_to))

    def _go_to(self, answer: str) -> None:
        self._to_time(parse_whole("the time step", answer, 1))

    async def action_step_line(self) -> None:
        if self.find_in_step():
            await self.app.run_action("app.show_step")

    def find_in_step(self) -> bool:
        """Bring the session to the selected line at this step; False, with a word, where Step has no such line."""
        found = self.reader.line
        if found is None:
            self.notify("Select a line first: this is a section.", timeout=3)
            return False
        number = line_number(self.session.walk, found.name)
        if number is None:
            left = self.script.equations(found)[0].split(" = ")[0]
            self.notify(f"Step goes through the backward recurrence: it has no line for {left}.", markup=False)
            return False
        return self.session.go_to_line(number) or self.session.move.equation.number == number

    # The program. -------------------------------------------------------------------------------------------------

    def action_plan(self) -> None:
        """Read how these gradients are computed fast, at as many steps as the text has."""
        self.run_worker(self._show_plan(self.session.walk), group=PLAN, exclusive=True)

    async def _show_plan(self, walk: Walk) -> None:
        style: Style = "ascii" if self.glyphs.ascii else "text"
        cells = TextDialog.cells(self.size.width)
        plan = ProgramPlan(walk.net, walk.steps, None)
        text = await in_background(lambda: plan.page(cells, style))
        if walk is self.session.walk and self.is_current:
            self.app.push_screen(TextDialog(self.glyphs, "The plan of the program: Esc closes, arrows scroll", text))

    # Taking out. --------------------------------------------------------------------------------------------------

    @property
    def _stem(self) -> str:
        return f"{exports.stem(self.session.walk.net)}-{self.reader.position.choice.form}"

    def action_copy(self) -> None:
        if found := self.reader.line:
            latex = self.script.latex(found)
            name = (f"{self._stem}-line-{found.number}", ".tex")
            copy_out(self, self.services, name, latex + "\n", f"line {found.number}\n{latex}")

    def action_copy_all(self) -> None:
        if self.reading:
            try:
                text = self.reading.view.latex(self.script.notation)
            except RnnsymError as error:
                self.notify(str(error), severity="warning", markup=False)
                return
            said = f"All {len(self.reading.view.lines)} lines as LaTeX"
            copy_out(self, self.services, (self._stem, ".tex"), text, said)

    def action_export(self) -> None:
        hint = f"{', '.join(files.SUFFIXES)} as the name ends.\nA ! at the end replaces a file that exists."
        stem = f"rnnsym-{self._stem}.tex"
        self.app.push_screen(AskDialog(self.glyphs, "Export this form", hint, self._export, stem))

    def _export(self, answer: str) -> None:
        path, overwrite = exports.chosen_path(answer)
        exports.check_new(path, overwrite)
        if self.reading:
            suffix, view, level = path.suffix.lower(), self.reading.view, self.reader.position.level
            text = files.document(suffix, view, self.study.derivation, self.script, level)
            exports.write_file(path, text)
            self.notify(f"{view.form.title}, in the file\n{path}", title="Export", markup=False)


def _whole_path(notation: str) -> str:
    """A notation in a file by its whole path, so that it is found again from any folder."""
    file, ending, words = notation.partition(".toml")
    return f"{Path(file + ending).expanduser().resolve()}{words}" if ending else notation
