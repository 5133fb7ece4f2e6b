"""The numbers behind a line at a step, as lines for the screen: vectors across, matrices row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import MathTree
from rnnsym.derivation.equations import Equation
from rnnsym.derivation.equations import Line as Formula
from rnnsym.derivation.shares import Share
from rnnsym.notation.figures import figure, magnitude, scale, scale_text, scaled
from rnnsym.ops.arithmetic import ADD
from rnnsym_tui.model.derive.numbers import Array, Numbers
from rnnsym_tui.model.derive.rows import Row
from rnnsym_tui.model.derive.script import Script
from rnnsym_tui.model.sheets import MOST_ROWS, matrix_rows
from rnnsym_tui.model.spans import Line, Span, line, right, width
from rnnsym_tui.model.timeline import unit_names

Amounts = list[tuple[str, Array]]
CELLS = 9
LEAST_LABEL = 12
STEP_CELLS = 4
MOST_UNITS, WIDEST = 8, 400
"""Rows and cells of values over time: they show a course, not every unit; a long one scrolls."""


@dataclass(frozen=True)
class Moment:
    """The step t, how to say it, the numbers of the form, and the characters that stand for units."""

    t: int
    said: Line
    numbers: Numbers | None = None
    alphabet: Sequence[str] = ()


def table(row: Row, shares: Sequence[Share], moment: Moment, script: Script) -> list[Line]:
    """The numbers of the selected row at step t, part by part, and what the line computes in the end."""
    numbers, t = moment.numbers, moment.t
    assert row.line is not None
    said: Line = (Span(" "), *moment.said)
    if numbers is None:
        return [said]
    if not numbers.holds(row.line, t):
        return [said, line(Span(" the line says nothing about this step", "dim"))]
    if row.share is None and numbers.whole(row.line).ndim == len(row.line.shape) + 2:
        return [said, *_lengths(row.line, numbers, t, script)]
    parts, result = _share(row.share, numbers, t, script) if row.share else _line(row.line, shares, numbers, t, script)
    if any(np.ndim(values) > 1 for _, values in [*parts, *result]):
        return [said, *_matrices([*parts, *result], script)]
    return _vectors(parts, result, row.line, moment, script)


def _share(share: Share, numbers: Numbers, t: int, script: Script) -> tuple[Amounts, Amounts]:
    """One share, rule by rule."""
    if t not in share.domain.at(numbers.steps):
        return [], []
    steps = [(script.say([step.rule]), step.gives) for step in share.applications]
    return _evaluated(steps, numbers, t), _evaluated([("sends back", share.term)], numbers, t)


def _line(found: Formula, shares: Sequence[Share], numbers: Numbers, t: int, script: Script) -> tuple[Amounts, Amounts]:
    """A line, share by share or summand by summand where there are several."""
    held = [(f"by {script.formula(s.lhs, t)}", s.term) for s in shares if t in s.domain.at(numbers.steps)]
    if not shares and isinstance(found, Equation) and found.rhs.prim is ADD and not found.cases:
        held = [(script.formula(term, t), term) for term in found.rhs.args]
    return _evaluated(held if len(held) > 1 else [], numbers, t), _result(found, numbers, t, script)


def _evaluated(parts: list[tuple[str, Expr]], numbers: Numbers, t: int) -> Amounts:
    values = numbers.at([expr for _, expr in parts], t)
    return [] if values is None else [(label, value) for (label, _), value in zip(parts, values, strict=True)]


def _result(found: Formula, numbers: Numbers, t: int, script: Script) -> Amounts:
    """What the line computes: at step t, or as the term of step t and the whole sum."""
    left = _left(found)
    label = script.formula(left, t if isinstance(left, Expr) else None)
    whole = numbers.whole(found)
    if numbers.timed(found):
        return [(label if isinstance(left, Expr) else f"{label}, step {t}", np.asarray(whole[t]))]
    if isinstance(found, Equation) and found.total and t in found.domain.at(numbers.steps):
        terms = numbers.at([found.rhs], t)
        term = [(f"term of t = {t}", terms[0])] if terms is not None and terms[0].shape == whole.shape else []
        return [*term, (f"{label}, all t", whole)]
    return [(label, whole)]


def _vectors(parts: Amounts, result: Amounts, found: Formula, moment: Moment, script: Script) -> list[Line]:
    """One row for each vector, one column for each unit; what the line computes stands last, in bold."""
    if not result:
        return [(Span(" "), *moment.said), line(Span(" nothing comes back at this step", "dim"))]
    units = max(np.size(values) for _, values in [*parts, *result])
    names = unit_names(found.shape, moment.alphabet, script.glyphs)
    heads = [f"'{names[i]}'" if names and i < len(names) else f"unit {i + 1}" for i in range(units)]
    now, *more = moment.said
    labels = max(LEAST_LABEL, *(width(line(label)) + 2 for label, _ in [*parts, *result]))
    across = "".join(right(head, CELLS) for head in heads) if units > 1 else ""
    rows = [(Span(" "), now, Span(" " * (labels - width([now]) - 1)), Span(across, "dim"), *more)]
    for label, values in parts:
        rows.append(line(Span(f" {label}".ljust(labels), "dim"), *_cells(values, units, "")))
    for label, values in result:
        rows.append(line(Span(f" {label}".ljust(labels), "strong"), *_cells(values, units, "strong")))
    return rows


def _cells(values: Array, units: int, kind: str) -> list[Span]:
    """A scalar among vectors is the same for all units."""
    flat: Any = np.ravel(values)
    entries = [float(flat[0])] if len(flat) == 1 else [float(value) for value in flat]
    return [Span(right(figure(value), CELLS), kind if np.isfinite(value) else "alert") for value in entries[:units]]


def _matrices(amounts: Amounts, script: Script) -> list[Line]:
    rows: list[Line] = []
    for label, values in amounts:
        flat = values if values.ndim <= 2 else values.reshape(len(values), -1)
        rows += matrix_rows(label, flat, False, script.glyphs)[: MOST_ROWS + 1]
    return rows


def over_time(found: Formula, moment: Moment, script: Script, cells: int) -> list[Line]:
    """The values of a vector or a number at the steps around t, on one scale; none for what is not in time."""
    numbers, t = moment.numbers, moment.t
    if numbers is None or not numbers.holds(found, t):
        return []
    held = numbers.whole(found)
    if held.ndim != len(found.shape) + 1 or held.ndim > 2:
        return []
    units = held.reshape(len(held), -1)[:, :MOST_UNITS]
    names = [f"unit {i + 1}" for i in range(units.shape[1])] if units.shape[1] > 1 else [script.formula(_left(found))]
    return [(), *_course("t", dict(zip(names, units.T, strict=True)), found.domain.at(numbers.steps), t, script, cells)]


def _lengths(found: Formula, numbers: Numbers, t: int, script: Script) -> list[Line]:
    """Of a quantity of two steps, t and k, how long it is for each k."""
    held = numbers.whole(found)[t]
    lengths = np.sqrt(np.sum(held.reshape(len(held), -1) ** 2, axis=1))
    head = line(Span(f" length of {script.formula(_left(found))} at t = {t}", "strong"))
    return [head, *_course("k", {"": lengths}, found.domain.at(numbers.steps), t, script, WIDEST)]


def _course(index: str, rows: Mapping[str, Array], domain: range, t: int, script: Script, cells: int) -> list[Line]:
    """Values by step on one scale: as many steps around `t` as fit, which is marked."""
    exponent = scale(max(magnitude(values[1:]) for values in rows.values()))
    last = len(next(iter(rows.values()))) - 1
    step = max(STEP_CELLS, len(str(last)) + 2)
    count = max(1, (cells - LEAST_LABEL) // step)
    first = max(1, min(t - count // 2, last - count + 1))
    shown = range(first, min(first + count, last + 1))
    steps = [Span(right(f"[{s}]" if s == t else f"{s} ", step), "here" if s == t else "dim") for s in shown]
    found = [line(Span(f" {index}   {scale_text(exponent, script.glyphs.times)}".ljust(LEAST_LABEL), "dim"), *steps)]
    for label, values in rows.items():
        entries = [scaled(float(values[s]), exponent) if s in domain else "" for s in shown]
        found.append(line(Span(f" {label}".ljust(LEAST_LABEL), "dim"), "".join(right(f"{e} ", step) for e in entries)))
    return found


def _left(found: Formula) -> Expr | MathTree:
    return found.lhs if isinstance(found, Equation) else found.left
