"""What the app opens with: what was asked for, or else what was left last."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rnnsym.errors import InputError, RnnsymError, unknown
from rnnsym.walk.numbers import parse_whole
from rnnsym_tui.model.derive.reader import BEGINNING, Position
from rnnsym_tui.model.flow.knobs import knobs_from
from rnnsym_tui.model.flow.place import UNTOUCHED, FlowPlace, compared
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup
from rnnsym_tui.model.state import Remembered, State

ASKED = ("cell", "text", "hidden", "seed", "options")
TURNED = {"gain": "gain", "radius": "radius", "forget_bias": "forget"}
"""Options that set a slider of Flow, and its key."""
KNOWN = (*ASKED, "ascii", "lesson", "reset", "mode", "compare", *TURNED)
MODES = ("step", "derive", "flow")


@dataclass(frozen=True)
class Opening:
    """A session to begin with, `resumed` where it goes on inside; a lesson to show first; what to tell the user; the
    places in the derivation and in the flow, and the mode that is shown first."""

    session: Session
    lesson: str | None = None
    notice: str = ""
    resumed: bool = False
    reading: Position = BEGINNING
    mode: str = "step"
    flow: FlowPlace = UNTOUCHED


def opening(options: Mapping[str, Any], state: State) -> Opening:
    """A session that was left with the same beginning goes on where it was; with `reset`, it begins anew.

    Raises RnnsymError for bad options.
    """
    for name in options:
        if name not in KNOWN:
            raise unknown("option of the app", name, KNOWN)
    asked, wanted = _asked(options), _mode(options)
    lesson = options.get("lesson")
    left = None if options.get("reset") else state.session_of(asked)
    if left is None:
        return Opening(Session(asked or Setup()), lesson, mode=wanted or "step", flow=_turned(options, UNTOUCHED))
    flow = _turned(options, left.flow)
    try:
        session = _resumed(left)
    except RnnsymError as error:
        notice = f"The last session could not be opened: {error}"
        return Opening(
            Session(asked or Setup()), lesson, notice, mode=wanted or "step", flow=_turned(options, UNTOUCHED)
        )
    mode = wanted or (left.mode if asked is None else "step")
    return Opening(session, lesson, resumed=session.index > 0, reading=left.reading, mode=mode, flow=flow)


def _mode(options: Mapping[str, Any]) -> str | None:
    """The mode that is asked for. Raises UnknownNameError."""
    mode = options.get("mode")
    if mode is not None and mode not in MODES:
        raise unknown("mode of the app", str(mode), MODES)
    return None if mode is None else str(mode)


def _turned(options: Mapping[str, Any], place: FlowPlace) -> FlowPlace:
    """The place with the sliders and cells that are asked for; where one is, no other is taken from the past.

    Raises InputError for a value that no slider takes, and for too many cells.
    """
    if any(options.get(name) is not None for name in TURNED):
        place = replace(place, knobs=knobs_from({key: options.get(name) for name, key in TURNED.items()}))
    if options.get("compare") is not None:
        place = replace(place, compare=compared(options["compare"]), mirror=0)
    return place


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
