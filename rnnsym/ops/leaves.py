"""Leaves: named quantities, constants, and the size of a dimension."""

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnnsym.core.dims import Dim, Shape, as_shape, show
from rnnsym.core.expr import Expr, intern_node
from rnnsym.core.mathtree import Bracket, Call, Infix, MathTree, Number, Symbol, Word
from rnnsym.core.names import FREE, Name, Role, TimeMap
from rnnsym.core.primitive import ATOM_BINDING, PREFIX_BINDING, Code, Primitive
from rnnsym.errors import InputError, MisuseError, ShapeError


class Leaf(Primitive):
    """A named quantity; attrs are (Name, TimeMap). Interpreters look its value up and never call it."""

    family = "leaf"

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        name, time = node.attrs
        return Symbol(name, time)  # type: ignore[arg-type]


class Constant(Primitive):
    """An array; attrs are (dtype, bytes), so that constants are keyed by their bits."""

    family = "leaf"

    def numpy(self, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        return _array(node)

    def source(self, node: Expr, code: Callable[[Expr], Code], size: Callable[[Dim], str]) -> Code:
        return Code(f"np.array({_array(node).tolist()!r})", leading=False)

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        return _array_tree(_array(node))


class Full(Primitive):
    """One number in every entry of a shape, which may be symbolic; attrs are (bits of the number,)."""

    family = "leaf"

    def numpy(self, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        return np.full(tuple(size(dim) for dim in node.shape), number_in(node))

    def source(self, node: Expr, code: Callable[[Expr], Code], size: Callable[[Dim], str]) -> Code:
        literal = number_source(node)
        if not node.shape:
            return literal
        return Code(f"np.full(({', '.join(size(dim) for dim in node.shape)},), {literal.text})", leading=False)

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        return Number(number_in(node))


class Size(Primitive):
    """The number of entries of a shape, as a scalar; attrs are (shape,)."""

    family = "leaf"

    def numpy(self, node: Expr, args: Sequence[Any], size: Callable[[Dim], int]) -> Any:
        counts: list[int] = [size(dim) for dim in self.of(node)]
        return np.array(float(math.prod(counts)))

    def source(self, node: Expr, code: Callable[[Expr], Code], size: Callable[[Dim], str]) -> Code:
        factors = [size(dim) for dim in self.of(node)]
        text = " * ".join(factor if factor.isalnum() else f"({factor})" for factor in factors)
        return Code(f"({text})", leading=False)

    def tree(self, node: Expr, args: Sequence[MathTree]) -> MathTree:
        words = tuple(Word(str(dim)) for dim in self.of(node))
        return words[0] if len(words) == 1 else Infix("scale", words)

    @staticmethod
    def of(node: Expr) -> Shape:
        """The shape whose entries are counted."""
        return node.attrs[0]  # type: ignore[return-value]


def is_repeated(node: Expr) -> bool:
    """Whether `node` is one number for all its entries, so that its tree says nothing of its shape."""
    return bool(node.shape) and (node.prim is FULL or node.prim.name == "broadcast")


def in_full(node: Expr, tree: MathTree) -> MathTree:
    """The tree of an operand where nothing beside it tells its shape: a repeated number says it, `w ones(H)`."""
    if not is_repeated(node):
        return tree
    words = tuple(Word(str(dim)) for dim in node.shape)
    if isinstance(tree, Number) and tree.value in (0.0, 1.0):
        return Call("ones" if tree.value else "zeros", words)
    return Infix("scale", (tree, Call("ones", words)))


LEAF, CONSTANT, FULL, SIZE = Leaf("leaf"), Constant("constant"), Full("full"), Size("size")


def leaf(name: Name, time: TimeMap, shape: Shape, dtype: str = "float") -> Expr:
    """The leaf that reads `name` at `time`."""
    return intern_node(LEAF, (), (name, time), as_shape(shape), dtype)


def var(name: str, shape: Shape = (), dtype: str = "float") -> Expr:
    """A variable of your own: a scalar by default. `shape` may use numbers and names: `("H", 3)`.

    `dtype` is "float", or "int" for a label or an index. Raises InputError and ShapeError for anything else.
    """
    return _named(Role.VARIABLE, name, shape, dtype)


def param(name: str, shape: Shape = ()) -> Expr:
    """A parameter: a leaf that gradients are usually taken with respect to. Raises InputError and ShapeError."""
    return _named(Role.PARAM, name, shape)


def _named(role: Role, name: str, shape: Shape, dtype: str = "float") -> Expr:
    if not isinstance(name, str) or not name:
        raise InputError(f"{name!r} is no name: a {role} needs a text such as 'x'.")
    if dtype not in ("float", "int"):
        raise InputError(f"{name} cannot be of the type {dtype!r}: a {role} is 'float', or 'int' for a label.")
    return leaf(Name(role, name), FREE, shape, dtype)


def constant(value: Any) -> Expr:
    """A fixed real number or array of them, as floats. Raises InputError for anything else."""
    array = _numbers(value).astype(np.float64)
    return _interned(array, "float") if array.ndim else full(float(array), ())


def as_index(value: Any, shape: Shape) -> Expr:
    """A label or the number of a row of something of this shape; an expression is passed on as it is.

    Raises InputError for what is no whole number, and ShapeError where it is known to be out of range.
    """
    if isinstance(value, Expr):
        return value
    array = _numbers(value)
    if array.dtype.kind not in "iu":
        raise InputError(f"{value!r} is no index: a whole number is needed.")
    if np.any(array < 0) or any(isinstance(count, int) and np.any(array >= count) for count in shape[:1]):
        raise ShapeError(f"index {value} is outside the shape {show(shape)}: the first of its rows is 0.")
    return _interned(array.astype(np.int64), "int")


def _numbers(value: Any) -> "np.ndarray[Any, Any]":
    try:
        array = np.asarray(value)
    except ValueError:
        raise InputError(f"{value!r} is ragged: its rows must have equal lengths.") from None
    if array.dtype.kind not in "biuf":
        raise InputError(f"{value!r} is no constant: an expression takes real numbers and arrays of them.")
    return array


def _interned(array: "np.ndarray[Any, Any]", kind: str) -> Expr:
    return intern_node(CONSTANT, (), (array.dtype.str, array.tobytes()), array.shape, kind)


def full(value: float, shape: Shape) -> Expr:
    """`value` in every entry of `shape`."""
    return intern_node(FULL, (), (struct.pack("d", value),), shape)


def zeros(shape: Shape) -> Expr:
    return full(0.0, shape)


def ones(shape: Shape) -> Expr:
    return full(1.0, shape)


def number_in(node: Expr) -> float:
    """The number that a `full` node holds."""
    return struct.unpack("d", node.attrs[0])[0]  # type: ignore[arg-type, no-any-return]


def number_source(node: Expr) -> Code:
    """The number of a `full` node as a literal."""
    value = number_in(node)
    text = repr(value) if np.isfinite(value) else f"float('{value}')"
    return Code(text, PREFIX_BINDING if text.startswith("-") else ATOM_BINDING, leading=False)


def is_number(node: Expr, value: float) -> bool:
    """Whether every entry of `node` is the constant `value`."""
    return node.prim is FULL and number_in(node) == value


def is_zero(node: Expr) -> bool:
    return is_number(node, 0.0)


def size_of(shape: Shape) -> Expr:
    """The number of entries of `shape`, as a scalar."""
    if all(isinstance(dim, int) for dim in shape):
        return constant(float(math.prod(dim for dim in shape if isinstance(dim, int))))
    return intern_node(SIZE, (), (shape,), ())


def as_expr(value: Any) -> Expr:
    return value if isinstance(value, Expr) else constant(value)


def expect_expr(value: Any, what: str) -> Expr:
    """`value` itself. Raises MisuseError where it is no expression, with `what` it is meant to be."""
    if not isinstance(value, Expr):
        raise MisuseError(f"{what} must be an expression, such as rs.var('x'), not {value!r}.")
    return value


def _array(node: Expr) -> "np.ndarray[Any, Any]":
    dtype, data = node.attrs
    return np.frombuffer(data, dtype=dtype).reshape(node.shape)  # type: ignore[call-overload, no-any-return]


def _array_tree(value: "np.ndarray[Any, Any]") -> MathTree:
    return Bracket(tuple(_array_tree(row) for row in value)) if value.ndim else Number(value.item())
