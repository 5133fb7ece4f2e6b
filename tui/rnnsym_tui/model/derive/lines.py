"""The single lines of the Derive screen: the forms to choose from, and what the check says."""

from collections.abc import Sequence
from pathlib import Path

from rnnsym.checks.lines import LineCheck
from rnnsym.derivation.equations import Line as Formula
from rnnsym.notation.figures import scientific
from rnnsym.notation.prose import prose
from rnnsym_tui.model.derive.reader import Position
from rnnsym_tui.model.derive.reading import Reading
from rnnsym_tui.model.derive.rows import LEVEL_TITLES
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.spans import Line, Span, line, width

HEAD_CELLS, LEAST_CELLS = 8, 6
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def forms_line(keys: Sequence[str], position: Position, about: str, cells: int, glyphs: Glyphs) -> Line:
    """The forms with their numbers, the chosen one in brackets; at the right, parameter, names and level.

    Forms that do not fit are left out from the ends of the row.
    """
    chosen = keys.index(position.choice.form) if position.choice.form in keys else 0
    every = _forms(keys, range(len(keys)), chosen, glyphs)
    tail = _settings(position, about, labelled=True)
    if width(every) + width(tail) + HEAD_CELLS >= cells:
        tail = _settings(position, about, labelled=False)
    shown = [chosen] if keys else []
    tail = _shortened(tail, cells - HEAD_CELLS - width(_forms(keys, shown, chosen, glyphs)), glyphs.ellipsis)
    room = cells - width(tail) - HEAD_CELLS
    while len(shown) < len(keys):
        after, before = [*shown, shown[-1] + 1], [shown[0] - 1, *shown]
        fits = [
            w
            for w in (after, before)
            if w[0] >= 0 and w[-1] < len(keys) and width(_forms(keys, w, chosen, glyphs)) <= room
        ]
        if not fits:
            break
        shown = fits[0]
    head = (Span(" form ", "dim"), *_forms(keys, shown, chosen, glyphs))
    return (*head, Span(" " * max(1, cells - width(head) - width(tail))), *tail)


def _forms(keys: Sequence[str], shown: Sequence[int], chosen: int, glyphs: Glyphs) -> Line:
    spans = []
    if shown and shown[0] > 0:
        spans.append(Span(f"{glyphs.ellipsis} ", "key", "screen.form"))
    for i in shown:
        text = f"{i + 1} {keys[i]}"
        span = Span(f"[{text}]", "here") if i == chosen else Span(f" {text} ", "key", f"screen.form_at({i + 1})")
        spans.append(span)
    if shown and shown[-1] < len(keys) - 1:
        spans.append(Span(f" {glyphs.ellipsis}", "key", "screen.form"))
    return tuple(spans)


def _settings(position: Position, about: str, labelled: bool) -> Line:
    """What else is chosen: the parameter, the notation, the level of detail; a click changes each."""
    chosen = [("about ", about, "parameter")] if about else []
    chosen += [
        ("names ", Path(position.notation).name, "notation"),
        ("detail ", LEVEL_TITLES[position.level], "next_level"),
    ]
    spans = []
    for label, value, action in chosen:
        spans += [Span(label if labelled else "", "dim"), Span(str(value), "key", f"screen.{action}"), Span("  ")]
    return (*spans[:-1], Span(" "))


def _shortened(spans: Line, cells: int, ellipsis: str) -> Line:
    """The line in so many cells, if it can be: the longest parts lose their ends."""
    for most in range(max(len(span.text) for span in spans), LEAST_CELLS, -1):
        found = tuple(span._replace(text=_cut(span.text, most, ellipsis)) for span in spans)
        if width(found) <= cells:
            break
    return found


def _cut(text: str, most: int, ellipsis: str) -> str:
    return text if len(text) <= most else text[: most - len(ellipsis)] + ellipsis


def check_line(reading: Reading | None, found: Formula | None, cells: int, glyphs: Glyphs) -> Line:
    """`CHECK line 16, all t, against complex step: worst relative error 1·10⁻¹⁵ ✓`; shorter where there is no room."""
    if reading is None or found is None:
        return ()
    head = Span("CHECK ", "title")
    if reading.checks is None:
        return line(head, reading.unchecked or reading.trouble or f"line {found.number}: on the way")
    check = reading.checks.get(found.number)
    if check is None or check.ok is None:
        return line(head, f"line {found.number}: {check.against if check else 'none'}")
    steps = f"t = 1{glyphs.ellipsis}{reading.checked_steps}" if reading.checked_steps < reading.steps else "all t"
    error, against = power(check.worst, glyphs), prose([check.against], style="ascii" if glyphs.ascii else "text")
    verdict = Span(glyphs.right, "done") if check.ok else Span(glyphs.wrong, "alert")
    forms = [
        line(head, f"line {found.number}, {steps}, against {against}: worst relative error {error}  ", verdict),
        line(head, f"line {found.number}, {steps}, against {against}: {error}  ", verdict),
        line(head, f"line {found.number}, {steps}: error {error}  ", verdict),
    ]
    return next((form for form in forms if width(form) <= cells), forms[-1])


def summary(reading: Reading | None, glyphs: Glyphs) -> Line:
    """How many lines were found right, and how many wrong."""
    if reading is None or reading.checks is None:
        return ()
    right, wrong = (_count(reading, ok) for ok in (True, False))
    spans = [Span(f"{right} {glyphs.right}", "done")]
    if wrong:
        spans.append(Span(f"  {wrong} {glyphs.wrong}", "alert"))
    return (*spans, Span(f" of {len(reading.view.lines)} lines"))


def _count(reading: Reading, ok: bool) -> int:
    checks: list[LineCheck] = list((reading.checks or {}).values())
    return sum(check.ok is ok for check in checks)


def power(value: float | None, glyphs: Glyphs) -> str:
    """`1·10⁻¹⁵`, in ASCII `1e-15`; an error that is exactly zero is `0`."""
    text = scientific(value or 0.0, 0)
    mantissa, sign, exponent = text.partition("e")
    if glyphs.ascii or not sign:
        return text
    return f"{mantissa}·10{exponent.translate(SUPERSCRIPTS)}"
