"""What all screens have: the tabs in the header, and the message for a terminal that is too small."""

from rnnsym_tui.model.layout import LEAST_HEIGHT, LEAST_WIDTH
from rnnsym_tui.model.spans import Line, Span, line, width, window

TABS = (
    ("step", "Step", "app.show_step"),
    ("derive", "Derive", "app.show_derive"),
    ("flow", "Flow", "app.show_flow"),
    ("lesson", "Lesson", "app.show_lesson"),
)


def with_tabs(left: Line, chosen: str, cells: int, ellipsis: str) -> Line:
    """The header with the tabs at its right end, the chosen one in brackets."""
    tabs: list[Span] = []
    for name, title, action in TABS:
        here = name == chosen
        tabs.append(Span(f"[{title}]" if here else f" {title} ", "here" if here else "key", action))
    room = cells - width(tabs) - 1
    left = window(left, 0, room - 1, ellipsis) if width(left) > room - 1 else left
    return (*left, Span(" " * max(0, room - width(left))), *tabs, Span(" "))


def too_small(cells: int, rows: int) -> list[Line]:
    return [
        line(Span("This terminal is too small.", "strong")),
        line(f"It has {cells} x {rows} cells; rnnsym needs {LEAST_WIDTH} x {LEAST_HEIGHT}."),
        line("Make it larger, or press q to quit: nothing is lost."),
    ]
