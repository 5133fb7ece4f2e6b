"""A sufficient bound on products of step Jacobians, from the derived expression of the step and the ranges in it.

The norm of a sum is at most the sum of the norms, of a product the product, of diag(v) the largest |v|, and of a
parameter its largest singular value. For h_t = f(W x_t + U h_{t-1} + b) this gives σ_max(U) · sup|f′| (Pascanu,
Mikolov and Bengio 2013, section 2.1, with the largest singular value in the place of their eigenvalue).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnsym.analysis.products import logscale
from rnnsym.analysis.stepping.steps import stepper
from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Name, Role
from rnnsym.core.system import reads
from rnnsym.derivation.ranges.intervals import Range
from rnnsym.derivation.ranges.quantities import FIXED, Ranges, hull_of
from rnnsym.derivation.states.jacobians import StepJacobian
from rnnsym.errors import InputError, unknown
from rnnsym.ops.arithmetic import ADD, MUL, NEG, mul
from rnnsym.ops.indexing import CONCAT, EMBED, SLICE
from rnnsym.ops.leaves import FULL, LEAF, leaf
from rnnsym.ops.products import MATMUL, MATVEC
from rnnsym.ops.structure import BROADCAST, DIAG, OUTER, TRANSPOSE

if TYPE_CHECKING:
    from rnnsym.analysis.jacobians import Jacobians

Array = Any
ROUNDING = 1e-12
"""A rate that is as near to 1 as this is 1."""
COUNTEREXAMPLE = (
    "The spectral radius is no such bound: [[2, −3], [1, −1.5]] has radius 0.5, and with D = diag(1, 0.1) the step "
    "D U has radius 1.85."
)


@dataclass(frozen=True)
class Bound:
    """‖∂s_t/∂s_k‖₂ is at most `rate` to the power of the lag, whatever the sequence, where `measured` is empty.

    `blocks`: (S, S), what the norm of each block ∂a_t/∂b_{t-1} cannot exceed, in the order of `states`. `rate` is the
    2-norm of `blocks`, `final_rate` their spectral radius: what a step multiplies at most in the long run. For one
    state both are the same number. `formulas`: what was bounded by what, by derivative. `assumes`: ranges that hold for
    every sequence, by label. `measured`: those that were met on this sequence, where the equations give none.
    """

    states: tuple[str, ...]
    blocks: Array
    formulas: Mapping[str, str]
    assumes: Mapping[str, Range]
    measured: Mapping[str, Range]

    @property
    def rate(self) -> float:
        """The most that one step can multiply."""
        return float(np.linalg.norm(self.blocks, 2)) if np.isfinite(self.blocks).all() else math.inf

    @property
    def log_rate(self) -> float:
        """log rate, natural; -inf for zero."""
        return _log(self.rate)

    @property
    def final_rate(self) -> float:
        """The most that one step can multiply in the long run. (The blocks are the same nonnegative matrix at every
        step: of such a matrix the spectral radius does bound the powers.)"""
        if not np.isfinite(self.blocks).all():
            return math.inf
        return float(np.max(np.abs(np.linalg.eigvals(self.blocks)), initial=0.0))

    @property
    def vanishes(self) -> bool:
        """Whether the bound proves that products of many steps vanish. (Where it does not they still may.)"""
        return self.final_rate < 1.0 - ROUNDING

    def line(self, lags: int, state: str | None = None) -> Array:
        """The bound on log‖∂s_t/∂s_{t-lag}‖₂ for lag = 0…lags, (lags + 1,), natural; of the block of one state in
        itself where one is named. It is at most lag · log_rate. Raises InputError and UnknownNameError."""
        if isinstance(lags, bool) or not isinstance(lags, (int, np.integer)) or lags < 0:
            raise InputError(f"a bound is drawn over 0 lags or more, not {lags!r}.")
        if state is not None and state not in self.states:
            raise unknown("state", state, self.states)
        if not np.isfinite(self.blocks).all():
            return np.where(np.arange(lags + 1) == 0, 0.0, np.inf)
        if len(self.states) == 1 and self.rate > 0:
            return np.arange(lags + 1) * self.log_rate
        found = np.zeros(lags + 1)
        running = logscale.scaled(np.eye(len(self.states)))
        for lag in range(1, lags + 1):
            running = logscale.scaled(self.blocks @ running.mantissa, running.log)
            found[lag] = _log(self._size(running.mantissa, state)) + float(running.log)
        return found

    def _size(self, power: Array, state: str | None) -> float:
        at = None if state is None else self.states.index(state)
        return float(np.linalg.norm(power, 2) if at is None else power[at, at])

    @property
    def why(self) -> str:
        """What follows from the bound, and what does not."""
        rate = self.final_rate
        known = f" (with {_listed(self.measured)}, as met on this sequence)" if self.measured else ""
        each, a = ("In the long run a step",) * 2 if len(self.states) > 1 else ("Every step", "A step")
        if self.vanishes:
            said = f"{each} multiplies at most by {rate:.4g}{known}: the gradient vanishes with the lag."
        elif rate > 1.0 + ROUNDING:
            said = (
                f"{a} may multiply by up to {rate:.4g}{known}: more than 1 is necessary for gradients to explode, "
                "and not sufficient, so that nothing is decided."
            )
        else:
            said = f"{a} multiplies at most by 1{known}: gradients cannot explode, and may vanish."
        return f"{said} {COUNTEREXAMPLE}"


def _listed(ranges: Mapping[str, Range]) -> str:
    return ", ".join(f"{label} in {told}" for label, told in ranges.items())


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf


def bound(j: "Jacobians", measured: bool = False) -> Bound:
    """The sufficient bound on the products of `j`, from the step Jacobian as it was derived.

    measured: what this sequence has met stands for every range, also for those that the equations give. The bound is
    then lower, and holds for this sequence alone.
    """
    step = stepper(j.net, j.states[0]).step
    ranges = Ranges(j.net.system, j.net.sizes, j.values, j.T)
    met = {name: met_by(j, name) for name in open_names(j, ranges)} if measured else {}
    estimate = _Estimate(j, ranges, step, met)
    carries = step.chain.carries
    blocks = np.zeros((len(carries), len(carries)))
    for (state, source), name in step.blocks.items():
        blocks[carries.index(state), carries.index(source)] = estimate.block(name).value
    return Bound(j.states, blocks, estimate.formulas, estimate.assumes, estimate.measured)


def open_names(j: "Jacobians", ranges: Ranges) -> list[Name]:
    """What has values and is not fixed before the sequence."""
    return [name for name in ranges.known if name in j.values and name.role not in FIXED]


def met_by(j: "Jacobians", name: Name) -> Range:
    """What a quantity has met on the sequence of `j`: its range over the steps at which it has a value."""
    system, array = j.net.system, np.asarray(j.values[name])
    if not system.timed(name):
        return hull_of(array)
    steps = system.hull(name).at(j.T) if name in system.equations else range(1, j.T + 1)
    return hull_of(array[steps.start : steps.stop])


class Norm(NamedTuple):
    """What a norm cannot exceed, and of what that is made."""

    value: float
    text: str
    is_sum: bool = False


@dataclass
class _Estimate:
    """Bounds on the norms of the derivatives of a step. `met` are ranges that stand for those of the equations."""

    j: "Jacobians"
    ranges: Ranges
    step: StepJacobian
    met: Mapping[Name, Range]
    formulas: dict[str, str] = field(default_factory=dict)
    assumes: dict[str, Range] = field(default_factory=dict)
    measured: dict[str, Range] = field(default_factory=dict)
    told: dict[Name, Norm] = field(default_factory=dict)

    def block(self, name: Name) -> Norm:
        """The derivative that is called `name`: the largest of its pieces."""
        if name not in self.told:
            system = self.ranges.system
            shape = (*system.shape(name.of[0]), *system.shape(name.of[1]))
            pieces = [piece for piece in self.step.pieces[name] if self.ranges.holds(piece)]
            norms = [self.norm(piece.rhs) for piece in pieces]
            text = repr(leaf(name, NOW, shape))
            self.formulas[text] = " or ".join(dict.fromkeys(norm.text for norm in norms)) or "0"
            self.told[name] = Norm(max((norm.value for norm in norms), default=0.0), f"‖{text}‖")
        return self.told[name]

    def norm(self, node: Expr) -> Norm:
        """The 2-norm of a matrix or a vector, the absolute value of a number."""
        if node.prim is LEAF and isinstance(name := node.attrs[0], Name) and name.role == Role.JACOBIAN:
            return self.block(name)
        value = self.ranges.constant(node)
        if value is not None:
            return _of_constant(node, value)
        match len(node.shape):
            case 0:
                return self.largest(node)
            case 1:
                return self.vector(node)
        return self.matrix(node)

    def matrix(self, node: Expr) -> Norm:
        """The largest singular value of a matrix that changes from step to step."""
        args = node.args
        if node.prim in (NEG, TRANSPOSE, SLICE, EMBED):
            return self.norm(args[0])
        if node.prim is DIAG:
            return self.largest(args[0])
        if node.prim is ADD:
            return _sum([self.norm(arg) for arg in args])
        if node.prim in (MATMUL, OUTER):
            return _times([self.norm(arg) for arg in args])
        if node.prim is CONCAT:
            return _root_of_squares([self.norm(arg) for arg in args])
        return self.product(node) if node.prim is MUL else self.by_entries(node)

    def vector(self, node: Expr) -> Norm:
        """The 2-norm of a vector: by its largest entry, or by its parts where that is less."""
        parts = self.by_entries(node)
        if node.prim is MATVEC:
            return min(parts, _times([self.norm(arg) for arg in node.args]))
        return min(parts, self.product(node)) if node.prim is MUL else parts

    def product(self, node: Expr) -> Norm:
        """Numbers times one array, entry by entry times others."""
        thin = [arg for arg in node.args if arg.prim in (BROADCAST, FULL)]
        rest = [arg for arg in node.args if arg not in thin]
        if not rest:
            return self.by_entries(node)
        one = next((arg for arg in rest if self.ranges.constant(arg) is not None), rest[-1])
        others = list(node.args)
        others.remove(one)
        return _times([self.largest(mul(*others)), self.norm(one)])

    def by_entries(self, node: Expr) -> Norm:
        """The root of the number of entries, times the largest."""
        count, most = self.ranges.count(node.shape), self.largest(node)
        return Norm(_product([math.sqrt(count), most.value]), f"√{count} · {most.text}" if count > 1 else most.text)

    def largest(self, node: Expr) -> Norm:
        """sup|v| over the entries, for every sequence if the equations tell it, else for this one."""
        names = dict.fromkeys(r.name for r in reads(node) if r.name.role != Role.PARAM)
        inner = {name: self.block(name).value for name in names if name.role == Role.JACOBIAN}
        known = {**self.ranges.known, **self.met, **{name: Range(-value, value) for name, value in inner.items()}}
        found = self.ranges.of(node, known)
        met = {name: known[name] for name in names if name in self.met}
        if not found.finite:
            open_ = [name for name in names if name not in inner and not known[name].finite]
            met.update({name: met_by(self.j, name) for name in open_})
            found = self.ranges.of(node, {**known, **met})
        self.measured.update({name.label: told for name, told in met.items()})
        rest = [name for name in names if name not in met and name not in inner]
        self.assumes.update({name.label: known[name] for name in rest if known[name].finite})
        return Norm(found.size, f"sup|{node!r}|")


def _of_constant(node: Expr, value: Array) -> Norm:
    match len(node.shape):
        case 0:
            return Norm(float(abs(value)), f"|{node!r}|")
        case 1:
            return Norm(float(np.linalg.norm(value)), f"‖{node!r}‖")
    if node.prim is DIAG:
        return Norm(float(np.abs(value).max(initial=0.0)), f"sup|{node.args[0]!r}|")
    return Norm(float(np.linalg.norm(value, 2)) if value.size else 0.0, f"σ_max({node!r})")


def _product(values: Sequence[float]) -> float:
    """A product in which zero times infinity is zero."""
    return 0.0 if 0.0 in values else math.prod(values)


def _times(norms: Sequence[Norm]) -> Norm:
    texts = [f"({norm.text})" if norm.is_sum and len(norms) > 1 else norm.text for norm in norms]
    return Norm(_product([norm.value for norm in norms]), " · ".join(texts))


def _sum(norms: Sequence[Norm]) -> Norm:
    return Norm(sum(norm.value for norm in norms), " + ".join(norm.text for norm in norms), is_sum=True)


def _root_of_squares(norms: Sequence[Norm]) -> Norm:
    return Norm(math.hypot(*(norm.value for norm in norms)), f"hypot({', '.join(norm.text for norm in norms)})")
