"""Cells drawn at random: the built-in ones, and cells of random equations."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from hypothesis import strategies as st

from rnnsym.cells.base import Cell
from rnnsym.cells.elman import ACTIVATIONS, Elman
from rnnsym.cells.registry import catalogue
from rnnsym.core.expr import Expr
from rnnsym.ops.elementwise import sigmoid, softplus, tanh

LARGEST = 3
FUNCTIONS: dict[str, Callable[[Any], Expr]] = {
    "tanh": tanh, "sigmoid": sigmoid, "softplus": softplus, "identity": lambda a: a,
}  # fmt: skip


class Unit(NamedTuple):
    """One equation u = f(W x + U s + b), where s is one of the carries; `product`: it multiplies the sum so far."""

    function: str
    carry: int
    product: bool


class Chain(Cell):
    """A cell of the equations `units`: their sums and products update every carry through a gate."""

    units: ClassVar[tuple[Unit, ...]] = (Unit("tanh", 0, False),)
    params = {"W0": ("H", "X"), "U0": ("H", "H"), "b0": ("H",)}
    carry = {"s0": ("H",)}

    def step(self, p: Any, prev: Any, x: Expr, now: Any) -> None:
        total: Any = 0
        for i, unit in enumerate(self.units):
            before = getattr(prev, f"s{unit.carry % len(self.carry)}")
            argument = getattr(p, f"W{i}") @ x + getattr(p, f"U{i}") @ before + getattr(p, f"b{i}")
            setattr(now, f"u{i}", FUNCTIONS[unit.function](argument))
            term = getattr(now, f"u{i}")
            total = total * term if unit.product and i else total + term
        for i, name in enumerate(self.carry):
            gate = getattr(now, f"u{i % len(self.units)}")
            setattr(now, name, tanh(total) * gate + getattr(prev, name) * (1 - gate))


def chain(units: list[Unit], carries: int) -> Cell:
    """The cell of these equations, with as many carries."""
    shapes = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    body = {
        "units": tuple(units),
        "params": {f"{symbol}{i}": shape for i in range(len(units)) for symbol, shape in shapes.items()},
        "carry": {f"s{i}": ("H",) for i in range(carries)},
    }
    drawn: type[Cell] = type("Chain", (Chain,), body)
    return drawn()


def cells() -> st.SearchStrategy[Cell]:
    """Cells: every variant that is built in, each activation, and cells of up to three random equations and carries."""
    units = st.builds(Unit, st.sampled_from(sorted(FUNCTIONS)), st.integers(0, LARGEST - 1), st.booleans())
    return st.one_of(
        st.sampled_from(sorted(ACTIVATIONS)).map(Elman),
        st.sampled_from([entry.cell for entry in catalogue()]),
        st.builds(chain, st.lists(units, min_size=1, max_size=LARGEST), st.integers(1, LARGEST)),
    )
