"""The simple recurrent network and its close relatives: one weighted sum, one function."""

from collections.abc import Callable
from typing import Any

from rnnsym.cells.base import Cell
from rnnsym.core.expr import Expr
from rnnsym.errors import unknown
from rnnsym.ops.elementwise import relu, sigmoid, tanh
from rnnsym.ops.indexing import concat


def _identity(a: Expr) -> Expr:
    return a


ACTIVATIONS: dict[str, Callable[[Expr], Expr]] = {"tanh": tanh, "sigmoid": sigmoid, "relu": relu, "identity": _identity}


def activation_named(name: str) -> Callable[[Expr], Expr]:
    """The function called `name`. Raises UnknownNameError with the nearest one."""
    if name not in ACTIVATIONS:
        raise unknown("activation", name, ACTIVATIONS)
    return ACTIVATIONS[name]


class Elman(Cell):
    """The simple recurrent network: h_t = f(W x_t + U h_{t-1} + b).

    activation: f, which is tanh, sigmoid, relu or identity.
    """

    params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}
    inputs = {"x": ("X",)}
    source = "Elman (1990), Finding structure in time"

    def __init__(self, activation: str = "tanh") -> None:
        self.f = activation_named(activation)
        self.activation = activation

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.a = p.W @ x + p.U @ prev.h + p.b
        now.h = self.f(now.a)


class Fused(Elman):
    """The same with one matrix: h_t = f(W [h_{t-1}, x_t] + b).

    This W is [U | W] of the other form, side by side.
    """

    params = {"W": ("H", "H+X"), "b": ("H",)}
    source = "Elman (1990), as in Parlett-Pelleriti, Recurrent Neural Networks I"

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.a = p.W @ concat(prev.h, x) + p.b
        now.h = self.f(now.a)


class OutputFeedback(Elman):
    """Output feedback: q_t = U h_{t-1}, h_t = f(W x_t + q_t + b).

    The slides write h for this q, y for the h, V for the U, and Wᵀ for the W; their h(0) = 0 is h_0 = 0 here.
    """

    source = "Elman (1990), as in Bindschaedler (2024), CAI 4104/6108"

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.q = p.U @ prev.h
        now.h = self.f(p.W @ x + now.q + p.b)


class IRNN(Cell):
    """A ReLU network that starts with U = I and b = 0.

    The paper's W starts from a narrow normal distribution; here it starts as `init` says.
    """

    params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}
    inputs = {"x": ("X",)}
    starts = {"U": "identity", "b": 0.0}
    source = "Le, Jaitly & Hinton (2015), arXiv:1504.00941"

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.a = p.W @ x + p.U @ prev.h + p.b
        now.h = relu(now.a)


class Linear(Cell):
    """The linear network: h_t = W x_t + U h_{t-1} + b.

    Its step Jacobian is U at every step.
    """

    params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}
    inputs = {"x": ("X",)}
    source = "Pascanu, Mikolov & Bengio (2013), section 2.1 (the linear case)"

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.h = p.W @ x + p.U @ prev.h + p.b
