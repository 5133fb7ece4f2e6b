"""Between which numbers a quantity of a step stays, whatever the states, inputs and parameters are."""

import math
from itertools import product
from typing import Any

import numpy as np

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import NOW, Name, Role
from rnnsym.core.system import System
from rnnsym.ops.leaves import number_in

Range = tuple[float, float]
ANY: Range = (-math.inf, math.inf)

INCREASING = frozenset({"sigmoid", "tanh", "exp", "softplus", "relu", "minimum", "maximum", "add"})
SAME = frozenset({"broadcast", "slice", "index", "transpose", "stop_gradient"})


def range_of(system: System, expr: Expr) -> Range:
    """The least and the greatest value that any entry of `expr` can have; infinite where nothing bounds it.

    A named quantity of the step counts as its equation, so that 1 − z_t is between 0 and 1 where z_t is σ(…); a state
    counts as unbounded. What is read twice counts as if it moved apart from itself: the bounds hold, but may be wide.
    """
    known: dict[Expr, Range] = {}
    for node in topological([expr]):
        known[node] = _range(system, node, [known[arg] for arg in node.args])
    return known[expr]


def _range(system: System, node: Expr, args: list[Range]) -> Range:
    kind = node.prim.name
    if kind == "leaf":
        return _of_equation(system, node)
    if kind == "full":
        return (number_in(node), number_in(node))
    if kind in INCREASING:
        return tuple(_value(node, [arg[end] for arg in args]) for end in (0, 1))  # type: ignore[return-value]
    if kind in SAME:
        return args[0]
    if kind == "neg":
        return (-args[0][1], -args[0][0])
    if kind == "mul":
        return _product(args)
    if kind == "divide" and args[1][0] > 0:
        return _product([args[0], (1 / args[1][1], 1 / args[1][0])])
    if kind == "softmax":
        return (0.0, 1.0)
    return ANY


def _of_equation(system: System, node: Expr) -> Range:
    name, time = node.attrs
    assert isinstance(name, Name)
    if time != NOW or name.role != Role.EQUATION:
        return ANY
    every = [range_of(system, piece.rhs) for piece in system.equations[name]]
    return (min(low for low, _ in every), max(high for _, high in every))


def _value(node: Expr, ends: list[float]) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        found: Any = node.prim.numpy(node, [np.float64(end) for end in ends], lambda dim: 1)
    return float(found)


def _product(args: list[Range]) -> Range:
    low, high = 1.0, 1.0
    for arg in args:
        ends = [0.0 if 0.0 in pair else pair[0] * pair[1] for pair in product((low, high), arg)]
        low, high = min(ends), max(ends)
    return (low, high)
