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
from rnnsym_tui.widgets.flow_panels import CurvesPanel, FindingPanel, MapPanel, ShadesLine, SlidersPanel
from rnnsym_tui.widgets.panel import Banner
from rnnsym_tui.widgets.step_panels import Body

MOST_ENTRIES = 8
RULE_CELLS = 10
"""What a rule takes beside the words at its ends."""


class FlowScreen(FlowChanges):
    """Shows the app's session as a flow of gradients; every key is one call on the lab, and then all is shown anew."""

    BINDINGS = bindings("flow")
    AUTO_FOCUS = "#map"
    mode = "flow"
    _painted: object = None
    """What was painted last, so that the same is not painted again."""

    def compose(self) -> ComposeResult:
        glyphs = self.glyphs
        yield Body(
            Banner(glyphs, "header"),
            MapPanel(glyphs, "map"),
            CurvesPanel(glyphs, "curves"),
            ShadesLine(glyphs, "shades"),
            Banner(glyphs, "place"),
            FindingPanel(glyphs, "finding"),
            SlidersPanel(glyphs, "sliders"),
            Banner(glyphs, "keys"),
            Banner(glyphs, "small"),
            place=self._boxes,
        )

    def _boxes(self, size: Size) -> dict[str, Box]:
        if layout.too_small(*size):
            return {"small": Box(0, 0, *size)}
        return layout.flow_boxes(*size, *self._counts)

    @property
    def _counts(self) -> tuple[int, int]:
        """What the layout depends on: steps and networks."""
        return self.lab.steps, 1 + len(self.lab.place.compare)

    def frame(self) -> Frame:
        """The room of the map."""
        box = layout.flow_boxes(*self.size, *self._counts)["map"]
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
        if self._counts != self._laid_out:
            self._laid_out = self._counts
            self.query_one(Body).place_anew()
        painted = (self.result, tuple(self.size), self._counts, self.services.notation())
        if self.result is not None and painted != self._painted:
            self._painted = painted
            self._show_result(self.result, Readout(self.glyphs, self.services.notation()))
        self.query_one(SlidersPanel).show(Tracks(self.lab, self.size.width, self.glyphs, self._on_sliders))
        self._show_lines()

    def _show_result(self, result: Result, readout: Readout) -> None:
        box = layout.flow_boxes(*self.size, *self._counts)["curves"]
        if result.main.flow is None:
            words = wrapped(line(result.main.fault), self.frame().cells - 2)
            self.query_one(MapPanel).show((line(Span(result.main.label, "title")), ()), None, words)
            self.query_one(CurvesPanel).show((), ())
            self.query_one(ShadesLine).show(())
            self.query_one("#place", Banner).show(())
            return
        found = HeatMap(result, self.frame(), self.glyphs)
        title, sides = readout.map_title(result), readout.sides(result)
        fits = width(title) + width(sides) + RULE_CELLS <= self.frame().cells
        self.query_one(MapPanel).show((title, sides if fits else ()), found)
        self.query_one(CurvesPanel).show(
            readout.title(result), self._picture(result, readout, box.width, box.height - 1)
        )
        self.query_one(ShadesLine).show(line(" ", *found.legend(), *(() if fits else (Span("  "), *sides))))
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
        self.query_one(FindingPanel).show(*self._finding())
        rows = layout.key_rows(size.height)
        entries = keyline.SLIDERS if self._on_sliders else keyline.FLOW
        keys = keyline.key_lines(entries, self.mode, self.services.commands, size.width, rows, glyphs.ascii)
        self.query_one("#keys", Banner).show(*keys)

    @property
    def _on_sliders(self) -> bool:
        return self.focused is not None and self.focused.id == "sliders"

    def _finding(self) -> tuple[str, bool]:
        """What is found, and whether it is of the sliders as they were a moment ago."""
        if self.result is None:
            return "computing", True
        return self.result.finding, self.is_behind
