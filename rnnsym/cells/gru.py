"""The gated recurrent unit."""

from typing import Any

from rnnsym.cells.base import Cell
from rnnsym.core.expr import Expr
from rnnsym.ops.elementwise import sigmoid, tanh


class GRU(Cell):
    """PyTorch's GRU: the reset gate r acts after the product with U_n, and z keeps the previous state.

    After Cho et al. (2014). PyTorch's two biases are one in the gates; b_n is b_in, b_hn stays inside the reset.
    """

    params = {
        "W_r": ("H", "X"), "U_r": ("H", "H"), "b_r": ("H",),
        "W_z": ("H", "X"), "U_z": ("H", "H"), "b_z": ("H",),
        "W_n": ("H", "X"), "U_n": ("H", "H"), "b_n": ("H",), "b_hn": ("H",),
    }  # fmt: skip
    carry = {"h": ("H",)}
    inputs = {"x": ("X",)}
    source = "PyTorch nn.GRU (reset after the product); Cho et al. (2014)"

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.a_r = p.W_r @ x + p.U_r @ prev.h + p.b_r
        now.a_z = p.W_z @ x + p.U_z @ prev.h + p.b_z
        now.r = sigmoid(now.a_r)
        now.z = sigmoid(now.a_z)
        now.q = p.U_n @ prev.h + p.b_hn
        now.a_n = p.W_n @ x + p.b_n + now.r * now.q
        now.n = tanh(now.a_n)
        now.h = (1 - now.z) * now.n + now.z * prev.h
