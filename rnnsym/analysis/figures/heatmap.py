"""The heat map of norms over (t, k), for up to four networks with the same colours."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rnnsym.analysis.figures.canvas import (
    INK,
    LN10,
    PALE,
    WIDE,
    Axes,
    Figure,
    blank,
    decade_axis,
    legend,
    shown,
    style,
)  # fmt: skip
from rnnsym.analysis.figures.colours import Scale
from rnnsym.analysis.flow import Flow, distinct, finding
from rnnsym.analysis.pictures.glyphs import glyphs
from rnnsym.errors import InputError

Array = Any
MOST = 4
SYMBOL = 0.1
"""Inches that a symbol on an axis takes."""
BAR, MARGIN, HEAD = 0.75, 0.6, 0.55
"""Inches of the colour bar, of a map's axis, and above a map."""


def heat(flows: Sequence[Flow], width: float = 7.0, title: str | None = None) -> Figure:
    """log10‖∂s_t/∂s_k‖₂, rows t and columns k: the darker, the more is left; blue below norm 1, red above. Where k is
    after t there is nothing, and it is hatched; exact zeros and what is no number are marked.

    width: inches. title: the finding, where it is None. Raises InputError.
    """
    some(flows)
    tables = [np.where(_filled(flow), flow.block.log_norms, np.nan) for flow in flows]
    scale = Scale.of(np.concatenate([table.ravel() for table in tables]))
    columns = 1 if len(flows) == 1 or width < WIDE else 2
    rows = -(-len(flows) // columns)
    side = min((width - BAR) / columns - MARGIN, 6.0)
    with style():
        figure = blank(width, rows * (side + HEAD) + 0.3, finding(flows) if title is None else title)
        axes = list(figure.subplots(rows, columns, squeeze=False).flat)
        for each in axes[len(flows) :]:
            each.set_axis_off()
        for each, flow, table, name in zip(axes, flows, tables, distinct([f.label for f in flows]), strict=False):
            _map(each, flow, table / LN10, scale, side)
            each.set_title(shown(f"{name}: {norm_text(flow)}"), loc="left")
        bar = figure.colorbar(axes[0].images[0], ax=axes, extend=scale.extend, aspect=30, shrink=0.9, pad=0.02)
        decade_axis(bar.ax.yaxis, scale.low, scale.high)
        bar.ax.axhline(0, color=INK, linewidth=0.8)
        bar.outline.set_visible(False)
        bar.ax.grid(False)
        _marks(figure, np.concatenate([t[_filled(f)] for f, t in zip(flows, tables, strict=True)]))
    return figure


def some(flows: Sequence[Flow]) -> None:
    """Raises InputError for no network and for more than can be told apart."""
    if not 1 <= len(flows) <= MOST:
        raise InputError(f"a figure shows 1 to {MOST} networks, not {len(flows)}.")


def norm_text(flow: Flow, to: str = "ₜ", source: str = "ₖ") -> str:
    """`‖∂cₜ/∂cₖ‖`; s is the whole carry."""
    states = flow.jacobians.states
    state = flow.state or (states[0] if len(states) == 1 else "s")
    return f"‖∂{state}{to}/∂{state}{source}‖"


def _filled(flow: Flow) -> Array:
    """Where there is a product: k is not after t, in the order of the chain."""
    square = np.ones((flow.T, flow.T), bool)
    return np.tril(square) if flow.jacobians.forward else np.triu(square)


def _map(axes: Axes, flow: Flow, table: Array, scale: Scale, side: float) -> None:
    T = flow.T
    axes.set_facecolor("white")
    axes.fill([0.5, T + 0.5, T + 0.5, 0.5], [0.5, 0.5, T + 0.5, T + 0.5], facecolor="none", edgecolor="#d8d8d8",
              hatch="//////", linewidth=0.0, zorder=0)  # fmt: skip
    colours = scale.colours.with_extremes(bad=(0, 0, 0, 0))
    drawn = np.where(table == -np.inf, scale.low, table)
    axes.imshow(
        drawn, cmap=colours, norm=scale.norm, interpolation="nearest", extent=(0.5, T + 0.5, T + 0.5, 0.5), zorder=1
    )
    size = min((side * 72 / T * 0.3) ** 2, 12.0)
    for where, marker in ((table == -np.inf, "o"), (np.isnan(table) & _filled(flow), "x")):
        t, k = np.nonzero(where)
        if len(t):
            axes.scatter(k + 1, t + 1, s=size, marker=marker, color=PALE, linewidths=0.6, zorder=2)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    _ticks(axes, flow, side)


def _ticks(axes: Axes, flow: Flow, side: float) -> None:
    """What is read at each step, while it fits, with numbers at 1, 5, 10, …; else numbers alone."""
    axes.set_xlabel("k")
    axes.set_ylabel("t", rotation=0, labelpad=8)
    if len(flow.reads) != flow.T or side < SYMBOL * flow.T:
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(
                MaxNLocator(nbins=max(int(side * 2.5), 3), integer=True, steps=[1, 2, 5, 10], min_n_ticks=1)
            )
        return
    symbols = [shown(glyphs(False).symbol(text)) for text in flow.reads]
    numbers = [str(t) if t == 1 or t % 5 == 0 else "" for t in range(1, flow.T + 1)]
    places = range(1, flow.T + 1)
    axes.set_xticks(places, [f"{symbol}\n{number}" for symbol, number in zip(symbols, numbers, strict=True)])
    axes.set_yticks(places, [f"{number}  {symbol}" for symbol, number in zip(symbols, numbers, strict=True)])
    axes.tick_params(length=0, labelsize=min(8.0, math.floor(side / flow.T * 72 * 0.85)))


def _marks(figure: Figure, logs: Array) -> None:
    """What the marks in the maps stand for, if there are any."""
    known = {"o": ("exactly 0", bool(np.any(logs == -np.inf))), "x": ("not a number", bool(np.any(np.isnan(logs))))}
    drawn = {text: marker for marker, (text, there) in known.items() if there}
    if drawn:
        marks = [Line2D([], [], linestyle="", marker=marker, color=PALE, markersize=4) for marker in drawn.values()]
        legend(figure, marks, list(drawn))
