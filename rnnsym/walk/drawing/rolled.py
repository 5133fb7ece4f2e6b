"""The rolled-up graph: one column for step t, and what it hands on led round from its right to its left."""

from collections.abc import Iterator

from rnnsym.core.names import Fixed, Name, Offset
from rnnsym.core.system import reads
from rnnsym.derivation.form import equals
from rnnsym.notation import Style, tree_of
from rnnsym.notation.prose import prose
from rnnsym.ops.leaves import leaf
from rnnsym.walk.drawing.canvas import HEAVY, Canvas
from rnnsym.walk.drawing.content import Content
from rnnsym.walk.drawing.text import ARROWS, HEADER_ROWS, Columns, Drawing
from rnnsym.walk.graph import Graph, Key

NOW = 2
"""The step that is drawn as t: it has a step before it, and it is the last one."""
LANE, TOTAL_ROWS = 2, 3


def draw_rolled(net_graph: Graph, ascii_only: bool = False) -> Drawing:
    """The graph of one step, with a loop for each quantity that the next step reads. Formulas, no numbers."""
    graph = Graph(net_graph.net, NOW)
    content = Content(graph, "ascii" if ascii_only else "text", now=NOW)
    loops = _loops(graph)
    columns = Columns.of(content, LANE, range(NOW, NOW + 1), margin=LANE * len(loops))
    canvas = columns.paint()
    for place, name in enumerate(loops):
        _loop(canvas, columns, name, len(loops) - place)
    return Drawing(range(NOW, NOW + 1), tuple(canvas.lines()))


def _loops(graph: Graph) -> list[Name]:
    """The names read one step later, from top to bottom."""
    read = {edge.source.name for edge in graph.edges if edge.target.t == NOW and edge.source.t == NOW - 1}
    return [name for name in graph.story if name in read]


def _loop(canvas: Canvas, columns: Columns, name: Name, lane: int) -> None:
    """From the right of the box, under the column, to the left: the lowest box has the innermost loop (lane 1)."""
    row = HEADER_ROWS + next(r for net, r in columns.layout.leaves.items() if net.source == name and net.lag > 0)
    right = columns.box_column(0) + columns.box_width(columns.steps) - 1
    outside, under = right + LANE * lane, HEADER_ROWS + columns.layout.height + TOTAL_ROWS + 2 * lane - 1
    left = columns.margin - LANE * lane
    net = ("loop", name)
    canvas.horizontal(net, row, right, outside, HEAVY)
    canvas.vertical(net, outside, row, under, HEAVY)
    canvas.horizontal(net, under, left, outside, HEAVY)
    canvas.vertical(net, left, row, under, HEAVY)
    canvas.horizontal(net, row, left, columns.margin - 1, HEAVY)
    canvas.write(row, columns.margin - 1, ARROWS[canvas.ascii][0], "carry")
    here, before = (columns.content.symbol(Key(name, t)) for t in (NOW, NOW - 1))
    words = f" {here} is {before} of the next step "
    canvas.write(under, (left + outside - len(words)) // 2, words, "symbol")


def not_drawn(graph: Graph, style: Style = "text") -> Iterator[str]:
    """What a column for one step cannot show: where a layer starts from another one, and what runs backward in time."""
    system = graph.net.system
    for name, piece in system.pieces():
        if piece.domain.single and any(isinstance(read.time, Fixed) for read in reads(piece.rhs)):
            start = leaf(name, Fixed(piece.domain.lo), system.shape(name))
            yield prose([equals(tree_of(start), tree_of(piece.rhs))], style=style)
    every = (read for _, piece in system.pieces() for read in reads(piece.rhs))
    for node in dict.fromkeys(read.leaf for read in every if isinstance(read.time, Offset) and read.time.k > 0):
        yield prose([node, " comes from the step after"], style=style)
