"""Which rectangles of a table of products are computed whole."""

from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import NamedTuple

Cell = tuple[int, int]


class Rectangle(NamedTuple):
    """The rows top…bottom - 1 and the columns left…right - 1."""

    top: int
    bottom: int
    left: int
    right: int

    def holds(self, cell: Cell) -> bool:
        return self.top <= cell[0] < self.bottom and self.left <= cell[1] < self.right


def covered(wanted: Collection[Cell], heights: Sequence[int], widths: Sequence[int], share: float) -> list[Rectangle]:
    """Rectangles that hold every wanted cell once, the one with most of the wanted area first.

    At least `share` of the area of each is wanted and in no rectangle before it.
    """
    left, found = list(wanted), list[Rectangle]()
    while left:
        found.append(_largest(left, heights, widths, share))
        left = [cell for cell in left if not found[-1].holds(cell)]
    return found


def _largest(wanted: Sequence[Cell], heights: Sequence[int], widths: Sequence[int], share: float) -> Rectangle:
    down, across = [0, *accumulate(heights)], [0, *accumulate(widths)]
    areas = _sums(wanted, heights, widths)
    rows, columns = (sorted({cell[axis] for cell in wanted}) for axis in (0, 1))
    best, most, smallest = Rectangle(0, 0, 0, 0), 0, 0
    for top in rows:
        for bottom in (row + 1 for row in rows if row >= top):
            for left in columns:
                for right in (column + 1 for column in columns if column >= left):
                    inside = areas[bottom][right] - areas[top][right] - areas[bottom][left] + areas[top][left]
                    area = (down[bottom] - down[top]) * (across[right] - across[left])
                    if inside >= share * area and (inside, -area) > (most, -smallest):
                        best, most, smallest = Rectangle(top, bottom, left, right), inside, area
    return best


def _sums(wanted: Sequence[Cell], heights: Sequence[int], widths: Sequence[int]) -> list[list[int]]:
    """At [i][j] the wanted area in the rows before i and the columns before j."""
    chosen = set(wanted)
    sums = [[0] * (len(widths) + 1)]
    for i, height in enumerate(heights):
        row = accumulate(height * width * ((i, j) in chosen) for j, width in enumerate(widths))
        sums.append([before + here for before, here in zip(sums[-1], [0, *row], strict=True)])
    return sums
