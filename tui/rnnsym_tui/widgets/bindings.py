"""Textual bindings from the table of commands."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from rnnsym_tui.model.commands import COMMANDS, NUMBERED, PANELS, PRIORITY, Command, bound_at, identifier

ON_SCREEN = frozenset(
    {"next_line", "previous_line", "unit_down", "unit_up", "column_left", "column_right", "enter", "open", "close"}
    | {"outline_down", "outline_up", "next_link", "previous_link", "follow_link"}
    | {"left", "right", "up", "down", "first", "last", "page_up", "page_down", "slider_up", "slider_down", "type"}
    | {"less", "more", "much_less", "much_more", "least", "most", "reset"}
)
"""Commands of panels that the screen carries out."""


def bindings(place: str) -> list[BindingType]:
    """The bindings of a place. Keys of PRIORITY work everywhere and cannot be given away."""
    found: list[BindingType] = []
    for command in bound_at(place):
        if command.name in NUMBERED:
            found += [_numbered(command, i, key) for i, key in enumerate(command.keys, 1)]
            continue
        plain = _plain(command)
        always = [key for key in command.keys if key in PRIORITY]
        if plain:
            found.append(_binding(command, plain, identifier(command), priority=False))
        if always:
            found.append(_binding(command, always, None, priority=True))
    return found


def _numbered(command: Command, i: int, key: str) -> Binding:
    return Binding(key, f"{command.name}({i})", f"{command.title} {i}", show=False, id=f"{identifier(command)}.{i}")


def _binding(command: Command, keys: list[str], name: str | None, priority: bool) -> Binding:
    action = f"screen.{command.name}" if on_screen(command) else command.name
    return Binding(",".join(keys), action, command.title, show=False, priority=priority, id=name)


def on_screen(command: Command) -> bool:
    """Whether a command of a panel is carried out by the screen."""
    return command.place not in ("app", *PANELS) and command.name in ON_SCREEN


def keymap(commands: Iterable[Command]) -> dict[str, str]:
    """What differs from the built-in keys, as Textual takes it."""
    built_in = {identifier(command): command.keys for command in COMMANDS}
    changed = [command for command in commands if command.keys != built_in[identifier(command)]]
    plain = {identifier(c): ",".join(_plain(c)) for c in changed if c.name not in NUMBERED}
    numbered = [c for c in changed if c.name in NUMBERED]
    return plain | {f"{identifier(c)}.{i}": key for c in numbered for i, key in enumerate(c.keys, 1)}


def _plain(command: Command) -> list[str]:
    return [key for key in command.keys if key not in PRIORITY]
