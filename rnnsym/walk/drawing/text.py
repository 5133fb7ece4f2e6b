"""The unrolled graph drawn in characters: one column a time step, value and gradient of every node side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rnnsym.core.names import Name
from rnnsym.errors import InputError
from rnnsym.notation import Style, text
from rnnsym.walk.drawing.canvas import HEAVY, LIGHT, Canvas, Span
from rnnsym.walk.drawing.content import Content
from rnnsym.walk.drawing.layout import Layout, Net, layout
from rnnsym.walk.graph import Edge, Graph, Key, Node

Line = list[Span]
ARROWS = {False: ("▶", "◀", "▼"), True: (">", "<", "v")}
PITCHES, DIGITS = (2, 1), (3, 2)
HEADER_ROWS = 1


@dataclass(frozen=True)
class Drawing:
    """The drawn steps, and the lines of characters, each a list of styled spans."""

    shown: range
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        return "\n".join("".join(span.text for span in line).rstrip() for line in self.lines)


def draw(
    graph: Graph,
    values: bool = False,
    labels: Mapping[Key, str] | None = None,
    width: int = 80,
    ascii_only: bool = False,
    first: int = 1,
    last: int | None = None,
) -> Drawing:
    """The steps `first`…`last` of the graph, as many as fit into `width` columns.

    values: numbers instead of formulas; the graph must have them. labels: words beside a symbol, such as the character
    read. Raises InputError for steps that do not exist, or a width too small for one step.
    """
    last = graph.steps if last is None else last
    if not 1 <= first <= last <= graph.steps:
        raise InputError(f"there are no steps {first} to {last}: t runs from 1 to {graph.steps}.")
    style: Style = "ascii" if ascii_only else "text"
    digits: tuple[int | None, ...] = DIGITS if values else (None,)
    wanted = [
        Columns.of(Content(graph, style, figures, labels or {}), pitch, range(first, last + 1))
        for figures in digits
        for pitch in PITCHES
    ]
    best = max((columns.fitting(width) for columns in wanted), key=lambda columns: len(columns.steps))
    if not best.steps:
        needed = wanted[-1].needed(range(first, first + 1))
        raise InputError(f"one step of this graph needs {needed} columns, more than {width}.")
    return Drawing(best.steps, tuple(best.paint().lines()))


@dataclass(frozen=True)
class Columns:
    """The columns of the drawing: `margin` characters, what comes in from the left, then one for each of `steps`."""

    content: Content
    layout: Layout
    pitch: int
    steps: range
    margin: int = 0

    @classmethod
    def of(cls, content: Content, pitch: int, steps: range, margin: int = 0) -> "Columns":
        return cls(content, layout(content.graph, content.row_counts()), pitch, steps, margin)

    @property
    def graph(self) -> Graph:
        return self.content.graph

    def _nodes(self, t: int) -> list[Node]:
        return [node for key, node in self.graph.nodes.items() if key.t == t]

    def incoming(self) -> list[Node]:
        """The nodes of the step before the first that something in the drawing reads."""
        before = self.steps[0] - 1
        read = {edge.source for edge in self.graph.edges if edge.target.t == before + 1 and edge.source.t == before}
        return [node for node in self._nodes(before) if node.key in read]

    @property
    def channel(self) -> int:
        """The columns of characters that the wires before a box need: a stub, the lanes, an arrow."""
        lanes = self.layout.lane_count
        return 2 + (lanes - 1) * self.pitch + 1 if lanes else 3

    def box_width(self, steps: range) -> int:
        return self.content.width([node for t in steps for node in self._nodes(t)])

    def needed(self, steps: range) -> int:
        """The width of a drawing of `steps`."""
        if not steps:
            return 0
        left = replace(self, steps=steps).incoming_width
        return self.margin + left + len(steps) * (self.channel + self.box_width(steps))

    @property
    def incoming_width(self) -> int:
        """The width of the boxes at the far left."""
        incoming = self.incoming()
        return self.content.width(incoming) if incoming else 0

    def fitting(self, width: int) -> "Columns":
        """The same with as many steps as fit."""
        count = 0
        while count < len(self.steps) and self.needed(self.steps[: count + 1]) <= width:
            count += 1
        return replace(self, steps=self.steps[:count])

    def box_column(self, index: int) -> int:
        """Where the box of the step with this index begins; -1 is what comes in from the left."""
        if index < 0:
            return self.margin
        pitch = self.channel + self.box_width(self.steps)
        return self.margin + self.incoming_width + index * pitch + self.channel

    # Drawing. -----------------------------------------------------------------------------------------------------

    def paint(self) -> Canvas:
        """Everything between the margin and the right end."""
        canvas = Canvas(self.content.style == "ascii")
        pen = Pen(canvas, self.content, self.layout)
        wide = self.box_width(self.steps)
        for node in self.incoming():
            pen.box(node, self.box_column(-1), self.incoming_width, alone=True)
        for i, t in enumerate(self.steps):
            column = self.box_column(i)
            words = "step t" if self.content.now == t else f"t = {t}"
            canvas.write(0, column + max((wide - len(words)) // 2, 0), words, "symbol")
            for node in self._nodes(t):
                pen.box(node, column, wide, alone=False)
            self._wires(pen, i, t)
        self._totals(canvas, wide)
        return canvas

    def _wires(self, pen: "Pen", index: int, t: int) -> None:
        """The channel to the left of step t."""
        right = self.box_column(index)
        left = self.box_column(index - 1) + (self.incoming_width if index == 0 else self.box_width(self.steps)) - 1
        present = {edge for edge in self.graph.edges if edge.target.t in (t, t - 1)}
        for net, targets in self.layout.nets.items():
            source_time = t - max(net.lag, 0)
            found = [n for n in targets if Edge(Key(net.source, source_time), Key(n, source_time + net.lag)) in present]
            if found and (index > 0 or net.lag >= 0):
                lane = right - 2 - self.layout.lanes.get(net, 0) * self.pitch
                pen.wire(net, found, left, lane, right)

    def _totals(self, canvas: Canvas, wide: int) -> None:
        """A line under the columns that gathers the losses into the total."""
        bottom = HEADER_ROWS + self.layout.height
        for total in (key for key in self.graph.nodes if key.t is None):
            sources = {edge.source for edge in self.graph.edges if edge.target == total}
            columns = [
                self.box_column(i) + wide // 2
                for i, t in enumerate(self.steps)
                if any(key.t == t and key.name == self.graph.story[-1] for key in sources)
            ]
            label = self.total_text(total)
            if not columns:
                canvas.write(bottom, 0, label, "symbol")
                continue
            for column in columns:
                canvas.vertical(total, column, bottom - 1, bottom)
            canvas.horizontal(total, bottom, columns[0], columns[-1])
            canvas.vertical(total, columns[-1], bottom, bottom + 1)
            canvas.write(bottom + 1, columns[-1], ARROWS[canvas.ascii][2], "wire")
            end = self.box_column(len(self.steps) - 1) + wide
            canvas.write(bottom + 2, min(columns[-1], end - len(label)), label, "symbol")
            bottom += 3

    def total_text(self, key: Key) -> str:
        """`L = 6.207`, or `L` as a sum."""
        node, symbol = self.graph.nodes[key], self.content.symbol(key)
        if node.value is not None and self.content.digits is not None:
            part = " over all t" if len(self.steps) < self.graph.steps else ""
            return f"{symbol} = {float(node.value):.4g}{part}"
        assert node.rhs is not None
        sign = "sum_t" if self.content.style == "ascii" else "Σₜ"
        return f"{symbol} = {sign} {text(node.rhs, style=self.content.style)}"


class Pen:
    """Draws boxes and wires of one layout on a canvas."""

    def __init__(self, canvas: Canvas, content: Content, arrangement: Layout) -> None:
        self.canvas, self.content, self.layout = canvas, content, arrangement
        self.right, self.left, self.down = ARROWS[canvas.ascii]

    def box(self, node: Node, column: int, width: int, alone: bool) -> None:
        """A node with its headings and lines; unless it stands alone, the arrow from the box above leads into it."""
        place = self.layout.places[node.key.name]
        top = HEADER_ROWS + place.top
        self.canvas.box(top, column, place.rows + 2, width)
        symbol, sign = self.content.headings(node)
        self.canvas.write(top, column + 1, f" {symbol} ", "symbol")
        if sign:
            self.canvas.write(top, column + width - len(sign) - 3, f" {sign} ", "symbol")
        indent = self.content.left_width if self.content.digits else 0
        for i, row in enumerate(self.content.rows(node), top + 1):
            self.canvas.write(i, column + 2 + max(indent - len(row.left.text), 0), row.left.text, row.left.style)
            self.canvas.write(i, column + width - 2 - len(row.right.text), row.right.text, row.right.style)
        if place.fed and not alone:
            first, last = len(symbol) + 3, width - 2 - (len(sign) + 2 if sign else 0)
            self.canvas.write(top, column + min(max(width // 2, first), last), self.down, "wire")

    def wire(self, net: Net, targets: Sequence[Name], left: int, lane: int, right: int) -> None:
        """One net in a channel between the box side at `left` and the one at `right`."""
        weight = HEAVY if net.lag else LIGHT
        if net.lag < 0:
            start, stop, arrow, enter = right, left, self.left, 1
        else:
            start, stop, arrow, enter = (left if net.lag else right), right, self.right, -1
        source = HEADER_ROWS + self.layout.leaves[net]
        rows = [HEADER_ROWS + self.layout.enters[net, name] for name in targets]
        if net in self.layout.lanes:
            self.canvas.horizontal(net, source, start, lane, weight)
            self.canvas.vertical(net, lane, min([source, *rows]), max([source, *rows]), weight)
            for row in rows:
                self.canvas.horizontal(net, row, lane, stop + enter, weight)
        else:
            self.canvas.horizontal(net, source, start, stop + enter, weight)
        for row in rows:
            self.canvas.write(row, stop + enter, arrow, "carry" if net.lag else "wire")
