"""The computational graph of a network as users hold it: it prints itself, and becomes a picture or source."""

from collections.abc import Mapping
from typing import Any

from rnnsym.api.network import Network
from rnnsym.notation import Notation
from rnnsym.walk.drawing.code import dot, mermaid
from rnnsym.walk.drawing.export import diagram
from rnnsym.walk.drawing.rolled import draw_rolled
from rnnsym.walk.drawing.svg import graph_svg
from rnnsym.walk.drawing.text import draw
from rnnsym.walk.graph import Graph
from rnnsym.walk.walk import Walk


class GraphView:
    """The graph of `net` over t = 1…`steps`, or rolled up into one step, or with t = 1, 2, …, T only (`collapse`).

    `walk` has the numbers: a value and a gradient stand on every node. Raises InputError for T < 1, and for a graph
    that is to be both rolled and collapsed.
    """

    def __init__(
        self,
        net: Network,
        steps: int = 3,
        walk: Walk | None = None,
        rolled: bool = False,
        collapse: bool = False,
        notation: str | Notation = "default",
    ) -> None:
        self.graph = Graph(net, steps, walk)
        self.diagram = diagram(self.graph, rolled, collapse, notation=notation)

    def __repr__(self) -> str:
        return f"<graph of {self.diagram.caption()}>"

    def __str__(self) -> str:
        if self.diagram.shape == "rolled":
            return str(draw_rolled(self.graph))
        return str(draw(self.graph, self.diagram.has_numbers))

    def svg(self, theme: str = "light") -> str:
        """A picture, "light" or "dark". Raises UnknownNameError."""
        return graph_svg(self.diagram, theme)

    def dot(self) -> str:
        """Source for Graphviz."""
        return dot(self.diagram)

    def mermaid(self) -> str:
        """Source for Mermaid, as Markdown pages show it."""
        return mermaid(self.diagram)

    def _repr_svg_(self) -> str:
        return self.svg()


def graph(
    net: Network,
    params: Mapping[str, Any] | None = None,
    x: Any = None,
    targets: Any = None,
    *,
    steps: int = 3,
    rolled: bool = False,
    collapse: bool = False,
    notation: str | Notation = "default",
) -> GraphView:
    """The computational graph of `net`; with `params`, `x` and `targets` (one example) it shows their numbers.

    Without numbers it has `steps` steps. Arguments otherwise as in GraphView and Network.run.
    """
    walk = None if params is None else Walk(net, params, x, targets)
    return GraphView(net, steps if walk is None else walk.steps, walk, rolled, collapse, notation)
