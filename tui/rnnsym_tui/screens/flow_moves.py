"""The movements of the Flow screen, and the work behind it: one picture at a time is worked out in a thread."""

from collections.abc import Callable
from functools import partial

from textual.screen import Screen
from textual.worker import Worker, WorkerState

from rnnsym.errors import RnnsymError
from rnnsym_tui.background import in_background
from rnnsym_tui.model.flow.heatmap import Frame, beyond
from rnnsym_tui.model.flow.knobs import FAST
from rnnsym_tui.model.flow.lab import ROWS, Lab
from rnnsym_tui.model.flow.place import cursor, subject
from rnnsym_tui.model.flow.results import Request, Result
from rnnsym_tui.model.flow.work import Bench
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.session import Session
from rnnsym_tui.services import Services
from rnnsym_tui.widgets.flow_panels import MapPanel, SlidersPanel

WORK = "flow"
FAR = 10**6


class FlowMoves(Screen[None]):
    """Every action is one call on the lab, and then everything is shown anew.

    Whatever moves asks for a new picture. While one is worked out, only the last wish is kept: a slider that is dragged
    is followed as fast as the pictures come.
    """

    def __init__(self, services: Services, lab: Lab, glyphs: Glyphs) -> None:
        super().__init__()
        self.services, self.lab, self.glyphs = services, lab, glyphs
        self.bench = Bench()
        self.result: Result | None = None
        self._wanted: Request | None = None
        self._asked: Request | None = None
        self._laid_out = (0, 0)

    @property
    def session(self) -> Session:
        return self.lab.session

    def refresh_view(self) -> None:
        raise NotImplementedError

    def frame(self) -> Frame:
        """The room of the map."""
        raise NotImplementedError

    # The work in the background. ----------------------------------------------------------------------------------

    @property
    def is_behind(self) -> bool:
        """Whether what is shown is not yet what is wanted."""
        return self.result is None or self.result.request is not self._asked or not self.result.complete

    def work_out(self) -> None:
        """Ask for the picture of what is wanted now."""
        if not self.is_mounted:
            return
        frame = self.frame()
        room = frame.rows, frame.columns, self.glyphs.ascii
        request = Request(self.session.setup, self.session.walk, self.lab.place, *room)
        if request == self._asked:
            return
        busy = self._wanted is not None or (self._asked is not None and self.is_behind)
        self._wanted = self._asked = request
        if not busy or not self._is_working:
            self.run_worker(self._work(), group=WORK, exclusive=True, exit_on_error=False)

    @property
    def _is_working(self) -> bool:
        return any(worker.group == WORK and worker.is_running for worker in self.workers)

    async def _work(self) -> None:
        """Pictures one after another, each of the last wish, until there is none."""
        while (request := self._wanted) is not None:
            self._wanted = None
            results = self.bench.results(request)
            while self._wanted is None and (result := await in_background(partial(next, results, None))):
                self.take(result)

    def take(self, result: Result) -> None:
        """Show a result, unless it is of something else than is looked at by now."""
        wanted = self._asked
        if wanted is None or result.request.walk is not self.session.walk:
            return
        if subject(result.request.place) != subject(wanted.place):
            return
        self.result = result
        self.lab.rests = result.rests
        self.refresh_view()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of the program while it worked something out: what is known stays on the screen."""
        if event.state == WorkerState.ERROR and event.worker.group == WORK:
            text = f"This picture could not be worked out: {event.worker.error!r}"
            self.notify(text, severity="error", markup=False)

    def changed(self) -> None:
        """Show what has changed, and ask for its picture."""
        self.work_out()
        self.refresh_view()

    def _do(self, change: Callable[[], object]) -> None:
        """A change that is refused is explained, and nothing has changed then."""
        try:
            change()
        except RnnsymError as error:
            self.notify(str(error), severity="warning", markup=False)
        self.changed()

    # The cursor. --------------------------------------------------------------------------------------------------

    def cursor(self, found: Result) -> tuple[int, int]:
        """The steps (t, k) of the cursor, also where the picture does not show it yet."""
        return cursor(self.lab.place, self.lab.steps, found.forward)

    def _move(self, rows: int, columns: int) -> None:
        """By so many rows and columns of the map; the diagonal and the ends hold the cursor."""
        found = self.result
        if found is None or found.main.flow is None:
            return
        t, k = self.cursor(found)
        t, k = beyond(found.ts, t, rows), beyond(found.ks, k, columns)
        self.lab.go_to(t, min(k, t) if found.forward else max(k, t))
        self.changed()

    def action_left(self) -> None:
        self._move(0, -1)

    def action_right(self) -> None:
        self._move(0, 1)

    def action_up(self) -> None:
        self._move(-1, 0)

    def action_down(self) -> None:
        self._move(1, 0)

    def action_first(self) -> None:
        self._move(0, -FAR)

    def action_last(self) -> None:
        self._move(0, FAR)

    def action_page_up(self) -> None:
        self._move(-FAR, 0)

    def action_page_down(self) -> None:
        self._move(FAR, 0)

    def on_map_panel_chosen(self, event: MapPanel.Chosen) -> None:
        self.lab.go_to(event.t, event.k)
        self.changed()

    # Sliders. -----------------------------------------------------------------------------------------------------

    def action_slider_up(self) -> None:
        self.lab.row = max(self.lab.row - 1, 0)
        self.refresh_view()

    def action_slider_down(self) -> None:
        self.lab.row = min(self.lab.row + 1, len(ROWS) - 1)
        self.refresh_view()

    def action_less(self) -> None:
        self._do(partial(self.lab.turn, -1))

    def action_more(self) -> None:
        self._do(partial(self.lab.turn, 1))

    def action_much_less(self) -> None:
        self._do(partial(self.lab.turn, -FAST))

    def action_much_more(self) -> None:
        self._do(partial(self.lab.turn, FAST))

    def action_least(self) -> None:
        self._do(partial(self.lab.to_end, False))

    def action_most(self) -> None:
        self._do(partial(self.lab.to_end, True))

    def action_reset(self) -> None:
        self._do(self.lab.reset)

    def on_sliders_panel_slid(self, event: SlidersPanel.Slid) -> None:
        """A drag moves a slider; a click beside its track chooses its row, and on a choice the next one."""
        if event.ended:
            self.lab.let_go()
            return
        again = self.lab.row == ROWS.index(event.key)
        self.lab.row = ROWS.index(event.key)
        if self.lab.slider(event.key) is None:
            self._do(partial(self.lab.turn, 1)) if again else self.refresh_view()
        elif -0.05 <= event.share <= 1.05:
            self._do(partial(self.lab.slide, event.key, event.share))
        else:
            self.refresh_view()

    # What is shown. -----------------------------------------------------------------------------------------------

    def action_picture(self) -> None:
        self._do(self.lab.next_picture)

    def action_activation(self) -> None:
        if not self.lab.activations:
            self.notify(
                f"{self.session.walk.net.name} has no activation to choose: its functions are fixed.", timeout=3
            )
        self._do(self.lab.next_activation)

    def action_mirror(self) -> None:
        if not self.lab.next_mirror():
            self.notify("The other side shows another cell once c compares with two or more.", timeout=3)
        self.changed()

    def action_pin(self) -> None:
        self.lab.pin()
        self.changed()

    def action_chain(self) -> None:
        found = self.result
        if found is None or found.main.flow is None or not self._next_chain(found):
            self.notify("This network has one chain of states.", timeout=3)
        self.changed()

    def _next_chain(self, found: Result) -> bool:
        flow = found.main.flow
        return flow is not None and self.lab.next_chain(found.chains, flow.jacobians.chain)

    def action_undo(self) -> None:
        self._go_back(self.lab.undo, "undo")

    def action_redo(self) -> None:
        self._go_back(self.lab.redo, "redo")

    def _go_back(self, change: Callable[[], bool], verb: str) -> None:
        done: list[bool] = []
        self._do(lambda: done.append(change()))
        if done == [False]:
            self.notify(f"There is no change to {verb}.", timeout=3)

    def action_start_over(self) -> None:
        self._do(self.lab.start_over)
        self.notify("Started over; u brings the last state back.", timeout=4)
