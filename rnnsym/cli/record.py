"""What `rnnsym step --json` prints: the walk as plain data."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnnsym.walk.sheet import Sheet
from rnnsym.walk.text import TextTask
from rnnsym.walk.walk import Move, Walk

Record = dict[str, Any]


def text_record(walk: Walk, task: TextTask, seed: int, steps: range) -> Record:
    """A walk through a text."""
    about = {"text": task.text, "alphabet": list(task.alphabet), "seed": seed}
    return {"cell": walk.net.cell.name, **about, **_walk(walk, steps)}


def sheet_record(sheet: Sheet, rate: float | None, steps: range) -> Record:
    """A problem sheet; `updated` are the parameters after one step of gradient descent."""
    about = {"unset": list(sheet.unset), "seed": sheet.given.seed, "has_target": list(sheet.present)}
    update = {} if rate is None else {"learning_rate": rate, "updated": _arrays(sheet.updated(rate))}
    return {"cell": sheet.walk.net.cell.name, **about, **_walk(sheet.walk, steps), **update}


def _walk(walk: Walk, steps: range) -> Record:
    return {
        "sizes": {"T": walk.steps, **walk.net.sizes},
        "parameters": _arrays(walk.params),
        "loss": plain(np.asarray(walk.run.loss)),
        "gradients": _arrays(walk.run.grads),
        "moves": [_move(walk, move) for move in walk if move.t in steps],
    }


def _move(walk: Walk, move: Move) -> Record:
    """An equation at a step and what it gives; of a gradient, the term that this step adds."""
    line = {"line": move.equation.number, "equation": str(move.equation)}
    return {"phase": move.phase, "t": move.t, **line, "value": plain(walk.result(move))}


def _arrays(arrays: Mapping[str, Any]) -> Record:
    return {name: plain(np.asarray(array)) for name, array in arrays.items()}


def plain(array: Any) -> Any:
    """Nested lists of numbers; None for what JSON has no number for."""
    if np.ndim(array):
        return [plain(part) for part in array]
    return float(array) if math.isfinite(array) else None
