"""Boxes written down as SVG."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from rnnsym.api.svg.boxes import Mark
from rnnsym.api.svg.metrics import FAMILY

STYLES = {"roman": "", "italic": ' font-style="italic"', "bold": ' font-weight="bold"'}


@dataclass(frozen=True)
class Theme:
    """Colours: of the paper (empty for none), of formulas and text, of what is said beside, and of accents."""

    paper: str
    ink: str
    quiet: str
    accent: str
    positive: str
    negative: str
    wire: str
    fill: str

    def colour(self, tone: str) -> str:
        return str(getattr(self, tone))


THEMES = {
    "light": Theme("#ffffff", "#1a1a1a", "#6b7280", "#0f5c8c", "#1a7f37", "#b42318", "#9aa4b2", "#f6f8fa"),
    "dark": Theme("#14171c", "#e6e8eb", "#9aa4b2", "#7cc4f5", "#6fcf7f", "#ff8a80", "#5b6675", "#1d222a"),
}


def document(body: Iterable[str], width: float, height: float, theme: Theme, title: str) -> str:
    """A whole SVG file."""
    size = f"{figure(width)} {figure(height)}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{figure(width)}" height="{figure(height)}" '
        f'viewBox="0 0 {size}" font-family="{escape(FAMILY)}" fill="{theme.ink}">'
    )
    paper = f'<rect width="100%" height="100%" fill="{theme.paper}"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", paper, *body, "</svg>"]) + "\n"


def drawn(marks: Iterable[Mark], theme: Theme) -> Iterator[str]:
    """The marks as elements. A symbol is centred in its width; a word of several letters is fitted to it."""
    for mark in marks:
        colour = theme.colour(mark.tone)
        fill = "" if mark.tone == "ink" else f' fill="{colour}"'
        if mark.style == "path":
            points = " ".join(f"{figure(mark.x + x)},{figure(mark.y + y)}" for x, y in mark.points)
            yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{figure(mark.size)}"/>'
        elif len(mark.text) == 1:
            place = f'x="{figure(mark.x + mark.width / 2)}" y="{figure(mark.y)}" text-anchor="middle"'
            yield _text(mark, place, fill)
        elif mark.text:
            place = f'x="{figure(mark.x)}" y="{figure(mark.y)}" textLength="{figure(mark.width)}"'
            yield _text(mark, place + ' lengthAdjust="spacingAndGlyphs"', fill)


def _text(mark: Mark, place: str, fill: str) -> str:
    style = STYLES[mark.style]
    return f'<text {place} font-size="{figure(mark.size)}"{fill}{style}>{escape(mark.text, False)}</text>'


def figure(value: float) -> str:
    """A coordinate: one decimal, two for what is thin."""
    text = f"{value:.{1 if abs(value) >= 2 else 2}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
