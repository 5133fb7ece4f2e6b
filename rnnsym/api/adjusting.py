"""Parameters changed as a slider changes them: gain, spectral radius, and the bias of the gate that keeps the state.

Which parameters those are is found from the equations (`derivation.recurrent`, `derivation.gates`), for every cell and
wiring; names and sizes play no part.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from rnnsym.api.arrays import check_params, finite
from rnnsym.core import dims
from rnnsym.core.names import Name
from rnnsym.core.system import System
from rnnsym.derivation.gates import KeepGate, input_gates, keep_gates
from rnnsym.derivation.recurrent import RecurrentWeight
from rnnsym.derivation.recurrent import recurrent_weights as found_weights
from rnnsym.errors import InputError

if TYPE_CHECKING:
    from rnnsym.api.network import Network

Array = np.ndarray[Any, Any]
Params = dict[str, Array]
Sizes = Mapping[str, int]


def adjusted(
    net: "Network",
    params: Mapping[str, Any],
    gain: float = 1.0,
    spectral_radius: float | None = None,
    forget_bias: float | None = None,
    input_bias: float | None = None,
) -> Params:
    """A copy of `params` with other recurrent weights and gates; `params` stay as they are.

    spectral_radius: every recurrent matrix is rescaled to this largest absolute eigenvalue. gain: then every recurrent
    weight is multiplied by it, which is what multiplies the state of the step before (of the `fused` cell's W the first
    H columns). forget_bias: the bias of the gate that keeps the state is set so that a larger value keeps more: b_f =
    v for an LSTM, b_z = v for PyTorch's GRU, b_z = −v for Chung's, whose z renews. input_bias: that of the gate which
    lets new content in, where it is another one. Several biases that are added in one gate are v together.
    Raises InputError: for a cell without such a gate, a matrix that is not square or has spectral radius 0, and
    settings that are no finite numbers; as `net.run` for the parameters.
    """
    found = check_params(params, net.params)
    if spectral_radius is not None:
        found = rescaled(_of(net), net.sizes, found, spectral_radius)
    if (factor := _number("the gain", gain)) != 1.0:
        for weight in _of(net).weights:
            found[weight.name.label][_place(weight, net.sizes)] *= factor
    return gate_biases(_of(net), net.sizes, found, forget_bias, input_bias)


def recurrent_weights(net: "Network") -> tuple[str, ...]:
    """The labels of the parameters that `gain` multiplies; none for a network without a recurrence."""
    return tuple(dict.fromkeys(weight.name.label for weight in _of(net).weights))


def has_keep_gate(net: "Network") -> bool:
    """Whether `forget_bias` has a gate to act on."""
    return bool(_of(net).keeping)


def has_input_gate(net: "Network") -> bool:
    """Whether `input_bias` has a gate to act on: one that lets in new content, and is not the one that keeps."""
    return bool(_of(net).letting)


class Found(NamedTuple):
    """What the equations say of parameters: the recurrent weights, the gates that keep a state, those that let in."""

    weights: tuple[RecurrentWeight, ...]
    keeping: tuple[KeepGate, ...]
    letting: tuple[KeepGate, ...]


def found_in(system: System) -> Found:
    """The recurrent weights and the gates of a system."""
    return Found(found_weights(system), keep_gates(system), input_gates(system))


_FOUND: "WeakKeyDictionary[Network, Found]" = WeakKeyDictionary()


def _of(net: "Network") -> Found:
    """What the equations of `net` say, looked for once."""
    if net not in _FOUND:
        _FOUND[net] = found_in(net.system)
    return _FOUND[net]


# Weights. -------------------------------------------------------------------------------------------------------


def rescaled(known: Found, sizes: Sizes, params: Mapping[str, Array], radius: float) -> Params:
    """A copy of `params` with every recurrent matrix of this spectral radius. Raises InputError."""
    wanted = _number("the spectral radius", radius)
    if wanted < 0:
        raise InputError(f"the spectral radius must be a number of 0 or more, not {radius!r}.")
    found = {label: np.array(value) for label, value in params.items()}
    for weight in known.weights:
        place, label = _place(weight, sizes), weight.name.label
        block = found[label][place]
        if block.ndim == 2:
            block *= _factor(label, block, wanted)
    return found


def _factor(label: str, matrix: Array, radius: float) -> float:
    if matrix.shape[0] != matrix.shape[1]:
        raise InputError(
            f"the recurrent part of {label} has the shape {matrix.shape}: only a square matrix has a spectral radius, "
            "so set the gain."
        )
    present = float(np.max(np.abs(np.linalg.eigvals(matrix))))
    if present == 0:
        raise InputError(f"parameter {label} has spectral radius 0, which no factor changes: give it another start.")
    return radius / present


def _place(weight: RecurrentWeight, sizes: Sizes) -> tuple[slice, ...]:
    spans = dict(weight.parts)
    axes = range(max(spans, default=-1) + 1)
    return tuple(_slice(spans[axis], sizes) if axis in spans else slice(None) for axis in axes)


def _slice(span: tuple[dims.Dim, dims.Dim], sizes: Sizes) -> slice:
    return slice(dims.size(span[0], sizes), dims.size(span[1], sizes))


# Gates. ---------------------------------------------------------------------------------------------------------


def gate_biases(
    known: Found,
    sizes: Sizes,
    params: Mapping[str, Array],
    forget_bias: float | None = None,
    input_bias: float | None = None,
) -> Params:
    """A copy of `params` with these biases of the gates that keep a state, and of those that let new content in.

    Raises InputError for a system without such a gate.
    """
    found = {label: np.array(value) for label, value in params.items()}
    wanted = (
        ("keeps the state", forget_bias, known.keeping),
        ("lets new content in", input_bias, known.letting),
    )
    for what, value, gates in wanted:
        if value is not None:
            number = _number("the bias of a gate", value)
            if not gates:
                also = " of its own" if gates is known.letting and known.keeping else ""
                raise InputError(f"no gate{also} with a bias {what} in this network: its bias cannot be set.")
            for gate, first in _first_of_each(gates):
                _set(found, sizes, gate, np.asarray(number if first else 0.0))
    return found


def chrono_biases(
    system: System, sizes: Sizes, params: Mapping[str, Array], longest: float, rng: np.random.Generator
) -> Params:
    """A copy of `params` with chrono initialisation: b_f ~ log U[1, T_max − 1] for each unit of what keeps the state,
    and b_i = −b_f for a gate that lets new content in (Tallec & Ollivier, 2018, arXiv:1804.11188, equation 16).

    Raises InputError for a T_max below 2, and for a system without a gate that keeps.
    """
    if _number("T_max of chrono", longest) < 2:
        raise InputError(f"T_max of chrono, the longest time to remember, must be 2 or more, not {longest!r}.")
    known = found_in(system)
    found = gate_biases(known, sizes, params, forget_bias=0.0)
    drawn: dict[Name, Array] = {}
    for gates, sign in ((known.keeping, 1), (known.letting, -1)):
        for gate, first in _first_of_each(gates):
            if gate.state not in drawn:
                shape = tuple(dims.size(dim, sizes) for dim in system.shape(gate.state))
                drawn[gate.state] = np.log(rng.uniform(1.0, longest - 1.0, shape))
            _set(found, sizes, gate, sign * drawn[gate.state] * first)
    return found


def _first_of_each(gates: tuple[KeepGate, ...]) -> list[tuple[KeepGate, bool]]:
    """The gates, each with whether its bias is the first of those that are added there."""
    seen: list[tuple[Name, Name]] = []
    found = []
    for gate in gates:
        found.append((gate, (gate.state, gate.gate) not in seen))
        seen.append((gate.state, gate.gate))
    return found


def _set(params: Params, sizes: Sizes, gate: KeepGate, value: Array) -> None:
    place = params[gate.bias.label][... if gate.rows is None else _slice(gate.rows, sizes)]
    if value.ndim > place.ndim:
        raise InputError(
            f"the bias {gate.bias.label} has the shape {place.shape}, and cannot hold a time for each unit of "
            f"{gate.state.label}, {value.shape}."
        )
    place[...] = gate.sign * value


def _number(what: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise InputError(f"{what} must be a number, not {value!r}.")
    return float(finite(what, value))
