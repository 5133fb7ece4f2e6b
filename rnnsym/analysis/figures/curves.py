"""Norms against the lag, and the singular values of the products against time, on axes of powers of ten."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from rnnsym.analysis.figures.canvas import INK, LN10, PALE, Axes, Figure, blank, decade_axis, flat, legend, shown, style
from rnnsym.analysis.figures.colours import COLOURS, LINES, MARKERS, shades
from rnnsym.analysis.figures.heatmap import norm_text, some
from rnnsym.analysis.flow import THRESHOLD, Flow, distinct, finding
from rnnsym.analysis.pictures.magnitudes import magnitude
from rnnsym.errors import ShapeError

Array = Any
MARKS = 14
"""Markers on a curve, about."""
HEADROOM = 0.3
"""Room above the curves for the bounds, as a part of the axis."""
NAMED = 10
"""Up to as many singular values have lines as strong as the largest and the smallest."""


def norms(flows: Sequence[Flow], width: float = 7.0, title: str | None = None) -> Figure:
    """‖∂s_T/∂s_{T-lag}‖₂ against the lag, with the bound dashed, where `Flow.telling_bound` has it, and the direct line
    alone dotted.

    A curve that reaches exactly 0 ends with a mark on the axis. width: inches. title: the finding, where it is None.
    Raises InputError.
    """
    some(flows)
    with style():
        figure = blank(width, flat(width), finding(flows) if title is None else title)
        axes = figure.subplots()
        for i, (flow, name) in enumerate(zip(flows, _names(flows), strict=True)):
            _curve(axes, i, flow, name)
        room = HEADROOM if any(flow.telling_bound is not None for flow in flows) else 0.05
        _power_axis(axes, np.concatenate([flow.curve for flow in flows]) / LN10, room)
        if axes.get_ylim()[0] < np.log10(THRESHOLD):
            axes.axhline(np.log10(THRESHOLD), color=PALE, linewidth=0.8, zorder=1)
        _whole_numbers(axes, "steps back from the end")
        _zeros(axes, flows)
        legend(figure, *axes.get_legend_handles_labels())
    return figure


def _names(flows: Sequence[Flow]) -> list[str]:
    """The labels with the norm that is drawn, and how much is left at the first step."""
    found = []
    for flow, label in zip(flows, distinct([flow.label for flow in flows]), strict=True):
        found.append(f"{label}  {norm_text(flow)}, {magnitude(float(flow.curve[-1]))} at lag {flow.T - 1}")
    return found


def _curve(axes: Axes, i: int, flow: Flow, name: str) -> None:
    """One network's curve with its guides, which the axis may cut off."""
    lags, colour = np.arange(flow.T), COLOURS[i]
    every = max(flow.T // MARKS, 1)
    first = min(i * every // 4, flow.T - 1)
    axes.plot(lags, _drawn(flow.curve), color=colour, linestyle=LINES[i], marker=MARKERS[i],
              markevery=(first, every), markerfacecolor="white", label=name, zorder=3)  # fmt: skip
    bound = "bound here" if flow.bound.measured else "bound"
    for logs, text, dashes in ((flow.telling_bound, bound, "--"), (flow.direct_line, "direct line alone", ":")):
        if logs is not None:
            axes.plot(np.arange(len(logs)), _drawn(logs), color=colour, linestyle=dashes, linewidth=1.0,
                      label=f"{flow.label}  {text}", zorder=2)  # fmt: skip


def _drawn(logs: Array) -> Array:
    """log10, with gaps for zeros and for what is no number."""
    return np.where(np.isfinite(logs), logs, np.nan) / LN10


def _power_axis(axes: Axes, logs: Array, room: float = 0.05) -> None:
    """The limits and ticks of a vertical axis that shows `logs`, to the base of ten, and 1; `room` is left above."""
    finite = logs[np.isfinite(logs)]
    low, high = float(np.min(finite, initial=0.0)), float(np.max(finite, initial=0.0))
    low, high = (low, high) if high - low > 0.5 else (low - 0.5, high + 0.5)
    axes.set_ylim(low - 0.05 * (high - low), high + room * (high - low))
    decade_axis(axes.yaxis, *axes.get_ylim())
    axes.axhline(0, color=INK, linewidth=0.8, zorder=1)


def _whole_numbers(axes: Axes, label: str) -> None:
    axes.set_xlabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    axes.margins(x=0.02)
    low, high = axes.get_xlim()
    if high - low < 1:
        axes.set_xlim(low - 0.5, high + 0.5)


def _zeros(axes: Axes, flows: Sequence[Flow]) -> None:
    """A mark on the axis at the first lag at which nothing is left."""
    for i, flow in enumerate(flows):
        (gone,) = np.nonzero(flow.curve == -np.inf)
        if len(gone):
            axes.plot(gone[:1], [0], transform=axes.get_xaxis_transform(), color=COLOURS[i], marker="v", markersize=8,
                      linestyle="", clip_on=False, zorder=4, label=f"{flow.label}  exactly 0 from here")  # fmt: skip


def fan(logs: Array, label: str = "", lags: bool = False, width: float = 7.0, title: str = "") -> Figure:
    """The singular values of ∂s_t/∂s_0 against t = 1…T, from their natural logarithms (T, n), largest first: the
    largest dark, the smallest pale, the middle one dashed. What is exactly 0 is not drawn.

    lags: they are those of ∂s_T/∂s_{T-lag}, against the lag, 0…T-1. label: of the network, for the axis. width:
    inches. Raises ShapeError and InputError.
    """
    logs = np.asarray(logs, dtype=float)
    if logs.ndim != 2 or 0 in logs.shape:
        raise ShapeError(f"a fan takes the logarithms of singular values as (T, n), not {logs.shape}.")
    steps, count = logs.shape
    places = np.arange(steps) + (not lags)
    with style():
        figure = blank(width, flat(width), title)
        axes = figure.subplots()
        ends = {0, count - 1} if count > NAMED else set(range(count))
        for i, colour in reversed(list(enumerate(shades(count)))):
            middle = i == count // 2 and count > 2
            axes.plot(places, _drawn(logs[:, i]), color=INK if middle else colour,
                      linestyle="--" if middle else "-", linewidth=1.6 if i in ends or middle else 0.7,
                      marker="." if steps == 1 else None, zorder=3 if i in ends or middle else 2)  # fmt: skip
        _power_axis(axes, logs.ravel() / LN10)
        _name_ends(axes, int(places[-1]), logs[-1] / LN10)
        _whole_numbers(axes, "steps back from the end" if lags else "t")
        what = "singular values of the products to the end" if lags else "singular values of ∂sₜ/∂s₀"
        axes.set_ylabel(shown(f"{label}: {what}" if label else what))
    return figure


def _name_ends(axes: Axes, last: int, logs: Array) -> None:
    """σ₁, the middle one and σ_n at the right, where they are not on top of each other."""
    low, high = axes.get_ylim()
    taken: list[float] = []
    count = len(logs)
    for i, name in {0: "σ₁", count - 1: f"σ{_below(count)}", count // 2: f"σ{_below(count // 2 + 1)}"}.items():
        height = float(logs[i])
        if np.isfinite(height) and all(abs(height - other) > 0.06 * (high - low) for other in taken):
            taken.append(height)
            axes.annotate(name, (last, height), xytext=(5, 0), textcoords="offset points", va="center",
                          annotation_clip=False)  # fmt: skip


def _below(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
