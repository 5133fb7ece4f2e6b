"""The numbers of a chain's step Jacobians, from the derived matrix expression, for all steps at once."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from rnnsym.analysis.stepping.programs import Stepping
from rnnsym.analysis.stepping.slopes import unsaturated
from rnnsym.api.network import Network
from rnnsym.core.names import Name, Role
from rnnsym.core.system import System
from rnnsym.derivation.states.chains import Chain
from rnnsym.derivation.states.jacobians import StepJacobian, chains_of, define, step_jacobian_of
from rnnsym.derivation.states.products import stacked_jacobian
from rnnsym.derivation.states.story import Story
from rnnsym.engine.program import Function, Values, function
from rnnsym.errors import InputError, unknown
from rnnsym.wiring import carry_order

Array = Any


class Stepper:
    """The generated program of one chain of a network: its states, and the blocks of ∂s_t/∂s_{t-1}.

    `system` holds the forward equations and those of the blocks; `step` says which block is called how.
    """

    def __init__(self, net: Network, chain: Chain) -> None:
        self.chain = chain
        self.step: StepJacobian = step_jacobian_of(net.system, chain)
        story = Story(net.system)
        define(story, self.step)
        self.system: System = story.system
        forward = [name for name in net.system.equations if not _needs_target(net.system, name)]
        exact = unsaturated(self.system, self.step.pieces)
        self.fast = Stepping(exact, forward, self.step, net.sizes)
        title = f"Step Jacobians of {net.name}."
        self._made: Callable[[], Function] = cache(lambda: function(exact, (*forward, *self.step.pieces), title))

    def __call__(self, given: Mapping[Name, Any], steps: int) -> tuple[Values, Array]:
        """Every quantity of the network that needs no target and every block, row t is time t; and ∂s_t/∂s_{t-1} of the
        whole carry, (T, n, n), row t - 1 is step t."""
        if not self.fast.does(given, steps):
            return self.readable(given, steps)
        values, matrices = self.fast(given, steps)
        return {**given, **values}, matrices

    def readable(self, given: Mapping[Name, Any], steps: int) -> tuple[Values, Array]:
        """The same by the readable program, for complex numbers too, with the values of every piece."""
        known = {**given, **self._made()(given, steps)}
        return known, stacked_jacobian(known, self.chain.carries, self.step.blocks)[1 : steps + 1]


def _needs_target(system: System, name: Name) -> bool:
    return any(found.role in (Role.TARGET, Role.SEED) for found in system.ancestors([name]))


_STEPPERS: WeakKeyDictionary[Network, dict[str | None, Stepper]] = WeakKeyDictionary()


def stepper(net: Network, chain: str | None = None) -> Stepper:
    """The program of a chain of `net`, made on first use. Raises as `chain_of`; ShapeError for a state that is a
    matrix."""
    known = _STEPPERS.setdefault(net, {})
    if chain not in known:
        found = chain_of(net, chain)
        same = (each for each in known.values() if each.chain.carries == found.carries)
        known[chain] = next(same, None) or Stepper(net, found)
    return known[chain]


def chain_of(net: Network, wanted: str | None = None) -> Chain:
    """The chain of states that `wanted` names, by its path (`forward`, `encoder`) or by the label of one of its states.

    Raises InputError where there are several and none is named, or none at all; UnknownNameError.
    """
    names = chains_by_name(net)
    if wanted is None:
        if len(names) == 1:
            return next(iter(names.values()))
        first, listed = next(iter(names)), " and ".join(names)
        raise InputError(f"this network has {len(names)} chains of states, {listed}: say which, chain='{first}'.")
    for name, chain in names.items():
        if wanted == name or wanted in [carry.label for carry in chain.carries]:
            return chain
    raise unknown("chain", wanted, names)


def chains_by_name(net: Network) -> dict[str, Chain]:
    """The chains of a network by what they are called: what the paths of all states of a chain begin or end with, and
    those of no other (`forward`, also of a stack), or else the labels of its states. Raises InputError for a network
    without a recurrence."""
    found = chains_of(net.system, carry_order(net.placements))
    shared = [_shared([carry.path for carry in chain.carries]) for chain in found]
    return {
        path if path and shared.count(path) == 1 else ", ".join(carry.label for carry in chain.carries): chain
        for chain, path in zip(found, shared, strict=True)
    }


def _shared(paths: Sequence[tuple[str, ...]]) -> str:
    """What paths begin with, or else what they end with."""

    def start(those: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        same = [len(set(parts)) == 1 for parts in zip(*those, strict=False)]
        return those[0][: [*same, False].index(False)]

    return ".".join(start(paths) or start([path[::-1] for path in paths])[::-1])
