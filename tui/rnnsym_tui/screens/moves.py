"""The movements of the Step screen: one action for each, and playing."""

from collections.abc import Callable

from textual.screen import Screen
from textual.timer import Timer

from rnnsym_tui.model.session import Session
from rnnsym_tui.model.view import Viewer
from rnnsym_tui.services import Services

SECONDS_A_LINE = 0.35


class Moves(Screen[None]):
    """Every action is one call on the session. Any of them stops playing."""

    def __init__(self, services: Services, session: Session, viewer: Viewer) -> None:
        super().__init__()
        self.services, self.session, self.viewer = services, session, viewer
        self.glyphs = viewer.glyphs
        self.playing = False
        self._clock: Timer | None = None

    def refresh_view(self) -> None:
        raise NotImplementedError

    def _move(self, movement: Callable[[], object]) -> None:
        self.stop()
        movement()
        self.refresh_view()

    # Playing. -----------------------------------------------------------------------------------------------------

    def start_clock(self) -> None:
        self._clock = self.set_interval(SECONDS_A_LINE, self.tick, pause=True)

    def stop(self) -> None:
        if self.playing and self._clock is not None:
            self.playing = False
            self._clock.pause()

    def tick(self) -> None:
        """One line on; playing stops at the end and at a break."""
        if not self.session.next_line() or self.session.hit():
            self.stop()
        self.refresh_view()

    def action_play(self) -> None:
        if self.playing or self._clock is None:
            self.stop()
        else:
            self.playing = True
            self._clock.resume()
        self.refresh_view()

    # Moving. ------------------------------------------------------------------------------------------------------

    def action_next_line(self) -> None:
        self._move(self.session.next_line)

    def action_previous_line(self) -> None:
        self._move(self.session.previous_line)

    def action_next_time(self) -> None:
        self._move(self.session.next_time)

    def action_previous_time(self) -> None:
        self._move(self.session.previous_time)

    def action_turn_round(self) -> None:
        self._move(self.session.turn_round)

    def action_first(self) -> None:
        self._move(self.session.first)

    def action_last(self) -> None:
        self._move(self.session.last)

    def action_left(self) -> None:
        self._to_time(self.session.move.t - 1)

    def action_right(self) -> None:
        self._to_time(self.session.move.t + 1)

    def action_home(self) -> None:
        self._to_time(1)

    def action_end(self) -> None:
        self._to_time(self.session.walk.steps)

    def _to_time(self, t: int) -> None:
        self._move(lambda: self.session.go_to_time(t))

    def action_run_on(self) -> None:
        self._move(self.session.run_on)

    # The cursor in the numbers. -----------------------------------------------------------------------------------

    def action_unit_down(self) -> None:
        self._move_cursor(0, 1)

    def action_unit_up(self) -> None:
        self._move_cursor(0, -1)

    def action_column_right(self) -> None:
        self._move_cursor(1, 0)

    def action_column_left(self) -> None:
        self._move_cursor(-1, 0)

    def _move_cursor(self, columns: int, units: int) -> None:
        self._move(lambda: self.viewer.move_cursor(self.session, columns, units))
