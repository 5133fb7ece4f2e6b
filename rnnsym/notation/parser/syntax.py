"""What a formula says before shapes decide what it means: a small syntax tree, each node with its place in the text."""

from dataclasses import dataclass

from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr
from rnnsym.core.names import Interval


@dataclass(frozen=True, slots=True)
class Node:
    """`start` and `end` are the place in the text, `depth` the number of nodes below each other."""

    start: int
    end: int
    depth: int


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: float


@dataclass(frozen=True, slots=True)
class Quantity(Node):
    leaf: Expr


@dataclass(frozen=True, slots=True)
class Count(Node):
    """The size of a dimension: `N`."""

    dim: Dim


@dataclass(frozen=True, slots=True)
class Identity(Node):
    """The identity matrix, whose size the surroundings tell."""


@dataclass(frozen=True, slots=True)
class Group(Node):
    """Round brackets."""

    body: Node


@dataclass(frozen=True, slots=True)
class Negative(Node):
    body: Node


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Terms, each with whether it is subtracted."""

    terms: tuple[tuple[bool, Node], ...]


@dataclass(frozen=True, slots=True)
class Times(Node):
    """Factors between signs of the product entry by entry."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Factors side by side, as in `U h`; `dots` are the positions before which a sign stands, as in `u · v`."""

    factors: tuple[Node, ...]
    dots: frozenset[int]


@dataclass(frozen=True, slots=True)
class Kron(Node):
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Quotient(Node):
    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Power(Node):
    base: Node
    exponent: float


@dataclass(frozen=True, slots=True)
class Flip(Node):
    """A transpose: of a matrix, or a vector as a row."""

    body: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """`base[index]`."""

    base: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Rows(Node):
    """`base[start:stop:step]`."""

    base: Node
    start_row: Node
    stop_row: Node
    step: int


@dataclass(frozen=True, slots=True)
class Listing(Node):
    """Square brackets: rows between semicolons, entries between commas."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Indicator(Node):
    """1[condition], or 1[k]: the vector with a one at k."""

    condition: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class SquaredNorm(Node):
    body: Node


@dataclass(frozen=True, slots=True)
class Total(Node):
    """Σ over the steps of an interval."""

    over: Interval
    body: Node
