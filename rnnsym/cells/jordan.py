"""Jordan's network: what is fed back is the output."""

from typing import Any

from rnnsym.cells.base import Cell
from rnnsym.cells.elman import activation_named
from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr


class Jordan(Cell):
    """Jordan's network: the context is the last output o_{t-1}.

    h_t = f(W x_t + U o_{t-1} + b) and o_t = g(W_o h_t + b_o). The carry is the output o, not the hidden state h, and it
    is what the loss sees. (Jordan's context units also keep a part of what they were; these keep nothing.)
    activation, output_activation: f and g, each tanh, sigmoid, relu or identity.
    outputs: the number of output units, or a dimension; "H", the default, is as many as hidden units.
    """

    params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",), "W_o": ("H", "H"), "b_o": ("H",)}
    carry = {"o": ("H",)}
    inputs = {"x": ("X",)}
    source = "Jordan (1986), Attractor dynamics and parallelism; without decay"

    def __init__(self, activation: str = "tanh", output_activation: str = "tanh", outputs: Dim = "H") -> None:
        self.f, self.g = activation_named(activation), activation_named(output_activation)
        self.params = {**self.params, "U": ("H", outputs), "W_o": (outputs, "H"), "b_o": (outputs,)}
        self.carry = {"o": (outputs,)}

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.a = p.W @ x + p.U @ prev.o + p.b
        now.h = self.f(now.a)
        now.a_o = p.W_o @ now.h + p.b_o
        now.o = self.g(now.a_o)
