"""The lines of keys at the foot of a screen: as many as fit, in order of use, and always the way to help."""

from collections.abc import Iterable, Sequence

from rnnsym_tui.model.commands import PANELS, Command, spell
from rnnsym_tui.model.spans import Line, Span, width

Entry = tuple[tuple[str, ...], str]
STEP: tuple[Entry, ...] = (
    (("next_line",), "next"), (("previous_line",), "back"), (("next_time", "previous_time"), "time step"),
    (("turn_round",), "turn"), (("play",), "play"), (("edit",), "edit"), (("origin",), "origin of a number"),
    (("add_break",), "break when"), (("run_on",), "run on"), (("undo",), "undo"), (("go_to",), "go to t"),
    (("first", "last"), "first, last"), (("copy",), "copy LaTeX"), (("export",), "export"),
    (("derive_line",), "derive this line"), (("show_lesson",), "lesson"), (("toggle_light",), "light"),
    (("quit",), "quit"),
)  # fmt: skip
DERIVE: tuple[Entry, ...] = (
    (("outline_down", "outline_up"), "row"), (("enter",), "open, jump"), (("step_line",), "step it"),
    (("next_level",), "detail"), (("form",), "form"), (("notation",), "names"), (("copy",), "copy"),
    (("export",), "export"), (("back",), "back"), (("earlier", "later"), "t"), (("parameter",), "about"),
    (("copy_all",), "copy all"), (("fold_all",), "fold"), (("next_line", "previous_line"), "line"),
    (("first", "last"), "first, last"), (("go_to",), "go to t"), (("show_lesson",), "lesson"),
    (("toggle_light",), "light"), (("quit",), "quit"),
)  # fmt: skip
FLOW: tuple[Entry, ...] = (
    (("left", "down", "up", "right"), "map"), (("swap",), "sliders"), (("compare",), "compare"), (("pin",), "pin"),
    (("picture",), "picture"), (("cell",), "cell"), (("state",), "state"), (("step_here",), "step it"),
    (("derive_product",), "derive"), (("copy",), "copy"), (("export",), "export"), (("undo",), "undo"),
    (("activation",), "activation"), (("edit",), "edit"), (("go_to",), "go to t, k"), (("mirror",), "other side"),
    (("chain",), "chain"), (("start_over",), "start over"), (("toggle_light",), "light"), (("quit",), "quit"),
)  # fmt: skip
SLIDERS: tuple[Entry, ...] = (
    (("slider_up", "slider_down"), "which"), (("less", "more"), "move"), (("type",), "type"), (("reset",), "reset"),
    (("swap",), "map"), (("undo",), "undo"), (("pin",), "pin"), (("compare",), "compare"), (("picture",), "picture"),
    (("least", "most"), "ends"), (("much_less", "much_more"), "by ten"), (("redo",), "redo"),
    (("start_over",), "start over"), (("copy",), "copy"), (("export",), "export"), (("quit",), "quit"),
)  # fmt: skip
LESSON: tuple[Entry, ...] = (
    (("read_on",), "read on"), (("read_back",), "back"), (("previous_page", "next_page"), "turn page"),
    (("first_page", "last_page"), "first, last"),
    (("scroll_down", "scroll_up"), "scroll"), (("copy",), "copy page"), (("show_step",), "step a cell"),
    (("toggle_light",), "light"), (("quit",), "quit"),
)  # fmt: skip
GAP = "  "


def key_lines(
    entries: Sequence[Entry], screen: str, commands: Iterable[Command], cells: int, rows: int, ascii_only: bool
) -> list[Line]:
    """`rows` lines of `cells` cells. An action without a key is left out; the last line ends with help."""
    table: dict[str, Command] = {}
    for command in commands:
        if command.place in (screen, *PANELS[screen], "app"):
            table.setdefault(command.name, command)
    tail = _entry((("command_palette",), "all"), table, ascii_only) + _entry((("help",), "help"), table, ascii_only)
    lines: list[list[Span]] = [[Span(" ")] for _ in range(rows)]
    row = 0
    for entry in entries:
        spans = _entry(entry, table, ascii_only)
        while row < rows and width(lines[row]) + width(spans) > cells - (width(tail) if row == rows - 1 else 0):
            row += 1
        if row == rows:
            break
        lines[row] += spans
    fill = cells - width(lines[-1]) - width(tail)
    lines[-1] += [Span(" " * max(0, fill)), *tail]
    return [tuple(found) for found in lines]


def _entry(entry: Entry, table: dict[str, Command], ascii_only: bool) -> list[Span]:
    names, text = entry
    found = [table[name] for name in names if name in table and table[name].keys]
    spans = []
    for i, command in enumerate(found):
        spans.append(Span(" " if i else "", ""))
        spans.append(Span(spell(command.keys[0], ascii_only), "key", action(command)))
    return [*spans, Span(f" {text}{GAP}", "", action(found[0]))] if found else []


def action(command: Command) -> str:
    """The action string that a click runs: commands of the app and of the screen."""
    return f"{'app' if command.place == 'app' else 'screen'}.{command.name}"
