"""Long short-term memory, in its published variants."""

from collections.abc import Callable
from typing import Any

from rnnsym.cells.family import Family
from rnnsym.core.expr import Expr
from rnnsym.errors import unknown
from rnnsym.ops.elementwise import sigmoid, tanh

Squashing = tuple[Callable[[Expr], Expr], Callable[[Expr], Expr]]
SQUASHINGS: dict[str, Squashing] = {
    "tanh": (tanh, tanh),
    "original": (lambda a: 4 * sigmoid(a) - 2, lambda c: 2 * sigmoid(c) - 1),
}
"""What squashes the new content and what squashes the cell. The original ones have the ranges [−2, 2] and [−1, 1]."""


class LSTM(Family):
    """PyTorch's LSTM: three gates, a long line c, a short line h.

    Gates i (input), f (forget), o (output), new content g. PyTorch's two biases b_ih and b_hh are one here.
    variant: "pytorch", "1997" (no forget gate), "gers" (with one), "peephole" (the gates see c).
    squashing, for "1997" and "gers": "tanh", or "original", which is g ∈ [−2, 2] and h ∈ [−1, 1] as in 1997.
    """

    variant = "pytorch"
    squashings: tuple[str, ...] = ("tanh",)
    params = {
        "W_i": ("H", "X"), "U_i": ("H", "H"), "b_i": ("H",),
        "W_f": ("H", "X"), "U_f": ("H", "H"), "b_f": ("H",),
        "W_g": ("H", "X"), "U_g": ("H", "H"), "b_g": ("H",),
        "W_o": ("H", "X"), "U_o": ("H", "H"), "b_o": ("H",),
    }  # fmt: skip
    carry = {"h": ("H",), "c": ("H",)}
    source = "PyTorch nn.LSTM; Hochreiter & Schmidhuber (1997), Gers et al. (2000)"

    def __init__(self, variant: str = "pytorch", squashing: str = "tanh") -> None:
        if squashing not in self.squashings:
            raise unknown(f"squashing of the LSTM of variant {self.variant}:", squashing, self.squashings)
        self.squashing = squashing

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


class LSTM1997(LSTM):
    """The first LSTM, without a forget gate.

    c is a sum that never fades: along c alone ∂c_t/∂c_{t-1} is the identity, the constant error carousel. Each memory
    block has one cell, and the gradient is the full one: the paper cuts it where it leaves the cell.
    """

    variant = "1997"
    squashings = ("tanh", "original")
    params = {
        "W_i": ("H", "X"), "U_i": ("H", "H"), "b_i": ("H",),
        "W_g": ("H", "X"), "U_g": ("H", "H"), "b_g": ("H",),
        "W_o": ("H", "X"), "U_o": ("H", "H"), "b_o": ("H",),
    }  # fmt: skip
    source = "Hochreiter & Schmidhuber (1997), Long short-term memory"

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        squash_content, squash_cell = SQUASHINGS[self.squashing]
        now.a_i = p.W_i @ x + p.U_i @ prev.h + p.b_i
        now.a_g = p.W_g @ x + p.U_g @ prev.h + p.b_g
        now.a_o = p.W_o @ x + p.U_o @ prev.h + p.b_o
        now.i = sigmoid(now.a_i)
        now.g = squash_content(now.a_g)
        now.o = sigmoid(now.a_o)
        now.c = prev.c + now.i * now.g
        now.h = now.o * squash_cell(now.c)


class LSTMGers(LSTM):
    """The LSTM with a forget gate, as it was introduced.

    With squashing="tanh", the default, its equations are PyTorch's.
    """

    variant = "gers"
    squashings = ("tanh", "original")
    source = "Gers, Schmidhuber & Cummins (2000), Learning to forget"

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        squash_content, squash_cell = SQUASHINGS[self.squashing]
        now.a_i = p.W_i @ x + p.U_i @ prev.h + p.b_i
        now.a_f = p.W_f @ x + p.U_f @ prev.h + p.b_f
        now.a_g = p.W_g @ x + p.U_g @ prev.h + p.b_g
        now.a_o = p.W_o @ x + p.U_o @ prev.h + p.b_o
        now.i = sigmoid(now.a_i)
        now.f = sigmoid(now.a_f)
        now.g = squash_content(now.a_g)
        now.o = sigmoid(now.a_o)
        now.c = now.f * prev.c + now.i * now.g
        now.h = now.o * squash_cell(now.c)


class LSTMPeephole(LSTM):
    """The LSTM whose gates see the cell, each unit its own.

    i and f see the cell of the step before, o sees the cell of this step.
    """

    variant = "peephole"
    params = {
        "W_i": ("H", "X"), "U_i": ("H", "H"), "p_i": ("H",), "b_i": ("H",),
        "W_f": ("H", "X"), "U_f": ("H", "H"), "p_f": ("H",), "b_f": ("H",),
        "W_g": ("H", "X"), "U_g": ("H", "H"), "b_g": ("H",),
        "W_o": ("H", "X"), "U_o": ("H", "H"), "p_o": ("H",), "b_o": ("H",),
    }  # fmt: skip
    source = "Gers & Schmidhuber (2000), Recurrent nets that time and count"

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.a_i = p.W_i @ x + p.U_i @ prev.h + p.p_i * prev.c + p.b_i
        now.a_f = p.W_f @ x + p.U_f @ prev.h + p.p_f * prev.c + p.b_f
        now.a_g = p.W_g @ x + p.U_g @ prev.h + p.b_g
        now.i = sigmoid(now.a_i)
        now.f = sigmoid(now.a_f)
        now.g = tanh(now.a_g)
        now.c = now.f * prev.c + now.i * now.g
        now.a_o = p.W_o @ x + p.U_o @ prev.h + p.p_o * now.c + p.b_o
        now.o = sigmoid(now.a_o)
        now.h = now.o * tanh(now.c)
