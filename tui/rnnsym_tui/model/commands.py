"""Every action of the app in one table: bindings, key line, help and command palette are made from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

PANELS = {
    "step": ("timeline", "equations", "numbers", "matrices"),
    "derive": ("outline", "details"),
    "flow": ("map", "sliders"),
    "lesson": (),
}
"""The screens, and the panels of each that have keys of their own."""
PLACES = ("app", *(place for screen, panels in PANELS.items() for place in (screen, *panels)))
"""Where a command is bound: the whole app, a screen, or one panel when it has the focus."""


@dataclass(frozen=True)
class Command:
    """`keys` are bound to the action `name` at `place`."""

    place: str
    name: str
    keys: tuple[str, ...]
    title: str
    help: str


def _command(place: str, name: str, keys: str, title: str, text: str) -> Command:
    return Command(place, name, tuple(keys.split()), title, text)


COMMANDS: tuple[Command, ...] = (
    _command("step", "next_line", "n pagedown", "Next line", "Compute the next equation"),
    _command("step", "previous_line", "p pageup", "Line back", "Take the last equation back"),
    _command("step", "next_time", "N shift+pagedown", "Next time step", "The same line, one time step on"),
    _command("step", "previous_time", "P shift+pageup", "Time step back", "The same line, one time step back"),
    _command("step", "turn_round", "T", "Turn round", "From a quantity to its adjoint, or back"),
    _command("step", "play", "space", "Play or pause", "Go on line by line; any other key stops"),
    _command("step", "origin", "enter", "Where a number comes from", "The sum behind the chosen number"),
    _command("step", "edit", "e", "Edit text, cell, sizes or a weight", "Change what is stepped through"),
    _command("step", "undo", "u", "Undo", "Take the last edit back"),
    _command("step", "redo", "U", "Redo", "Make the edit again"),
    _command("step", "add_break", "b", "Break when ...", "Set a condition at which play and run stop"),
    _command("step", "run_on", "c", "Run on", "On to the next break, or to the end"),
    _command("step", "clear_breaks", "B", "Clear breaks", "Forget all conditions"),
    _command("step", "go_to", "t", "Go to time step ...", "Type the number of a time step"),
    _command("step", "left", "left h", "Time t - 1", "The same line one column to the left"),
    _command("step", "right", "right l", "Time t + 1", "The same line one column to the right"),
    _command("step", "home", "home", "First column", "The same line at t = 1"),
    _command("step", "end", "end", "Last column", "The same line at t = T"),
    _command("step", "first", "g", "First line of all", "The beginning of the forward pass"),
    _command("step", "last", "G", "Last line of all", "The end of the backward pass"),
    _command("step", "copy", "y", "Copy LaTeX", "The active line, to the clipboard and to a file"),
    _command("step", "export", "x", "Export the trace ...", "All lines with their numbers, as text or JSON"),
    _command("step", "cancel", "escape", "Stop", "Stop playing or an export"),
    _command("step", "derive_line", "d", "Derive this line", "The same line in the derivation: why it holds"),
    _command("step", "start_over", "R", "Start over", "Forget edits and breaks; begin with the default session"),
    _command("equations", "next_line", "down j", "Next line", "Compute the next equation"),
    _command("equations", "previous_line", "up k", "Line back", "Take the last equation back"),
    _command("equations", "scroll_left", "<", "Scroll left", "Back to the beginning of long formulas"),
    _command("equations", "scroll_right", ">", "Scroll right", "Read long formulas on"),
    _command("timeline", "row_down", "down j", "Row down", "The next row; its value stands in the rule below"),
    _command("timeline", "row_up", "up k", "Row up", "The row above"),
    _command("numbers", "unit_down", "down j", "Unit down", "Choose the number below"),
    _command("numbers", "unit_up", "up k", "Unit up", "Choose the number above"),
    _command("numbers", "column_right", "right l", "Operand to the right", "Choose the number to the right"),
    _command("numbers", "column_left", "left h", "Operand to the left", "Choose the number to the left"),
    _command("numbers", "scroll_left", "<", "Scroll left", "Back to the first columns"),
    _command("numbers", "scroll_right", ">", "Scroll right", "More columns"),
    _command("matrices", "scroll_down", "down j", "Scroll down", "More of them"),
    _command("matrices", "scroll_up", "up k", "Scroll up", "Back up"),
    _command("matrices", "scroll_left", "<", "Scroll left", "Back to the first columns"),
    _command("matrices", "scroll_right", ">", "Scroll right", "More columns"),
    _command("derive", "next_line", "n", "Next line", "The line below, over what stands under this one"),
    _command("derive", "previous_line", "p", "Line before", "The line above"),
    _command("derive", "page_down", "pagedown", "Page down", "As many rows as are in sight"),
    _command("derive", "page_up", "pageup", "Page up", "As many rows back"),
    _command("derive", "first", "g home", "First row", "The top of the outline"),
    _command("derive", "last", "G end", "Last row", "The end of the outline"),
    _command("derive", "back", "backspace", "Back", "Back to where the last jump was made"),
    _command("derive", "fold_all", "z", "Fold all", "Fold all sections, or unfold them"),
    _command("derive", "next_level", "l", "Level of detail", "Results, named steps, or each use of the chain rule"),
    _command("derive", "next_layout", "b", "Layout of formulas", "Two dimensions for double sums, for all, for none"),
    _command("derive", "form", "f", "Form ...", "How the gradient is written, from a list"),
    _command("derive", "form_number", "1 2 3 4 5 6 7 8 9", "Form by number", "The form with this number"),
    _command("derive", "parameter", "w", "Parameter or window ...", "What the form is about, if it is not all"),
    _command("derive", "notation", "v", "Notation ...", "How all is written, from a list with a preview"),
    _command("derive", "later", "shift+right ]", "Time t + 1", "The numbers one time step later"),
    _command("derive", "earlier", "shift+left [", "Time t - 1", "The numbers one time step earlier"),
    _command("derive", "go_to", "t", "Go to time step ...", "Type the number of a time step"),
    _command("derive", "step_line", "s", "Step this line", "The same line in numbers, at the same time step"),
    _command("derive", "copy", "y", "Copy LaTeX", "The selected line, to the clipboard and to a file"),
    _command("derive", "copy_all", "Y", "Copy all LaTeX", "The whole form, to the clipboard and to a file"),
    _command("derive", "export", "x", "Export ...", "The form as .tex .md .py .txt .svg or .json"),
    _command("derive", "plan", "o", "Plan of the program", "The plan of the program: passes, calls, costs"),
    _command("outline", "outline_down", "down j", "Row down", "The next row"),
    _command("outline", "outline_up", "up k", "Row up", "The row above"),
    _command("outline", "enter", "enter space", "Open or jump", "Open or close it; from what it uses, jump there"),
    _command("outline", "open", "right", "Open", "Show what stands under it; then go there"),
    _command("outline", "close", "left h", "Close", "Hide what stands under it; then go outwards"),
    _command("outline", "scroll_left", "<", "Scroll left", "Back to the beginning of long formulas"),
    _command("outline", "scroll_right", ">", "Scroll right", "Read long formulas on"),
    _command("details", "next_link", "down j", "Next line number", "The next line to jump to, or further down"),
    _command("details", "previous_link", "up k", "Line number before", "The one before, or further up"),
    _command("details", "follow_link", "enter space", "Jump", "To the line with the chosen number"),
    _command("details", "scroll_left", "< left h", "Scroll left", "Back to the beginning of long formulas"),
    _command("details", "scroll_right", "> right", "Scroll right", "Read long formulas on"),
    _command("flow", "left", "h", "Step k back", "The cursor of the map one column to the left"),
    _command("flow", "down", "j", "Step t on", "One row down"),
    _command("flow", "up", "k", "Step t back", "One row up"),
    _command("flow", "right", "l", "Step k on", "One column to the right"),
    _command("flow", "swap", "f", "Sliders or map", "From the map to the sliders, and back, as Tab does"),
    _command("flow", "go_to", "t", "Go to steps ...", "Type t and k"),
    _command("flow", "picture", "v", "Norms, eigenvalues, singular values", "What stands beside the map"),
    _command("flow", "compare", "c", "Compare cells ...", "Up to three others, by name, separated by commas"),
    _command("flow", "mirror", "M", "Other side", "Another compared cell on the other side of the diagonal"),
    _command("flow", "pin", "g", "Pin the curve", "Keep this curve as a ghost while sliders move, or let it go"),
    _command("flow", "cell", "o", "Cell ...", "Another cell, from a list"),
    _command("flow", "activation", "a", "Activation", "The next activation of the cell, where it has a choice"),
    _command("flow", "state", "w", "State ...", "Which state is followed, or the whole carry"),
    _command("flow", "chain", "b", "Chain", "The next chain of states, such as backward"),
    _command("flow", "edit", "e", "Edit text, cell, sizes or a weight", "Change what is looked at, as in Step"),
    _command("flow", "undo", "u", "Undo", "Take the last move of a slider or choice of cells back"),
    _command("flow", "redo", "U", "Redo", "Make it again"),
    _command("flow", "start_over", "R", "Start over", "Sliders at rest, nothing compared, the default session"),
    _command("flow", "step_here", "s", "Step there", "The time step of the cursor's row, equation by equation"),
    _command("flow", "derive_product", "d", "Derive the Jacobian", "How the step Jacobian comes about, with numbers"),
    _command("flow", "copy", "y", "Copy the value", "The value under the cursor as LaTeX, to clipboard and file"),
    _command("flow", "copy_all", "Y", "Copy the curves", "All curves as a table, to clipboard and file"),
    _command("flow", "export", "x", "Export ...", "The map as .csv or .json, the screen as .txt, figures .svg .png"),
    _command("map", "left", "left", "Step k back", "One column to the left"),
    _command("map", "down", "down", "Step t on", "One row down"),
    _command("map", "up", "up", "Step t back", "One row up"),
    _command("map", "right", "right", "Step k on", "One column to the right"),
    _command("map", "first", "home", "First step", "The beginning of the row"),
    _command("map", "last", "end", "The diagonal", "The end of the row, where t and k are the same"),
    _command("map", "page_up", "pageup", "First row", "The first step t"),
    _command("map", "page_down", "pagedown", "Last row", "The last step t"),
    _command("sliders", "slider_up", "up", "Slider above", "The slider before this one"),
    _command("sliders", "slider_down", "down", "Slider below", "The next slider"),
    _command("sliders", "less", "left", "Less", "One step down, or the choice before"),
    _command("sliders", "more", "right", "More", "One step up, or the next choice"),
    _command("sliders", "much_less", "shift+left", "Much less", "Ten steps down"),
    _command("sliders", "much_more", "shift+right", "Much more", "Ten steps up"),
    _command("sliders", "least", "home", "Lowest", "The lower end of the track"),
    _command("sliders", "most", "end", "Highest", "The upper end of the track"),
    _command("sliders", "reset", "0", "Reset", "Back to what was drawn"),
    _command("sliders", "type", "enter", "Type a value ...", "Any number, also beyond the track"),
    _command("lesson", "read_on", "n pagedown space", "Read on", "The rest of the page, then the next one"),
    _command("lesson", "read_back", "p pageup", "Read back", "Up this page, then the page before"),
    _command("lesson", "next_page", "right l", "Next page", "Turn the page"),
    _command("lesson", "previous_page", "left h", "Page back", "Turn back"),
    _command("lesson", "first_page", "g home", "First page", "Begin again"),
    _command("lesson", "last_page", "G end", "Last page", "Go to the end"),
    _command("lesson", "scroll_down", "down j", "Scroll down", "Further down this page"),
    _command("lesson", "scroll_up", "up k", "Scroll up", "Back up this page"),
    _command("lesson", "copy", "y", "Copy page", "This page as text, to the clipboard and to a file"),
    _command("app", "show_step", "f2", "Step", "Step through a cell that reads a text"),
    _command("app", "show_derive", "f3", "Derive", "Read how its gradients are derived, line by line"),
    _command("app", "show_flow", "f4", "Flow", "See where its gradients go: norms over all pairs of steps"),
    _command("app", "show_lesson", "f5", "Lesson", "Read a lesson with live numbers"),
    _command("app", "next_mode", "m", "Next mode", "Step, Derive, Flow, Lesson, and round again"),
    _command("app", "toggle_light", "D", "Dark or light", "Switch between a dark and a light theme"),
    _command("app", "screenshot_svg", "ctrl+s", "Screenshot", "Write the screen to an SVG file"),
    _command("app", "command_palette", "ctrl+p", "All actions", "Find any action by its name"),
    _command("app", "help", "? f1", "Help", "Open or close this page"),
    _command("app", "quit", "q ctrl+c ctrl+q", "Quit", "Leave; the session is kept"),
)

PRIORITY = frozenset({"ctrl+c", "ctrl+q", "ctrl+p"})
"""Keys that work even while a text is being typed."""

NUMBERED = frozenset({"form_number"})
"""Commands that take the place of their key among their keys, from 1."""

SPELT = {
    "pagedown": "PgDn", "pageup": "PgUp", "shift+pagedown": "Shift+PgDn", "shift+pageup": "Shift+PgUp",
    "space": "Space", "enter": "Enter", "left": "←", "right": "→", "up": "↑", "down": "↓", "home": "Home",
    "end": "End", "tab": "Tab", "escape": "Esc", "backspace": "Backspace", "shift+left": "Shift+←",
    "shift+right": "Shift+→", "f1": "F1", "f2": "F2", "f3": "F3", "f4": "F4", "f5": "F5",
}  # fmt: skip
SPELT_ASCII = SPELT | {
    "left": "Left", "right": "Right", "up": "Up", "down": "Down",
    "shift+left": "Shift+Left", "shift+right": "Shift+Right",
}  # fmt: skip


def bound_at(place: str, commands: Iterable[Command] = COMMANDS) -> list[Command]:
    """The commands of one place, in order."""
    return [command for command in commands if command.place == place]


def with_keys(keys: Mapping[str, tuple[str, ...]], commands: Iterable[Command] = COMMANDS) -> tuple[Command, ...]:
    """The table with other keys for the commands that `keys` names, as `place.name`."""
    return tuple(replace(c, keys=keys.get(identifier(c), c.keys)) for c in commands)


def identifier(command: Command) -> str:
    """What the file of keys calls the command: `step.next_line`."""
    return f"{command.place}.{command.name}"


def spell(key: str, ascii_only: bool = False) -> str:
    """A key as people write it: `PgDn`, `^P`, `←`."""
    table = SPELT_ASCII if ascii_only else SPELT
    if key in table:
        return table[key]
    return f"^{key.removeprefix('ctrl+').upper()}" if key.startswith("ctrl+") else key
