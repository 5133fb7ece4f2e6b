"""The direct line in numbers: what is left of a state along the paths that pass no gate, such as ∏ f in an LSTM.

Where the blocks of the direct line are diagonal matrices, each unit goes its own way: K states are K × K numbers for
each unit and step, and one state is a sum of logarithms.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from rnnsym.analysis.anatomy.paths import paths
from rnnsym.analysis.products.logscale import Scaled, scaled
from rnnsym.analysis.products.norms import log_norms
from rnnsym.analysis.stepping.slopes import unsaturated
from rnnsym.analysis.stepping.steps import chain_of
from rnnsym.api.network import Network
from rnnsym.core.names import Name
from rnnsym.derivation.states.chains import Chain
from rnnsym.derivation.states.direct import DirectLine, direct_line
from rnnsym.derivation.states.paths import DIRECT
from rnnsym.engine.program import Function, Values, function
from rnnsym.errors import unknown

if TYPE_CHECKING:
    from rnnsym.analysis.jacobians import Jacobians

Array = Any


def direct_curve(j: "Jacobians", state: str | None = None, t: int | None = None) -> Array:
    """log‖∂s_t/∂s_{t-lag}‖₂ for lag = 0…t-1, natural, if there were only the direct line at every step; of the block of
    one state in itself, if one is named. t is T where it is not given; in a chain that runs backward it is 1, and the
    steps are t + lag. nan from a step on that is not finite.

    It takes O(T · n) numbers where the direct line is diagonal. Raises UnknownNameError, and InputError for a t that
    there is not.
    """
    end = j.T if t is None else j.place(t)
    line, program = _line(j.net, chain_of(j.net, j.states[0]))
    followed = [name for name in line.carries if name.label == state]
    if state is not None and not followed:
        raise unknown("state", state, j.states)
    groups = (line.around(followed[0]),) if followed else line.apart()
    if any({s, p} <= set(group) for s, p in line.others for group in groups):
        return paths(j, direct=True).curve((DIRECT,), state, t)
    values = program(j.values, j.T) if program else {}
    curves = [np.zeros(1)]
    for group in groups:
        steps = _steps(line, values, group, j)
        place = None if state is None else [name.label for name in group].index(state)
        curves.append(_logs((steps if j.forward else steps[::-1])[:end], place))
    return np.concatenate([[0.0], np.max(curves[1:], axis=0)])


_KNOWN: WeakKeyDictionary[Network, dict[tuple[Name, ...], tuple[DirectLine, Function | None]]] = WeakKeyDictionary()


def _line(net: Network, chain: Chain) -> tuple[DirectLine, Function | None]:
    """The direct line of a chain with the program of its diagonals; made on first use."""
    known = _KNOWN.setdefault(net, {})
    if chain.carries not in known:
        line = direct_line(net.system, chain)
        names = tuple(line.diagonals.values())
        exact = unsaturated(line.system, names)
        known[chain.carries] = line, function(exact, names, f"Direct line of {net.name}.") if names else None
    return known[chain.carries]


def _steps(line: DirectLine, values: Values, group: Sequence[Name], j: "Jacobians") -> Array:
    """The direct line of every step 1…T between the states of a group, unit by unit, (T, units, K, K)."""
    units = j.sizes[j.states.index(group[0].label)]
    found = np.zeros((j.T, units, len(group), len(group)))
    for row, state in enumerate(group):
        for column, source in enumerate(group):
            if (name := line.diagonals.get((state, source))) is not None:
                told = np.asarray(values[name])[1 : j.T + 1]
                found[: len(told), :, row, column] = told.reshape(len(told), -1)
    return found


def _logs(steps: Array, place: int | None) -> Array:
    """The log norms for lag = 1…T-1 of the products of the last steps, of (T, units, K, K) in chain order: the largest
    of all units, of all states or of the one at `place`."""
    back = steps[:0:-1]
    if back.shape[-1] == 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(np.isfinite(back), np.log(np.abs(back)), np.nan)[:, :, 0, 0]
            return np.cumsum(logs, axis=0).max(axis=1, initial=-np.inf)
    running = _running(back)
    if place is None:
        flat = Scaled(running.mantissa.reshape(-1, *back.shape[2:]), running.log.reshape(-1))
        return log_norms(flat).reshape(back.shape[:2]).max(axis=1, initial=-np.inf)
    with np.errstate(divide="ignore"):
        logs = np.log(np.abs(running.mantissa[:, :, place, place])) + running.log
    return np.asarray(logs.max(axis=1, initial=-np.inf))


def _running(back: Array) -> Scaled:
    """The products of the first 1, 2, … of `back`, from left to right."""
    mantissas, logs = np.empty_like(back), np.empty(back.shape[:2])
    carried = scaled(np.broadcast_to(np.eye(back.shape[-1]), back.shape[1:]), np.zeros(back.shape[1]))
    for place, step in enumerate(back):
        with np.errstate(invalid="ignore", over="ignore"):
            carried = scaled(carried.mantissa @ step, carried.log)
        mantissas[place], logs[place] = carried
    return Scaled(mantissas, logs)
