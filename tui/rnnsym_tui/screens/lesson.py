"""The Lesson screen: pages of a lesson with their numbers computed as they are shown."""

from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen

from rnnsym.errors import RnnsymError
from rnnsym.lessons import Lesson, Style, load, names
from rnnsym_tui.model import keyline, layout
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.layout import Box
from rnnsym_tui.model.sheets import Sheet
from rnnsym_tui.model.spans import Line, Span, line
from rnnsym_tui.screens.copying import copy_out
from rnnsym_tui.screens.furniture import too_small, with_tabs
from rnnsym_tui.services import Services
from rnnsym_tui.widgets.bindings import bindings
from rnnsym_tui.widgets.panel import Banner
from rnnsym_tui.widgets.sheet import SheetPanel
from rnnsym_tui.widgets.step_panels import Body

MARGIN, WIDEST = 2, 88
"""Cells left of the text, and the longest comfortable line."""


class LessonScreen(Screen[None]):
    """One page at a time; the page is remembered for the next start."""

    BINDINGS = bindings("lesson")
    mode = "lesson"

    def __init__(self, services: Services, name: str, lesson: Lesson, glyphs: Glyphs) -> None:
        super().__init__()
        self.services, self.lesson_name, self.lesson, self.glyphs = services, name, lesson, glyphs
        self.number = min(max(services.page_of(name), 1), len(lesson))

    def compose(self) -> ComposeResult:
        glyphs = self.glyphs
        yield Body(
            Banner(glyphs, "header"),
            SheetPanel(glyphs, "page"),
            Banner(glyphs, "keys"),
            Banner(glyphs, "small"),
            place=self._boxes,
        )

    def _boxes(self, size: Size) -> dict[str, Box]:
        width, height = size
        if layout.too_small(width, height):
            return {"small": Box(0, 0, width, height)}
        return {
            "header": Box(0, 0, width, 1),
            "page": Box(0, 1, width, height - 2),
            "keys": Box(0, height - 1, width, 1),
        }

    def on_mount(self) -> None:
        self.query_one(SheetPanel).focus()
        self.show_page()

    def on_resize(self) -> None:
        self.show_page()

    def show_page(self) -> None:
        """Set the page for this width; a line of its own for each line of the text."""
        size = self.size
        name = Span(f" lesson {self.lesson_name} ", "strong")
        header = line(Span(" rnnsym ", "title"), name, f" {self.lesson.title}")
        self.query_one("#header", Banner).show(with_tabs(header, self.mode, size.width, self.glyphs.ellipsis))
        keys = keyline.key_lines(keyline.LESSON, self.mode, self.services.commands, size.width, 1, self.glyphs.ascii)
        self.query_one("#keys", Banner).show(*keys)
        self.query_one("#small", Banner).show(*too_small(size.width, size.height))
        title = line(Span(f"page {self.number} of {len(self.lesson)}", "title"))
        self.query_one(SheetPanel).show(Sheet(title, tuple(map(_set, self.page_text().splitlines()))))

    def page_text(self) -> str:
        """The page as plain text."""
        try:
            width = min(self.size.width - 2 * MARGIN, WIDEST)
            return self.lesson.text(self.number, Style(width, self.glyphs.ascii))
        except RnnsymError as error:
            return f"This page cannot be shown: {error}"

    def _turn_to(self, number: int) -> None:
        number = min(max(number, 1), len(self.lesson))
        if number != self.number:
            self.number = number
            self.query_one(SheetPanel).top = 0
            self.services.keep_page(self.lesson_name, number)
            self.show_page()

    def action_next_page(self) -> None:
        self._turn_to(self.number + 1)

    def action_previous_page(self) -> None:
        self._turn_to(self.number - 1)

    def action_read_on(self) -> None:
        """So that one key, or a lecturer's clicker, reads the whole lesson and skips nothing."""
        panel = self.query_one(SheetPanel)
        if panel.at_end:
            self._turn_to(self.number + 1)
        else:
            panel.scroll_lines(max(1, panel.room - 1))

    def action_read_back(self) -> None:
        panel = self.query_one(SheetPanel)
        if panel.top:
            panel.scroll_lines(-max(1, panel.room - 1))
        elif self.number > 1:
            self._turn_to(self.number - 1)
            panel.scroll_lines(len(panel.sheet.lines))

    def action_first_page(self) -> None:
        self._turn_to(1)

    def action_last_page(self) -> None:
        self._turn_to(len(self.lesson))

    def action_scroll_down(self) -> None:
        self.query_one(SheetPanel).scroll_lines(1)

    def action_scroll_up(self) -> None:
        self.query_one(SheetPanel).scroll_lines(-1)

    def action_copy(self) -> None:
        name = (f"lesson-{self.lesson_name}-page-{self.number}", ".txt")
        copy_out(self, self.services, name, self.page_text(), "This page was")


def lesson_screen(services: Services, name: str | None, glyphs: Glyphs) -> LessonScreen:
    """The screen of a lesson; of the first one where none is named. Raises UnknownNameError."""
    name = name or names()[0]
    return LessonScreen(services, name, load(name), glyphs)


def _set(text: str) -> Line:
    kind = "strong" if text[:1].isdigit() and ". " in text[:5] else ""
    return line(" " * MARGIN, Span(text, kind))
