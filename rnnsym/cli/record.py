"""What `rnnsym step --json` prints: the walk as plain data."""

from collections.abc import Mapping
from typing import Any

from rnnsym.walk.record import move_record, plain
from rnnsym.walk.sheet import Sheet
from rnnsym.walk.text import TextTask
from rnnsym.walk.walk import Walk

Record = dict[str, Any]


def text_record(walk: Walk, task: TextTask, seed: int, steps: range) -> Record:
    """A walk through a text."""
    about = {"text": task.text, "alphabet": list(task.alphabet), "seed": seed}
    return {"cell": walk.net.name, **about, **_walk(walk, steps)}


def sheet_record(sheet: Sheet, rate: float | None, steps: range) -> Record:
    """A problem sheet; `updated` are the parameters after one step of gradient descent."""
    about = {"unset": list(sheet.unset), "seed": sheet.given.seed, "has_target": list(sheet.present)}
    update = {} if rate is None else {"learning_rate": rate, "updated": _arrays(sheet.updated(rate))}
    return {"cell": sheet.walk.net.name, **about, **_walk(sheet.walk, steps), **update}


def _walk(walk: Walk, steps: range) -> Record:
    return {
        "sizes": {"T": walk.steps, **walk.net.sizes},
        "parameters": _arrays(walk.params),
        "loss": plain(walk.run.loss),
        "gradients": _arrays(walk.run.grads),
        "moves": [{**move_record(walk, move), "equation": str(move.equation)} for move in walk if move.t in steps],
    }


def _arrays(arrays: Mapping[str, Any]) -> Record:
    return {name: plain(array) for name, array in arrays.items()}
