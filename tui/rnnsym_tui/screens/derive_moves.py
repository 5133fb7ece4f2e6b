"""The movements of the Derive screen, and the work behind it: one form at a time is worked out in a thread."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from textual.screen import Screen
from textual.worker import Worker, WorkerState

from rnnsym.core.names import Name
from rnnsym.errors import RnnsymError
from rnnsym_tui.background import in_background
from rnnsym_tui.model.derive.details import Details
from rnnsym_tui.model.derive.reader import Choice, Reader
from rnnsym_tui.model.derive.reading import Reading, Study
from rnnsym_tui.model.derive.rows import LAYOUT_TITLES
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.session import Session
from rnnsym_tui.services import Services
from rnnsym_tui.widgets.derive_panels import DetailsPanel, OutlinePanel

WORK = "derivation"


class DeriveMoves(Screen[None]):
    """Every action is one call on the reader or the session, and then everything is shown anew."""

    def __init__(self, services: Services, session: Session, reader: Reader, glyphs: Glyphs) -> None:
        super().__init__()
        self.services, self.session, self.reader, self.glyphs = services, session, reader, glyphs
        self.study = Study(session.walk)
        self.reading: Reading | None = None
        self.shown_details = Details()
        self.link = 0
        self.news = ""
        self._wanted: Name | None = None

    def refresh_view(self) -> None:
        raise NotImplementedError

    # The work in the background. ----------------------------------------------------------------------------------

    def follow_session(self) -> None:
        """Begin anew where the session's network, weights or text have changed."""
        if self.session.walk is not self.study.walk:
            self.study = Study(self.session.walk)
            self.work_out()

    def work_out(self) -> None:
        """Work the chosen form out, in a thread; what is shown stays until its lines are there."""
        choice = self.reader.position.choice
        if known := self.study.known(choice):
            self.take(self.study, known)
        self.run_worker(self._stages(self.study, choice), group=WORK, exclusive=True, exit_on_error=False)

    async def _stages(self, study: Study, choice: Choice) -> None:
        stages = study.stages(choice)
        try:
            while reading := await in_background(partial(next, stages, None)):
                self.take(study, reading)
        except RnnsymError as error:
            self._refuse(study, choice, error)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of the program while it worked something out: what is known stays on the screen."""
        if event.state != WorkerState.ERROR or self.reading is None:
            return
        text = f"This form could not be worked out to the end: {event.worker.error!r}"
        self.notify(text, severity="error", markup=False)
        self.take(self.study, replace(self.reading, unchecked="it failed"))

    def take(self, study: Study, reading: Reading) -> None:
        """Show what has been worked out, unless something else is wanted by now."""
        if study is not self.study or reading.choice != self.reader.position.choice:
            return
        self.reading = reading
        if self.reader.form is not reading.view.form:
            self.reader.read(reading.view.form)
        if self._wanted is not None:
            self.reader.go_to_name(self._wanted)
            self._wanted = None
        self.refresh_view()

    def _refuse(self, study: Study, choice: Choice, error: RnnsymError) -> None:
        """Say why there is no such form here, and go back to the one that was shown, or to the first."""
        if study is not self.study or choice != self.reader.position.choice:
            return
        self.notify(str(error), severity="warning", markup=False)
        before = self.reading.choice if self.reading else Choice()
        if choice not in (before, Choice()):
            self.reader.choose(before if study.known(before) else Choice())
            self.work_out()

    # Moving. ------------------------------------------------------------------------------------------------------

    def _move(self, movement: Callable[[], object]) -> None:
        at = self.reader.position.at
        self.news = ""
        movement()
        if self.reader.position.at != at:
            self.link = 0
            panel = self.query_one(DetailsPanel)
            panel.top = panel.left = 0
        self.refresh_view()

    def action_outline_down(self) -> None:
        self._move(lambda: self.reader.move(1))

    def action_outline_up(self) -> None:
        self._move(lambda: self.reader.move(-1))

    def action_next_line(self) -> None:
        self._move(lambda: self.reader.next_line(1))

    def action_previous_line(self) -> None:
        self._move(lambda: self.reader.next_line(-1))

    def action_page_down(self) -> None:
        self._move(lambda: self.reader.move(max(1, self.query_one(OutlinePanel).room - 1)))

    def action_page_up(self) -> None:
        self._move(lambda: self.reader.move(-max(1, self.query_one(OutlinePanel).room - 1)))

    def action_first(self) -> None:
        self._move(self.reader.first)

    def action_last(self) -> None:
        self._move(self.reader.last)

    def action_enter(self) -> None:
        self._move(self.reader.enter)

    def action_open(self) -> None:
        self._move(self.reader.open)

    def action_close(self) -> None:
        self._move(self.reader.close)

    def action_fold_all(self) -> None:
        self._move(self.reader.fold_all)

    def action_next_level(self) -> None:
        self._move(self.reader.next_level)

    def action_next_layout(self) -> None:
        self.reader.next_layout()
        self.news = LAYOUT_TITLES[self.reader.position.layout]
        self.refresh_view()

    def action_back(self) -> None:
        if not self.reader.can_go_back:
            self.notify("There is no jump to go back from.", timeout=3)
        self._move(self.reader.back)

    def find(self, name: Name) -> None:
        """Select the line that defines a quantity: in this form, or else in the first one, which has all of them."""
        self.follow_session()
        if self.reader.form is None or not self.reader.go_to_name(name):
            self._wanted = name
            self.reader.choose(Choice())
            if self.is_mounted:
                self.work_out()

    def show_form(self, key: str) -> None:
        """Show a form that is about no parameter."""
        self.follow_session()
        self.reader.choose(replace(self.reader.position.choice, form=key, wrt=None))
        if self.is_mounted:
            self.work_out()

    # The links in the details. ------------------------------------------------------------------------------------

    def action_next_link(self) -> None:
        self._move_link(1)

    def action_previous_link(self) -> None:
        self._move_link(-1)

    def _move_link(self, count: int) -> None:
        """To another link; past the last one, the page scrolls."""
        wanted = self.link + count
        if 0 <= wanted < len(self.shown_details.links):
            self.link = wanted
            self.refresh_view()
        else:
            self.query_one(DetailsPanel).scroll_lines(count)

    def action_follow_link(self) -> None:
        if self.link < len(self.shown_details.links):
            self.action_follow(self.shown_details.links[self.link])

    def action_follow(self, number: int) -> None:
        """To the line with this number."""
        self._move(lambda: self.reader.jump(number))

    # Time. --------------------------------------------------------------------------------------------------------

    def action_later(self) -> None:
        self._to_time(self.session.move.t + 1)

    def action_earlier(self) -> None:
        self._to_time(self.session.move.t - 1)

    def _to_time(self, t: int) -> None:
        self.session.go_to_time(t)
        self.refresh_view()
