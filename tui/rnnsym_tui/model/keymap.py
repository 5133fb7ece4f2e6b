"""Keys of one's own: a TOML file that gives commands other keys, with clashes reported and never silent.

[keys]
"step.next_line" = ["n", "s"]
"app.quit" = "ctrl+x"
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnsym.errors import InputError, RnnsymError, unknown
from rnnsym_tui.model.commands import COMMANDS, PLACES, Command, identifier, with_keys


@dataclass(frozen=True)
class Keymap:
    """The table of commands with the keys in force, and what is to be told about the file."""

    commands: tuple[Command, ...] = COMMANDS
    complaints: tuple[str, ...] = ()


def load(path: Path) -> Keymap:
    """The keys of the file; the built-in ones where there is none. A file in error is reported, not obeyed."""
    if not path.is_file():
        return Keymap()
    try:
        wanted = read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RnnsymError) as error:
        return Keymap(complaints=(f"{path}: {error}  The built-in keys are used.",))
    return remapped(wanted)


def read(text: str) -> dict[str, tuple[str, ...]]:
    """The keys for each command named in the file's text. Raises InputError and UnknownNameError."""
    table = tomllib.loads(text).get("keys", {})
    if not isinstance(table, dict):
        raise InputError('the keys must be a table: write [keys], then lines such as "step.next_line" = ["n", "s"].')
    known = [identifier(command) for command in COMMANDS]
    for name in table:
        if name not in known:
            raise unknown("command", name, known)
    return {name: _keys(name, value) for name, value in table.items()}


def _keys(name: str, value: Any) -> tuple[str, ...]:
    keys = [value] if isinstance(value, str) else value
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) and key for key in keys):
        raise InputError(f'the keys of {name} must be a text or a list of texts, such as ["n", "pagedown"].')
    return tuple(keys)


def remapped(wanted: Mapping[str, Sequence[str]]) -> Keymap:
    """A wanted key is taken from the command that has it by default; of two that want one key, the first gets it."""
    taken: dict[tuple[str, str], str] = {}
    keys = {name: tuple(value) for name, value in wanted.items()}
    complaints: list[str] = []
    ordered = sorted(COMMANDS, key=lambda command: identifier(command) not in keys)
    for command in ordered:
        name = identifier(command)
        kept = []
        for key in keys.get(name, command.keys):
            owner = _owner(taken, command.place, key)
            if owner is None:
                taken[command.place, key] = name
                kept.append(key)
            else:
                complaints.append(f"key {key}: {owner} has it now, so {name} goes without.")
        if tuple(kept) != command.keys:
            keys[name] = tuple(kept)
    return Keymap(with_keys(keys), tuple(complaints))


def _owner(taken: Mapping[tuple[str, str], str], place: str, key: str) -> str | None:
    """Who has the key where it would clash: in the same place, and between the app as a whole and any place."""
    rivals = PLACES if place == "app" else (place, "app")
    return next((taken[rival, key] for rival in rivals if (rival, key) in taken), None)
