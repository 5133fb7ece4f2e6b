"""What a run recorded: every named value and every adjoint at every step."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from rnnsym.api.arrays import Given
from rnnsym.core.names import EVERY_STEP, Name, Role
from rnnsym.core.system import System, start_of
from rnnsym.engine.program import Program, Values
from rnnsym.errors import InputError, unknown
from rnnsym.wiring import TOTAL_LOSS

Array = np.ndarray[Any, Any]
RECORDED = (Role.INPUT, Role.CARRY, Role.EQUATION, Role.LOSS)


class Series(Mapping[str, Array]):
    """Arrays by label: `series["h"]` is (T, …) with h_t at [t - 1]; `series.at("h", t)` takes t = 0…T.

    Arrays got by a label are the caller's own; those of `at` are views that cannot be written.
    """

    def __init__(self, system: System, values: Mapping[Name, Any], kind: str, steps: int) -> None:
        self._system, self._kind, self._steps = system, kind, steps
        self._values = {name.label: (name, value) for name, value in values.items()}

    def _find(self, label: str) -> tuple[Name, Any]:
        if label not in self._values:
            raise unknown(self._kind, label, self._values)
        return self._values[label]

    def __getitem__(self, label: str) -> Array:
        name, value = self._find(label)
        return np.array(value[1 : self._steps + 1] if self._system.timed(name) else value)

    def at(self, label: str, t: int) -> Array:
        """The value at step t; the initial carry is at t = 0, or at T + 1 where time runs backward.

        A name that is not in time has one value for every t.
        """
        name, value = self._find(label)
        if not self._system.timed(name):
            return _read_only(value)
        hull = EVERY_STEP.hull(self._system.hull(name)) if name in self._system.equations else EVERY_STEP
        span = hull.at(self._steps)
        if t not in span:
            raise InputError(f"there is no step t = {t} of {label}: it has t = {span.start}…{span.stop - 1}.")
        return _read_only(value[t])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _read_only(value: Any) -> Array:
    view = np.asarray(value).view()
    view.flags.writeable = False
    return view


class Run(Mapping[str, Array]):
    """One run of a network. `run["h"]` is (T, …); `run.adjoint["h"]` the total derivative of the loss, of that shape.

    The backward pass runs on the first use of `adjoint`, `grads`, `carry_grad` or `input_grad`; it needs targets.
    Arrays are the caller's own, except those of `at` and `arrays`.
    """

    def __init__(self, program: Program, given: Given, has_targets: bool, steps: int) -> None:
        self._program, self._has_targets, self.steps = program, has_targets, steps
        self._given = given
        self._forward = (program.forward if has_targets else program.values)(given, steps)
        shown = {n: v for n, v in {**given, **self._forward}.items() if n.role in RECORDED}
        self._series = Series(self.system, shown, "quantity", self.steps)

    @property
    def system(self) -> System:
        """The equations that ran: forward, adjoint and gradient."""
        return self._program.adjoint.system

    def __getitem__(self, label: str) -> Array:
        return self._series[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._series)

    def __len__(self) -> int:
        return len(self._series)

    def at(self, label: str, t: int) -> Array:
        """The value of a quantity at step t; the initial carry is at t = 0, or at T + 1 where time runs backward."""
        return self._series.at(label, t)

    @property
    def loss(self) -> float:
        """The total loss. Raises InputError for a run without targets."""
        if not self._has_targets:
            raise InputError("this run has no loss: give targets to run().")
        value = self._forward[TOTAL_LOSS]
        return complex(value) if np.iscomplexobj(value) else float(value)  # type: ignore[return-value]

    @property
    def arrays(self) -> Values:
        """Every array of the run by `Name`, in the program's layout: timed ones have T + 1 rows, row t is time t.

        They are the run's own: the backward pass reads them.
        """
        return {**self._given, **self._forward, **(self._backward if self._has_targets else {})}

    @cached_property
    def _backward(self) -> Values:
        if not self._has_targets:
            raise InputError("this run has no gradients: give targets to run().")
        return self._program.backward({**self._given, **self._forward})

    def backward(self) -> "Run":
        """Run the backward pass now rather than on first use."""
        self._backward  # noqa: B018 - a cached property: reading it is running it
        return self

    @cached_property
    def adjoint(self) -> Series:
        """dL/dn_t for every quantity n and every input; an exact zero where the loss does not depend on it."""
        found = {name: value for name, value in self._backward.items() if name.role == Role.ADJOINT}
        known = {**self._given, **self._forward}
        zero = {name: np.zeros(np.shape(known[name])) for name in self._program.adjoint.unreached if name in known}
        return Series(self.system, {**found, **zero}, "adjoint", self.steps)

    @property
    def grads(self) -> dict[str, Array]:
        """dL/dθ for every parameter; an exact zero where the loss does not depend on it."""
        out = {}
        for name in self.system.given:
            if name.role == Role.PARAM:
                bar = name.as_role(Role.GRADIENT)
                known = bar in self._backward
                out[name.label] = np.array(self._backward[bar]) if known else np.zeros(np.shape(self._given[name]))
        return out

    @property
    def carry_grad(self) -> dict[str, Array]:
        """dL/d(initial carry), by the name of the carry; an exact zero where the loss does not depend on it."""
        out = {}
        for name in self._program.adjoint.forward:
            if name.role == Role.CARRY and (initial := name.as_role(Role.INITIAL)) in self._given:
                bar = name.as_role(Role.ADJOINT)
                zero = np.zeros(np.shape(self._given[initial]))
                start = start_of(self.system, name).at(self.steps)
                out[name.label] = np.array(self._backward[bar][start]) if bar in self._backward else zero
        return out

    @property
    def input_grad(self) -> dict[str, Array] | Array:
        """dL/dx, (T, …); a dict by name for a cell with several inputs. Zero where the loss does not depend on it.

        A symbol has none: it is not in the dict, which is empty where all inputs are symbols.
        """
        given = [name for name in self.system.given if name.role == Role.INPUT]
        labels = [name.label for name in given if name not in self.system.labels]
        found = {label: self.adjoint[label] for label in labels}
        return next(iter(found.values())) if len(found) == len(given) == 1 else found
