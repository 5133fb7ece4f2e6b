"""Evaluation with NumPy. Arrays may have leading axes before the event axes of their leaf; complex input is allowed."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from rnnsym.core import dims
from rnnsym.core.dims import Dim, show
from rnnsym.core.expr import Expr, leaves, topological
from rnnsym.core.names import Fixed, Name
from rnnsym.errors import InputError, ShapeError

Array = np.ndarray[Any, Any]
Values = Mapping[Any, Any]


def evaluate(what: Any, values: Values, sizes: Mapping[str, int] | None = None) -> Any:
    """The value of an expression, or of a list or dict of expressions, as float64 arrays (complex where input is).

    `values` gives each leaf an array, by leaf or by name; an array may have leading axes (time, batch) before the
    leaf's own axes; integer leaves need integers. Values that `what` does not contain are ignored. `sizes` gives
    dimensions that no leaf tells. Raises InputError for a leaf without a value, a key that is no leaf, or a name that
    two leaves share, and ShapeError for an array that does not fit.
    """
    exprs = as_list(what)
    bound = bind(leaves(exprs), values)
    numbers = infer_sizes(bound, sizes)
    results = run(exprs, bound, numbers)
    if isinstance(what, Expr):
        return results[0]
    return dict(zip(what, results, strict=True)) if isinstance(what, Mapping) else results


def run(exprs: Sequence[Expr], bound: Mapping[Expr, Any], sizes: Mapping[str, int]) -> list[Any]:
    """The values of `exprs` for arrays that are known to fit."""
    known: dict[Expr, Any] = dict(bound)

    def size(dim: Dim) -> int:
        return dims.size(dim, sizes)

    for node in topological(exprs):
        if node not in known:
            known[node] = node.prim.numpy(node, [known[arg] for arg in node.args], size)
    return [known[expr] for expr in exprs]


def bind(needed: Iterable[Expr], values: Values) -> dict[Expr, Array]:
    """An array for each needed leaf. Raises InputError for a leaf without a value, with the nearest surplus name."""
    needed = list(needed)
    found, surplus = match(needed, values)
    for node in needed:
        if node not in found:
            near = get_close_matches(text_key(node), surplus, n=1, cutoff=0.5)
            hint = f" Did you mean it by '{near[0]}'?" if near else ""
            wanted = ", ".join(map(text_key, needed))
            raise InputError(f"{text_key(node)} has no value: give one for each of {wanted}.{hint}")
    return {node: as_array(value, node) for node, value in found.items()}


def match(needed: Sequence[Expr], values: Values) -> tuple[dict[Expr, Any], list[str]]:
    """The value of each needed leaf, by leaf or by name, and the names left over.

    Values that nothing needs are ignored: a gradient may no longer contain what its primal did. Raises InputError for a
    key that is no leaf, and for a name that two leaves share.
    """
    by_name: dict[str, list[Expr]] = {}
    for node in needed:
        by_name.setdefault(text_key(node), []).append(node)
    found: dict[Expr, Any] = {}
    surplus = []
    for key, value in values.items():
        if isinstance(key, Expr) and key.prim.name != "leaf":
            raise InputError(f"{key!r} is computed: only a leaf (a variable, a parameter) can be given a value.")
        nodes = [key] if isinstance(key, Expr) else by_name.get(str(key), [])
        if len(nodes) > 1:
            kinds = " and ".join(str(node.attrs[0].role) for node in nodes)  # type: ignore[attr-defined]
            raise InputError(f"the name '{key}' is that of {len(nodes)} leaves ({kinds}): give each value by its leaf.")
        if nodes and nodes[0] in needed:
            found[nodes[0]] = value
        else:
            surplus.append(text_key(key) if isinstance(key, Expr) else str(key))
    return found, surplus


def as_array(value: Any, node: Expr) -> Array:
    """`value` as an array for the leaf: float64 or complex, integers for an integer leaf."""
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        raise InputError(f"the value of {text_key(node)} is not numeric: {value!r}.")
    if node.dtype == "int":
        if array.dtype.kind not in "iu":
            raise InputError(f"{text_key(node)} takes integers, not {array.dtype}.")
        return array
    return array if array.dtype.kind == "c" else array.astype(np.float64)


def infer_sizes(bound: Mapping[Expr, Array], sizes: Mapping[str, int] | None = None) -> dict[str, int]:
    """The size of every named dimension, from the arrays. Raises ShapeError naming the dimension that disagrees."""
    known = dict(sizes or {})
    pending = [(node, dim, i) for node in bound for i, dim in enumerate(node.shape)]
    for node in bound:
        if bound[node].ndim < len(node.shape):
            raise ShapeError(f"{text_key(node)} has shape {bound[node].shape}, it must end in {show(node.shape)}.")
    progress = True
    while pending and progress:
        progress = False
        for item in list(pending):
            node, dim, i = item
            length = bound[node].shape[i - len(node.shape)]
            solved = dims.solve(dim, length, known)
            if solved is not None:
                known[solved[0]] = solved[1]
            elif any(name not in known for name in dims.names_in(dim)):
                continue
            elif dims.size(dim, known) != length:
                raise ShapeError(
                    f"{text_key(node)} has shape {bound[node].shape}, but its dimension {dim} must be "
                    f"{dims.size(dim, known)}: it is {show(node.shape)}."
                )
            pending.remove(item)
            progress = True
    return known


def text_key(node: Expr) -> str:
    """How a leaf is addressed by text: `W`, or `h[3]` for a leaf at a fixed step."""
    name, time = node.attrs
    assert isinstance(name, Name)
    return f"{name.label}[{time.at}]" if isinstance(time, Fixed) else name.label


def as_list(what: Any) -> list[Expr]:
    """The expressions in an expression, a list or a dict. Raises InputError for anything else."""
    exprs = [what] if isinstance(what, Expr) else list(what.values() if isinstance(what, Mapping) else what)
    for expr in exprs:
        if not isinstance(expr, Expr):
            raise InputError(f"{expr!r} is no expression.")
    return exprs
