"""The numbers behind a line at a step, as lines for the screen: vectors across, matrices row by row."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnsym.core.dims import Dim
from rnnsym.core.expr import Expr
from rnnsym.derivation.equations import Equation
from rnnsym.derivation.equations import Line as Formula
from rnnsym.ops.arithmetic import ADD
from rnnsym.notation.figures import figure
from rnnsym_tui.model.derive.numbers import Array, Numbers
from rnnsym_tui.model.derive.rows import Row, shares_of
from rnnsym_tui.model.derive.script import Script
from rnnsym_tui.model.sheets import MOST_ROWS, matrix_rows
from rnnsym_tui.model.spans import Line, Span, line, right, width
from rnnsym_tui.model.timeline import unit_names

Amounts = list[tuple[str, Array]]
CELLS = 9
LEAST_LABEL = 12


def table(row: Row, numbers: Numbers, t: int, alphabet: Sequence[str], script: Script) -> list[Line]:
    """The numbers of the selected row at step t, part by part, and what the line computes in the end."""
    assert row.line is not None
    if not numbers.holds(row.line, t):
        return [line(Span(f"there is none at t = {t}", "dim"))]
    parts = _parts(row, numbers, t, script)
    if row.share is not None:
        result = _evaluated([("sends back", row.share.term)], numbers, t)
    else:
        result = _result(row.line, numbers, t, script)
    if any(np.ndim(values) > 1 for _, values in [*parts, *result]):
        return _matrices([*parts, *result], script)
    return _vectors(parts, result, row.line.shape, alphabet, script)


def _parts(row: Row, numbers: Numbers, t: int, script: Script) -> Amounts:
    """The shares of a line, or the rules of the one share that is selected, or the summands of a sum."""
    assert row.line is not None
    if row.share is not None:
        steps = row.share.applications
        return _evaluated([(script.say([s.rule]), s.gives) for s in steps], numbers, t)
    held = [share for share in shares_of(row.line) if t in share.domain.at(numbers.steps)]
    if held:
        return _evaluated([(f"by {script.formula(s.lhs, t)}", s.term) for s in held], numbers, t)
    if not isinstance(row.line, Equation) or row.line.rhs.prim is not ADD or row.line.cases:
        return []
    return _evaluated([(script.formula(term, t), term) for term in row.line.rhs.args], numbers, t)


def _evaluated(parts: list[tuple[str, Expr]], numbers: Numbers, t: int) -> Amounts:
    values = numbers.at([expr for _, expr in parts], t)
    return [] if values is None else [(label, value) for (label, _), value in zip(parts, values, strict=True)]


def _result(found: Formula, numbers: Numbers, t: int, script: Script) -> Amounts:
    lhs = found.lhs if isinstance(found, Equation) else found.left
    label = script.formula(lhs, t)
    whole = numbers.whole(found)
    if whole.ndim > len(found.shape):
        return [(label, np.asarray(whole[t]))]
    if isinstance(found, Equation) and found.total:
        terms = numbers.at([found.rhs], t)
        term = [(f"term of t = {t}", terms[0])] if terms is not None and terms[0].shape == whole.shape else []
        return [*term, (f"{label}, all t", whole)]
    return [(label, whole)]


def _vectors(parts: Amounts, result: Amounts, shape: Sequence[Dim], alphabet: Sequence[str], script: Script) -> list[Line]:
    """One row for each vector, one column for each unit; what the line computes stands last, in bold."""
    units = max(np.size(values) for _, values in [*parts, *result])
    names = unit_names(shape, alphabet, script.glyphs)
    heads = [f"'{names[i]}'" if names and i < len(names) else f"unit {i + 1}" for i in range(units)]
    label_cells = max(LEAST_LABEL, *(width(line(label)) + 2 for label, _ in [*parts, *result]))
    rows = []
    if units > 1:
        rows.append(line(Span(" " * label_cells + "".join(right(head, CELLS) for head in heads), "dim")))
    for label, values in parts:
        rows.append(line(Span(f" {label}".ljust(label_cells), "dim"), *_cells(values, units, "")))
    for label, values in result:
        rows.append(line(Span(f" {label}".ljust(label_cells), "strong"), *_cells(values, units, "strong")))
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
