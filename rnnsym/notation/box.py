"""Boxes of characters: lines of one width with a baseline, set beside each other and above each other."""

from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import combining

from rnnsym.notation.symbols import ATOM_BINDING

TALL_FENCES = {
    "(": ("⎛", "⎜", "⎝"), ")": ("⎞", "⎟", "⎠"), "[": ("⎡", "⎢", "⎣"), "]": ("⎤", "⎥", "⎦"),
    "{": ("⎧", "⎨", "⎩"), "}": ("⎫", "⎬", "⎭"),
}  # fmt: skip
ASCII_FENCES = {"(": ("/", "|", "\\"), ")": ("\\", "|", "/")}
"""Top, middle and bottom of a bracket that spans several lines; what is not listed repeats itself."""


class Boxed(list[str]):
    """The lines of a formula, all of one width; line number `baseline` is where an equals sign stands."""

    def __init__(self, lines: Sequence[str], baseline: int) -> None:
        super().__init__(lines)
        self.baseline = baseline


class Box(NamedTuple):
    """Lines of one width with a baseline, how tightly they hold together, and the operator at the top."""

    lines: tuple[str, ...]
    baseline: int = 0
    binding: int = ATOM_BINDING
    operator: str = ""

    @property
    def width(self) -> int:
        return columns(self.lines[0])

    @property
    def tall(self) -> bool:
        return len(self.lines) > 1


def side_by_side(parts: Sequence[Boxed | str]) -> Boxed:
    """Formulas and pieces of text in a row, their baselines on one line: `["δh", " = ", …]`."""
    boxes = [Box((part,)) if isinstance(part, str) else Box(tuple(part), part.baseline) for part in parts]
    row = beside(boxes)
    return Boxed(row.lines, row.baseline)


def columns(line: str) -> int:
    """The number of columns that a line takes in a terminal: accents take none."""
    return sum(1 for character in line if not combining(character))


def padded(line: str, width: int) -> str:
    """`line` filled up to so many columns."""
    return line + " " * (width - columns(line))


def beside(boxes: Sequence[Box]) -> Box:
    """Boxes in a row, their baselines on one line."""
    above = max(box.baseline for box in boxes)
    below = max(len(box.lines) - box.baseline for box in boxes)
    rows = []
    for box in boxes:
        blank = " " * box.width
        top = above - box.baseline
        rows.append([blank] * top + list(box.lines) + [blank] * (above + below - top - len(box.lines)))
    return Box(tuple("".join(row) for row in zip(*rows, strict=True)), above)


def centred(line: str, width: int) -> str:
    left = (width - columns(line)) // 2
    return " " * left + line + " " * (width - columns(line) - left)


def stacked(boxes: Sequence[Box], on: int) -> Box:
    """Boxes below each other, each in the middle; the baseline is that of box number `on`."""
    width = max(box.width for box in boxes)
    lines = [centred(line, width) for box in boxes for line in box.lines]
    return Box(tuple(lines), sum(len(box.lines) for box in boxes[:on]) + boxes[on].baseline)


def fence(sign: str, box: Box, ascii: bool) -> Box:
    """A bracket or bar as high as `box`."""
    if not box.tall or not sign:
        return Box((sign,) * len(box.lines), box.baseline)
    top, middle, bottom = (ASCII_FENCES if ascii else TALL_FENCES).get(sign, (sign, sign, sign))
    return Box((top, *(middle,) * (len(box.lines) - 2), bottom), box.baseline)


def with_script(box: Box, script: str, binding: int) -> Box:
    """`box` with a script at its upper right corner."""
    lines = [box.lines[0] + script, *(line + " " * columns(script) for line in box.lines[1:])]
    return Box(tuple(lines), box.baseline, binding)
