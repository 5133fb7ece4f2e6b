"""The panels of the Flow screen: the map, the curves beside it, and the sliders."""

from collections.abc import Sequence

from rich.style import Style
from textual.events import Click, MouseDown, MouseMove, MouseUp
from textual.message import Message

from rnnsym_tui.model.flow.heatmap import LEVEL, HeatMap
from rnnsym_tui.model.flow.tracks import Tracks
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.spans import Line, Span, line, plain, window, wrapped
from rnnsym_tui.widgets import heat
from rnnsym_tui.widgets.bindings import bindings
from rnnsym_tui.widgets.panel import Banner, Panel
from rnnsym_tui.widgets.rules import rule


class Shaded(Panel):
    """A panel whose spans may be of a strength."""

    def _style(self, span: Span) -> Style:
        if not span.kind.startswith(LEVEL):
            return super()._style(span)
        return heat.ink(int(span.kind.removeprefix(LEVEL)), self.ground[0])


class ShadesLine(Shaded, Banner):
    """What the shades stand for."""


class MapPanel(Shaded, can_focus=True):
    """Paints a `HeatMap`; a click chooses a pair of steps."""

    BINDINGS = bindings("map")

    class Chosen(Message):
        """A pair of steps was clicked."""

        def __init__(self, t: int, k: int) -> None:
            super().__init__()
            self.t, self.k = t, k

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(glyphs, id)
        self._title: tuple[Line, Line] = ((), ())
        self._lines: Sequence[Line] = ()
        self.map: HeatMap | None = None

    def show(self, title: tuple[Line, Line], found: HeatMap | None, words: Sequence[Line] = ()) -> None:
        """The map; `words` stand where there is none."""
        lines = found.lines() if found else list(words)
        if (title, lines) != (self._title, self._lines):
            self._title, self._lines = title, lines
            self.refresh()
        self.map = found

    def line_at(self, y: int) -> Line:
        if y == 0:
            return rule(self.size.width, *self._title, self.glyphs, self.has_focus)
        return self._lines[y - 1] if y <= len(self._lines) else ()

    def on_click(self, event: Click) -> None:
        if self.map is not None and (steps := self.map.at(event.x, event.y - 1)):
            self.post_message(self.Chosen(*steps))

    def watch_has_focus(self, focused: bool) -> None:
        super().watch_has_focus(focused)
        self.refresh()


class CurvesPanel(Panel):
    """A picture with a title, and below it the numbers."""

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(glyphs, id)
        self._title: Line = ()
        self._lines: Sequence[Line] = ()

    def show(self, title: Line, lines: Sequence[Line]) -> None:
        if (title, lines) != (self._title, self._lines):
            self._title, self._lines = title, lines
            self.refresh()

    def line_at(self, y: int) -> Line:
        if y == 0:
            return rule(self.size.width, self._title, (), self.glyphs)
        found = self._lines[y - 1] if y <= len(self._lines) else ()
        return window(found, 0, self.size.width, self.glyphs.ellipsis)


class FindingPanel(Panel):
    """A sentence between rules, over as many lines as the panel has; dots behind it where it is not up to date."""

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(glyphs, id)
        self._shown = ("", False)

    def show(self, sentence: str, late: bool) -> None:
        if (sentence, late) != self._shown:
            self._shown = (sentence, late)
            self.refresh()

    def line_at(self, y: int) -> Line:
        """The first line stands in a rule; the others go on below it."""
        (sentence, late), cells = self._shown, self.size.width
        lines = wrapped(line(sentence), cells - 8)
        text = plain(lines[y]).rstrip() if y < len(lines) else ""
        if y == self.size.height - 1 and y + 1 < len(lines):
            text += self.glyphs.ellipsis
        found = line(Span(text, "strong")) if text else ()
        if y:
            return (Span("   "), *found)
        return rule(cells, found, line(Span(self.glyphs.ellipsis, "strong")) if late else (), self.glyphs)


class SlidersPanel(Panel, can_focus=True):
    """Sliders that are moved by keys, by a click on their track, and by dragging."""

    BINDINGS = bindings("sliders")

    class Slid(Message):
        """The pointer is at a share of the track of a row, below 0 left of it; `ended` where the button is let go."""

        def __init__(self, key: str, share: float, ended: bool = False) -> None:
            super().__init__()
            self.key, self.share, self.ended = key, share, ended

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(glyphs, id)
        self._tracks: Tracks | None = None
        self._lines: Sequence[Line] = ()
        self._held = ""

    def show(self, tracks: Tracks) -> None:
        self._tracks = tracks
        lines = tracks.lines()
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def line_at(self, y: int) -> Line:
        return self._lines[y] if y < len(self._lines) else ()

    def on_mouse_down(self, event: MouseDown) -> None:
        found = self._tracks.at(event.x, event.y) if self._tracks else None
        if found is not None:
            self._held = found[0]
            self.capture_mouse()
            self.post_message(self.Slid(*found))

    def on_mouse_move(self, event: MouseMove) -> None:
        if not self._held or self._tracks is None:
            return
        self.post_message(self.Slid(self._held, self._tracks.share(self._held, event.x)))

    def on_mouse_up(self, event: MouseUp) -> None:
        if self._held:
            self.post_message(self.Slid(self._held, 0.0, ended=True))
        self._held = ""
        self.release_mouse()
