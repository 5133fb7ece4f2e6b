"""Conditions at which playing stops: `|c[2]| > 0.5`, `h < 0`, `nan`, `reads a`, `predicts a`, `t = 10`."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnnsym.core.names import Name
from rnnsym.errors import InputError, unknown
from rnnsym.walk.walk import Move, Walk

Test = Callable[[Walk, Move], bool]
EXAMPLES = "|c[2]| > 0.5   h < 0   dh[1] > 1   nan   reads a   predicts a   t = 10"
_COMPARE = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}
_VALUE = re.compile(r"(\|?)\s*([^\W\d][\w.]*)\s*(?:\[\s*(\d+)\s*\])?\s*(\|?)\s*(>=|<=|>|<)\s*([-+.\deE]+)")
_CHARACTER = re.compile(r"(reads|predicts) (?:'(.)'|(.))", re.DOTALL)
_TIME = re.compile(r"t\s*=\s*(\d+)")


@dataclass(frozen=True)
class Break:
    """One condition: its text, and the test at a move."""

    text: str
    holds: Test


def parse(text: str, walk: Walk) -> Break:
    """The condition in `text`, for the quantities of `walk`. Raises InputError and UnknownNameError."""
    stripped = text.strip()
    if stripped.lower() == "nan":
        return Break(stripped, _never if walk.finite else _not_finite)
    if match := _TIME.fullmatch(stripped):
        return Break(stripped, _at_time(int(match[1])))
    if match := _CHARACTER.fullmatch(stripped):
        return Break(stripped, _at_character(match[1], match[2] or match[3]))
    if match := _VALUE.fullmatch(stripped):
        return Break(stripped, _at_value(match, walk))
    raise InputError(f"'{text}' is no condition: write one such as |c[2]| > 0.5, reads a, or t = 10.")


def _never(walk: Walk, move: Move) -> bool:
    return False


def _not_finite(walk: Walk, move: Move) -> bool:
    return not np.isfinite(walk.result(move)).all()


def _starts_step(walk: Walk, move: Move) -> bool:
    """Whether the move is the first one of its step in its pass."""
    before = walk[move.index - 1] if move.index else None
    return before is None or before.t != move.t or (before.phase == "forward") != (move.phase == "forward")


def _at_time(t: int) -> Test:
    return lambda walk, move: move.t == t and _starts_step(walk, move)


def _at_character(verb: str, character: str) -> Test:
    def test(walk: Walk, move: Move) -> bool:
        labels = walk.reads if verb == "reads" else walk.predicts
        return labels is not None and labels[move.t - 1] == character and _starts_step(walk, move)

    return test


def _at_value(match: re.Match[str], walk: Walk) -> Test:
    if bool(match[1]) != bool(match[4]):
        raise InputError(f"'{match[0]}' has one bar too few: write |{match[2]}| for the magnitude.")
    name = _find(match[2], walk)
    compare, bound = _COMPARE[match[5]], _number(match[6])
    unit, magnitude = match[3], bool(match[1])
    shape = np.shape(walk.value(name, 1))
    if unit is not None and not (len(shape) == 1 and 1 <= int(unit) <= shape[0]):
        raise InputError(f"there is no {match[2]}[{unit}]: it has {shape[0] if shape else 'one value and no'} units.")

    def test(walk: Walk, move: Move) -> bool:
        if move.equation.name != name:
            return False
        values = np.ravel(walk.result(move))
        chosen = values if unit is None else values[int(unit) - 1 :][:1]
        return bool(np.any(compare(np.abs(chosen) if magnitude else chosen, bound)))

    return test


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"'{text}' is no number.") from None


def _find(label: str, walk: Walk) -> Name:
    """The quantity called `label`; `dh` and `δh` name the adjoint of h."""
    names = {name.label: name for line in walk.lines.forward if not line.total for name in [line.name]}
    for line in walk.lines.backward:
        for prefix in ("d", "δ"):
            names.setdefault(prefix + line.name.label, line.name)
    if label not in names:
        known = [name for name in names if not name.startswith("δ")]
        raise unknown("quantity", label, known)
    return names[label]
