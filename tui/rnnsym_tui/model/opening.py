"""What the app opens with: what was asked for, or else what was left last."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rnnsym.errors import InputError, RnnsymError, unknown
from rnnsym.walk.numbers import parse_whole
from rnnsym_tui.model.derive.reader import BEGINNING, Position
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup
from rnnsym_tui.model.state import Remembered, State

ASKED = ("cell", "text", "hidden", "seed", "options")
KNOWN = (*ASKED, "ascii", "lesson", "reset")


@dataclass(frozen=True)
class Opening:
    """A session to begin with, `resumed` where it goes on inside; a lesson to show first; what to tell the user; the
    place in the derivation, and whether that is shown first."""

    session: Session
    lesson: str | None = None
    notice: str = ""
    resumed: bool = False
    reading: Position = BEGINNING
    mode: str = "step"


def opening(options: Mapping[str, Any], state: State) -> Opening:
    """A session that was left with the same beginning goes on where it was; with `reset`, it begins anew.

    Raises RnnsymError for bad options.
    """
    for name in options:
        if name not in KNOWN:
            raise unknown("option of the app", name, KNOWN)
    asked = _asked(options)
    lesson = options.get("lesson")
    left = None if options.get("reset") else state.session_of(asked)
    if left is None:
        return Opening(Session(asked or Setup()), lesson)
    try:
        session = _resumed(left)
    except RnnsymError as error:
        return Opening(Session(asked or Setup()), lesson, f"The last session could not be opened: {error}")
    mode = left.mode if asked is None else "step"
    return Opening(session, lesson, resumed=session.index > 0, reading=left.reading, mode=mode)


def _asked(options: Mapping[str, Any]) -> Setup | None:
    """The setup that the options ask for; None where they ask for none."""
    if all(options.get(name) is None for name in ASKED):
        return None
    default = Setup()
    cell, text = options.get("cell") or default.cell, options.get("text")
    if not isinstance(cell, str):
        raise InputError(f"the cell must be named by a text such as lstm or file.py:MyCell, not {cell!r}.")
    return Setup(
        cell=cell,
        text=default.text if text is None else str(text),
        hidden=_number(options, "hidden", default.hidden, 1),
        seed=_number(options, "seed", default.seed, 0),
        options=tuple((options.get("options") or {}).items()),
    )


def _number(options: Mapping[str, Any], name: str, default: int, least: int) -> int:
    value = options.get(name)
    return default if value is None else parse_whole(name, str(value), least)


def _resumed(left: Remembered) -> Session:
    session = Session(left.setup, left.index)
    for text in left.breaks:
        session.add_break(text)
    return session
