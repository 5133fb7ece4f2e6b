"""The base of all panels: lines of spans, painted by Textual's line API in the colours of the theme."""

from collections.abc import Iterable
from functools import cache

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.spans import KINDS, Line, Span


class Panel(Widget):
    """A widget that paints `line_at(y)` for each of its rows."""

    COMPONENT_CLASSES = {f"kind--{kind}" for kind in KINDS}
    DEFAULT_CSS = """
    Panel {
        background: $background;
        color: $foreground;
        & > .kind--dim { text-style: dim; }
        & > .kind--strong { text-style: bold; }
        & > .kind--active { text-style: bold reverse; }
        & > .kind--done { color: $text-success; }
        & > .kind--rule { text-style: dim; }
        & > .kind--title { color: $text-accent; text-style: bold; }
        & > .kind--cursor { text-style: bold underline; color: $text-accent; }
        & > .kind--here { text-style: bold reverse; }
        & > .kind--alert { text-style: bold reverse; color: $text-error; }
        & > .kind--key { color: $text-accent; text-style: bold; }
        & > .kind--first { color: $text-primary; text-style: bold; }
        & > .kind--second { color: $text-warning; text-style: bold; }
        & > .kind--third { color: $text-success; text-style: bold; }
        & > .kind--fourth { color: $text-error; text-style: bold; }
    }
    """

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs

    def line_at(self, y: int) -> Line:
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        return self.strip(self.line_at(y))

    def strip(self, line: Iterable[Span]) -> Strip:
        """The line in this panel's colours, exactly as wide as the panel."""
        base = self.rich_style

        @cache
        def style(kind: str, action: str) -> Style:
            return base + self._style(Span("", kind, action))

        segments = [Segment(span.text, style(span.kind, span.action)) for span in line if span.text]
        return Strip(segments).adjust_cell_length(self.size.width, base).simplify()

    def _style(self, span: Span) -> Style:
        style = self.get_component_rich_style(f"kind--{span.kind}", partial=True) if span.kind else Style()
        return style + Style.from_meta({"@click": span.action}) if span.action else style

    @property
    def ground(self) -> tuple[str, str]:
        """The colours of the panel, background and foreground, as hexadecimal codes."""
        background, foreground = self.background_colors[1], self.colors[3]
        return background.hex6, foreground.hex6


class Banner(Panel):
    """A few fixed lines: the header, the loss, the keys."""

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(glyphs, id)
        self._lines: tuple[Line, ...] = ()

    def show(self, *lines: Line) -> None:
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def line_at(self, y: int) -> Line:
        return self._lines[y] if y < len(self._lines) else ()
