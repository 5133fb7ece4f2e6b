"""The gates of a cell that act on its state directly, found from the equations, with the biases that open them.

In the equation of a state, s_t = k ⊙ s_{t-1} + i ⊙ g, k is the factor that multiplies s_{t-1} directly: for an LSTM
f_t, for a GRU z_t or 1 − z_t. Where it lies between 0 and 1 it keeps the state, and is followed through its squashing
to the biases that are added there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Name, Offset, Role
from rnnsym.core.system import System
from rnnsym.derivation.ranges.quantities import MONOTONE, Ranges
from rnnsym.derivation.states.chains import chains
from rnnsym.ops.elementwise import MAXIMUM, MINIMUM
from rnnsym.ops.leaves import number_in

SQUASHING = MONOTONE | {MINIMUM, MAXIMUM}

Factors = tuple[Expr, ...]


@dataclass(frozen=True)
class KeepGate:
    """`gate` acts on `state`, and opens for the state as sign · `bias` grows.

    `gate` is the quantity that is squashed; `rows` are those of the bias that belong to it, None for all. A gate with
    several biases stands once for each.
    """

    state: Name
    gate: Name
    bias: Name
    sign: int
    rows: tuple[Dim, Dim] | None = None


def keep_gates(system: System) -> tuple[KeepGate, ...]:
    """What keeps each state: the biases of the gates that multiply s_{t-1} in the equation of s_t, with sign 1 where a
    larger bias keeps more. None for a state that no gate keeps."""
    return _unlike(gate for keeps, gate in _gates(system) if keeps)


def input_gates(system: System) -> tuple[KeepGate, ...]:
    """What lets new content into a state, where a gate of its own does it: an LSTM's i. A GRU has none: the gate that
    keeps decides of both."""
    every = list(_gates(system))
    keeping = {(gate.state, gate.bias, gate.rows) for keeps, gate in every if keeps}
    states = {gate.state for keeps, gate in every if keeps}
    letting = (gate for keeps, gate in every if not keeps and gate.state in states)
    return tuple(gate for gate in _unlike(letting) if (gate.state, gate.bias, gate.rows) not in keeping)


def _unlike(gates: Iterable[KeepGate]) -> tuple[KeepGate, ...]:
    """The first gate for each state and bias."""
    found: dict[tuple[Name, Name, object], KeepGate] = {}
    for gate in gates:
        found.setdefault((gate.state, gate.bias, gate.rows), gate)
    return tuple(found.values())


def _gates(system: System) -> Iterator[tuple[bool, KeepGate]]:
    """The gates of every state, each with whether its term has the state before as a factor."""
    ranges = Ranges(system)
    for chain in chains(system):
        for state in chain.carries:
            line = _Line(system, ranges, state, chain.past)
            for piece in system.equations[state] if state.role == Role.CARRY else ():
                yield from line.gates(piece.rhs)


@dataclass(frozen=True)
class _Line:
    """The direct line of one state: the sums and products through which s_{t-1} reaches s_t."""

    system: System
    ranges: Ranges
    state: Name
    past: Offset

    def gates(self, rhs: Expr) -> Iterator[tuple[bool, KeepGate]]:
        """The gates in every term of the equation, each with whether its term has s_{t-1} as a factor; none whose bias
        both opens and closes it, as in z (1 − z)."""
        if not self._holds(rhs):
            return
        for sign, keeps, factors in self._terms(rhs, 1, ()):
            found = [gate for factor in factors for gate in self._opened(factor, self.state, 1)]
            signs = {(gate.bias, gate.rows, gate.sign) for gate in found}
            for gate in found:
                if (gate.bias, gate.rows, -gate.sign) not in signs:
                    yield keeps, replace(gate, sign=sign * gate.sign if keeps else gate.sign)

    def _is_past(self, expr: Expr) -> bool:
        return expr.prim.name == "leaf" and expr.attrs == (self.state, self.past)

    def _inner(self, expr: Expr) -> Expr | None:
        """What a quantity of the same step stands for; None for anything else."""
        if expr.prim.name != "leaf":
            return None
        name, time = expr.attrs
        assert isinstance(name, Name)
        pieces = self.system.equations.get(name, ()) if time == NOW else ()
        return pieces[0].rhs if len(pieces) == 1 and name.role == Role.EQUATION else None

    def _holds(self, expr: Expr) -> bool:
        """Whether s_{t-1} is reached through sums and products alone."""
        if (inner := self._inner(expr)) is not None:
            return self._holds(inner)
        return self._is_past(expr) or (
            expr.prim.name in ("add", "mul", "neg", "broadcast") and any(map(self._holds, expr.args))
        )

    def _terms(self, expr: Expr, sign: int, factors: Factors) -> Iterator[tuple[int, bool, Factors]]:
        """The terms of `expr` times `factors`, multiplied out as far as s_{t-1} is inside."""
        kind = expr.prim.name
        if self._is_past(expr):
            yield sign, True, factors
        elif not self._holds(expr):
            yield sign, False, (*factors, *self._split(expr))
        elif (inner := self._inner(expr)) is not None:
            yield from self._terms(inner, sign, factors)
        elif kind == "mul":
            held = next(arg for arg in expr.args if self._holds(arg))
            others = tuple(part for arg in expr.args if arg is not held for part in self._split(arg))
            yield from self._terms(held, sign, (*factors, *others))
        else:
            for arg in expr.args:
                yield from self._terms(arg, -sign if kind == "neg" else sign, factors)

    def _split(self, expr: Expr) -> Factors:
        """The factors of a product, written out or by name."""
        inner = self._inner(expr)
        if expr.prim.name == "mul":
            return tuple(part for arg in expr.args for part in self._split(arg))
        if inner is not None and inner.prim.name in ("mul", "neg", "leaf"):
            return self._split(inner)
        return self._split(expr.args[0]) if expr.prim.name == "neg" else (expr,)

    def _opened(self, factor: Expr, gate: Name, sign: int) -> Iterator[KeepGate]:
        """The biases of a factor that lies between 0 and 1, and is not always the same."""
        low, high = self.ranges.of(factor)
        if 0 <= low < high <= 1:
            yield from self._biases(factor, KeepGate(self.state, gate, gate, sign), squashed=False)

    def _biases(self, expr: Expr, gate: KeepGate, squashed: bool) -> Iterator[KeepGate]:
        """Every bias that moves `expr`, with the sign in which it does."""
        kind, inner = expr.prim.name, self._inner(expr)
        if inner is not None:
            named = gate if squashed else replace(gate, gate=expr.attrs[0])  # type: ignore[arg-type]
            yield from self._biases(inner, named, squashed)
        elif kind == "leaf":
            name: Name = expr.attrs[0]  # type: ignore[assignment]
            if squashed and name.role == Role.PARAM:
                yield replace(gate, bias=name)
        elif kind == "mul":
            yield from self._scaled(expr, gate, squashed)
        elif kind == "slice" and squashed and gate.rows is None and expr.attrs[2] == 1:
            rows: tuple[Dim, Dim] = expr.attrs[:2]  # type: ignore[assignment]
            yield from self._biases(expr.args[0], replace(gate, rows=rows), squashed)
        elif expr.prim in SQUASHING or kind in ("add", "broadcast", "neg"):
            turned = replace(gate, sign=-gate.sign) if kind == "neg" else gate
            for arg in expr.args:
                yield from self._biases(arg, turned, squashed or expr.prim in SQUASHING)
        elif kind == "divide" and not self._biased(expr.args[0], gate, squashed):
            yield from self._biases(expr.args[1], replace(gate, sign=-gate.sign), squashed)

    def _biased(self, expr: Expr, gate: KeepGate, squashed: bool) -> bool:
        return any(True for _ in self._biases(expr, gate, squashed))

    def _scaled(self, expr: Expr, gate: KeepGate, squashed: bool) -> Iterator[KeepGate]:
        """A product with numbers, and before the squashing one of gates with each other."""
        numbers = [number_in(arg) for arg in expr.args if arg.prim.name == "full"]
        rest = [arg for arg in expr.args if arg.prim.name != "full"]
        turned = replace(gate, sign=-gate.sign) if sum(number < 0 for number in numbers) % 2 else gate
        if len(rest) == 1 or (not squashed and all(self.ranges.of(arg).low >= 0 for arg in rest)):
            for arg in rest:
                yield from self._biases(arg, turned, squashed)
