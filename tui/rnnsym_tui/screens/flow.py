"""The Flow screen: the map of norms over all pairs of steps, the curves beside it, the finding, and the sliders."""

from textual.app import ComposeResult
from textual.geometry import Size

from rnnsym_tui.model import keyline, layout, status
from rnnsym_tui.model.flow import drawing
from rnnsym_tui.model.flow.heatmap import Frame, HeatMap
from rnnsym_tui.model.flow.readout import Readout
from rnnsym_tui.model.flow.results import Result
from rnnsym_tui.model.flow.tracks import Tracks
from rnnsym_tui.model.layout import Box
from rnnsym_tui.model.spans import Line, Span, line, width, wrapped
from rnnsym_tui.screens.flow_changes import FlowChanges
from rnnsym_tui.screens.furniture import too_small, with_tabs
from rnnsym_tui.widgets.bindings import bindings
from rnnsym_tui.widgets.flow_panels import CurvesPanel, MapPanel, ShadesLine, SlidersPanel
from rnnsym_tui.widgets.panel import Banner
from rnnsym_tui.widgets.step_panels import Body, RuleLine

MOST_ENTRIES = 8


class FlowScreen(FlowChanges):
    """Shows the app's session as a flow of gradients; every key is one call on the lab, and then all is shown anew."""

    BINDINGS = bindings("flow")
    AUTO_FOCUS = "#map"
    mode = "flow"

    def compose(self) -> ComposeResult:
        glyphs = self.glyphs
        yield Body(
            Banner(glyphs, "header"),
            MapPanel(glyphs, "map"),
            CurvesPanel(glyphs, "curves"),
            ShadesLine(glyphs, "shades"),
            Banner(glyphs, "place"),
            RuleLine(glyphs, "finding"),
            SlidersPanel(glyphs, "sliders"),
            Banner(glyphs, "keys"),
            Banner(glyphs, "small"),
            place=self._boxes,
        )

    def _boxes(self, size: Size) -> dict[str, Box]:
        if layout.too_small(*size):
            return {"small": Box(0, 0, *size)}
        return layout.flow_boxes(*size, self._map_cells)

    @property
    def _map_cells(self) -> int:
        """How wide the map would like to be: two cells for a step, up to some more than there are."""
        return Frame(0, 0, self.lab.steps).label + 2 * self.lab.steps + 1

    def frame(self) -> Frame:
        """The room of the map."""
        box = layout.flow_boxes(*self.size, self._map_cells)["map"]
        return Frame(box.width, max(2, box.height - 3), self.lab.steps)

    def on_mount(self) -> None:
        self.work_out()
        self.refresh_view()

    def on_resize(self) -> None:
        self.work_out()
        self.refresh_view()

    def on_screen_resume(self) -> None:
        self.work_out()
        self.refresh_view()

    def on_descendant_focus(self) -> None:
        self.refresh_view()

    # Showing. -----------------------------------------------------------------------------------------------------

    def refresh_view(self) -> None:
        """Show what is known now."""
        if not self.is_mounted or layout.too_small(*self.size):
            if self.is_mounted:
                self.query_one("#small", Banner).show(*too_small(*self.size))
            return
        if self._map_cells != self._laid_out:
            self._laid_out = self._map_cells
            self.query_one(Body).refresh(layout=True)
        if self.result is not None:
            self._show_result(self.result, Readout(self.glyphs, self.services.notation()))
        focused = self.focused is not None and self.focused.id == "sliders"
        self.query_one(SlidersPanel).show(Tracks(self.lab, self.size.width, self.glyphs, focused))
        self._show_lines()

    def _show_result(self, result: Result, readout: Readout) -> None:
        box = layout.flow_boxes(*self.size, self._map_cells)["curves"]
        if result.main.flow is None:
            words = wrapped(line(result.main.fault), self.frame().cells - 2)
            self.query_one(MapPanel).show(line(Span(result.main.label, "title")), None, words)
            self.query_one(CurvesPanel).show((), ())
            self.query_one(ShadesLine).show(())
            self.query_one("#place", Banner).show(())
            return
        found = HeatMap(result, self.frame(), self.glyphs)
        self.query_one(MapPanel).show(readout.map_title(result), found)
        self.query_one(CurvesPanel).show(
            readout.title(result), self._picture(result, readout, box.width, box.height - 1)
        )
        self.query_one(ShadesLine).show(_ends(found.legend(), found.sides(), self.size.width))
        self.query_one("#place", Banner).show(line(" ", *readout.place(result)))

    def _picture(self, result: Result, readout: Readout, cells: int, rows: int) -> list[Line]:
        """The curves, or the spectrum, and below them the numbers."""
        match result.request.place.picture:
            case "eigenvalues":
                below = readout.spectrum(result, cells)
                drawn = drawing.eigenvalues(result, cells, rows - len(below), self.glyphs)
            case "singular":
                below = readout.fan(result)
                drawn = drawing.fan(result, cells, rows - len(below), self.glyphs)
            case _:
                below = readout.entries(result, cells)[: min(MOST_ENTRIES, rows // 2)]
                drawn = drawing.norms(result, cells, rows - len(below), self.glyphs)
        blank: list[Line] = [()] * max(0, rows - len(below) - len(drawn))
        return [*drawn, *blank[: 1 if len(blank) else 0], *below] if len(blank) > 1 else [*drawn, *blank, *below]

    def _show_lines(self) -> None:
        """The lines that are no panels."""
        size, glyphs = self.size, self.glyphs
        header = with_tabs(status.header(self.session, glyphs), self.mode, size.width, glyphs.ellipsis)
        self.query_one("#header", Banner).show(header)
        self.query_one(RuleLine).show(*self._finding())
        rows = layout.key_rows(size.height)
        keys = keyline.key_lines(keyline.FLOW, self.mode, self.services.commands, size.width, rows, glyphs.ascii)
        self.query_one("#keys", Banner).show(*keys)

    def _finding(self) -> tuple[Line, Line]:
        """What is found, and whether it is still of the sliders as they were."""
        found = self.result
        if found is None:
            return line(Span(f"computing {self.glyphs.ellipsis}", "dim")), ()
        coming = line(Span(self.glyphs.ellipsis, "strong")) if self.is_behind else ()
        room = self.size.width - 8 - (width(coming) + 4 if coming else 0)
        text = found.finding
        if len(text) > room:
            text = text[: room - len(self.glyphs.ellipsis)] + self.glyphs.ellipsis
        return line(Span(text, "strong")), coming


def _ends(left: Line, right: Line, cells: int) -> Line:
    """Both ends of a line; the right one is left out where there is no room for it."""
    free = cells - width(left) - width(right) - 2
    return (Span(" "), *left, Span(" " * free), *right) if free > 1 else (Span(" "), *left)
