"""Drawings as SVG text: a canvas, and axes that are logarithmic."""

import math
from html import escape
from typing import NamedTuple

COLOURS = ("#0072b2", "#009e73", "#d55e00", "#cc79a7", "#e69f00", "#56b4e9", "#555555")
GREY, LIGHT, INK = "#8a8a8a", "#e4e4e4", "#222222"


class Canvas:
    """Elements of a drawing, in the order drawn."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self.width, self.height, self.title = width, height, title
        self.elements: list[str] = []

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1, dash: str = "") -> None:
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.elements.append(
            f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" stroke-width="{width}"{dashes}/>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        anchor: str = "start",
        colour: str = INK,
        size: int = 12,
        bold: bool = False,
    ) -> None:
        weight = ' font-weight="bold"' if bold else ""
        self.elements.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size}"{weight}>'
            f"{escape(text)}</text>"
        )

    def mark(self, x: float, y: float, kind: int, size: float = 4.5) -> None:
        """The sign of the competitor number `kind`: a colour and a form."""
        colour, r = COLOURS[kind % len(COLOURS)], size
        forms = (
            f"M{-r} {-r}h{2 * r}v{2 * r}h{-2 * r}z",
            f"M0 {-1.3 * r}L{1.2 * r} {r}H{-1.2 * r}z",
            f"M{-r} 0a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z",
            f"M0 {-1.3 * r}L{1.3 * r} 0L0 {1.3 * r}L{-1.3 * r} 0z",
            f"M0 {1.3 * r}L{1.2 * r} {-r}H{-1.2 * r}z",
            f"M{-r} {-r / 2}h{2 * r}v{r}h{-2 * r}z",
        )
        self.elements.append(
            f'<path transform="translate({x:.1f} {y:.1f})" d="{forms[kind % len(forms)]}" fill="{colour}" '
            'stroke="white" stroke-width="0.8"/>'
        )

    def svg(self) -> str:
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}" font-family="system-ui, sans-serif" role="img">'
        )
        back = f'<rect width="{self.width:g}" height="{self.height:g}" fill="white"/>'
        return "\n".join([head, f"<title>{escape(self.title)}</title>", back, *self.elements, "</svg>"]) + "\n"


class Logarithmic(NamedTuple):
    """An axis from `low` to `high`, drawn from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """The powers of ten; with their doubles and halves where there are fewer than three."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        tens = [10.0**n for n in powers]
        many = tens if sum(map(self.holds, tens)) > 2 else [m * ten for ten in tens for m in (1, 2, 5)]
        return [tick for tick in many if self.holds(tick)]

    def holds(self, value: float) -> bool:
        return self.low * 0.999 <= value <= self.high * 1.001


def scaled(value: float, unit: str) -> str:
    """1.5e-5 s as 15 µs, 2e6 B as 2 MB: three digits."""
    steps = {"s": ((1, "s"), (1e-3, "ms"), (1e-6, "µs")), "B": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))}
    size, name = next((pair for pair in steps[unit] if value >= 0.9995 * pair[0]), steps[unit][-1])
    number = value / size
    return f"{number:.0f} {name}" if number >= 99.5 else f"{number:.3g} {name}"
