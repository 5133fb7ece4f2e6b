"""What clipping does to a gradient: by its norm, or entry by entry, before and after."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnnsym.api.arrays import check_mapping, finite
from rnnsym.errors import InputError

Array = Any
EPS_OF_PYTORCH = 1e-6
"""`torch.nn.utils.clip_grad_norm_` multiplies by θ / (‖g‖ + this), where that is less than 1."""


@dataclass(frozen=True)
class Change:
    """The norms of a gradient before and after, and the angle between both in radians; nan where one of them is zero.

    `changed`: the share of entries that are no longer what they were.
    """

    before: float
    after: float
    angle: float
    changed: float

    @property
    def factor(self) -> float:
        """after / before; 1 for a zero gradient."""
        return self.after / self.before if self.before else 1.0


@dataclass(frozen=True)
class Clipped:
    """`grads` are the clipped gradients, by parameter; `each` says what became of each of them, `together` of all as
    one vector."""

    grads: dict[str, Array] = field(repr=False)
    each: dict[str, Change]
    together: Change


def clip_by_norm(grads: Mapping[str, Any], limit: float, eps: float = 0.0) -> Clipped:
    """θ g / ‖g‖ if and only if ‖g‖ > θ = `limit`, where ‖g‖ is the norm of all gradients together: the direction stays.

    Source: Pascanu, Mikolov and Bengio (2013), algorithm 1. PyTorch multiplies by min(1, θ / (‖g‖ + 1e-6)), which
    differs by about 1e-6 / ‖g‖: `eps=EPS_OF_PYTORCH` does the same. Raises InputError for a limit that is not above
    zero, a negative eps, and gradients that are not finite.
    """
    limit, eps = _limit(limit), _number("eps", eps, 0.0)
    known = _known(grads)
    norm = _norm(known.values())
    factor = min(1.0, limit / (norm + eps)) if norm else 1.0
    return _compared(known, {name: array * factor for name, array in known.items()})


def clip_by_value(grads: Mapping[str, Any], limit: float) -> Clipped:
    """Every entry brought into [−limit, limit]: large entries lose, small ones stay, so that the direction turns.

    Raises InputError as `clip_by_norm` does.
    """
    limit = _limit(limit)
    known = _known(grads)
    return _compared(known, {name: np.clip(array, -limit, limit) for name, array in known.items()})


def _limit(limit: Any) -> float:
    found = _number("a limit for clipping", limit, 0.0)
    if found == 0.0:
        raise InputError("a limit for clipping must be above 0: with 0 nothing would be left of any gradient.")
    return found


def _number(what: str, value: Any, least: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not least <= value < math.inf:
        raise InputError(f"{what} must be a finite number of {least:g} or more, not {value!r}.")
    return float(value)


def _known(grads: Mapping[str, Any]) -> dict[str, Array]:
    check_mapping("grads", grads, "that of value_and_grad")
    return {name: finite(f"the gradient of {name}", array) for name, array in grads.items()}


def _norm(arrays: Any) -> float:
    """The 2-norm of all entries, without overflow on the way."""
    parts = [np.abs(array).ravel() for array in arrays]
    size = max((float(part.max(initial=0.0)) for part in parts), default=0.0)
    if size == 0.0:
        return 0.0
    return size * math.sqrt(sum(float(np.sum((part / size) ** 2)) for part in parts))


def _compared(before: dict[str, Array], after: dict[str, Array]) -> Clipped:
    each = {name: _change([before[name]], [after[name]]) for name in before}
    return Clipped(after, each, _change(list(before.values()), list(after.values())))


def _change(before: list[Array], after: list[Array]) -> Change:
    entries = sum(array.size for array in before)
    moved = sum(int(np.count_nonzero(a != b)) for a, b in zip(before, after, strict=True))
    sizes = _norm(before), _norm(after)
    return Change(*sizes, _angle(before, after, sizes), moved / entries if entries else 0.0)


def _angle(before: list[Array], after: list[Array], sizes: tuple[float, float]) -> float:
    """The angle between two vectors, right for small ones too: 2 atan2(‖u − v‖, ‖u + v‖) of the unit vectors."""
    if 0.0 in sizes:
        return math.nan
    units = [[array / size for array in arrays] for arrays, size in zip((before, after), sizes, strict=True)]
    pairs = list(zip(*units, strict=True))
    return 2.0 * math.atan2(_norm([a - b for a, b in pairs]), _norm([a + b for a, b in pairs]))
