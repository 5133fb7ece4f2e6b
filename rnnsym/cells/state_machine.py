"""State machines: weights set by hand or learnt, and any transition function."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from rnnsym.cells.base import Cell
from rnnsym.cells.elman import activation_named
from rnnsym.core.expr import Expr
from rnnsym.errors import CellError
from rnnsym.ops.elementwise import minimum
from rnnsym.ops.indexing import concat

Transition = Callable[..., Any]


class StateMachine(Cell):
    """Any transition function: s_t = f1(W x_t + U s_{t-1} + b).

    The readout of a network is the machine's output function.
    transition: tanh, sigmoid, relu, identity, or a function of expressions: of the whole sum, `lambda a: …`, or of
    its entries, `lambda a, b: (a, rs.minimum(a, b))`, which then are the machine's state variables.
    hand_set: values for W, U and b, for a machine whose weights are not learnt.
    """

    params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    carry = {"s": ("H",)}
    inputs = {"x": ("X",)}
    source = "the definition s_t = f(s_{t-1}, x_t), y_t = g(s_t)"

    def __init__(self, transition: str | Transition = "tanh", hand_set: Mapping[str, Any] | None = None) -> None:
        if not isinstance(transition, str) and not callable(transition):
            raise CellError(f"a transition is a name or a function of expressions, not {transition!r}.")
        self.f1 = activation_named(transition) if isinstance(transition, str) else transition
        self.hand_set = hand_set or self.hand_set
        self.entries = len(inspect.signature(self.f1).parameters)
        if self.entries != 1:
            n = self.entries
            self.params = {"W": (n, "X"), "U": (n, n), "b": (n,)}
            self.carry = {"s": (n,)}

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        now.a = p.W @ x + p.U @ prev.s + p.b
        now.s = self.transition(now.a)

    def transition(self, a: Expr) -> Expr:
        """f1 of `a`, entry by entry where it takes several."""
        if self.entries == 1:
            return self.f1(a)
        values = self.f1(*(a[i] for i in range(self.entries)))
        if not isinstance(values, tuple) or len(values) != self.entries:
            raise CellError(f"a transition of {self.entries} entries must return a tuple of {self.entries} entries.")
        return concat(*values)


def count_and_lowest(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """f1(a, b) = (a, min(a, b)): how many are open, and the lowest that this number has ever been."""
    return a, minimum(a, b)


class Parentheses(StateMachine):
    """Accepts balanced parentheses, with weights set by hand.

    `(` is [1, 0] and `)` is [0, 1]. The state is (how many are open, the lowest that this number has ever been). It is
    zero at the end if and only if every prefix has at least as many `(` as `)` and the whole has equally many.
    """

    hand_set = {"W": ((1.0, -1.0), (0.0, 0.0)), "U": ((1.0, 0.0), (0.0, 1.0)), "b": (0.0, 0.0)}
    source = "a state machine with f1(a, b) = (a, min(a, b))"

    def __init__(self) -> None:
        super().__init__(count_and_lowest)
