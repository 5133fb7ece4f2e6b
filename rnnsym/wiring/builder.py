"""A System under construction: what layers, readout and loss add to it."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from rnnsym.cells.base import Cell
from rnnsym.cells.vocabulary import Vocabulary
from rnnsym.core.dims import Dim, Shape, show
from rnnsym.core.expr import Expr
from rnnsym.core.names import BEFORE, EVERY_STEP, FREE, NOW, Interval, Name, Point, Role, T, TimeMap
from rnnsym.core.system import Piece, System, check_reads
from rnnsym.errors import InputError, ShapeError
from rnnsym.ops.leaves import leaf
from rnnsym.ops.lookups import one_hot
from rnnsym.wiring.options import Reading

FIRST = Interval(Point(0, 1), Point(0, 1))
FROM_SECOND = Interval(Point(0, 2), T)
AFTER = Interval(T.shift(1), T.shift(1))
NO_START = (
    "the pattern language_model reads a trained vector before the first {name}, and a symbol is no vector: take "
    "many_to_many, give it the text without its last symbol as x and without its first as targets."
)


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

    `taken`: labels that the cells have, which nothing else may get. `symbols`: data are numbers of symbols.
    """

    def __init__(self, reading: Reading = Reading.SEQUENCE, taken: Collection[str] = (), symbols: bool = False) -> None:
        self.equations: dict[Name, tuple[Piece, ...]] = {}
        self.shapes: dict[Name, Shape] = {}
        self.givens: dict[Name, Shape] = {}
        self.timed: set[Name] = set()
        self.placements: list[Placement] = []
        self.labels: dict[Name, Dim] = {}
        self._reading, self._taken, self._symbols = reading, frozenset(taken), symbols
        self._data: dict[Name, Expr] = {}
        self._declared: dict[Name, Shape] = {}

    def define(self, name: Name, shape: Shape, *pieces: Piece) -> None:
        self.equations[name] = pieces
        self.shapes[name] = shape

    def read(self, name: Name, time: TimeMap = NOW) -> Expr:
        return leaf(name, time, self.shapes[name])

    def given(self, name: Name, shape: Shape, labels: Dim | None = None) -> Expr:
        """A quantity from outside that is not in time; an integer where it is one of so many `labels`."""
        self.givens[name] = shape
        if labels is not None:
            self.labels[name] = labels
        return leaf(name, FREE, shape, "float" if labels is None else "int")

    def given_at_step(self, name: Name, shape: Shape, when: Interval = EVERY_STEP, labels: Dim | None = None) -> Expr:
        """A quantity from outside with a value at each step of `when`; an integer where it is one of `labels`."""
        free = self.given(name, shape, labels)
        if when.single:
            return free
        self.timed.add(name)
        return leaf(name, NOW, shape, free.dtype)

    def data(self, name: Name, shape: Shape, first: bool = False) -> Expr:
        """What a layer reads at step t of the input `name`: its `first` one, or another.

        Raises ShapeError where two layers see it differently, and InputError for symbols where a vector is needed.
        """
        if self._symbols and first and not isinstance(shape, Vocabulary):
            if len(shape) != 1:
                raise InputError(
                    f"a vocabulary is for a cell that reads a vector or a symbol, and {name.label} is {show(shape)}."
                )
            symbol = self._read(name, Vocabulary(shape[0]))
            return one_hot(symbol, shape[0])
        return self._read(name, shape)

    def _read(self, name: Name, shape: Shape) -> Expr:
        if name in self._data:
            if self._declared[name] != shape:
                one, other = (self._spelt(each) for each in (self._declared[name], shape))
                raise ShapeError(f"the input {name.label} is read in two shapes, {one} and {other}.")
            return self._data[name]
        labels = shape.size if isinstance(shape, Vocabulary) else None
        if self._reading is Reading.VECTOR:
            read = self.given(name, tuple(shape), labels)
        elif self._reading is Reading.SHIFTED and not self._data:
            if labels is not None:
                raise InputError(NO_START.format(name=name.label))
            self.given_at_step(name, shape)
            read = self.after_start(name.path, leaf(name, BEFORE, shape))
        else:
            read = self.given_at_step(name, tuple(shape), labels=labels)
        self._declared[name], self._data[name] = shape, read
        return read

    @staticmethod
    def _spelt(shape: Shape) -> str:
        return str(shape) if isinstance(shape, Vocabulary) else show(shape)

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
        system = System(self.equations, self.givens, self.shapes, frozenset(self.timed), labels=self.labels)
        check_reads(system)
        return system


def carry_order(placements: Sequence[Placement]) -> tuple[Name, ...]:
    """Every carried quantity: cell by cell, in the order in which each cell declares its carry."""
    return tuple(
        place.cell.equation_name(symbol)._replace(path=place.path)
        for place in placements
        for symbol in place.cell.carry
    )
