"""A cell is its equations: `params`, `carry`, `inputs`, and one `step` written as on the slide."""

import inspect
import keyword
import sys
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

import rnnsym.notation  # noqa: F401  (errors print the expressions of a cell)
from rnnsym.cells.vocabulary import Vocabulary, check_symbols, kind_of
from rnnsym.core.dims import Dim, Shape, canonical, names_in, replaced, show
from rnnsym.core.expr import Expr
from rnnsym.core.names import BEFORE, FREE, NOW, Name, Role, TimeMap
from rnnsym.errors import CellError, RnnsymError, UnknownNameError, unknown
from rnnsym.ops.arithmetic import lift
from rnnsym.ops.leaves import as_expr, leaf
from rnnsym.transforms.rewrite import flat

RESERVED = frozenset({"y", "target", "loss", "L", "t", "T"})
DECLARED = frozenset({"step", "params", "carry", "inputs", "output", "starts", "hand_set"})
IDENTITY = "identity"
STATE = "a key of vars() that no attribute can have"
Shapes = Mapping[str, tuple[Dim, ...]]
AS_DECLARED: Mapping[str, Dim] = {}


@dataclass(frozen=True)
class Trace:
    """What one `step` says: its named equations in the order written, with their shapes."""

    equations: Mapping[Name, Expr]
    shapes: Mapping[Name, Shape]


class Cell:
    """Base class of all cells. Declare shapes by dimension names, and write `step`:

        class Elman(Cell):
            params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
            carry  = {"h": ("H",)}
            inputs = {"x": ("X",)}

            def step(self, p, prev, x, now):
                now.a = p.W @ x + p.U @ prev.h + p.b
                now.h = tanh(now.a)

    Each assignment to `now` is one named equation. One example, one time step: the engine adds time and batch. With
    `inputs = {}` a cell reads nothing: a map of its own state, whose runs are told their length (steps=…).
    A cell is checked where it is declared: an error names its dimensions and the line of `step`.
    """

    params: Shapes = {}
    carry: Shapes = {}
    inputs: Shapes = {"x": ("X",)}
    output: ClassVar[str | None] = None
    """The name that the readout and the loss see; the first carry where it is None."""
    starts: Mapping[str, float | str] = {}
    """Parameters whose initial value is the cell's own: a number, such as a forget bias of 1, or "identity"."""
    hand_set: Mapping[str, Any] = {}
    """Weights set by hand: a value for each parameter, as numbers in nested lists or tuples; none by default."""
    source: str = ""
    """Where the equations come from: paper and equation number."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if DECLARED & cls.__dict__.keys() and cls.step is not Cell.step and _can_be_made(cls):
            _check_where_declared(cls())

    def step(self, p: Any, prev: Any, x: Any, now: Any) -> None:
        raise CellError(f"cell {self.name} has no step: write def step(self, p, prev, x, now).")

    def __repr__(self) -> str:
        """The class, with those of its attributes that are plain values: `Elman(activation='relu')`."""
        plain = {key: value for key, value in vars(self).items() if isinstance(value, (str, int, float))}
        return f"{self.name}({', '.join(f'{key}={value!r}' for key, value in plain.items())})"

    @property
    def name(self) -> str:
        return type(self).__name__

    @property
    def output_name(self) -> str:
        return self.output or next(iter(self.carry))

    def trace(self, sizes: Mapping[str, Dim] = AS_DECLARED) -> Trace:
        """Run `step` once on symbols; `sizes` are dimensions to put in the place of the cell's own, such as X -> 2H.

        Raises CellError or ShapeError that shows the line of `step`.
        """
        _check_declaration(self)
        written: dict[str, Expr] = {}
        p = _Namespace(self, "parameter", _leaves(self.params, Role.PARAM, FREE, sizes))
        prev = _Namespace(self, "carry", _leaves(self.carry, Role.CARRY, BEFORE, sizes))
        inputs = _leaves(self.inputs, Role.INPUT, NOW, sizes)
        x = next(iter(inputs.values())) if len(inputs) == 1 else _Namespace(self, "input", inputs)
        try:
            self.step(p, prev, x, _Now(self, written, sizes))
        except RnnsymError as error:
            raise type(error)(f"{error}\n{_where(self)}") from None
        except (TypeError, AttributeError) as error:
            raise CellError(f"cell {self.name}: {type(error).__name__}: {error}.\n{_where(self)}") from error
        missing = [name for name in self.carry if name not in written]
        if missing:
            raise CellError(f"cell {self.name}: step never assigns now.{missing[0]}, but {missing[0]} is carried.")
        if self.output_name not in written:
            raise unknown(f"output of cell {self.name}", self.output_name, written)
        names = [self.equation_name(symbol) for symbol in written]
        bodies = flat(list(written.values()))
        check_symbols(self.name, self.inputs, bodies, sizes)
        shapes = [body.shape for body in bodies]
        return Trace(dict(zip(names, bodies, strict=True)), dict(zip(names, shapes, strict=True)))

    def equation_name(self, symbol: str) -> Name:
        return Name(Role.CARRY if symbol in self.carry else Role.EQUATION, symbol)

    def dimensions(self) -> tuple[str, ...]:
        """The names of the dimensions that the declaration uses, in order."""
        groups = (self.inputs, self.carry, self.params)
        shapes = (_dims(shape) for group in groups for shape in group.values())
        return tuple(dict.fromkeys(name for shape in shapes for dim in shape for name in names_in(canonical(dim))))


class _Namespace:
    """`p`, `prev` or several inputs: attributes are leaves."""

    def __init__(self, cell: Cell, kind: str, values: Mapping[str, Expr]) -> None:
        vars(self)[STATE] = cell, kind, values

    def __getattr__(self, name: str) -> Expr:
        cell, kind, values = vars(self)[STATE]
        if name in values:
            return values[name]  # type: ignore[no-any-return]
        if name.startswith("__"):
            raise AttributeError(name)
        raise unknown(f"{kind} of cell {cell.name}:", name, values)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise CellError(f"cell {vars(self)[STATE][0].name}: only `now` is assigned; write now.{name} = …")

    def __repr__(self) -> str:
        cell, kind, values = vars(self)[STATE]
        return f"<each {kind} of cell {cell.name}: {', '.join(values)}>"


class _Now:
    """`now`: an assignment records an equation, a read gives the name it defined."""

    def __init__(self, cell: Cell, written: dict[str, Expr], sizes: Mapping[str, Dim]) -> None:
        vars(self)[STATE] = cell, written, sizes

    def __setattr__(self, symbol: str, value: Any) -> None:
        cell, written, sizes = vars(self)[STATE]
        if symbol in written:
            raise CellError(f"cell {cell.name}: now.{symbol} is assigned twice; give the second value another name.")
        if symbol in cell.params or symbol in cell.inputs:
            raise CellError(f"cell {cell.name}: now.{symbol} has the name of a parameter or input.")
        _check_name(cell, symbol, "quantity")
        expr = as_expr(value)
        if expr.dtype == "int":
            raise CellError(f"cell {cell.name}: now.{symbol} is a symbol, no number: name what it picks, as in E[x].")
        if symbol in cell.carry:
            declared = resized(cell.carry[symbol], sizes)
            expr = lift(expr, leaf(cell.equation_name(symbol), NOW, declared))[0]
            if expr.shape != declared:
                raise CellError(
                    f"cell {cell.name}: now.{symbol} has shape {show(expr.shape)}, but the carry {symbol} is declared "
                    f"{show(declared)}."
                )
        written[symbol] = expr

    def __getattr__(self, symbol: str) -> Expr:
        cell, written, _ = vars(self)[STATE]
        if symbol in written:
            return leaf(cell.equation_name(symbol), NOW, written[symbol].shape)
        if symbol.startswith("__"):
            raise AttributeError(symbol)
        hint = f" For the previous step read prev.{symbol}." if symbol in cell.carry else ""
        raise UnknownNameError(
            f"cell {cell.name}: now.{symbol} is read before it is assigned. Assigned so far: "
            f"{', '.join(written) or 'none'}.{hint}"
        )


def _leaves(shapes: Shapes, role: Role, time: TimeMap, sizes: Mapping[str, Dim]) -> dict[str, Expr]:
    return {
        symbol: leaf(Name(role, symbol), time, resized(shape, sizes), kind_of(shape))
        for symbol, shape in shapes.items()
    }


def resized(shape: Iterable[Dim], sizes: Mapping[str, Dim]) -> Shape:
    """`shape` with the dimensions `sizes` put in the place of names."""
    return shape.resized(sizes) if isinstance(shape, Vocabulary) else tuple(replaced(dim, sizes) for dim in shape)


def _dims(shape: Iterable[Dim]) -> tuple[Dim, ...]:
    """The dimensions that a declaration names."""
    return (shape.size,) if isinstance(shape, Vocabulary) else tuple(shape)


def _canonical(shape: Iterable[Dim]) -> Shape:
    return tuple(canonical(dim) for dim in shape)


def _can_be_made(cls: type) -> bool:
    """Whether an instance can be made for the check: nothing abstract, and no option without a default."""
    options = inspect.signature(cls).parameters.values()
    required = any(o.default is o.empty and o.kind not in (o.VAR_POSITIONAL, o.VAR_KEYWORD) for o in options)
    return not required and not inspect.isabstract(cls)


def _check_where_declared(cell: Cell) -> None:
    """Trace the cell. One whose `step` reads an attribute that a subclass or a decorator adds is checked later."""
    try:
        cell.trace()
    except CellError as error:
        cause = error.__cause__
        if not (isinstance(cause, AttributeError) and cause.obj is cell):
            raise


def _check_declaration(cell: Cell) -> None:
    """Raises CellError for names that clash or are no names, and ShapeError for shapes that are no shapes."""
    seen: dict[str, str] = {}
    groups = {"parameter": cell.params, "carry": cell.carry, "input": cell.inputs}
    for kind, group in groups.items():
        if not isinstance(group, Mapping):
            raise CellError(f"cell {cell.name}: each {kind} needs a shape, as in {{'a': ('H',)}}, not {group!r}.")
        for symbol, shape in group.items():
            _check_name(cell, symbol, kind)
            if symbol in seen:
                raise CellError(f"cell {cell.name}: '{symbol}' names a {kind} and a {seen[symbol]}; rename one.")
            _check_shape(cell, symbol, shape)
            if isinstance(shape, Vocabulary) and kind != "input":
                raise CellError(f"cell {cell.name}: a {kind} cannot be a symbol of a vocabulary; only inputs can.")
            seen[symbol] = kind
    if not cell.carry:
        raise CellError(f"cell {cell.name}: declare what is carried between steps, such as carry = {{'h': ('H',)}}.")
    if cell.output is not None and not isinstance(cell.output, str):
        raise CellError(f"cell {cell.name}: output is the name of a quantity, such as 'h', not {cell.output!r}.")
    for kind, values in (("starts", cell.starts), ("hand_set", cell.hand_set)):
        for symbol in values:
            if symbol not in cell.params:
                raise unknown(f"parameter in {kind} of cell {cell.name}:", symbol, cell.params)
    for symbol, start in cell.starts.items():
        _check_start(cell, symbol, start)


def _check_start(cell: Cell, symbol: str, start: object) -> None:
    shape = _canonical(cell.params[symbol])
    if start == IDENTITY:
        if len(shape) != 2 or shape[0] != shape[1]:
            raise CellError(f"cell {cell.name}: {symbol} of shape {show(shape)} is not square: it has no identity.")
    elif not isinstance(start, (int, float)):
        raise CellError(f"cell {cell.name}: {symbol} starts as a number or as 'identity', not as {start!r}.")


def _check_name(cell: Cell, symbol: Any, kind: str) -> None:
    if symbol in RESERVED:
        raise CellError(f"cell {cell.name}: '{symbol}' cannot name a {kind}: '{symbol}' is reserved for the network.")
    usable = isinstance(symbol, str) and symbol.isidentifier() and not keyword.iskeyword(symbol)
    if not usable or symbol.startswith("__"):
        raise CellError(f"cell {cell.name}: {symbol!r} cannot name a {kind}: it is no identifier.")


def _check_shape(cell: Cell, symbol: str, shape: Any) -> None:
    if not isinstance(shape, tuple):
        raise CellError(f"cell {cell.name}: {symbol} needs a tuple such as ('H',) as its shape, not {shape!r}.")
    _canonical(shape)


def _where(cell: Cell) -> str:
    """The file, line and code of `step` at which the exception now handled arose."""
    code = type(cell).step.__code__
    frames = traceback.extract_tb(sys.exc_info()[2])
    for frame in reversed(frames):
        if frame.filename == code.co_filename and frame.name == code.co_name:
            return f"  in {cell.name}.step, {frame.filename}:{frame.lineno}\n    {frame.line}"
    return f"  in {cell.name}.step"
