"""The minimal gated unit."""

from typing import Any

from rnnsym.cells.base import Cell
from rnnsym.core.expr import Expr
from rnnsym.ops.elementwise import sigmoid, tanh


class MGU(Cell):
    """The minimal gated unit: its one gate f resets and renews.

    f acts on the state that the new content n reads, and is the share of n in the new state.
    """

    params = {
        "W_f": ("H", "X"), "U_f": ("H", "H"), "b_f": ("H",),
        "W_n": ("H", "X"), "U_n": ("H", "H"), "b_n": ("H",),
    }  # fmt: skip
    carry = {"h": ("H",)}
    inputs = {"x": ("X",)}
    source = "Zhou, Wu, Zhang & Zhou (2016), Minimal gated unit, arXiv:1603.09420"

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.a_f = p.W_f @ x + p.U_f @ prev.h + p.b_f
        now.f = sigmoid(now.a_f)
        now.a_n = p.W_n @ x + p.U_n @ (now.f * prev.h) + p.b_n
        now.n = tanh(now.a_n)
        now.h = (1 - now.f) * prev.h + now.f * now.n
