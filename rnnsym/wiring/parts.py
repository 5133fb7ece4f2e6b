"""Parts that networks are composed of: a layer, layers above each other, two layers in both directions of time.

A part is placed into a Builder: it adds the equations of its cells under its path, and says what may be read of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rnnsym.cells.base import Cell, resized
from rnnsym.cells.registry import as_cell
from rnnsym.cells.vocabulary import Vocabulary
from rnnsym.core.dims import Dim, Shape, show
from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import END, EVERY_STEP, FREE, NOW, START, Fixed, Interval, Name, Offset, Role, T, TimeMap
from rnnsym.core.system import Piece
from rnnsym.errors import InputError, MisuseError, ShapeError
from rnnsym.ops.indexing import concat
from rnnsym.ops.leaves import leaf
from rnnsym.transforms.rewrite import substitute
from rnnsym.wiring.builder import AFTER, Builder, Placement
from rnnsym.wiring.place import FIRST_STEP, Part, Path, Place, Placed, State


@dataclass(frozen=True)
class _Out:
    """The output of one layer."""

    name: Name
    shape: Shape
    backward: bool
    states: tuple[State, ...]

    def read(self, builder: Builder, when: Interval) -> Expr:
        return leaf(self.name, Fixed(FIRST_STEP) if self.backward and when == END else NOW, self.shape)


@dataclass(frozen=True)
class Layer:
    """One cell in time: Layer("lstm")."""

    cell: Cell

    @property
    def looks_ahead(self) -> bool:
        return False

    def cells(self, path: Path = ()) -> Iterator[tuple[Path, Cell]]:
        yield path, self.cell

    def place(self, builder: Builder, at: Place) -> Placed:
        cell, starts = self.cell, dict(self._starts(at))
        sizes = self._sizes(at, starts)
        builder.placements.append(Placement(at.path, cell, at.backward, sizes))
        trace = cell.trace(sizes)
        for symbol, shape in cell.params.items():
            builder.given(Name(Role.PARAM, symbol, at.path), resized(shape, sizes))
        fed = self._inputs(builder, at, sizes)
        begin, before = (AFTER, Offset(1)) if at.backward else (START, Offset(-1))

        def moved(node: Expr) -> Expr:
            name, time = node.attrs
            assert isinstance(name, Name)
            if name.role == Role.INPUT:
                return fed[name.symbol]
            return leaf(name._replace(path=at.path), time if time in (NOW, FREE) else before, node.shape)

        found = list(trace.equations.values())
        bodies = substitute(found, {node: moved(node) for node in leaves(found)})
        for plain, body in zip(trace.equations, bodies, strict=True):
            name, shape = plain._replace(path=at.path), trace.shapes[plain]
            first: tuple[Piece, ...] = ()
            if name.role == Role.CARRY:
                if name.symbol not in starts:
                    starts[name.symbol] = builder.given(name.as_role(Role.INITIAL), shape)
                first = (Piece(begin, starts[name.symbol]),)
            builder.define(name, shape, *first, Piece(EVERY_STEP, body))
        output = cell.equation_name(cell.output_name)
        end: TimeMap = Fixed(FIRST_STEP if at.backward else T)
        carry = {s: builder.read(Name(Role.CARRY, s, at.path), end) for s in cell.carry}
        state = State(carry, cell.output_name)
        return _Out(output._replace(path=at.path), trace.shapes[output], at.backward, (state,))

    def _starts(self, at: Place) -> Mapping[str, Expr]:
        """What each carry starts from, where that is not given: carries pair by name, else output with output."""
        if not at.states:
            return {}
        (state,) = at.states[-1:]
        common = {symbol: state.carry[symbol] for symbol in self.cell.carry if symbol in state.carry}
        if common:
            return common
        if self.cell.output_name in self.cell.carry and state.output in state.carry:
            return {self.cell.output_name: state.carry[state.output]}
        raise ShapeError(
            f"{self._called(at)} carries {', '.join(self.cell.carry)} and cannot start from "
            f"{', '.join(state.carry)}: name a carry alike in both cells, or make a carry the output of each."
        )

    def _sizes(self, at: Place, starts: Mapping[str, Expr]) -> Mapping[str, Dim]:
        """The dimensions in the place of the cell's own, so that it fits what it is fed and starts from."""
        sizes = dict(at.sizes)
        first = next(iter(self.cell.inputs), "x")
        fed = {**({} if at.feed is None else {first: at.feed}), **at.feeds}
        for symbol, expr in fed.items():
            if symbol not in self.cell.inputs:
                known = ", ".join(self.cell.inputs) or "none, and can be fed nothing"
                raise InputError(f"{self._called(at)} has no input '{symbol}'; it has {known}.")
            if isinstance(self.cell.inputs[symbol], Vocabulary) != (expr.dtype == "int"):
                raise InputError(
                    f"{self._called(at)} reads as {symbol} a symbol of a vocabulary, but it is given {expr!r}: only "
                    f"data are symbols."
                )
            if not _fit(self.cell.inputs[symbol], expr.shape, sizes):
                self._refuse(at, f"reads {symbol}", resized(self.cell.inputs[symbol], sizes), expr)
        for symbol, expr in starts.items():
            if not _fit(self.cell.carry[symbol], expr.shape, sizes):
                self._refuse(at, f"carries {symbol}", resized(self.cell.carry[symbol], sizes), expr)
        return sizes

    def _inputs(self, builder: Builder, at: Place, sizes: Mapping[str, Dim]) -> dict[str, Expr]:
        fed: dict[str, Expr] = dict(at.feeds)
        for i, (symbol, shape) in enumerate(self.cell.inputs.items()):
            if i == 0 and at.feed is not None:
                fed[symbol] = at.feed
            elif symbol not in fed:
                fed[symbol] = builder.data(Name(Role.INPUT, symbol, at.data), resized(shape, sizes), i == 0)
        return fed

    def _called(self, at: Place) -> str:
        return str(Placement(at.path, self.cell, at.backward, {}))

    def _refuse(self, at: Place, does: str, shape: Shape, expr: Expr) -> None:
        raise ShapeError(
            f"{self._called(at)} {does} of shape {show(shape)}, but it is given {expr!r} of shape {show(expr.shape)}."
        )


def _fit(declared: Sequence[Dim], given: Shape, sizes: dict[str, Dim]) -> bool:
    """Whether `declared` can have the shape `given`; a name without a size yet takes the one that is needed."""
    if len(declared) != len(given):
        return False
    for dim, wanted in zip(declared, given, strict=True):
        if isinstance(dim, str) and dim.isidentifier():
            sizes.setdefault(dim, wanted)
    return tuple(resized(declared, sizes)) == given


@dataclass(frozen=True)
class Stacked:
    """Layers above each other: each reads at step t the output at step t of the one below.

    `hidden`: a dimension for each layer in the place of H, such as ("H1", "H2"); all are H where it is empty.
    """

    parts: tuple[Part, ...]
    hidden: tuple[Dim, ...] = ()

    def __init__(self, parts: Sequence[object], hidden: Sequence[Dim] = ()) -> None:
        if isinstance(parts, str) or not isinstance(parts, Sequence) or not parts:
            raise InputError(f"stacked takes a list of cells, such as ['lstm', 'gru'], not {parts!r}.")
        object.__setattr__(self, "parts", tuple(map(as_part, parts)))
        object.__setattr__(self, "hidden", tuple(hidden))
        if hidden and len(hidden) != len(self.parts):
            raise InputError(f"{len(self.parts)} layers need {len(self.parts)} hidden sizes, not {len(hidden)}.")

    @property
    def looks_ahead(self) -> bool:
        return any(part.looks_ahead for part in self.parts)

    def cells(self, path: Path = ()) -> Iterator[tuple[Path, Cell]]:
        for i, part in enumerate(self.parts, 1):
            yield from part.cells((*path, f"layer{i}"))

    def place(self, builder: Builder, at: Place) -> Placed:
        count = len(self.parts)
        if at.states and len(at.states) != count:
            raise InputError(
                f"{count} layers cannot start from {len(at.states)}: each layer of the decoder starts from the layer "
                f"of the encoder at its height, so both need the same number."
            )
        feed, feeds, data, states = at.feed, at.feeds, at.data, list[State]()
        for i, part in enumerate(self.parts):
            path = (*at.path, f"layer{i + 1}")
            sizes = {**at.sizes, **({"H": self.hidden[i]} if self.hidden else {})}
            place = Place(path, data, feed, feeds, at.states[i : i + 1], sizes, at.backward)
            placed = part.place(builder, place)
            states += placed.states[-1:]
            if i < count - 1:
                feed, feeds, data = placed.read(builder, EVERY_STEP), {}, (*at.path, f"layer{i + 2}")
        return _Top(placed, tuple(states))


@dataclass(frozen=True)
class _Top:
    """The output of the highest layer, and the states of all."""

    top: Placed
    states: tuple[State, ...]

    def read(self, builder: Builder, when: Interval) -> Expr:
        return self.top.read(builder, when)


@dataclass(frozen=True)
class Bidirectional:
    """A layer that reads from 1 to T and one that reads from T to 1; their outputs are joined, [forward, backward]."""

    forward: Part
    backward: Part

    def __init__(self, forward: object, backward: object = None) -> None:
        object.__setattr__(self, "forward", as_part(forward))
        object.__setattr__(self, "backward", self.forward if backward is None else as_part(backward))

    @property
    def looks_ahead(self) -> bool:
        return True

    def cells(self, path: Path = ()) -> Iterator[tuple[Path, Cell]]:
        yield from self.forward.cells((*path, "forward"))
        yield from self.backward.cells((*path, "backward"))

    def place(self, builder: Builder, at: Place) -> Placed:
        if at.states:
            raise InputError("a decoder makes its output step by step and cannot read backward in time.")
        sides = []
        for part, word in ((self.forward, "forward"), (self.backward, "backward")):
            flipped = at.backward != (word == "backward")
            place = Place((*at.path, word), at.data, at.feed, at.feeds, (), at.sizes, flipped)
            sides.append(part.place(builder, place))
        return _Both(at.path, *sides)


@dataclass(frozen=True)
class _Both:
    """Two outputs joined to one, as an equation of its own once it is read."""

    path: Path
    first: Placed
    second: Placed

    @property
    def states(self) -> tuple[State, ...]:
        pairs = zip(self.first.states, self.second.states, strict=False)
        return tuple(
            State({s: _joined(one.carry[s], other.carry[s]) for s in one.carry if s in other.carry}, one.output)
            for one, other in pairs
        )

    def read(self, builder: Builder, when: Interval) -> Expr:
        both = _joined(self.first.read(builder, when), self.second.read(builder, when))
        name = Name(Role.EQUATION, self.first.states[-1].output, self.path)
        if name not in builder.equations:
            builder.define(name, both.shape, Piece(when, both))
        return builder.read(name)


def _joined(one: Expr, other: Expr) -> Expr:
    if len(one.shape) != 1 or len(other.shape) != 1:
        raise ShapeError(
            f"both directions are joined to one vector, but {one!r} has shape {show(one.shape)} and {other!r} has "
            f"shape {show(other.shape)}: let each cell put out a vector."
        )
    return concat(one, other)


def as_part(what: object) -> Part:
    """A part as it is; a cell, its class or its name as a layer. Raises as `cells.get`, and MisuseError."""
    if isinstance(what, (Layer, Stacked, Bidirectional)):
        return what
    if isinstance(what, (Cell, str)) or (isinstance(what, type) and issubclass(what, Cell)):
        return Layer(as_cell(what))
    raise MisuseError(
        f"{what!r} is no cell: give a cell, its class, a name such as 'lstm', or rs.Stacked(…), rs.Bidirectional(…)."
    )
