"""What leaves the app as a file: LaTeX of a line, and the whole trace as text or JSON. Nothing is overwritten."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from rnnsym.api.network import Network
from rnnsym.derivation.equations import Equation
from rnnsym.errors import InputError
from rnnsym.notation.figures import figure
from rnnsym.walk.record import move_record, plain
from rnnsym.walk.walk import Walk
from rnnsym_tui.model.setup import Setup
from rnnsym_tui.model.state import atomic_file, write_atomically
from rnnsym_tui.model.writing import Writing

SCHEMA = "rnnsym.trace/1"


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


def stem(net: Network) -> str:
    """How files about a network are called: `lstm`, `bidirectional-gru`."""
    return "-".join("".join(c if c.isalnum() else " " for c in net.name.lower()).split())


def chosen_path(answer: str) -> tuple[Path, bool]:
    """The path that was typed, and whether it may be replaced: whether a ! follows it."""
    name = answer.strip().removesuffix("!").strip()
    return Path(name).expanduser().resolve(), answer.strip().endswith("!")


def write_file(path: Path, text: str) -> None:
    """Write a whole file or none. Raises InputError."""
    write_trace(path, [text], lambda: False)


def check_new(path: Path, overwrite: bool) -> None:
    """Raises InputError for a folder, a file that exists and may not be replaced, or one in no folder."""
    if path.is_dir():
        raise InputError(f"{path} is a folder: give the name of a file.")
    if path.exists() and not overwrite:
        raise InputError(f"{path} exists already: choose another name, or add ! to replace it.")
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {path.parent}: choose another one.")


def write_trace(path: Path, trace: Iterable[str], cancelled: Callable[[], bool]) -> bool:
    """Write the trace; False where it was cancelled, and then nothing is written. Raises InputError."""
    try:
        with atomic_file(path) as file:
            for piece in trace:
                if cancelled():
                    raise _CancelledError
                file.write(piece)
    except _CancelledError:
        return False
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
    return True


class _CancelledError(Exception):
    """Leaves the file unwritten."""


def trace(setup: Setup, walk: Walk, suffix: str, writing: Writing) -> Iterator[str]:
    """The whole trace in pieces, as JSON for `.json`, as text otherwise; equal setups give equal bytes."""
    return trace_json(setup, walk) if suffix == ".json" else trace_text(setup, walk, writing)


def trace_text(setup: Setup, walk: Walk, writing: Writing) -> Iterator[str]:
    """Every line of every step with its numbers, in the order in which they are computed."""
    yield f"{walk.net.name}  hidden {setup.hidden}  seed {setup.seed}  text {setup.text!r}\n"
    for weight in setup.weights:
        yield f"with {weight}\n"
    formulas = {line.number: writing.equation(line) for line in _lines(walk)}
    for move in walk:
        number = move.equation.number
        values = " ".join(map(figure, np.ravel(walk.result(move)).tolist()))
        yield f"{move.phase:8} t={move.t:<4} {number:>3}  {formulas[number]}  =  {values}\n"


def _lines(walk: Walk) -> tuple[Equation, ...]:
    return (*walk.lines.forward, *walk.lines.backward, *walk.lines.gradients)


def trace_json(setup: Setup, walk: Walk) -> Iterator[str]:
    """One object; `moves` holds one object a line, in the order of the text."""
    head = {"schema": SCHEMA, "setup": setup.as_data(), "steps": walk.steps, "loss": plain(walk.run.loss)}
    yield json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "moves": ['
    for move in walk:
        yield ("," if move.index else "") + "\n" + json.dumps(move_record(walk, move), ensure_ascii=False)
    yield "\n]}\n"
