"""The rule under the timeline: where the walk stands, the value under the cursor, the colours and the progress."""

from rich.style import Style

from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.spans import Line, Span, width
from rnnsym_tui.widgets import heat
from rnnsym_tui.widgets.panel import Panel
from rnnsym_tui.widgets.rules import rule

LEGEND = "-max 0 +max"
"""Painted in the colours of the timeline, from the most negative to the most positive."""

LEVEL = "level "


class PlaceRule(Panel):
    """`── t = 10  reads 'a', must predict 't' ─── c₂ = 0.239 ─── -max 0 +max ─── forward ▶ 9 of 38 ──`."""

    def __init__(self, glyphs: Glyphs, id: str) -> None:
        super().__init__(glyphs, id)
        self._place: Line = ()
        self._value: Line = ()
        self._progress: Line = ()

    def show(self, place: Line, value: Line, progress: Line) -> None:
        self._place, self._value, self._progress = place, value, progress
        self.refresh()

    def line_at(self, y: int) -> Line:
        """Parts that do not fit are left out: the legend, the value, what must be predicted."""
        ends = width(self._progress) + 9
        head = self._place if width(self._place) + ends <= self.size.width else self._place[:-1]
        tail = self._progress
        free = self.size.width - width(head) - ends
        stroke = Span(f" {self.glyphs.rule * 2} ", "rule")
        if self._value and free >= width(self._value) + 4:
            head = (*head, stroke, *self._value)
            free -= width(self._value) + 4
        if free >= len(LEGEND) + 4 and not self.app.no_color:
            tail = (*(Span(sign, f"{LEVEL}{i}") for i, sign in enumerate(LEGEND)), stroke, *tail)
        return rule(self.size.width, head, tail, self.glyphs)

    def _style(self, span: Span) -> Style:
        if not span.kind.startswith(LEVEL):
            return super()._style(span)
        middle = len(LEGEND) // 2
        step = int(span.kind.removeprefix(LEVEL)) - middle
        return heat.shade(round(step / middle * heat.SHADES), *self.ground)
