"""What leaves the app as a file: LaTeX of a line, and the whole trace as text or JSON. Nothing is overwritten."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from rnnsym.errors import InputError
from rnnsym.walk.walk import Move
from rnnsym_tui.model.numbers import figure
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.state import write_atomically
from rnnsym_tui.model.writing import Writing

SCHEMA = 1


def write_copy(folder: Path, stem: str, suffix: str, text: str) -> Path:
    """Write what was copied to a file of its own: the same text goes to the same file, another text to a new one."""
    for count in range(1, 10_000):
        path = folder / (f"{stem}{suffix}" if count == 1 else f"{stem}-{count}{suffix}")
        if not path.exists():
            write_atomically(path, text)
            return path
        if path.read_text(encoding="utf-8") == text:
            return path
    raise InputError(f"{folder} is full of copies of {stem}: remove some.")


def write_new(path: Path, text: str, overwrite: bool = False) -> None:
    """Write a file. Raises InputError where one exists and may not be replaced, or where it cannot be written."""
    if path.exists() and not overwrite:
        raise InputError(f"{path} exists already: choose another name, or add ! to replace it.")
    try:
        write_atomically(path, text)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None


def trace(session: Session, suffix: str, writing: Writing) -> str:
    """The whole trace, as JSON for `.json`, as text otherwise; the same session gives the same bytes."""
    return trace_json(session) if suffix == ".json" else trace_text(session, writing)


def trace_text(session: Session, writing: Writing) -> str:
    """Every line of every step with its numbers, in the order in which they are computed."""
    setup, walk = session.setup, session.walk
    rows = [f"{walk.net.cell.name}  hidden {setup.hidden}  seed {setup.seed}  text {setup.text!r}"]
    rows += [f"with {weight}" for weight in setup.weights]
    formulas: dict[int, str] = {}
    for move in walk:
        number = move.equation.number
        formula = formulas.setdefault(number, writing.equation(move.equation))
        values = " ".join(figure(float(v)) for v in np.ravel(walk.result(move)))
        rows.append(f"{move.phase:8} t={move.t:<4} {number:>3}  {formula}  =  {values}")
    return "\n".join(rows) + "\n"


def trace_json(session: Session) -> str:
    walk = session.walk
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "setup": session.setup.as_data(),
        "steps": walk.steps,
        "loss": walk.run.loss,
        "moves": [_move_data(session, move) for move in walk],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _move_data(session: Session, move: Move) -> dict[str, Any]:
    name = move.equation.name
    return {
        "phase": move.phase,
        "t": move.t,
        "line": move.equation.number,
        "role": str(name.role),
        "name": name.label,
        "value": np.asarray(session.walk.result(move)).tolist(),
    }
