"""The Step screen: the timeline, the equations, the active one with its numbers, and what the keys do to them."""

from textual.app import ComposeResult
from textual.geometry import Size

from rnnsym.notation.figures import figure
from rnnsym_tui.model import keyline, layout, status
from rnnsym_tui.model.layout import Box, Wishes
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.spans import Line, Span, line, width
from rnnsym_tui.model.view import View, Viewer
from rnnsym_tui.screens.changes import Changes
from rnnsym_tui.screens.furniture import too_small, with_tabs
from rnnsym_tui.services import Services
from rnnsym_tui.widgets.bindings import bindings
from rnnsym_tui.widgets.panel import Banner
from rnnsym_tui.widgets.place import PlaceRule
from rnnsym_tui.widgets.sheet import SheetPanel
from rnnsym_tui.widgets.step_panels import Body, Equations, Matrices, Numbers, RuleLine, StepTimeline, Words
from rnnsym_tui.widgets.timeline import TimelinePanel


class StepScreen(Changes):
    """Shows the app's session; every key is one call on it, and then everything is shown anew."""

    BINDINGS = bindings("step")
    AUTO_FOCUS = "#equations"
    mode = "step"

    def __init__(self, services: Services, session: Session, viewer: Viewer, resumed: bool = False) -> None:
        super().__init__(services, session, viewer)
        self._view: View = viewer.view(session)
        self._resumed_at = session.move if resumed else None

    def compose(self) -> ComposeResult:
        glyphs = self.glyphs
        yield Body(
            Banner(glyphs, "header"),
            StepTimeline(glyphs, "timeline"),
            PlaceRule(glyphs, "rule"),
            Equations(glyphs, "equations"),
            Numbers(glyphs, "numbers"),
            Words(glyphs, "words"),
            Matrices(glyphs, "matrices"),
            RuleLine(glyphs, "loss"),
            Banner(glyphs, "keys"),
            Banner(glyphs, "small"),
            place=self._boxes,
        )

    def _boxes(self, size: Size) -> dict[str, Box]:
        if layout.too_small(*size):
            return {"small": Box(0, 0, *size)}
        return layout.boxes(*size, self._wishes(self._view))

    def on_mount(self) -> None:
        self.start_clock()
        self.refresh_view()

    def on_resize(self) -> None:
        self.refresh_view()

    def on_screen_resume(self) -> None:
        self.refresh_view()

    async def action_derive_line(self) -> None:
        await self.app.run_action("app.derive_line")

    # Showing. -----------------------------------------------------------------------------------------------------

    def refresh_view(self) -> None:
        """Show the session as it is now."""
        if not self.is_mounted:
            return
        self.viewer.write_in(self.services.notation())
        self.viewer.cells = layout.numbers_width(self.size.width)
        if self._resumed_at != self.session.move:
            self._resumed_at = None
        before, view = self._view, self.viewer.view(self.session)
        self._view = view
        if self._wishes(before) != self._wishes(view):
            self.query_one(Body).refresh(layout=True)
        matrices = self.query_one(Matrices)
        matrices.display = not view.forward or self.size.width >= layout.WIDE
        matrices.show(view.matrices)
        self.query_one(StepTimeline).show(view.timeline)
        self.query_one(Equations).show(view.outline.sheet)
        self.query_one(Numbers).show(view.numbers)
        self.query_one(Words).show(view.words)
        self._show_lines()

    def _wishes(self, view: View) -> Wishes:
        rows, entries = len(view.timeline.rows), len(view.numbers.lines) + len(view.numbers.head) - 1
        return Wishes(rows, self.session.setup.hidden, entries, not view.forward)

    def _show_lines(self) -> None:
        """The lines that are no panels."""
        view, size = self._view, self.size
        self.query_one("#header", Banner).show(with_tabs(view.header, self.mode, size.width, self.glyphs.ellipsis))
        self.query_one(PlaceRule).show(view.place, self._value(), view.progress)
        news = self._news()
        taken = 8 + (width(news) + 4 if news else 0)
        self.query_one(RuleLine).show(news, status.loss(self.session, self.glyphs, size.width - taken))
        rows = layout.key_rows(size.height)
        keys = keyline.key_lines(keyline.STEP, self.mode, self.services.commands, size.width, rows, self.glyphs.ascii)
        self.query_one("#keys", Banner).show(*keys)
        self.query_one("#small", Banner).show(*too_small(size.width, size.height))

    def _value(self) -> Line:
        """The value under the cursor of the timeline, while that has the focus."""
        panel = self.query_one(StepTimeline)
        row = panel.current_row if panel.has_focus else None
        value = row.value(panel.timeline.now) if row else None
        if row is None or value is None:
            return line(f"{row.label} not yet") if row else ()
        return line(Span(f"{row.label} = {figure(value)}", "strong"))

    def _news(self) -> Line:
        """What goes on; until the first move, that this is where the session was left; the conditions to stop at."""
        if self.work or self.playing:
            return line(Span(self.work or "playing", "strong"))
        if self._resumed_at is not None:
            return line(Span("resumed", "here"), ": g goes to the start")
        if not self.session.breaks:
            return ()
        hit = self.session.hit()
        text = "break: " + ", ".join(found.text for found in self.session.breaks)
        return line(Span(f"stopped at {hit.text}", "here") if hit else text)

    def on_descendant_focus(self) -> None:
        self._show_lines()

    def on_timeline_panel_moved(self) -> None:
        self._show_lines()

    def on_timeline_panel_chosen(self, event: TimelinePanel.Chosen) -> None:
        self.session.go_to_time(event.t)
        self.refresh_view()

    def on_sheet_panel_chosen(self, event: SheetPanel.Chosen) -> None:
        """A click on an equation goes to it; a click on a number chooses its row."""
        if event.panel.id == "equations":
            self.session.go_to_line(self._view.outline.numbers[event.row])
        elif event.panel.id == "numbers":
            self.viewer.move_cursor(self.session, 0, event.row - self.viewer.place.unit)
        self.refresh_view()
