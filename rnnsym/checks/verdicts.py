"""Verdicts on one block of a gradient: how far it is from the reference, and whether that can be told at all.

Errors carry no absolute tolerance. The unit is the sum of absolute contributions to the block: what the terms of the
gradient amount to before they cancel, and hence what rounding errors are proportional to.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]


class Verdict(StrEnum):
    """`right` and `wrong` are findings; with `too small to tell` and `kink` the case decides nothing."""

    RIGHT = "right"
    WRONG = "wrong"
    TOO_SMALL = "too small to tell"
    KINK = "kink"


class Block(NamedTuple):
    """What is differentiated: a parameter, an input, the initial value of a carry, an argument of a function."""

    kind: str
    label: str


@dataclass(frozen=True)
class Opinion:
    """What is known about one block in one case.

    `expected` comes from the reference, `got` from the gradient under test, `graph` from reverse mode over the
    unrolled graph (None where there is no graph). `scale` is the sum of absolute contributions to each entry. `kink`
    says where the function has no derivative, if it has none. `absent`: no derivative reaches the block at all.
    `method` names the reference; `tolerance` replaces the usual one where that is less exact.
    """

    expected: Array
    got: Array
    scale: Array
    graph: Array | None = None
    kink: str | None = None
    absent: bool = False
    method: str = "complex step"
    tolerance: float | None = None


class Finding(NamedTuple):
    """The verdict on one block in one case, with the relative error and the entry where it is largest."""

    verdict: Verdict
    error: float
    entry: tuple[int, ...]


TOLERANCE = 1e-10
"""The largest error, relative to the sum of absolute contributions, that rounding is held to explain."""
SMALLEST = 1e-180
"""Below this a complex step of 1e-100 meets its own square, or leaves the range of normal float64 numbers."""


def compare(opinion: Opinion, tolerance: float = TOLERANCE) -> Finding | None:
    """The finding for a block, or None where the reference is not finite, so that the case says nothing.

    A block whose own magnitude is within the allowed error of zero is `too small to tell`: a gradient of zeros, or of
    the wrong sign, would pass there too.
    """
    expected, got = opinion.expected, opinion.got
    if got.shape != expected.shape:
        return Finding(Verdict.WRONG, float("inf"), ())
    if not np.isfinite(expected).all():
        return None
    difference = np.abs(got - expected)
    difference = np.where(np.isfinite(difference), difference, np.inf)
    entry = tuple(int(i) for i in np.unravel_index(np.argmax(difference), difference.shape)) if difference.size else ()
    worst, own = (float(np.max(values, initial=0.0)) for values in (difference, np.abs(expected)))
    unit = max(float(np.max(opinion.scale, initial=0.0)), own, SMALLEST)
    error = 0.0 if worst < SMALLEST else worst / unit
    return Finding(_verdict(opinion, error, own, unit, opinion.tolerance or tolerance), error, entry)


def _verdict(opinion: Opinion, error: float, own: float, unit: float, tolerance: float) -> Verdict:
    if opinion.kink is not None:
        return Verdict.KINK
    if error > tolerance:
        return Verdict.WRONG
    if opinion.absent:
        return Verdict.RIGHT
    return Verdict.RIGHT if own > tolerance * unit and own > SMALLEST else Verdict.TOO_SMALL
