"""What survives the app: sessions, lesson positions and the theme, saved atomically in the user's state folder."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

import platformdirs

from rnnsym.errors import InputError
from rnnsym_tui.model.derive.reader import BEGINNING, Position, position_from
from rnnsym_tui.model.flow.place import UNTOUCHED, FlowPlace, place_from
from rnnsym_tui.model.setup import Setup, from_data

VERSION = 1
REMEMBERED = 20
APP = "rnnsym"


@dataclass(frozen=True)
class Paths:
    """Where the app reads and writes."""

    state: Path
    config: Path

    @property
    def sessions(self) -> Path:
        return self.state / "sessions.json"

    @property
    def copies(self) -> Path:
        """The folder of what was copied, for terminals whose clipboard cannot be reached."""
        return self.state / "copied"

    @property
    def keys(self) -> Path:
        return self.config / "keys.toml"


def user_paths() -> Paths:
    return Paths(Path(platformdirs.user_state_dir(APP)), Path(platformdirs.user_config_dir(APP)))


@dataclass(frozen=True)
class Remembered:
    """A session as it was left: the place in the walk, in the derivation and in the flow, and which mode was shown."""

    setup: Setup
    index: int
    breaks: tuple[str, ...] = ()
    reading: Position = BEGINNING
    mode: str = "step"
    flow: FlowPlace = UNTOUCHED


@dataclass(frozen=True)
class State:
    """`sessions` newest first; `lessons` maps a lesson to the page it was left at."""

    sessions: tuple[Remembered, ...] = ()
    lessons: Mapping[str, int] = field(default_factory=dict)
    theme: str | None = None

    def with_session(self, left: Remembered) -> "State":
        others = [old for old in self.sessions if not _same_beginning(old.setup, left.setup)]
        return replace(self, sessions=(left, *others)[:REMEMBERED])

    def with_lesson(self, name: str, page: int) -> "State":
        return replace(self, lessons={**self.lessons, name: page})

    def session_of(self, setup: Setup | None) -> Remembered | None:
        """The session last left with this beginning; for None the newest, but none that would run a file unasked."""
        for old in self.sessions:
            if (not old.setup.names_a_file) if setup is None else _same_beginning(old.setup, setup):
                return old
        return None


def _same_beginning(one: Setup, other: Setup) -> bool:
    return replace(one, weights=()) == replace(other, weights=())


def load(path: Path) -> State:
    """The saved state; an empty one where there is none. Raises InputError for a file that is no saved state."""
    if not path.is_file():
        return State()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _state(data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InputError) as error:
        raise InputError(f"{path} cannot be read as a saved session: {error}") from None


def load_or_put_aside(path: Path) -> tuple[State, str]:
    """The saved state; a file that cannot be read is put aside, not overwritten, and a sentence says so."""
    try:
        return load(path), ""
    except InputError as error:
        aside = path.with_suffix(".unreadable.json")
        os.replace(path, aside)
        return State(), f"{error} It was put aside as {aside.name}."


def _state(data: Mapping[str, Any]) -> State:
    if data["version"] != VERSION:
        raise InputError(f"it has version {data['version']}, not {VERSION}.")
    sessions = tuple(map(_remembered, data["sessions"]))
    lessons = {str(name): int(page) for name, page in data["lessons"].items()}
    return State(sessions, lessons, data["theme"] and str(data["theme"]))


def _remembered(data: Mapping[str, Any]) -> Remembered:
    reading = position_from(data["reading"]) if "reading" in data else BEGINNING
    breaks = tuple(map(str, data["breaks"]))
    flow = place_from(data["flow"]) if "flow" in data else UNTOUCHED
    mode = str(data.get("mode", "step"))
    return Remembered(from_data(data["setup"]), int(data["index"]), breaks, reading, mode, flow)


def save(path: Path, state: State) -> None:
    """Write the state so that a crash leaves either the old file or the new one, never half of one."""
    sessions = [_session_data(old) for old in state.sessions]
    data = {"version": VERSION, "sessions": sessions, "lessons": dict(state.lessons), "theme": state.theme}
    write_atomically(path, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def _session_data(old: Remembered) -> dict[str, Any]:
    return {
        "setup": old.setup.as_data(),
        "index": old.index,
        "breaks": list(old.breaks),
        "reading": old.reading.as_data(),
        "mode": old.mode,
        "flow": old.flow.as_data(),
    }


def write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as file:
        file.write(text)


@contextmanager
def atomic_file(path: Path) -> Iterator[TextIO]:
    """A file to write to, which takes its name only when it is complete."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            yield file
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
