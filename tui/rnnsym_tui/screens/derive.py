"""The Derive screen: the outline of a form's lines, what stands behind the selected one, and what the check says."""

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.geometry import Size

from rnnsym_tui.model import keyline, layout, status
from rnnsym_tui.model.derive import lines
from rnnsym_tui.model.derive.details import Details, Frame, details
from rnnsym_tui.model.derive.outline import LABEL_CELLS, Entry, entries
from rnnsym_tui.model.derive.script import Script, script
from rnnsym_tui.model.derive.tables import Moment
from rnnsym_tui.model.layout import Box
from rnnsym_tui.model.sheets import Sheet
from rnnsym_tui.model.spans import Line, Span, line
from rnnsym_tui.model.view import alphabet_of
from rnnsym_tui.screens.derive_changes import DeriveChanges
from rnnsym_tui.screens.furniture import too_small, with_tabs
from rnnsym_tui.widgets.bindings import bindings
from rnnsym_tui.widgets.derive_panels import MARK_CELLS, DetailsPanel, OutlinePanel
from rnnsym_tui.widgets.panel import Banner
from rnnsym_tui.widgets.sheet import SheetPanel
from rnnsym_tui.widgets.step_panels import Body, RuleLine


class DeriveScreen(DeriveChanges):
    """Shows the app's session as a derivation; every key is one call on the reader, and then all is shown anew."""

    BINDINGS = bindings("derive")
    AUTO_FOCUS = "#outline"
    mode = "derive"
    _script: Script | None = None

    def compose(self) -> ComposeResult:
        glyphs = self.glyphs
        yield Body(
            Banner(glyphs, "header"),
            Banner(glyphs, "forms"),
            OutlinePanel(glyphs, "outline"),
            DetailsPanel(glyphs, "details"),
            RuleLine(glyphs, "check"),
            Banner(glyphs, "keys"),
            Banner(glyphs, "small"),
            place=self._boxes,
        )

    def _boxes(self, size: Size) -> dict[str, Box]:
        if layout.too_small(*size):
            return {"small": Box(0, 0, *size)}
        return layout.derive_boxes(*size)

    def on_mount(self) -> None:
        self.work_out()

    def on_resize(self) -> None:
        self.refresh_view()

    def on_screen_resume(self) -> None:
        self.follow_session()
        self.refresh_view()

    # Showing. -----------------------------------------------------------------------------------------------------

    @property
    def script(self) -> Script:
        """The script of the chosen notation, made anew when that changes."""
        wanted = self.reader.position.notation
        if self._script is None or self._script.notation.name != wanted:
            self._script = script(self.glyphs, wanted)
        return self._script

    def refresh_view(self) -> None:
        """Show the reader's place as it is now."""
        if not self.is_mounted:
            return
        checks = self.reading.checks if self.reading else None
        found = entries(self.reader, checks, self.script)
        self.query_one(OutlinePanel).show_entries(self._title(), found, self._active(found))
        shown = self.shown_details = self._details()
        active = shown.places[self.link] if self._in_details and self.link < len(shown.places) else None
        self.query_one(DetailsPanel).show(Sheet(shown.title, shown.lines, active=active))
        self._show_lines()

    def _active(self, found: tuple[Entry, ...]) -> int | None:
        return next((i for i, entry in enumerate(found) if entry.key == self.reader.position.at), None)

    def _title(self) -> Line:
        if self.reading is None:
            return line(Span("deriving", "title"))
        note = f": {self.reading.note}" if self.reading.note else ""
        wanted = self.reader.position.choice
        coming = "" if wanted == self.reading.choice else f"  deriving {wanted.form} {self.glyphs.ellipsis}"
        return line(Span(self.script.say([self.reading.view.form.title]), "title"), note, Span(coming, "strong"))

    def _details(self) -> Details:
        if self.reading is None:
            return Details()
        session, size = self.session, self.size
        place = status.place(session, self.glyphs)
        moment = Moment(session.move.t, place, self.reading.numbers, alphabet_of(session))
        chosen = self.link if self._in_details else None
        roomy = size.width >= layout.BESIDE
        cells, taste = layout.details_width(size.width), self.reader.position.layout
        frame = Frame(self.script, cells, chosen, self._is_cut(), roomy, taste)
        return details(self.reader, moment, frame)

    def _is_cut(self) -> bool:
        """Whether the outline is too narrow for the formula of the selected line."""
        found = self.reader.line
        room = layout.outline_width(self.size.width) - LABEL_CELLS - MARK_CELLS
        return found is not None and max(map(cell_len, self.script.equations(found))) >= room

    @property
    def _in_details(self) -> bool:
        return self.focused is not None and self.focused.id == "details"

    def _show_lines(self) -> None:
        """The lines that are no panels."""
        size, glyphs = self.size, self.glyphs
        self.query_one("#header", Banner).show(
            with_tabs(status.header(self.session, glyphs), self.mode, size.width, self.glyphs.ellipsis)
        )
        keys = [choice.key for choice in self.study.forms]
        shown = lines.forms_line(keys, self.reader.position, self.about, size.width, glyphs)
        self.query_one("#forms", Banner).show(shown)
        news = line(Span(self.news, "strong")) if self.news else ()
        total = lines.summary(self.reading, glyphs)
        said = news or lines.check_line(self.reading, self.reader.line, size.width - 8, glyphs)
        self.query_one(RuleLine).show(said, total)
        rows = layout.key_rows(size.height)
        foot = keyline.key_lines(keyline.DERIVE, self.mode, self.services.commands, size.width, rows, glyphs.ascii)
        self.query_one("#keys", Banner).show(*foot)
        self.query_one("#small", Banner).show(*too_small(size.width, size.height))

    def on_descendant_focus(self) -> None:
        self.refresh_view()

    def on_sheet_panel_chosen(self, event: SheetPanel.Chosen) -> None:
        """A click on a row selects it; on a section or on the row that is selected, it does what Enter does."""
        if event.panel.id != "outline":
            return
        key = self.query_one(OutlinePanel).entries[event.row].key
        again = key == self.reader.position.at or not key.line
        self.reader.select(key)
        if again:
            self.reader.enter()
        self.link = 0
        self.refresh_view()
