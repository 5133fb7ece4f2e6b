"""Where the sliders of a network rest: what was drawn for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.api.adjusting import adjusted, has_keep_gate, recurrent_weights
from rnnsym.api.network import Network
from rnnsym.errors import InputError


@dataclass(frozen=True)
class Rests:
    """The largest spectral radius of the recurrent matrices, and the mean bias of the gates that keep the state, as
    they were drawn; None for a network that has no such thing to turn."""

    radius: float | None = 1.0
    forget: float | None = 0.0


def rests(net: Network, params: Mapping[str, Any]) -> Rests:
    """Read off what `adjusted` changes: this holds for every cell and wiring."""
    return Rests(_radius(net, params), _forget(net, params))


def _radius(net: Network, params: Mapping[str, Any]) -> float | None:
    try:
        scaled = adjusted(net, params, spectral_radius=1.0)
    except InputError:
        return None
    found = [_factor(np.asarray(params[label]), scaled[label]) for label in recurrent_weights(net)]
    return max((factor for factor in found if factor is not None), default=None)


def _factor(drawn: Any, scaled: Any) -> float | None:
    """By how much a matrix was divided; None where it has not been scaled, as a vector is not."""
    if drawn.ndim != 2 or not drawn.size:
        return None
    place = np.unravel_index(np.argmax(np.abs(drawn - scaled)), drawn.shape)
    return float(drawn[place] / scaled[place]) if scaled[place] else 1.0


def _forget(net: Network, params: Mapping[str, Any]) -> float | None:
    if not has_keep_gate(net):
        return None
    high, low = adjusted(net, params, forget_bias=1.0), adjusted(net, params, forget_bias=0.0)
    signs = {label: high[label] - low[label] for label in high}
    drawn = [np.asarray(params[label])[sign != 0] * sign[sign != 0] for label, sign in signs.items()]
    return float(np.mean(np.concatenate(drawn)))
