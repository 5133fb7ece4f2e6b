"""Where a part of a network stands, what it is fed, and what may be read of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from rnnsym.cells.base import Cell
from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr
from rnnsym.core.names import Interval, Point
from rnnsym.wiring.builder import Builder

Path = tuple[str, ...]
FIRST_STEP = Point(0, 1)


class State(NamedTuple):
    """What is carried out of a layer that has read the whole sequence, by symbol; `output` is the visible part."""

    carry: Mapping[str, Expr]
    output: str


@dataclass(frozen=True)
class Place:
    """Where a part stands: what its names begin with, and what it is fed.

    `feed` is what the first input reads at step t, `feeds` what others read, by symbol; an input without either is
    data, called by its symbol after `data`. `states` are what the layers start from, the lowest first. `sizes` are
    dimensions in the place of the cells' own. `backward`: time runs from T to 1.
    """

    path: Path = ()
    data: Path = ()
    feed: Expr | None = None
    feeds: Mapping[str, Expr] = field(default_factory=dict)
    states: tuple[State, ...] = ()
    sizes: Mapping[str, Dim] = field(default_factory=dict)
    backward: bool = False


class Placed(Protocol):
    """A part in its place."""

    @property
    def states(self) -> tuple[State, ...]:
        """What the layers carry out at the end of the sequence, the lowest first."""

    def read(self, builder: Builder, when: Interval) -> Expr:
        """The output at step t of EVERY_STEP; on END, what the part says once it has read all."""


class Part(Protocol):
    """What can be placed."""

    def place(self, builder: Builder, at: Place) -> Placed: ...

    def cells(self, path: Path = ()) -> Iterator[tuple[Path, Cell]]:
        """The cells with their paths, the lowest first."""

    @property
    def looks_ahead(self) -> bool:
        """Whether an output at step t depends on what is read after t."""
