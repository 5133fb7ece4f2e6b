"""A sheet of characters on which boxes, wires and text are drawn; wires that meet become the right glyph."""

from collections.abc import Iterator
from typing import NamedTuple

UP, RIGHT, DOWN, LEFT = range(4)
LIGHT, HEAVY = 1, 2
GLYPHS = " ╴╸╷┐┑╻┒┓╶─╾┌┬┭┎┰┱╺╼━┍┮┯┏┲┳╵┘┙│┤┥╽┧┪└┴┵├┼┽┟╁╅┕┶┷┝┾┿┢╆╈╹┚┛╿┦┩┃┨┫┖┸┹┞╀╃┠╂╉┗┺┻┡╄╇┣╊╋"
"""By the weights (none, light, heavy) of the arms up, right, down and left, as digits of a number of base 3."""
JOINED = {False: "●", True: "*"}
"""Four arms of one wire: a cross without touching would look the same."""
Arms = tuple[int, int, int, int]


class Span(NamedTuple):
    """Text in one style: wire, carry, box, symbol, positive, negative, quiet, or plain."""

    text: str
    style: str = "plain"


class Canvas:
    """Rows grow as needed. Wires are drawn by their arms, cell by cell, and carry the name of their net."""

    def __init__(self, ascii_only: bool = False) -> None:
        self.ascii = ascii_only
        self._text: dict[tuple[int, int], tuple[str, str]] = {}
        self._wires: dict[tuple[int, int], dict[object, Arms]] = {}

    def write(self, row: int, column: int, text: str, style: str = "plain") -> None:
        """Text over whatever is there."""
        for i, character in enumerate(text):
            self._text[row, column + i] = (character, style)

    def horizontal(self, net: object, row: int, start: int, stop: int, weight: int = LIGHT) -> None:
        """A wire from the middle of cell `start` to the middle of cell `stop`, in either order."""
        start, stop = sorted((start, stop))
        for column in range(start, stop + 1):
            self._arm(net, row, column, RIGHT, weight if column < stop else 0)
            self._arm(net, row, column, LEFT, weight if column > start else 0)

    def vertical(self, net: object, column: int, start: int, stop: int, weight: int = LIGHT) -> None:
        start, stop = sorted((start, stop))
        for row in range(start, stop + 1):
            self._arm(net, row, column, DOWN, weight if row < stop else 0)
            self._arm(net, row, column, UP, weight if row > start else 0)

    def _arm(self, net: object, row: int, column: int, direction: int, weight: int) -> None:
        arms = list(self._wires.setdefault((row, column), {}).get(net, (0, 0, 0, 0)))
        arms[direction] = max(arms[direction], weight)
        self._wires[row, column][net] = (arms[0], arms[1], arms[2], arms[3])

    def box(self, row: int, column: int, height: int, width: int) -> None:
        """A frame; where two share a side, it is drawn once, with the right corners."""
        for edge in (row, row + height - 1):
            self.horizontal("box", edge, column, column + width - 1)
        for side in (column, column + width - 1):
            self.vertical("box", side, row, row + height - 1)

    def lines(self) -> Iterator[list[Span]]:
        """The rows as spans of one style each."""
        cells = self._text.keys() | self._wires.keys()
        for row in range(max((r for r, _ in cells), default=-1) + 1):
            width = max((c for r, c in cells if r == row), default=-1) + 1
            yield _spans([self._cell(row, column) for column in range(width)])

    def _cell(self, row: int, column: int) -> tuple[str, str]:
        if (row, column) in self._text:
            return self._text[row, column]
        nets = self._wires.get((row, column), {})
        if not nets:
            return " ", "plain"
        arms = [max(weights) for weights in zip(*nets.values(), strict=True)]
        style = "box" if set(nets) == {"box"} else "carry" if HEAVY in arms else "wire"
        return self._glyph(arms, len(nets)), style

    def _glyph(self, arms: list[int], nets: int) -> str:
        up, right, down, left = arms
        if all(arms) and nets == 1:
            return JOINED[self.ascii]
        if not self.ascii:
            return GLYPHS[27 * up + 9 * right + 3 * down + left]
        if (up or down) and (right or left):
            return "|" if all(arms) else "+"
        if up or down:
            return "|"
        return "=" if HEAVY in arms else "-"


def _spans(cells: list[tuple[str, str]]) -> list[Span]:
    spans: list[Span] = []
    for character, style in cells:
        if spans and spans[-1].style == style:
            spans[-1] = Span(spans[-1].text + character, style)
        else:
            spans.append(Span(character, style))
    return spans
