"""All that the Flow screen keeps from one start to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from rnnsym.errors import InputError
from rnnsym_tui.model.flow.knobs import AT_REST, Knobs, knobs_from

Picture = Literal["norms", "eigenvalues", "singular"]
PICTURES: tuple[Picture, ...] = get_args(Picture)
MAIN, WHOLE = "", "whole"
"""The state that is followed where none is chosen, and the whole carry."""
MOST_CELLS = 4


@dataclass(frozen=True)
class Pin:
    """A curve that stays while the sliders move: of a cell, as it was typed, with these knobs."""

    cell: str
    knobs: Knobs

    def __str__(self) -> str:
        return f"{self.cell}, {self.knobs}"


@dataclass(frozen=True)
class FlowPlace:
    """`t` and `k` are the cursor's steps, None for the ends of the chain; `compare` are cells as they are typed;
    `mirror` is which of them stands on the other side of the diagonal; `state` and `chain` are chosen by name."""

    knobs: Knobs = AT_REST
    t: int | None = None
    k: int | None = None
    compare: tuple[str, ...] = ()
    mirror: int = 0
    picture: Picture = "norms"
    state: str = MAIN
    chain: str | None = None
    pin: Pin | None = None

    def as_data(self) -> dict[str, Any]:
        pin = {"cell": self.pin.cell, "knobs": self.pin.knobs.as_data()} if self.pin else None
        return {**vars(self), "knobs": self.knobs.as_data(), "compare": list(self.compare), "pin": pin}


UNTOUCHED = FlowPlace()


def place_from(data: Mapping[str, Any]) -> FlowPlace:
    """The place that `as_data` wrote. Raises KeyError, TypeError, ValueError or InputError for anything else."""
    if data["picture"] not in PICTURES:
        raise ValueError(f"there is no picture {data['picture']!r}")
    pin = data["pin"]
    return FlowPlace(
        knobs_from(data["knobs"]),
        _step(data["t"]),
        _step(data["k"]),
        compared(data["compare"]),
        int(data["mirror"]),
        data["picture"],
        str(data["state"]),
        data["chain"] and str(data["chain"]),
        Pin(str(pin["cell"]), knobs_from(pin["knobs"])) if pin else None,
    )


def _step(value: Any) -> int | None:
    return None if value is None else int(value)


def compared(cells: Any) -> tuple[str, ...]:
    """Cells to compare with, as a list or with commas between them. Raises InputError where they are too many."""
    parts = cells.split(",") if isinstance(cells, str) else list(cells)
    found = tuple(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))
    if len(found) >= MOST_CELLS:
        raise InputError(f"{len(found)} cells beside this one are too many: compare {MOST_CELLS} cells at most.")
    return found


def cursor(place: FlowPlace, steps: int, forward: bool) -> tuple[int, int]:
    """The steps (t, k) of the cursor; at first the end of the chain and its beginning. k is held where it acts on t."""
    last, first = (steps, 1) if forward else (1, steps)
    t = last if place.t is None else min(max(place.t, 1), steps)
    k = first if place.k is None else min(max(place.k, 1), steps)
    return t, min(k, t) if forward else max(k, t)


def subject(place: FlowPlace) -> FlowPlace:
    """What the pictures are about, whatever the sliders and the cursor say."""
    return replace(place, knobs=AT_REST, t=None, k=None, mirror=0, picture="norms", pin=None)
