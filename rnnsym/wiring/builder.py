"""A System under construction: what layers, readout and loss add to it."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from rnnsym.cells.base import Cell
from rnnsym.core.dims import Dim, Shape, show
from rnnsym.core.expr import Expr
from rnnsym.core.names import BEFORE, EVERY_STEP, FREE, NOW, Interval, Name, Point, Role, T, TimeMap
from rnnsym.core.system import Piece, System, check_reads
from rnnsym.errors import ShapeError
from rnnsym.ops.leaves import leaf
from rnnsym.wiring.options import Reading

FIRST = Interval(Point(0, 1), Point(0, 1))
FROM_SECOND = Interval(Point(0, 2), T)
AFTER = Interval(T.shift(1), T.shift(1))


class Placement(NamedTuple):
    """One cell in a network: its names begin with `path`; `sizes` are the dimensions in the place of its own."""

    path: tuple[str, ...]
    cell: Cell
    backward: bool
    sizes: Mapping[str, Dim]

    @property
    def label(self) -> str:
        return ".".join(self.path)

    def __str__(self) -> str:
        return f"{self.label} ({self.cell.name})" if self.path else f"cell {self.cell.name}"


class Builder:
    """Equations, shapes and what is given, in the order of the story.

    `taken`: labels that the cells have, which nothing else may get.
    """

    def __init__(self, reading: Reading = Reading.SEQUENCE, taken: Collection[str] = ()) -> None:
        self.equations: dict[Name, tuple[Piece, ...]] = {}
        self.shapes: dict[Name, Shape] = {}
        self.givens: dict[Name, Shape] = {}
        self.timed: set[Name] = set()
        self.placements: list[Placement] = []
        self._reading, self._taken = reading, frozenset(taken)
        self._data: dict[Name, Expr] = {}

    def define(self, name: Name, shape: Shape, *pieces: Piece) -> None:
        self.equations[name] = pieces
        self.shapes[name] = shape

    def read(self, name: Name, time: TimeMap = NOW) -> Expr:
        return leaf(name, time, self.shapes[name])

    def given(self, name: Name, shape: Shape) -> Expr:
        """A quantity from outside that is not in time."""
        self.givens[name] = shape
        return leaf(name, FREE, shape)

    def given_at_step(self, name: Name, shape: Shape, when: Interval = EVERY_STEP, kind: str = "float") -> Expr:
        """A quantity from outside with a value at each step of `when`."""
        self.givens[name] = shape
        if not when.single:
            self.timed.add(name)
        return leaf(name, NOW if not when.single else FREE, shape, kind)

    def data(self, name: Name, shape: Shape) -> Expr:
        """What a layer reads at step t of the input `name`. Raises ShapeError where two layers see it differently."""
        if name in self._data:
            if self.givens[name] != shape:
                raise ShapeError(
                    f"the input {name.label} is read in two shapes, {show(self.givens[name])} and {show(shape)}."
                )
            return self._data[name]
        if self._reading is Reading.VECTOR:
            read = self.given(name, shape)
        elif self._reading is Reading.SHIFTED and not self._data:
            self.given_at_step(name, shape)
            read = self.after_start(name.path, leaf(name, BEFORE, shape))
        else:
            read = self.given_at_step(name, shape)
        self._data[name] = read
        return read

    def after_start(self, path: tuple[str, ...], later: Expr) -> Expr:
        """u_t: the trained vector `start` at t = 1, the same for every sequence, and `later` from t = 2 on."""
        start = self.given(self.own(Name(Role.PARAM, "start", path)), later.shape)
        name = self.own(Name(Role.EQUATION, "u", path))
        self.define(name, later.shape, Piece(FIRST, start), Piece(FROM_SECOND, later))
        return self.read(name)

    def own(self, name: Name) -> Name:
        """`name`, or `read.name` where a cell has a quantity of that label."""
        return name._replace(path=(*name.path, "read")) if name.label in self._taken else name

    def system(self) -> System:
        system = System(self.equations, self.givens, self.shapes, frozenset(self.timed))
        check_reads(system)
        return system


def carry_order(placements: Sequence[Placement]) -> tuple[Name, ...]:
    """Every carried quantity: cell by cell, in the order in which each cell declares its carry."""
    return tuple(
        place.cell.equation_name(symbol)._replace(path=place.path)
        for place in placements
        for symbol in place.cell.carry
    )
