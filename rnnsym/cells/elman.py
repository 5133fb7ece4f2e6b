"""The simple recurrent network."""

from collections.abc import Callable
from typing import Any

from rnnsym.cells.base import Cell
from rnnsym.core.expr import Expr
from rnnsym.errors import unknown
from rnnsym.ops.elementwise import relu, sigmoid, tanh


def _identity(a: Expr) -> Expr:
    return a


ACTIVATIONS: dict[str, Callable[[Expr], Expr]] = {"tanh": tanh, "sigmoid": sigmoid, "relu": relu, "identity": _identity}


class Elman(Cell):
    """Elman (1990): h_t = f(W x_t + U h_{t-1} + b), with f = tanh, sigmoid, relu or identity."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}
    inputs = {"x": ("X",)}
    source = "Elman (1990), Finding structure in time"

    def __init__(self, activation: str = "tanh") -> None:
        if activation not in ACTIVATIONS:
            raise unknown("activation", activation, ACTIVATIONS)
        self.activation = activation

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        f = ACTIVATIONS[self.activation]
        now.a = p.W @ x + p.U @ prev.h + p.b
        now.h = f(now.a)
