"""Boxes with a baseline, as in TeX: marks at places, a width, a height above the baseline and a depth below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rnnsym.api.svg.metrics import ASCENT, DESCENT, advance


class Mark(NamedTuple):
    """Something drawn, with its origin on the baseline: a text, or a path of points; y grows downwards.

    `style` of a text: roman, italic or bold. `width` is what is reserved for it. A path is stroked `size` wide.
    """

    x: float
    y: float
    text: str
    style: str
    size: float
    width: float
    points: tuple[tuple[float, float], ...] = ()
    tone: str = "ink"


@dataclass(frozen=True)
class Box:
    width: float
    height: float
    depth: float
    marks: tuple[Mark, ...] = ()

    def at(self, x: float, y: float) -> tuple[Mark, ...]:
        """The marks with the box's origin at (x, y)."""
        return tuple(mark._replace(x=mark.x + x, y=mark.y + y) for mark in self.marks)

    def toned(self, tone: str) -> "Box":
        return Box(self.width, self.height, self.depth, tuple(mark._replace(tone=tone) for mark in self.marks))

    def raised(self, by: float) -> "Box":
        """The same on another baseline."""
        return Box(self.width, max(self.height + by, 0.0), max(self.depth - by, 0.0), self.at(0, -by))


EMPTY = Box(0.0, 0.0, 0.0)


def space(width: float) -> Box:
    return Box(width, 0.0, 0.0)


def word(text: str, style: str, size: float, tone: str = "ink") -> Box:
    """A text in one style."""
    width = advance(text, size, style == "bold")
    return Box(width, ASCENT * size, DESCENT * size, (Mark(0, 0, text, style, size, width, (), tone),))


def line(points: Sequence[tuple[float, float]], thickness: float) -> Mark:
    return Mark(0, 0, "", "path", thickness, 0, tuple(points))


def row(boxes: Sequence[Box]) -> Box:
    """Boxes side by side on one baseline."""
    x, marks = 0.0, list[Mark]()
    for box in boxes:
        marks += box.at(x, 0)
        x += box.width
    return Box(x, max((b.height for b in boxes), default=0), max((b.depth for b in boxes), default=0), tuple(marks))


def centred(box: Box, width: float) -> Box:
    return row([space((width - box.width) / 2), box, space((width - box.width) / 2)])


def overlaid(*boxes: Box) -> Box:
    """Boxes with one origin."""
    marks = tuple(mark for box in boxes for mark in box.marks)
    return Box(max(b.width for b in boxes), max(b.height for b in boxes), max(b.depth for b in boxes), marks)
