"""Textual bindings from the table of commands."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from rnnsym_tui.model.commands import COMMANDS, PRIORITY, Command, bound_at, identifier

ON_SCREEN = frozenset({"next_line", "previous_line", "unit_down", "unit_up", "column_left", "column_right"})
"""Commands of panels that the screen carries out."""


def bindings(place: str) -> list[BindingType]:
    """The bindings of a place. Keys of PRIORITY work everywhere and cannot be given away."""
    found: list[BindingType] = []
    for command in bound_at(place):
        plain = [key for key in command.keys if key not in PRIORITY]
        always = [key for key in command.keys if key in PRIORITY]
        if plain:
            found.append(_binding(command, plain, identifier(command), priority=False))
        if always:
            found.append(_binding(command, always, None, priority=True))
    return found


def _binding(command: Command, keys: list[str], name: str | None, priority: bool) -> Binding:
    on_screen = command.place not in ("app", "step", "lesson") and command.name in ON_SCREEN
    action = f"screen.{command.name}" if on_screen else command.name
    return Binding(",".join(keys), action, command.title, show=False, priority=priority, id=name)


def keymap(commands: Iterable[Command]) -> dict[str, str]:
    """What differs from the built-in keys, as Textual takes it."""
    built_in = {identifier(command): command.keys for command in COMMANDS}
    changed = [command for command in commands if command.keys != built_in[identifier(command)]]
    return {identifier(c): ",".join(key for key in c.keys if key not in PRIORITY) for c in changed}
