"""The panels of the Step screen, each with its keys, and the layout that places them."""

from collections.abc import Callable

from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.layout import Box
from rnnsym_tui.model.spans import Line, Span, wrapped
from rnnsym_tui.widgets.bindings import bindings
from rnnsym_tui.widgets.panel import Panel
from rnnsym_tui.widgets.rules import rule
from rnnsym_tui.widgets.sheet import SheetPanel
from rnnsym_tui.widgets.timeline import TimelinePanel


class StepTimeline(TimelinePanel):
    BINDINGS = bindings("timeline")


class Equations(SheetPanel):
    BINDINGS = bindings("equations")


class Numbers(SheetPanel):
    BINDINGS = bindings("numbers")


class Matrices(SheetPanel):
    """Weights or gradients."""

    BINDINGS = bindings("matrices")


class Words(Panel):
    """The plain sentence, wrapped to the panel."""

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(glyphs, id)
        self._sentence: Line = ()

    def show(self, sentence: Line) -> None:
        self._sentence = sentence
        self.refresh()

    def line_at(self, y: int) -> Line:
        lines = wrapped(self._sentence, self.size.width - 4)
        if y >= len(lines):
            return ()
        more = y == self.size.height - 1 and y + 1 < len(lines)
        return (Span(" "), *lines[y], Span(self.glyphs.ellipsis if more else ""))


class RuleLine(Panel):
    """A rule with words at both ends."""

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(glyphs, id)
        self._ends: tuple[Line, Line] = ((), ())

    def show(self, left: Line, right: Line) -> None:
        self._ends = (left, right)
        self.refresh()

    def line_at(self, y: int) -> Line:
        return rule(self.size.width, *self._ends, self.glyphs)


class Boxes(Layout):
    """Places children where a function of the size says, by their ids; the others are not shown."""

    name = "boxes"

    def __init__(self, place: Callable[[Size], dict[str, Box]]) -> None:
        self._place = place

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        boxes = self._place(size)
        return [
            WidgetPlacement(Region(*boxes[child.id]), NULL_OFFSET, Spacing(), child)
            for child in children
            if child.id in boxes
        ]


class Body(Widget):
    """The whole of a screen, laid out by a function."""

    DEFAULT_CSS = "Body { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, *children: Widget, place: Callable[[Size], dict[str, Box]]) -> None:
        super().__init__(*children)
        self._boxes = Boxes(place)

    @property
    def layout(self) -> Layout:
        return self._boxes

    def place_anew(self) -> None:
        """Ask the function again, though the size is the same."""
        for child in self.children[:1]:
            child.refresh(layout=True)
