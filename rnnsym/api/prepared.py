"""Gradients at full speed: the fast programs of a network, bound to buffers, safe to use from several threads."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rnnsym.api.arrays import Given, check_params
from rnnsym.core.dims import Shape
from rnnsym.core.names import Name, Role
from rnnsym.core.system import System
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.engine.fast.costs import Features, chosen, features
from rnnsym.engine.fast.plan import Plan, planned
from rnnsym.engine.fast.program import FastProgram
from rnnsym.wiring import TOTAL_LOSS

Array = np.ndarray[Any, Any]
Gradients = dict[str, Array]
Functions = tuple[Callable[..., None], Callable[..., tuple[Any, ...]]]

KEPT = 4
"""For how many shapes of data the buffers of a network are kept."""


class Fast:
    """The fast programs of one network: one for each kind of data and number of examples, made on first use."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._sizes, self._lock = dict(sizes), threading.Lock()
        self._plans: dict[Any, Plan] = {}
        self._features: dict[int, Features] = {}
        self._buffers: dict[Any, list[Functions]] = {}

    def plan(self, derived: Adjoint, axes: tuple[int, ...], kind: str, steps: int) -> Plan:
        """The plan for data with these batch axes; only its choices depend on the number of steps."""
        batch = None if axes in ((), (1,)) else axes[0]
        with self._lock:
            if id(derived) not in self._features:
                self._features[id(derived)] = features(derived.system)
            choices = chosen(self._features[id(derived)], self._sizes, batch, steps)
            key = (id(derived), batch, kind, choices)
            if key not in self._plans:
                wanted = (TOTAL_LOSS, *derived.gradients)
                self._plans[key] = planned(derived.system, wanted, self._sizes, batch, kind, choices)
            return self._plans[key]

    def value_and_grad(self, derived: Adjoint, given: Given, steps: int) -> tuple[Any, Gradients] | None:
        """The loss, and the gradients that it has; None where the sequence is too short for the program."""
        axes = axes_of_batch(derived.system, given)
        program = self.plan(derived, axes, kind_of(given), steps).program
        if steps < program.least:
            return None
        functions = self._take(program, steps)
        load, run = functions
        load(*data_of(derived.system, program.data, given, axes))
        loss, *grads = run(*[given[name] for name in program.params])
        self._give_back(program, steps, functions)
        return loss.item(), dict(zip([name.label for name in program.wanted[1:]], grads, strict=True))

    def _take(self, program: FastProgram, steps: int) -> Functions:
        """`load` and `run` on buffers that nobody else uses."""
        with self._lock:
            free = self._buffers.get((id(program), steps))
            if free:
                return free.pop()
        return program.prepare(steps)  # type: ignore[no-any-return]

    def _give_back(self, program: FastProgram, steps: int, functions: Functions) -> None:
        """Keep buffers for the next call; those of the shapes used longest ago are let go."""
        with self._lock:
            key = id(program), steps
            free = self._buffers.pop(key, [])
            self._buffers[key] = [*free, functions]
            for old in list(self._buffers)[:-KEPT]:
                del self._buffers[old]


def axes_of_batch(system: System, given: Given) -> tuple[int, ...]:
    """The batch axes of given values."""
    name = next(name for name in system.given if name.batched and name in given)
    axes = np.shape(given[name])[: np.ndim(given[name]) - len(system.given[name])]
    return axes[1:] if name in system.timed_given else axes


def data_of(system: System, names: Sequence[Name], given: Given, axes: tuple[int, ...]) -> list[Any]:
    """The data that a program takes; a batch of one is one example."""
    alone = axes == (1,)
    return [
        np.squeeze(given[name], int(name in system.timed_given)) if alone and name.batched else given[name]
        for name in names
    ]


def kind_of(given: Given) -> str:
    """What the program computes with: complex numbers if any are given."""
    return "complex128" if any(map(np.iscomplexobj, given.values())) else "float64"


class Prepared:
    """The loss and the gradients of a network on data that are bound: `loss, grads = step(params)`.

    Made by `Network.prepare`. A call checks names and shapes of parameters; numbers that are not finite are looked for
    only where the loss is not finite. Several threads may call it at once; the arrays that it returns are the caller's
    own. Raises what `Network.value_and_grad` raises for parameters.
    """

    def __init__(
        self,
        fast: Fast,
        derived: Adjoint,
        given: Given,
        steps: int,
        shapes: Mapping[str, Shape],
        otherwise: Callable[[Mapping[str, Any]], tuple[Any, Gradients]],
    ) -> None:
        axes = axes_of_batch(derived.system, given)
        kind = kind_of({name: value for name, value in given.items() if name.role != Role.PARAM})
        self.plan: Plan = fast.plan(derived, axes, kind, steps)
        """How it is computed."""
        program = self.plan.program
        self._data = data_of(derived.system, program.data, given, axes)
        self._steps, self._shapes, self._kind = steps, dict(shapes), np.dtype(kind)
        self._labels = [name.label for name in program.params]
        self._results = [name.label for name in program.wanted[1:]]
        self._otherwise = otherwise
        self._free: list[Callable[..., tuple[Any, ...]]] = []

    @property
    def source(self) -> str:
        """The text of the generated program."""
        return self.plan.program.source

    def __call__(self, params: Mapping[str, Any]) -> tuple[Any, Gradients]:
        arrays = self._ready(params) or self._cast(params)
        if arrays is None:
            return self._otherwise(params)
        try:
            run = self._free.pop()
        except IndexError:
            run = self._bound()
        loss, *grads = run(*arrays)
        self._free.append(run)
        loss = loss.item()
        if loss - loss != 0:
            check_params(params, self._shapes)
        found = dict(zip(self._results, grads, strict=True))
        return loss, found if len(found) == len(self._shapes) else completed(self._shapes, loss, found)[1]

    def _cast(self, params: Mapping[str, Any]) -> list[Array] | None:
        """The parameters as arrays that the program computes with, or None where it cannot."""
        arrays = check_params(params, self._shapes)
        complex_ = any(array.dtype.kind == "c" for array in arrays.values())
        if (complex_ and self._kind.kind != "c") or self._steps < self.plan.program.least:
            return None
        return [arrays[label].astype(self._kind) for label in self._labels]

    def _bound(self) -> Callable[..., tuple[Any, ...]]:
        load, run = self.plan.program.prepare(self._steps)
        load(*self._data)
        return run  # type: ignore[no-any-return]

    def _ready(self, params: Mapping[str, Any]) -> list[Array] | None:
        """The parameters that the program takes, where all are arrays or numbers of NumPy as it wants them."""
        shapes, kind, number = self._shapes, self._kind, self._kind.type
        if type(params) is not dict or len(params) != len(shapes) or self._steps < self.plan.program.least:
            return None
        for label, array in params.items():
            if type(array) is not np.ndarray and type(array) is not number:
                return None
            if array.dtype is not kind or array.shape != shapes.get(label):
                return None
        return [params[label] for label in self._labels]


def completed(shapes: Mapping[str, Shape], loss: Any, found: Gradients) -> tuple[Any, Gradients]:
    """Loss and gradients as they are handed out: for every parameter, zeros where the loss does not depend on it."""
    return loss, {label: found[label] if label in found else np.zeros(shape) for label, shape in shapes.items()}
