"""Curves and eigenvalues of the Flow screen as lines of spans, drawn by the pictures of `rnnsym.analysis`."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnnsym.analysis.flow import THRESHOLD
from rnnsym.analysis.pictures.circle import circle
from rnnsym.analysis.pictures.curves import MARGIN, Series, curves
from rnnsym.analysis.pictures.glyphs import glyphs as shades_of
from rnnsym_tui.model.flow.results import Array, Result, Trace
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.spans import Line, Span, line

SERIES = ("first", "second", "third", "fourth")
"""The kinds of the networks' spans, in order."""
PINNED = "+"
LARGEST, SMALLEST = 0, -1
AXIS_LINES = 2


class Curve(NamedTuple):
    """One curve: its sign and kind, its network, and what it is: a norm, its direct line, its bound, a ghost."""

    sign: str
    kind: str
    trace: Trace
    what: str
    logs: Array


def ends(glyphs: Glyphs) -> tuple[str, str]:
    """The signs of the largest and of the smallest singular value."""
    shown = shades_of(glyphs.ascii)
    return shown.markers[0], shown.lines[0]


def drawn(result: Result, glyphs: Glyphs) -> list[Curve]:
    """The curves of norms against lag, the most important first."""
    shown = shades_of(glyphs.ascii)
    found = []
    for i, trace in enumerate(result.traces):
        if trace.curve.size:
            found.append(Curve(shown.markers[i], SERIES[i], trace, "norm", trace.curve))
    for i, trace in enumerate(result.traces):
        if trace.line.size:
            found.append(Curve(shown.lines[i], SERIES[i], trace, "line", trace.line))
    if result.pinned is not None:
        found.append(Curve(PINNED, "strong", result.pinned, "pinned", result.pinned.curve))
    for sign, trace in zip(shown.guides, result.traces, strict=False):
        if trace.bound.size:
            found.append(Curve(sign, "dim", trace, "bound", trace.bound))
    return found


def norms(result: Result, cells: int, rows: int, glyphs: Glyphs) -> list[Line]:
    """Norms against lag on an axis of powers of ten, with a faint line at the threshold."""
    found = drawn(result, glyphs)
    longest = max((len(curve.logs) for curve in found), default=1)
    dot = shades_of(glyphs.ascii).dot
    series = [Series(each.sign, each.logs, guide=each.what == "bound") for each in found]
    series.append(Series(dot, np.full(longest, np.log(THRESHOLD)), guide=True))
    kinds = {each.sign: each.kind for each in reversed(found)} | {dot: "rule"}
    return _styled(_fitting(series, cells, rows, glyphs.ascii), kinds)


def fan(result: Result, cells: int, rows: int, glyphs: Glyphs) -> list[Line]:
    """All singular values of the products against lag; the largest and the smallest have signs of their own."""
    values = result.fan
    if not values.size:
        return []
    high, low = ends(glyphs)
    between = shades_of(glyphs.ascii).dot
    series = [Series(high, values[:, LARGEST])]
    if values.shape[1] > 1:
        series.append(Series(low, values[:, SMALLEST]))
    series += [Series(between, values[:, i]) for i in range(1, values.shape[1] - 1)]
    return _styled(_fitting(series, cells, rows, glyphs.ascii), {between: "dim", low: "second", high: "first"})


def eigenvalues(result: Result, cells: int, rows: int, glyphs: Glyphs) -> list[Line]:
    """The eigenvalues of the step Jacobian against the unit circle."""
    if result.spectrum is None:
        return []
    side = min(rows, cells // 2)
    kinds = dict.fromkeys("+xX" if glyphs.ascii else "○●█", "first")
    found = circle(result.spectrum.values, side - 1 + side % 2, glyphs.ascii)
    blank = " " * max(0, (cells - max(map(len, found), default=0)) // 2)
    return [line(blank, *_spans(text, kinds)) for text in found]


def _fitting(series: Sequence[Series], cells: int, room: int, ascii_only: bool) -> list[str]:
    """The tallest picture that fits: an axis takes whole numbers of rows between its ticks."""
    found: list[str] = []
    for rows in range(max(room - AXIS_LINES, 2), 1, -1):
        found = curves(series, cells, rows, ascii_only)
        if len(found) <= room:
            break
    return found


def _styled(lines: Sequence[str], kinds: dict[str, str]) -> list[Line]:
    """Signs in the colours of their networks; the axes are left as they are."""
    body, axes = lines[:-AXIS_LINES], lines[-AXIS_LINES:]
    head = MARGIN + 1
    found = [line(Span(text[:head], "dim"), *_spans(text[head:], kinds)) for text in body]
    return [*found, *(line(Span(text, "dim")) for text in axes)]


def _spans(text: str, kinds: dict[str, str]) -> list[Span]:
    spans: list[Span] = []
    for sign in text:
        kind = kinds.get(sign, "")
        if spans and spans[-1].kind == kind:
            spans[-1] = Span(spans[-1].text + sign, kind)
        else:
            spans.append(Span(sign, kind))
    return spans
