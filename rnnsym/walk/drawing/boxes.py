"""Where the boxes and arrows of a diagram stand: time runs from left to right, computation from top to bottom."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rnnsym.api.svg.boxes import Box, row, space, word
from rnnsym.api.svg.formula import formula_box
from rnnsym.core.names import Name
from rnnsym.walk.drawing.content import Content
from rnnsym.walk.drawing.export import Column, Diagram, Item, Link
from rnnsym.walk.graph import Key

SIZE, SMALL = 14.0, 11.0
MARGIN, PAD, ROW_GAP, TOP = 26.0, 8.0, 20.0, 64.0
CHANNEL, BULGE, BULGE_STEP, LARGEST_BULGE = 46.0, 18.0, 9.0, 70.0
BUS_GAP = 22.0
DIGITS = 3
NARROW = frozenset({"given", "dots"})
"""Kinds without a border: as wide as what they say."""
TONES = {"positive": "positive", "negative": "negative", "quiet": "quiet"}

Point = tuple[float, float]


class Frame(NamedTuple):
    """A box on the page by its left upper corner, with what stands in it."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[Box, ...]

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def centre(self) -> float:
        return self.x + self.width / 2


class Wire(NamedTuple):
    """An arrow: its corners; with `curved` the last four make a Bézier curve. It ends in the direction `heading`."""

    link: Link
    points: tuple[Point, ...]
    curved: bool
    heading: Point


class Band(NamedTuple):
    """A column on the page."""

    title: str
    left: float
    width: float


class Placed(NamedTuple):
    """A frame for each node, the arrows, the columns, and how far everything reaches."""

    frames: dict[Key, Frame]
    wires: tuple[Wire, ...]
    bands: tuple[Band, ...]
    width: float
    height: float


RIGHT, LEFT, DOWN = (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0)


def placed(diagram: Diagram) -> Placed:
    return _Placing(diagram).page()


def content(diagram: Diagram, item: Item) -> tuple[Box, ...]:
    """The lines in a box: symbol and formula, or symbol and numbers."""
    if item.node is None:
        return (word("⋯", "bold", SIZE, "quiet"),)
    left, right = diagram.sides(item, "latex", local=True)
    layer, beside = diagram.place(item.key), diagram.labels.get(item.key)
    before = [word(layer, "roman", SMALL, "quiet"), space(8)] if layer else []
    after = [space(6), word(beside, "roman", SMALL, "accent")] if beside else []
    if not diagram.has_numbers:
        return (row([*before, formula_box(f"{left} = {right}" if right else left, SIZE), *after]),)
    return (row([*before, formula_box(left, SIZE), *after]), *_numbers(diagram, item))


def _numbers(diagram: Diagram, item: Item) -> Iterator[Box]:
    """Each entry with its gradient, in two columns."""
    assert item.node is not None
    rows = Content(diagram.graph, "text", DIGITS, diagram.labels).rows(item.node)
    what = "δ" if item.node.adjoint is not None else " ".join(key.name.label for key in item.node.beside)
    cells = [[word(s.text, "roman", SMALL, TONES.get(s.style, "ink")) for s in found] for found in rows]
    widths = [max(cell[i].width for cell in cells) for i in (0, 1)]
    for left, right in cells:
        parts = [space(widths[0] - left.width), left]
        if widths[1]:
            sign = word(what, "roman", SMALL, "quiet")
            parts += [space(14), sign, space(5 + widths[1] - right.width), right]
        yield row(parts)


class _Placing:
    """Columns side by side, rows that keep to their height in all of them, and arrows between the frames."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.columns = [column for column in diagram.columns if column.title]
        self.apart = [key for column in diagram.columns if not column.title for key in column.keys]
        self.column_of = {key: i for i, column in enumerate(self.columns) for key in column.keys}
        self.contents = {key: content(diagram, item) for key, item in diagram.items.items()}
        self.row_of = self._rows()
        self.frames = self._frames()

    def _rows(self) -> dict[Key, int]:
        """The row of each node: names of one part have rows of their own."""
        counts: dict[int, dict[Name, int]] = {}
        for column in self.columns:
            for key in column.keys:
                counts.setdefault(self._part(key), {}).setdefault(key.name, 0)
        order = {name: i for i, name in enumerate(self.diagram.order)}
        for names in counts.values():
            names.update({name: i for i, name in enumerate(sorted(names, key=order.__getitem__))})
        return {key: counts[self._part(key)][key.name] for key in self.column_of}

    def _part(self, key: Key) -> int:
        return self.diagram.parts.get(key.name, 0)

    def _natural(self, key: Key) -> tuple[float, float]:
        lines = self.contents[key]
        width = max(line.width for line in lines) + 2 * PAD
        return width, sum(line.height + line.depth + 3 for line in lines) + 2 * PAD - 3

    def _frames(self) -> dict[Key, Frame]:
        heights: dict[int, float] = {}
        for key, row_number in self.row_of.items():
            heights[row_number] = max(heights.get(row_number, 0), self._natural(key)[1])
        tops, y = {}, TOP
        for row_number in sorted(heights):
            tops[row_number] = y
            y += heights[row_number] + ROW_GAP
        self.under = y
        frames: dict[Key, Frame] = {}
        self.bands: list[Band] = []
        x = MARGIN
        for i, column in enumerate(self.columns):
            x += self._reach(i, -1) + (CHANNEL + self._reach(i - 1, 1) if i else 0)
            width = self._column_width(column)
            self.bands.append(Band(column.title, x, width))
            for key in column.keys:
                wide = self._natural(key)[0] if self.diagram.items[key].kind in NARROW else width
                row_number = self.row_of[key]
                left = x + (width - wide) / 2
                frames[key] = Frame(left, tops[row_number], wide, heights[row_number], self.contents[key])
            x += width
        self.right = x + self._reach(len(self.columns) - 1, 1)
        for key in self.apart:
            width, high = self._natural(key)
            fed = [frames[link.source].centre for link in self.diagram.links if link.target == key]
            middle = max(fed, default=x - self.bands[-1].width / 2)
            left = max(middle - width / 2, MARGIN)
            frames[key] = Frame(left, self.under + BUS_GAP, width, high, self.contents[key])
        return frames

    def _column_width(self, column: Column) -> float:
        """Columns with the same names are equally wide, and none is narrower than its title."""
        names = {key.name for key in column.keys}
        alike = [c for c in self.columns if {key.name for key in c.keys} == names]
        return max(
            *(self._natural(key)[0] for c in alike for key in c.keys), word(column.title, "roman", SMALL).width
        )  # fmt: skip

    # Arrows. ------------------------------------------------------------------------------------------------------

    def _side(self, link: Link) -> str:
        """How an arrow runs: down, left or right (round the boxes of its column), across, or under everything."""
        source, target = link.source, link.target
        if target in self.apart or source in self.apart:
            return "gather"
        between = self.column_of[target] - self.column_of[source]
        if between:
            return "across" if abs(between) == 1 else "under"
        if link.kind != "now":
            return "right"
        return "down" if self._neighbours(source, target) else "left"

    def _neighbours(self, source: Key, target: Key) -> bool:
        keys = self.columns[self.column_of[source]].keys
        return keys.index(target) == keys.index(source) + 1

    def _bulge(self, link: Link) -> float:
        distance = abs(self.row_of[link.source] - self.row_of[link.target])
        return min(BULGE + BULGE_STEP * distance, LARGEST_BULGE)

    def _reach(self, column: int, side: int) -> float:
        """How far the arrows within a column reach beyond its boxes."""
        wanted = "right" if side > 0 else "left"
        found = [
            self._bulge(link)
            for link in self.diagram.links
            if self.column_of.get(link.source) == column and self._side(link) == wanted
        ]
        return max(found, default=0.0)

    def page(self) -> Placed:
        wires = tuple(self._wires())
        low = max([f.y + f.height for f in self.frames.values()] + [y for wire in wires for _, y in wire.points])
        left = min(frame.x for frame in self.frames.values())
        assert left > 0
        return Placed(self.frames, wires, tuple(self.bands), self.right + MARGIN, low)

    def _wires(self) -> Iterator[Wire]:
        sides = {link: self._side(link) for link in self.diagram.links}
        ports = self._ports(sides)
        lanes = iter(range(len(sides)))
        for link, side in sides.items():
            a, b = self.frames[link.source], self.frames[link.target]
            match side:
                case "down":
                    yield Wire(link, ((a.centre, a.y + a.height), (b.centre, b.y)), False, DOWN)
                case "gather":
                    yield self._gathered(link, a, b)
                case "across":
                    yield _across(link, a, b, ports[link])
                case "under":
                    yield self._under(link, a, b, ports[link], next(lanes))
                case _:
                    yield self._round(link, a, b, ports[link], 1 if side == "right" else -1)

    def _ports(self, sides: Mapping[Link, str]) -> dict[Link, float]:
        """The height at which each arrow enters the side of its box, all of one side apart from each other."""
        groups: dict[tuple[Key, bool], list[Link]] = {}
        for link, side in sides.items():
            if side not in ("down", "gather"):
                rightmost = side == "right" or (side == "across" and self._goes_left(link))
                groups.setdefault((link.target, rightmost), []).append(link)
        found = {}
        for (target, _), links in groups.items():
            frame = self.frames[target]
            links.sort(key=lambda link: (self.row_of[link.source], self.column_of[link.source]))
            for i, link in enumerate(links, 1):
                found[link] = frame.y + frame.height * i / (len(links) + 1)
        return found

    def _goes_left(self, link: Link) -> bool:
        return self.column_of[link.target] < self.column_of[link.source]

    def _round(self, link: Link, a: Frame, b: Frame, port: float, side: int) -> Wire:
        """Out of one side of a box and back into the same side of another, or of the same."""
        start_x, end_x = (a.x + a.width, b.x + b.width) if side > 0 else (a.x, b.x)
        edge = max(start_x, end_x) if side > 0 else min(start_x, end_x)
        out = edge + self._bulge(link) * 1.3 * side
        start = a.middle if link.source != link.target else a.y + 0.25 * a.height
        end = port if link.source != link.target else max(port, a.y + 0.75 * a.height)
        lead = ((start_x, start),) if abs(edge - start_x) > 1 else ()
        points = (*lead, (edge, start), (out, start), (out, end), (end_x, end))
        return Wire(link, points, True, LEFT if side > 0 else RIGHT)

    def _under(self, link: Link, a: Frame, b: Frame, port: float, lane: int) -> Wire:
        """To a far column, under the boxes in between."""
        out, into, low = a.x + a.width + 12 + 5 * lane, b.x - 16 - 5 * lane, self.under + 7 * lane
        points = ((a.x + a.width, a.middle), (out, a.middle), (out, low), (into, low), (into, port), (b.x, port))
        return Wire(link, points, False, RIGHT)

    def _gathered(self, link: Link, a: Frame, b: Frame) -> Wire:
        """Down to a line under the boxes, and along it to what is not in time."""
        low = self.under + 4
        if b.x <= a.centre <= b.x + b.width:
            return Wire(link, ((a.centre, a.y + a.height), (a.centre, b.y)), False, DOWN)
        return Wire(link, ((a.centre, a.y + a.height), (a.centre, low), (b.centre, low), (b.centre, b.y)), False, DOWN)


def _across(link: Link, a: Frame, b: Frame, port: float) -> Wire:
    """From a column to the next one, or to the one before."""
    forward = b.x > a.x
    start = a.x + a.width if forward else a.x
    end = b.x if forward else b.x + b.width
    half = (end - start) / 2
    points = ((start, a.middle), (start + half, a.middle), (end - half, port), (end, port))
    return Wire(link, points, True, RIGHT if forward else LEFT)
