"""Step Jacobians of a network on one sequence, with their products, spectra and bounds."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from rnnsym.analysis.anatomy import spectra
from rnnsym.analysis.anatomy.bounds import Bound, bound
from rnnsym.analysis.anatomy.losses import LossGradients, loss_gradients
from rnnsym.analysis.anatomy.paths import Paths, paths
from rnnsym.analysis.anatomy.saturation import THRESHOLD, saturation
from rnnsym.analysis.blocks import Block, Products
from rnnsym.analysis.dynamics.lyapunov import Lyapunov, lyapunov
from rnnsym.analysis.stepping.steps import Stepper, chains_by_name, stepper
from rnnsym.api.arrays import steps_told
from rnnsym.api.network import Network
from rnnsym.api.sizing import network_of
from rnnsym.cells.base import Cell
from rnnsym.core import dims
from rnnsym.core.names import Name, Role
from rnnsym.engine.program import Values
from rnnsym.errors import InputError, unknown

Array = Any
LARGEST = 1.0e9
"""Bytes that the step Jacobians may take."""


def jacobians(
    what: Network | Cell | type[Cell] | str,
    params: Mapping[str, Any],
    x: Any,
    carry: Mapping[str, Any] | None = None,
    chain: str | None = None,
    steps: int | None = None,
) -> "Jacobians":
    """The step Jacobians J_t = ∂s_t/∂s_{t-1} of the whole carry s along one sequence, from the derived expression.

    what: a network, or a cell (its class, its name) alone, whose sizes are those of `params` and `x`. x: (T, X), or a
    dict by input, without a batch. carry: initial values by name, missing ones are zero. chain: which states, where a
    network has several chains (`forward`, `backward`, `encoder`). steps: T, where x does not tell it.
    Raises InputError, ShapeError and UnknownNameError.
    """
    net = what if isinstance(what, Network) else network_of(what, params, x, carry)
    program = stepper(net, chain)
    given = net.given(params, x, None, carry, None, steps)
    told = steps_told(net.system, given)
    return Jacobians(net, program, given, int(steps or 0) if told is None else told)


class Jacobians(Products):
    """`step` holds J_t for t = 1…T, (T, n, n): step[t - 1] is J_t, in numerator layout. `states` are the labels of the
    carries in the order in which they are stacked, `sizes` how many entries each has; n is their sum.

    Steps are counted as in the equations: 0 is the initial carry, and `product(t, k)` is ∂s_t/∂s_k = J_t … J_{k+1}. In
    a chain that runs backward in time J_t is ∂s_t/∂s_{t+1}, T + 1 the initial carry, and k ≥ t.
    """

    def __init__(self, net: Network, program: Stepper, given: Mapping[Name, Any], steps: int) -> None:
        self.net, self.T, self._program = net, steps, program
        carries = program.chain.carries
        self.states = tuple(name.label for name in carries)
        self.sizes = tuple(int(np.prod(_shape(net, name), dtype=int)) for name in carries)
        _check_memory(steps, sum(self.sizes))
        _check_one_example(net, given)
        self.values: Values
        """Every quantity of the network that needs no target, by `Name`; row t of a timed one is time t."""
        self.step: Array
        self.values, self.step = program(given, steps)
        _forget_broken(self, program)

    def __repr__(self) -> str:
        return f"<Jacobians of {self.net.name}: T = {self.T}, n = {self.n}, {', '.join(self.states)}>"

    @property
    def owner(self) -> "Jacobians":
        return self

    @property
    def n(self) -> int:
        """The number of entries of the whole carry."""
        return sum(self.sizes)

    @property
    def chain(self) -> str:
        """What the chain of states is called."""
        carries = self._program.chain.carries
        return next(name for name, chain in chains_by_name(self.net).items() if chain.carries == carries)

    # From steps of the equations to places in the chain. -----------------------------------------------------------

    @property
    def forward(self) -> bool:
        """Whether the chain runs with time; a backward one runs from T down to 1."""
        return self._program.chain.direction > 0

    @cached_property
    def ordered(self) -> Array:
        """The step Jacobians in the order of the chain, as `products` takes them. InputError: complex ones."""
        _check_real(self.step)
        return np.ascontiguousarray(self.step if self.forward else self.step[::-1])

    def place(self, t: int) -> int:
        """How many steps of the chain lead to step t. Raises InputError for a step that there is not."""
        first, last = (0, self.T) if self.forward else (1, self.T + 1)
        if isinstance(t, bool) or not isinstance(t, (int, np.integer)) or not first <= t <= last:
            raise InputError(f"there is no step {t!r}: the steps run from {first} to {last}.")
        return int(t) if self.forward else self.T + 1 - int(t)

    def places(self, t: int, k: int) -> tuple[int, int]:
        """How many steps of the chain lead to steps t and k. Raises InputError where k is after t."""
        late, early = self.place(t), self.place(k)
        if early > late:
            way = "no later" if self.forward else "no earlier"
            raise InputError(f"the state at step {k} does not act on that at step {t}: take k {way} than t.")
        return late, early

    def part(self, state: str) -> slice:
        """Where a state stands among the entries of the whole carry. Raises UnknownNameError."""
        if state not in self.states:
            raise unknown("state", state, self.states)
        at = self.states.index(state)
        return slice(sum(self.sizes[:at]), sum(self.sizes[: at + 1]))

    def block(self, to: str, source: str) -> Block:
        """∂to_t/∂source_k inside the products over the whole carry: `j.block("c", "c").product(t, k)`; as an array the
        block of one step, (T, rows, columns). Raises UnknownNameError."""
        return Block(self, to, source)

    @cached_property
    def whole(self) -> Block:
        """The whole carry as one block."""
        return Block(self)

    # What the products tend to. -------------------------------------------------------------------------------------

    def lyapunov(self, skip: int = 0, every: int | None = None, k: int | None = None) -> Lyapunov:
        """The Lyapunov exponents of the chain, with the determinant's mean, dimension and entropy rate.

        skip: how many first steps of the chain only turn the frame of directions. every: how many steps there are
        between two QR factorisations; by default as many as lose no accuracy. k: only the largest k exponents. Raises
        InputError.
        """
        return lyapunov(self.ordered, skip, every, k)

    # What makes them large or small. --------------------------------------------------------------------------------

    @cached_property
    def norms(self) -> Array:
        """‖J_t‖₂ of every step, its largest singular value: (T,); nan where it is not finite."""
        return spectra.of_steps(spectra.norm, self)

    @cached_property
    def radii(self) -> Array:
        """The spectral radius of every J_t, its largest |eigenvalue|: (T,). Of products it says nothing by itself."""
        return spectra.of_steps(spectra.radius, self)

    def growth(self) -> spectra.Growth:
        """log‖∂s_t/∂s_0‖ for t = 0…T along the chain, with its peak."""
        return spectra.growth(self)

    def bound(self, measured: bool = False) -> Bound:
        """A rate that no step can exceed, from the derived step Jacobian: σ_max(U) · sup|f′| for an Elman network.
        measured: with the ranges that this sequence has met, in place of those that hold for all. Raises InputError for
        complex numbers."""
        _check_real(self.step)
        return bound(self, measured)

    def saturation(self, threshold: float = THRESHOLD) -> dict[str, Array]:
        """The share of units at each step whose squashing function is flat, by its label: (T,). Raises InputError."""
        return saturation(self, threshold)

    def paths(self) -> Paths:
        """The step Jacobians split into the direct line and what comes through each gate."""
        return paths(self)

    def loss_gradients(
        self, targets: Any, state: str | None = None, mask: Any = None, losses: Sequence[int] | None = None
    ) -> LossGradients:
        """‖∂L_t/∂s_k‖ for every loss t (or those of the steps `losses`) and every step k, of one state or of the whole
        carry. Raises as `Network.run`, and UnknownNameError."""
        return loss_gradients(self, targets, state, mask, losses)


def _shape(net: Network, name: Name) -> Sequence[int]:
    return tuple(dims.size(dim, net.sizes) for dim in net.system.shape(name))


def _check_memory(steps: int, size: int) -> None:
    needed = 8.0 * steps * size * size
    if needed > LARGEST:
        raise InputError(
            f"the step Jacobians of T = {steps} steps with {size} states need {needed / 1e9:.1f} GB: take fewer steps, "
            "or a part of the sequence with the carry that it begins with."
        )


def _check_one_example(net: Network, given: Mapping[Name, Any]) -> None:
    for name, value in given.items():
        if name.batched and np.ndim(value) > len(net.system.shape(name)) + (name in net.system.timed_given):
            raise InputError(f"Jacobians are taken along one sequence: {name.label} must be without a batch axis.")


def _check_real(steps: Array) -> None:
    if np.iscomplexobj(steps):
        raise InputError(
            "products, norms and bounds are those of real step Jacobians, and these are complex: take real parameters "
            "and inputs, or work on `step`."
        )


def _forget_broken(j: Jacobians, program: Stepper) -> None:
    """nan for the blocks of steps whose states are nan, where they depend on them: a kink would have some slope."""
    broken = np.zeros(j.T, dtype=bool)
    for name in program.chain.carries:
        broken |= np.isnan(j.values[name][1 : j.T + 1]).reshape(j.T, -1).any(axis=1)
    for (state, source), name in program.step.blocks.items() if broken.any() else ():
        told = program.system.ancestors([name])
        if any(program.system.timed(each) for each in told if each.role != Role.JACOBIAN):
            j.step[broken, j.part(state.label), j.part(source.label)] = np.nan
