"""Evaluation with SymPy: an expression of small numeric size as a closed formula of its entries."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy

from rnnsym.core import dims
from rnnsym.core.dims import Dim, Shape
from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Fixed, Name, Offset, TimeMap
from rnnsym.errors import InputError, unknown
from rnnsym.interpreters.numeric import as_array, as_list, text_key
from rnnsym.ops.arithmetic import ADD, MUL
from rnnsym.ops.leaves import FULL, number_in

Objects = np.ndarray[Any, Any]
LARGEST_DENOMINATOR = 1024


def to_sympy(what: Any, sizes: Mapping[str, int] | None = None, values: Mapping[Any, Any] | None = None) -> Any:
    """`what` in SymPy: a scalar as an expression, a vector as a column Matrix, a matrix as a Matrix.

    `what` is an expression, or a list or dict of them. Entries of a leaf are real symbols: `W_0_1`, `b_0`, `h0_0` for
    the initial carry h, `x2_0` for x at step 2; a scalar leaf is its name alone. `sizes` gives each named dimension a
    number. `values` gives an array to leaves that shall be numbers, by leaf or by name: integer leaves (labels) need
    one. Raises UnknownNameError for a value without a leaf; InputError for a dimension without a size, an integer leaf
    without a value, and two leaves whose symbols would be the same.
    """
    exprs = as_list(what)
    nodes = topological(exprs)
    known = _leaf_entries([node for node in nodes if node.prim.name == "leaf"], sizes or {}, values or {})

    def size(dim: Dim) -> int:
        return _size(dim, sizes or {})

    for node in nodes:
        if node not in known:
            known[node] = _objects(node.prim.sympy(sympy, node, [known[arg] for arg in node.args], size))
    results = [_presented(known[expr]) for expr in exprs]
    if isinstance(what, Expr):
        return results[0]
    return dict(zip(what, results, strict=True)) if isinstance(what, Mapping) else results


def named_scalars(
    assignments: Sequence[tuple[Expr, Expr]], labels: Mapping[Expr, str]
) -> tuple[dict[Expr, Any], list[tuple[Any, Any]]]:
    """Scalar formulas that use each other by name, in SymPy: the symbol of every leaf, and (Symbol, formula) pairs.

    A formula is one operation or a few on symbols: what is shared is named, and nothing is expanded.
    """
    symbols = {node: sympy.Symbol(label, real=True) for node, label in labels.items()}
    known: dict[Expr, Any] = dict(symbols)
    pairs = []
    for name, formula in assignments:
        for node in topological([formula]):
            if node not in known:
                known[node] = _scalar(node, [known[arg] for arg in node.args])
        pairs.append((symbols[name], known[formula]))
    return symbols, pairs


def matrix(table: Objects, symbols: Mapping[Expr, Any]) -> Any:
    """An array of entries as a Matrix of their symbols; a vector as a column."""
    rows = table.reshape(-1, 1) if table.ndim < 2 else table
    return sympy.Matrix([[symbols[node] for node in row] for row in rows])


def _scalar(node: Expr, args: Sequence[Any]) -> Any:
    if node.prim in (ADD, MUL):
        return (sympy.Add if node.prim is ADD else sympy.Mul)(*args)
    if node.prim is FULL:
        return _exact(number_in(node))
    return np.asarray(node.prim.sympy(sympy, node, args, lambda dim: dims.size(dim, {})), dtype=object).item()


def _leaf_entries(needed: Sequence[Expr], sizes: Mapping[str, int], values: Mapping[Any, Any]) -> dict[Expr, Objects]:
    """An array of symbols, or of the given numbers, for each leaf."""
    by_name = {text_key(node): node for node in needed}
    numbers: dict[Expr, Any] = {}
    for key, value in values.items():
        node = key if isinstance(key, Expr) else by_name.get(str(key))
        if node is None:
            raise unknown("name", str(key), by_name)
        numbers[node] = value
    taken: dict[str, Expr] = {}
    entries = {}
    for node in needed:
        if node in numbers:
            entries[node] = _given(node, numbers[node], sizes)
            continue
        if node.dtype == "int":
            raise InputError(f"{text_key(node)} is an integer: give its number, values={{'{text_key(node)}': …}}.")
        prefix = symbol_prefix(*node.attrs)  # type: ignore[arg-type]
        if taken.setdefault(prefix, node) is not node:
            raise InputError(f"two different quantities would both be written '{prefix}' in SymPy: rename one.")
        entries[node] = _symbols(prefix, node.shape, sizes)
    return entries


def symbol_prefix(name: Name, time: TimeMap) -> str:
    """What the symbols of a leaf begin with: `W`, `h0` for an initial carry, `x2` at step 2, `h[t-1]`, `dh`."""
    text = name.plain
    if isinstance(time, Fixed):
        return f"{text}{time.at}"
    return f"{text}[t{time.k:+d}]" if isinstance(time, Offset) and time.k else text


def _symbols(prefix: str, shape: Shape, sizes: Mapping[str, int]) -> Objects:
    array = np.empty(tuple(_size(dim, sizes) for dim in shape), dtype=object)
    for index in np.ndindex(array.shape):
        array[index] = sympy.Symbol("_".join([prefix, *map(str, index)]), real=True)
    return array


def _given(node: Expr, value: Any, sizes: Mapping[str, int]) -> Objects:
    array = as_array(value, node)
    shape = tuple(_size(dim, sizes) for dim in node.shape)
    if array.shape != shape:
        raise InputError(f"{text_key(node)} has shape {array.shape} here, it must be {dims.show(shape)}.")
    return array if node.dtype == "int" else _objects(array)


def _size(dim: Dim, sizes: Mapping[str, int]) -> int:
    for name in dims.names_in(dim):
        if name not in sizes:
            raise InputError(f"the dimension {name} has no size: SymPy needs a number, sizes={{'{name}': 2}}.")
    return dims.size(dim, sizes)


def _objects(value: Any) -> Objects:
    """`value` as an array of SymPy expressions: numbers become exact ones."""
    array = np.asarray(value)
    if array.dtype == object:
        return array
    exact = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        exact[index] = _exact(array[index].item())
    return exact


def _exact(number: float) -> Any:
    """A fraction where the number is a simple one, such as 1/2; else the float itself."""
    top, bottom = float(number).as_integer_ratio() if np.isfinite(number) else (0, LARGEST_DENOMINATOR + 1)
    return sympy.Rational(top, bottom) if bottom <= LARGEST_DENOMINATOR else sympy.Float(number)


def _presented(array: Objects) -> Any:
    if array.ndim == 0:
        return sympy.sympify(array.item())
    return sympy.Matrix(array.reshape(-1, 1) if array.ndim == 1 else array)
