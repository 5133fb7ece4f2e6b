"""The gated recurrent unit, in its published variants."""

from typing import Any, ClassVar

from rnnsym.cells.family import Family
from rnnsym.core.expr import Expr
from rnnsym.errors import unknown
from rnnsym.ops.elementwise import sigmoid, tanh

SENSES = ("keeps", "renews")


class GRU(Family):
    """PyTorch's GRU: reset after the product, z keeps.

    The reset gate r acts after the product with U_n; the update gate z is the share of the state before, 1 − z that of
    the new content n. PyTorch's two biases are one in the gates; b_n is b_in, b_hn stays inside the reset.
    variant: "pytorch", "cho2014", "chung2014" (in both, r acts on the state, before the product).
    z: "keeps" (z is the share of the state before) or "renews" (z is the share of the new content); without it, the
    variant's own sense. The senses are one family: negate W_z, U_z and b_z.
    """

    variant = "pytorch"
    sense: ClassVar[str] = "keeps"
    params = {
        "W_r": ("H", "X"), "U_r": ("H", "H"), "b_r": ("H",),
        "W_z": ("H", "X"), "U_z": ("H", "H"), "b_z": ("H",),
        "W_n": ("H", "X"), "U_n": ("H", "H"), "b_n": ("H",), "b_hn": ("H",),
    }  # fmt: skip
    carry = {"h": ("H",)}
    source = "PyTorch nn.GRU (reset after the product); Cho et al. (2014)"

    def __init__(self, variant: str = "pytorch", z: str | None = None) -> None:
        self.z = self.sense if z is None else z
        if self.z not in SENSES:
            raise unknown("sense of z", self.z, SENSES)
        if self.z != self.sense:
            self.source = f"{self.source}; here z {self.z}"

    def shares(self, z: Expr) -> tuple[Expr, Expr]:
        """The shares of the state before and of the new content."""
        return (z, 1 - z) if self.z == "keeps" else (1 - z, z)

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.a_r = p.W_r @ x + p.U_r @ prev.h + p.b_r
        now.a_z = p.W_z @ x + p.U_z @ prev.h + p.b_z
        now.r = sigmoid(now.a_r)
        now.z = sigmoid(now.a_z)
        now.q = p.U_n @ prev.h + p.b_hn
        now.a_n = p.W_n @ x + p.b_n + now.r * now.q
        now.n = tanh(now.a_n)
        old, new = self.shares(now.z)
        now.h = new * now.n + old * prev.h


class GRUCho2014(GRU):
    """Cho's GRU, the first: reset before the product, z keeps.

    The reset gate r acts on the state, before the product with U_n. The paper's equations show no biases; here each
    row has one.
    """

    variant = "cho2014"
    params = {
        "W_r": ("H", "X"), "U_r": ("H", "H"), "b_r": ("H",),
        "W_z": ("H", "X"), "U_z": ("H", "H"), "b_z": ("H",),
        "W_n": ("H", "X"), "U_n": ("H", "H"), "b_n": ("H",),
    }  # fmt: skip
    source = "Cho et al. (2014), eqs. (5)-(8), with biases"

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.a_r = p.W_r @ x + p.U_r @ prev.h + p.b_r
        now.a_z = p.W_z @ x + p.U_z @ prev.h + p.b_z
        now.r = sigmoid(now.a_r)
        now.z = sigmoid(now.a_z)
        now.a_n = p.W_n @ x + p.U_n @ (now.r * prev.h) + p.b_n
        now.n = tanh(now.a_n)
        old, new = self.shares(now.z)
        now.h = old * prev.h + new * now.n


class GRUChung2014(GRUCho2014):
    """Chung's GRU: reset before the product, z renews.

    h_t = (1 − z) h_{t-1} + z n, where Cho's is z h_{t-1} + (1 − z) n.
    """

    variant = "chung2014"
    sense = "renews"
    source = "Chung et al. (2014), section 3.2, with biases"
