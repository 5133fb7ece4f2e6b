"""The network whose numbers a page shows: described in the lesson's header, run when the page is shown."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnnsym.api.network import Network
from rnnsym.api.unrolled import unroll
from rnnsym.cells.registry import get
from rnnsym.checks.complex_step import Graph, complex_step
from rnnsym.core.names import Name, Offset, Role
from rnnsym.core.system import Read, System, reads
from rnnsym.derivation.equations import Equation
from rnnsym.errors import InputError, unknown
from rnnsym.interpreters.numeric import run as evaluate_bound
from rnnsym.lessons.formula import Formula, find_name
from rnnsym.walk.walk import Walk

Array = np.ndarray[Any, Any]
NETWORK_KEYS = ("inputs", "hidden", "outputs", "loss", "pattern", "reduction")
KEYS = ("cell", "options", *NETWORK_KEYS, "params", "seed", "scheme", "x", "targets", "carry")


class Example:
    """A network with parameters and one sequence, and the value of any formula of it at any step.

    `about` has a cell's name and options, the keywords of Network, x and targets, and `params`, or a seed and scheme.
    Raises UnknownNameError for a key that is not in KEYS, InputError for one that is missing or cannot be used.
    """

    def __init__(self, about: Mapping[str, Any]) -> None:
        for key in about:
            if key not in KEYS:
                raise unknown("key of an example", key, KEYS)
        for key in ("cell", "inputs", "hidden", "x", "targets"):
            if key not in about:
                raise InputError(f"the example lacks {key}.")
        cell = get(about["cell"], **about.get("options", {}))
        net = Network(cell, **{key: about[key] for key in NETWORK_KEYS if key in about})
        params = about.get("params") or net.init(about.get("seed", 0), about.get("scheme", "glorot"))
        self.data = (about["x"], about["targets"], about.get("carry"))
        self.walk = Walk(net, params, *self.data)

    @property
    def net(self) -> Network:
        return self.walk.net

    @property
    def system(self) -> System:
        return self.walk.system

    @property
    def steps(self) -> int:
        return self.walk.steps

    def value(self, formula: Formula, t: int | None = None) -> Array:
        """The value of `formula` at step t; t may be None where the formula names its steps.

        Raises InputError where it does not, and for a step that a quantity does not have.
        """
        bound = {read.leaf: self._read(read, t) for read in reads(formula.expr)}
        (value,) = evaluate_bound([formula.expr], bound, self.net.sizes)
        return np.asarray(np.linalg.norm(value) if formula.norm else value)

    def _read(self, read: Read, t: int | None) -> Array:
        if t is None and isinstance(read.time, Offset):
            raise InputError(f"{read.name.label}[t] has a value only at a step: write a number for t.")
        return self.at(read.name, self.walk.step_read(read.time, t or 0))

    def at(self, name: Name, t: int) -> Array:
        """The value of a name at step t. Raises InputError for a step that it does not have."""
        if self.system.timed(name) and name.role != Role.ADJOINT:
            known = self.span(name)
            if t not in known:
                raise InputError(f"{name.label} has no step {t}: it has t = {known.start}…{known.stop - 1}.")
        return self.walk.value(name, t)

    def span(self, name: Name) -> range:
        """The steps at which a name has a value."""
        if name in self.system.equations:
            return self.system.hull(name).at(self.steps)
        return range(1, self.steps + 1)

    def equation(self, text: str) -> Equation:
        """The line of the derivation that a lesson writes as `h`, `dh` or `dL/dU`. Raises UnknownNameError."""
        name = find_name(text, self.system)
        lines = self.walk.lines
        for line in (*lines.forward, *lines.backward, *lines.gradients):
            if line.name == name:
                return line
        raise InputError(f"'{text}' is given, so that it has no equation.")

    def loss_with(self, label: str, value: Any) -> float:
        """The loss with one parameter replaced."""
        return self.net.run({**self.walk.params, label: value}, *self.data).loss

    def complex_step(self, label: str) -> Array:
        """The gradient of the loss by complex step over the unrolled graph: no derivative rule takes part."""
        graph = unroll(self.net, self.steps)
        x, targets, carry = self.data
        values = graph.bind(self.walk.params, x, targets, carry)
        return complex_step(Graph(graph.loss, values, self.net.sizes, ()), graph.params[label])
