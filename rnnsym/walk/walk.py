"""A walk: every equation of every step in the order in which it is computed, forward and then backward."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rnnsym.api.network import Network
from rnnsym.api.run import Run
from rnnsym.core.expr import Expr
from rnnsym.core.names import Free, Name, Role, TimeMap
from rnnsym.core.system import Piece, System, reads
from rnnsym.derivation.equations import Equation, Lines, lines
from rnnsym.errors import InputError
from rnnsym.interpreters.numeric import run as evaluate_bound
from rnnsym.notation import Words
from rnnsym.walk.breakdown import Breakdown, Products, break_down, products
from rnnsym.walk.order import Leg, Phase, legs, steps_of
from rnnsym.walk.sums import GradientSums

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Move:
    """One stop of the walk: an equation at a step. A gradient move adds the term of step t to ∂L/∂θ."""

    index: int
    phase: Phase
    t: int
    equation: Equation


class Walk(Sequence[Move]):
    """All moves of one run, and the numbers at each. There is no batch axis in a walk.

    Order: for t = 1…T the forward equations, the total loss; for t = T…1 the adjoint equations, and then the terms that
    step t adds to the gradients. What must be done before the rest (an encoder, a layer that reads backward in time,
    for t = T…1) is a leg of its own. `reads` and `predicts` label the steps. Arguments otherwise as in Network.run.
    """

    def __init__(
        self,
        net: Network,
        params: Mapping[str, Any],
        x: Any,
        targets: Any,
        carry: Mapping[str, Any] | None = None,
        mask: Any = None,
        reads: Sequence[str] | None = None,
        predicts: Sequence[str] | None = None,
        steps: int | None = None,
    ) -> None:
        self.net, self.params, self.reads, self.predicts = net, dict(params), reads, predicts
        self.run: Run = net.run(params, x, targets, carry, mask, steps)
        self.steps = self.run.steps
        self.lines: Lines = lines(net.program(mask is not None).adjoint)
        self._refuse_batch()
        self._values = self.run.arrays
        self._stops = list(self._order())

    def _refuse_batch(self) -> None:
        for name in (name for name in self.system.given if name.role == Role.INPUT):
            if self.run[name.label].ndim > (name in self.system.timed_given) + len(self.system.shape(name)):
                raise InputError("a walk steps through one example: x must be (T, X), without a batch axis.")

    @property
    def system(self) -> System:
        return self.run.system

    # The order of moves. ------------------------------------------------------------------------------------------

    def _order(self) -> Iterator[tuple[Phase, int, Equation]]:
        total: list[tuple[Phase, int, Equation]] = [
            ("forward", self.steps, line) for line in self.lines.forward if line.total
        ]
        for leg in self.legs:
            if total and leg.lines and leg.lines[0][0] != "forward":
                yield from total
                total = []
            times = range(1, self.steps + 1)
            known = [(phase, line, steps_of(self.system, phase, line, self.steps)) for phase, line in leg.lines]
            for t in times if leg.way > 0 else reversed(times):
                yield from ((phase, t, line) for phase, line, span in known if t in span)
        yield from total

    @cached_property
    def legs(self) -> list[Leg]:
        """The passes of the walk, forward and back."""
        return legs(self.system, self.lines)

    @cached_property
    def _leg_of(self) -> dict[int, int]:
        return {line.number: i for i, leg in enumerate(self.legs) for _, line in leg.lines}

    def way(self, number: int) -> int:
        """1 where the walk goes up in t on the line with this number, -1 where it goes down."""
        return self.legs[self._leg_of[number]].way if number in self._leg_of else 1

    def next_leg(self, move: Move) -> int:
        """The index of the first move of the pass after that of `move`; the number of moves where there is none."""
        return next((start for start in self._starts if start > move.index), len(self))

    def find_beside(self, move: Move, t: int) -> int:
        """The index of the first move at step t in the pass and phase of `move`; that of `move` where there is none."""
        first, stop = self.this_leg(move), self.next_leg(move)
        same = (i for i in range(first, stop) if self._stops[i][:2] == (move.phase, t))
        return next(same, move.index)

    def this_leg(self, move: Move) -> int:
        """The index of the first move of the pass that `move` is in."""
        return max(start for start in self._starts if start <= move.index)

    @cached_property
    def _starts(self) -> list[int]:
        found: dict[int, int] = {}
        for i, (_, _, line) in enumerate(self._stops):
            if line.number in self._leg_of:
                found.setdefault(self._leg_of[line.number], i)
        return list(found.values())

    def known_steps(self, move: Move, number: int) -> range:
        """The steps at which the value of the line with this number is known once `move` is done."""
        turn, whole = len(self.legs) // 2, range(1, self.steps + 1)
        mine, here = (self._leg_of.get(line, turn - 0.5) for line in (number, move.equation.number))
        if mine != here:
            return whole if mine < here else range(0)
        if number not in self._leg_of:
            return whole
        now = number <= move.equation.number or move.phase == "gradient"
        if self.way(number) > 0:
            return range(1, move.t + now)
        return range(move.t + (not now), self.steps + 1)

    def __len__(self) -> int:
        return len(self._stops)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        return Move(number, *self._stops[number])

    def find(self, phase: Phase, t: int, line: int | None = None) -> int:
        """The index of the first move of `phase` at step t (of the line with that number). Raises InputError."""
        if (phase, t, line) not in self._places:
            raise InputError(
                f"no {phase} line {'' if line is None else line} at t = {t}: t runs from 1 to {self.steps}."
            )
        return self._places[phase, t, line]

    @cached_property
    def _places(self) -> dict[tuple[Phase, int, int | None], int]:
        """Where each line at each step stands, and for each step the first line there."""
        found: dict[tuple[Phase, int, int | None], int] = {}
        for i, (phase, t, line) in enumerate(self._stops):
            found.setdefault((phase, t, None), i)
            found[phase, t, line.number] = i
        return found

    @cached_property
    def turn(self) -> int:
        """The index of the first backward move: where the walk turns round."""
        back = (i for i, stop in enumerate(self._stops) if stop[0] != "forward")
        return next(back, len(self._stops))

    # The numbers. -------------------------------------------------------------------------------------------------

    def value(self, name: Name, t: int) -> Array:
        """The value of a name at step t; an adjoint outside its steps is zero."""
        held = self._values[name]
        if not self.system.timed(name):
            return np.asarray(held)
        if name.role == Role.ADJOINT and not 0 <= t < len(held):
            return np.zeros(np.shape(held)[1:])
        return np.asarray(held[t])

    def step_read(self, time: TimeMap, t: int) -> int:
        """The step that an equation at step t reads through `time`; t itself for what is not in time."""
        return t if isinstance(time, Free) else time.step(t, self.steps)

    def pieces(self, equation: Equation, t: int) -> list[Piece]:
        """The pieces of the equation that hold at step t."""
        return [p for p in self.system.equations[equation.name] if t in p.domain.at(self.steps)]

    def numbers(self, exprs: Sequence[Expr], t: int) -> list[Array]:
        """The values at step t of expressions that read named quantities."""
        found = [read for expr in exprs for read in reads(expr)]
        bound = {read.leaf: self.value(read.name, self.step_read(read.time, t)) for read in found}
        return [np.asarray(value) for value in evaluate_bound(exprs, bound, self.net.sizes)]

    def result(self, move: Move) -> Array:
        """What the move computes; for a gradient move, the term that its step adds."""
        if move.phase == "gradient":
            return np.asarray(sum(self.numbers([p.rhs for p in self.pieces(move.equation, move.t)], move.t)))
        return self.value(move.equation.name, move.t)

    def gradient_so_far(self, name: Name, t: int) -> Array:
        """Σ of the terms of ∂L/∂θ that the walk has met when step t is done: of T, T - 1, …, t, zero for t > T; of
        1, 2, …, t where time runs backward. `name` is the gradient's name."""
        line = next(line for line in self.lines.gradients if line.name == name)
        if self.way(line.number) > 0:
            return np.asarray(self._sums.so_far(name, 1) - self._sums.so_far(name, t + 1))
        return self._sums.so_far(name, t)

    @cached_property
    def _sums(self) -> GradientSums:
        return GradientSums(self.system, self._values, self.steps, self.net.sizes)

    @cached_property
    def finite(self) -> bool:
        """Whether every value and gradient of the run is a finite number; then every term of a gradient is one too."""
        return all(np.isfinite(value).all() for value in self._values.values())

    # What a view shows. -------------------------------------------------------------------------------------------

    def breakdown(self, move: Move) -> Breakdown:
        """The equation with its numbers put in, one row for each unit."""
        rhs = [piece.rhs for piece in self.pieces(move.equation, move.t)]
        left = move.equation.lhs
        if move.equation.total and move.phase != "gradient":
            return break_down([left], left, self.result(move), lambda exprs: [self.result(move) for _ in exprs])
        return break_down(rhs, left, self.result(move), lambda exprs: self.numbers(exprs, move.t))

    def origin(self, move: Move, column: int, unit: int) -> Products:
        """Where a matrix product's entry comes from: the products that it sums. Raises InputError for other columns."""
        return products(self.breakdown(move), column, unit, lambda exprs: self.numbers(exprs, move.t))

    def words(self, move: Move) -> Words:
        """What the line does, in a plain sentence."""
        return move.equation.because
