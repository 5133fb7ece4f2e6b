"""A walk as plain data, which JSON can hold."""

import math
from typing import Any

import numpy as np

from rnnsym.walk.walk import Move, Walk


def plain(array: Any) -> Any:
    """Nested lists of numbers; None for nothing, and for what JSON has no number for."""
    if np.ndim(array):
        return [plain(part) for part in array]
    return float(array) if array is not None and math.isfinite(array) else None


def move_record(walk: Walk, move: Move) -> dict[str, Any]:
    """An equation at a step and what it gives; of a gradient, the term that this step adds."""
    name = move.equation.name
    return {
        "phase": move.phase,
        "t": move.t,
        "line": move.equation.number,
        "role": str(name.role),
        "name": name.label,
        "value": plain(walk.result(move)),
    }
