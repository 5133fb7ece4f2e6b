"""What stands in the boxes of a drawn graph: symbols, formulas or numbers, each with its style."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np

from rnnsym.core.mathtree import Symbol
from rnnsym.core.names import FREE, Fixed, Name, Offset, Point, Role
from rnnsym.notation import Style, text
from rnnsym.notation.figures import compact
from rnnsym.walk.drawing.canvas import Span
from rnnsym.walk.graph import Graph, Key, Node

Array = np.ndarray[Any, Any]
MOST_ENTRIES = 4
"""Longer vectors show one entry less and an ellipsis."""
GIVEN = {Role.INPUT: "input"}
TIGHT = 2
"""With so few digits everything is set as close as it can be."""


class Row(NamedTuple):
    """A line of a box: text at the left, and text flush with the right side."""

    left: Span
    right: Span = Span("")


EMPTY = Span("")


def styled(text: str, value: float) -> Span:
    """A number in the style of its sign."""
    return Span(text, "quiet" if value == 0 else "positive" if value > 0 else "negative")


@dataclass(frozen=True)
class Content:
    """The text of every box of a graph. `digits` is None for formulas; `labels` are words for inputs and targets.

    `now` is the step that is written t, where the graph is rolled up.
    """

    graph: Graph
    style: Style = "text"
    digits: int | None = None
    labels: Mapping[Key, str] = field(default_factory=dict)
    now: int | None = None

    def symbol(self, key: Key) -> str:
        """`h₂`; `hₜ` and `hₜ₋₁` where the graph is rolled up."""
        if key.t is None:
            return text(Symbol(key.name, FREE), style=self.style)
        time = Fixed(Point(0, key.t)) if self.now is None else Offset(key.t - self.now)
        return text(Symbol(key.name, time), style=self.style)

    def title(self, node: Node) -> str:
        """What stands in the upper side of a box."""
        label = self.labels.get(node.key)
        return self.symbol(node.key) + (f" {label}" if label else "")

    @property
    def ellipsis(self) -> str:
        return "..." if self.style == "ascii" else "⋮"

    def rows(self, node: Node) -> list[Row]:
        """The lines of a box: the formula, or for each entry its value and its gradient (or what stands beside it)."""
        if self.digits is None:
            return [Row(Span(self.formula(node)))]
        values, others = self._entries(node.value), self._right(node)
        return [Row(*pair) for pair in zip_longest(values, others, fillvalue=EMPTY)]

    def _right(self, node: Node) -> list[Span]:
        """The right column: gradients, or the target of a loss."""
        return self._entries(node.adjoint) or [span for key in node.beside for span in self._beside(key)]

    def _beside(self, key: Key) -> list[Span]:
        label = self.labels.get(key)
        return self._entries(self.graph.value(key)) if label is None else [Span(label, "symbol")]

    def formula(self, node: Node) -> str:
        if node.rhs is None or node.key.t is None or (self.now is not None and node.key.t != self.now):
            return GIVEN.get(node.key.name.role, "")
        return text(node.rhs, style=self.style, at=None if self.now is not None else Point(0, node.key.t))

    def _entries(self, value: Array | None) -> list[Span]:
        if value is None or self.digits is None:
            return []
        flat = [float(v) for v in np.ravel(value)]
        shown = flat if len(flat) <= MOST_ENTRIES else flat[: MOST_ENTRIES - 1]
        spans = [styled(compact(v, self.digits), v) for v in shown]
        return spans if shown is flat else [*spans, Span(self.ellipsis, "quiet")]

    @property
    def gap(self) -> int:
        """Between the two columns of numbers."""
        return 1 if self.digits == TIGHT else 2

    @cached_property
    def left_width(self) -> int:
        """The width of the column of values, the same in every box."""
        nodes = [node for node in self.graph.nodes.values() if node.key.t is not None]
        return max((len(row.left.text) for node in nodes for row in self.rows(node)), default=0)

    # The box around it. -------------------------------------------------------------------------------------------

    def row_counts(self) -> dict[Name, int]:
        """The lines that a box of each name needs."""
        counts: dict[Name, int] = {}
        for key, node in self.graph.nodes.items():
            if key.t is not None:
                counts[key.name] = max(counts.get(key.name, 1), len(self.rows(node)))
        return counts

    def width(self, nodes: Sequence[Node]) -> int:
        """The width of boxes that hold any of `nodes`, with their sides."""
        inside = 0
        for node in nodes:
            left = self.left_width if self.digits else max(len(row.left.text) for row in self.rows(node))
            right = max(len(row.right.text) for row in self.rows(node))
            symbol, sign = self.headings(node)
            inside = max(inside, left + right + self.gap * bool(right), len(symbol) + len(sign) + (3 if sign else 1))
        return inside + 4

    def headings(self, node: Node) -> tuple[str, str]:
        """The words in the upper side of a box: the symbol at the left, what the right column is at the right."""
        if self.digits is None:
            return self.title(node), ""
        if node.adjoint is not None:
            return self.title(node), "d" if self.style == "ascii" else "δ"
        return self.title(node), " ".join(key.name.label for key in node.beside)
