"""Long short-term memory."""

from typing import Any

from rnnsym.cells.base import Cell
from rnnsym.core.expr import Expr
from rnnsym.ops.elementwise import sigmoid, tanh


class LSTM(Cell):
    """PyTorch's LSTM: Hochreiter and Schmidhuber (1997) with the forget gate of Gers et al. (2000).

    Gates i (input), f (forget), o (output), new content g; c is the long line, h the short one. PyTorch's two biases
    b_ih and b_hh are one here, b = b_ih + b_hh.
    """

    params = {
        "W_i": ("H", "X"), "U_i": ("H", "H"), "b_i": ("H",),
        "W_f": ("H", "X"), "U_f": ("H", "H"), "b_f": ("H",),
        "W_g": ("H", "X"), "U_g": ("H", "H"), "b_g": ("H",),
        "W_o": ("H", "X"), "U_o": ("H", "H"), "b_o": ("H",),
    }  # fmt: skip
    carry = {"h": ("H",), "c": ("H",)}
    inputs = {"x": ("X",)}
    source = "PyTorch nn.LSTM; Hochreiter & Schmidhuber (1997), Gers et al. (2000)"

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.a_i = p.W_i @ x + p.U_i @ prev.h + p.b_i
        now.a_f = p.W_f @ x + p.U_f @ prev.h + p.b_f
        now.a_g = p.W_g @ x + p.U_g @ prev.h + p.b_g
        now.a_o = p.W_o @ x + p.U_o @ prev.h + p.b_o
        now.i = sigmoid(now.a_i)
        now.f = sigmoid(now.a_f)
        now.g = tanh(now.a_g)
        now.o = sigmoid(now.a_o)
        now.c = now.f * prev.c + now.i * now.g
        now.h = now.o * tanh(now.c)
