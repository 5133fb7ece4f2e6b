"""Each line of a form, run with numbers and compared with small pushes on the equations: a path of its own."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from rnnsym.api.forms import FormView
from rnnsym.checks.pushes import STEP, Array, At, Equations, Push
from rnnsym.core.expr import topological
from rnnsym.core.names import Name, Offset, Role
from rnnsym.core.system import reads
from rnnsym.derivation.equations import Line
from rnnsym.derivation.states.chains import Chain, chains
from rnnsym.ops.structure import STOP_GRADIENT
from rnnsym.wiring import TOTAL_LOSS

TOLERANCE = 1e-9
MOST_PUSHES = 20_000
VALUES, PUSHES = "the equations, one by one", "a small push (complex step)"
DIRECTION = "complex step along the direction"
ORIGINALS = (Role.CARRY, Role.EQUATION, Role.INPUT, Role.LOSS, Role.PARAM)


class LineCheck(NamedTuple):
    """The largest error over all t, relative to the largest value; `against` says which path it was compared with.

    A line that no such path reaches has `worst` None and `ok` None, and `against` says why.
    """

    worst: float | None
    against: str
    ok: bool | None


Reference = Callable[[], tuple[Array, Array]]
"""What a line gives and what it should give, at all its steps."""


def check_lines(
    view: FormView,
    params: Mapping[str, Any],
    x: Any,
    targets: Any,
    carry: Mapping[str, Any] | None = None,
    more: Mapping[Name, Any] | None = None,
) -> dict[int, LineCheck]:
    """A check for each line, by its number. Arguments as in `FormView.values`, without a batch.

    Raises InputError as `FormView.values` does.
    """
    values = view.values(params, x, targets, carry, more)
    assert view.net is not None
    given = view.net.given(params, x, targets, carry, None)
    forward = list(view.net.system.equations)
    equations = Equations(view.net.system, forward, given, view.net.sizes)
    paths = _Paths(view, equations, values)
    return {line.number: paths.check(line) for line in view.lines}


class _Paths:
    """What each kind of line is compared with."""

    def __init__(self, view: FormView, equations: Equations, values: Mapping[Name, Any]) -> None:
        self.view, self.equations, self.values = view, equations, values
        self.steps = equations.steps
        self.slopes = self._loss_slopes()

    def check(self, line: Line) -> LineCheck:
        name = line.name
        if name in self.equations.system.equations:
            return self._compared(self._forward(name), VALUES)
        if self._about_loss(line):
            return self._compared(self._slope(line), PUSHES)
        if self._about_state(line):
            return self._compared(self._state_slope(line), PUSHES)
        if name.role == Role.TANGENT and self._stopped:
            return LineCheck(None, "a stopped gradient is held, and no small push on a parameter holds it", None)
        if name.role == Role.TANGENT:
            return self._compared(self._tangent(line), DIRECTION)
        return LineCheck(None, "no path of its own", None)

    def _about_loss(self, line: Line) -> bool:
        """Whether the line gives a derivative of the loss: any gradient, and an adjoint that no cut has changed."""
        known = self._original(line.name) is not None
        return known and (line.name.role == Role.GRADIENT or (line.name.role == Role.ADJOINT and self._uncut))

    @property
    def _uncut(self) -> bool:
        return self.view.form.derived is not None

    def _about_state(self, line: Line) -> bool:
        """Whether the line gives a whole derivative of one quantity in another, not one path of several."""
        name, system = line.name, self.equations.system
        whole = name.role in (Role.JACOBIAN, Role.IMMEDIATE, Role.SENSITIVITY) and name.path == name.of[0].path
        return whole and name.of[0] in system.equations

    def _compared(self, pairs: Sequence[tuple[Array, Array]], against: str) -> LineCheck:
        if not pairs:
            return LineCheck(None, "too large to check here", None)
        size = max(float(np.max(np.abs(right), initial=0.0)) for _, right in pairs)
        error = max(float(np.max(np.abs(np.asarray(left) - right), initial=0.0)) for left, right in pairs)
        worst = error / size if size else error
        return LineCheck(worst, against, worst <= TOLERANCE)

    def _at(self, name: Name, t: int) -> Array:
        value = self.values[name]
        return np.asarray(value[t] if self.view.system.timed(name) else value)

    def _forward(self, name: Name) -> list[tuple[Array, Array]]:
        return [(self._at(name, t), value) for (other, t), value in self.equations.values.items() if other == name]

    # Slopes of the loss. ------------------------------------------------------------------------------------------

    def _original(self, bar: Name) -> Name | None:
        system = self.equations.system
        known = (bar.as_role(role) for role in ORIGINALS)
        return next((name for name in known if name in system.equations or name in system.given), None)

    def _pushes(self, line: Line) -> list[Push]:
        """One push for each step of the line; one for all steps where the quantity is not in time."""
        original = self._original(line.name)
        assert original is not None
        if line.name.role == Role.GRADIENT or not self.view.system.timed(line.name):
            return [Push(original)]
        return [Push(original, t) for t in line.domain.at(self.steps)]

    def _loss_slopes(self) -> dict[Push, dict[At, Array]]:
        """∂L/∂v for every v that some line is about, in one go."""
        lines = [line for line in self.view.lines if self._about_loss(line)]
        pushes = [push for line in lines for push in self._pushes(line)]
        if sum(int(np.prod(self.equations.event(push.name))) for push in pushes) > MOST_PUSHES:
            return {}
        return self.equations.slopes(pushes, [(TOTAL_LOSS, 0)])

    def _slope(self, line: Line) -> list[tuple[Array, Array]]:
        pairs = []
        for push in self._pushes(line):
            if push in self.slopes:
                given = self._at(line.name, 0 if push.step is None else push.step)
                pairs.append((given, self.slopes[push][TOTAL_LOSS, 0]))
        return pairs

    # Slopes of the states. ----------------------------------------------------------------------------------------

    def _state_slope(self, line: Line) -> list[tuple[Array, Array]]:
        """∂s_t/∂p_{t-1} and ∂⁺s_t/∂θ feel the push at step t only, ds_t/dθ at every step."""
        state, moved = line.name.of
        way, role, steps = self._way(line), line.name.role, list(line.domain.at(self.steps))
        pushes = {
            t: Push(moved, t - way, t)
            if role == Role.JACOBIAN
            else Push(moved, None, t if role == Role.IMMEDIATE else None)
            for t in steps
        }
        wanted = [(state, t) for t in steps]
        slopes = self.equations.slopes(list(dict.fromkeys(pushes.values())), wanted, self._held(state))
        pairs = []
        for t, push in pushes.items():
            given = self._at(line.name, t)
            pairs.append((given, slopes[push][state, t].reshape(given.shape)))
        return pairs

    def _held(self, state: Name) -> set[Name]:
        """The states of all chains but that of `state`: its derivatives are told with these held."""
        return {name for chain in self._chains if state not in chain.names for name in chain.carries}

    @cached_property
    def _chains(self) -> tuple[Chain, ...]:
        return chains(self.equations.system)

    # Tangents. ----------------------------------------------------------------------------------------------------

    @cached_property
    def _stopped(self) -> bool:
        """Whether a gradient is stopped somewhere."""
        pieces = self.equations.system.pieces()
        return any(node.prim is STOP_GRADIENT for _, piece in pieces for node in topological([piece.rhs]))

    @cached_property
    def _along(self) -> Mapping[Name, Any]:
        """Every value of the network, forward and backward, with the parameters moved by iε along their directions."""
        net, given = self.view.net, dict(self.equations.given)
        assert net is not None
        for name, value in self.values.items():
            if name.role == Role.TANGENT and name in self.view.system.given:
                given[name.of[0]] = given[name.of[0]] + 1j * STEP * np.asarray(value)
        program = net.program()
        forward = {**given, **program.forward(given)}
        return {**forward, **program.backward(forward)}

    def _tangent(self, line: Line) -> list[tuple[Array, Array]]:
        moved = np.imag(self._along[line.name.of[0]]) / STEP
        timed = self.view.system.timed(line.name)
        steps = line.domain.at(self.steps) if timed else [0]
        return [(self._at(line.name, t), np.asarray(moved[t] if timed else moved)) for t in steps]

    def _way(self, line: Line) -> int:
        """1 where a state is read at the step after it, -1 where time is reversed and it is read at the step before."""
        lags = (
            read.time.k
            for _, piece in self.equations.system.pieces()
            for read in reads(piece.rhs)
            if read.name == line.name.of[1] and isinstance(read.time, Offset)
        )
        return -1 if any(lag > 0 for lag in lags) else 1
