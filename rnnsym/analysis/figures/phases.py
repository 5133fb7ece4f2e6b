"""A sweep's measure over one axis, as curves, or over two, as a map with the line at which it is zero."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patheffects import Normal, Stroke

from rnnsym.analysis.figures.canvas import INK, PALE, WIDE, Axes, Figure, blank, flat, legend, shown, style
from rnnsym.analysis.figures.colours import COLOURS, LINES, MARKERS, Scale
from rnnsym.analysis.sweeps.measures import MEASURES
from rnnsym.errors import InputError, unknown

if TYPE_CHECKING:
    from rnnsym.analysis.sweeps.grid import Sweep
    from rnnsym.analysis.sweeps.table import Table

Array = Any
LOGARITHMIC = 50
"""From this ratio on of the largest value to the smallest an axis is logarithmic."""

LINE: dict[str, Any] = {
    "color": INK,
    "linewidth": 1.6,
    "path_effects": [Stroke(linewidth=4, foreground="white"), Normal()],
}
"""The line of zeros, with a white edge: the map below it may be dark."""
TICKS = 12
"""Up to so many values of an axis have a tick each."""


def phase(
    table: "Table",
    measure: str = "lyapunov",
    across: str | None = None,
    up: str | None = None,
    expected: str | None = None,
    width: float = 7.0,
    title: str = "",
) -> Figure:
    """A measure of a sweep, the mean over the seeds: against the axis `across`, a curve for each cell or scheme with a
    band from the least to the greatest run; or, where there is an axis `up` too, as a map over both.

    Without `across` and `up` they are the first axes of numbers that the sweep varies. A second axis, of numbers or
    names, makes up to four curves or maps. expected: another measure, drawn as dashed lines beside the curves, such as
    "mean_field". width: inches. Raises UnknownNameError and InputError.
    """
    across, up, by = phase_axes(table.sweep, across, up)
    with style():
        if up is None:
            return _curves(table, measure, across, by, expected, blank(width, flat(width), title))
        return _maps(table, measure, (across, up), by, width, title)


def phase_axes(sweep: "Sweep", across: str | None = None, up: str | None = None) -> tuple[str, str | None, str | None]:
    """What `phase` draws of a sweep that need not have run yet: the axes across and up, and the one whose values have a
    curve or a map each. Raises as `phase`."""
    across, up = _axes_of(sweep, across, up)
    kinds = [name for name in sweep.varied if name not in (across, up)]
    by = kinds[0] if len(kinds) == 1 and len(sweep.axes[kinds[0]]) <= len(COLOURS) else None
    if kinds and by is None:
        raise InputError(
            f"the sweep varies {', '.join(sweep.varied)}: a figure shows one or two axes of numbers, and of one "
            f"more up to {len(COLOURS)} values."
        )
    return across, up, by


def _axes_of(sweep: "Sweep", across: str | None, up: str | None) -> tuple[str, str | None]:
    axes = sweep.axes
    for name in (across, up):
        if name is not None and name not in axes:
            raise unknown("axis", name, axes)
        if name is not None and not _numbers(axes[name]):
            raise InputError(f"the axis {name} has values that are no numbers, and cannot be drawn as an axis.")
    free = [name for name in sweep.varied if _numbers(axes[name]) and name not in (across, up)]
    if across is not None:
        return across, up
    if not free:
        raise InputError("the sweep varies no axis of numbers, such as gain, and there is nothing to draw against.")
    return free[0], up or (free[1] if len(free) > 1 else None)


def _numbers(values: Any) -> bool:
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)


def _about(measure: str) -> str:
    return MEASURES[measure].about if measure in MEASURES else measure


def _label(axis: str) -> str:
    return shown(axis.replace("_", " "))


def _names(table: "Table", by: str | None) -> list[str]:
    return [""] if by is None else [shown(str(value)) for value in table.sweep.axes[by]]


def _rows(table: "Table", measure: str, by: str | None, axes: tuple[str, ...]) -> list[tuple[Array, Array, Array]]:
    """Mean, least and greatest for each value of `by`, over the axes."""
    found = table.spread(measure, *(() if by is None else (by,)), *axes)
    parts = [each if by is not None else each[None] for each in (found.mean, found.low, found.high)]
    return list(zip(*parts, strict=True))


# Curves. --------------------------------------------------------------------------------------------------------------


def _curves(table: "Table", measure: str, across: str, by: str | None, expected: str | None, figure: Figure) -> Figure:
    axes, values = figure.subplots(), np.asarray(table.sweep.axes[across], float)
    order = np.argsort(values)
    rows, names = _rows(table, measure, by, (across,)), _names(table, by)
    for i, (name, (mean, low, high)) in enumerate(zip(names, rows, strict=True)):
        axes.plot(values[order], mean[order], color=COLOURS[i], linestyle=LINES[i], marker=MARKERS[i],
                  markerfacecolor="white", label=name or "mean", zorder=3)  # fmt: skip
        axes.fill_between(values[order], low[order], high[order], color=COLOURS[i], alpha=0.16, linewidth=0, zorder=2)
    if expected is not None:
        for i, (mean, _, _) in enumerate(_rows(table, expected, by, (across,))):
            if np.isnan(mean).all():
                continue
            axes.plot(values[order], mean[order], color=COLOURS[i], linestyle="--", linewidth=1.1, zorder=4,
                      label=", ".join(name for name in (names[i], _label(expected)) if name))  # fmt: skip
    axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
    axes.set(xlabel=_label(across), ylabel=shown(_about(measure)))
    axes.set_xscale("log" if _spans(values) else "linear")
    handles, labels = axes.get_legend_handles_labels()
    if table.sweep.seeds > 1:
        handles.append(Line2D([], [], color=PALE, alpha=0.35, linewidth=7))
        labels.append(f"least to greatest of {table.sweep.seeds} seeds")
    legend(figure, handles, labels)
    return figure


def _spans(values: Array) -> bool:
    return bool(values.min() > 0 and values.max() >= LOGARITHMIC * values.min())


# Maps. ----------------------------------------------------------------------------------------------------------------


def _maps(table: "Table", measure: str, over: tuple[str, str], by: str | None, width: float, title: str) -> Figure:
    rows, names = _rows(table, measure, by, over), _names(table, by)
    means = [mean for mean, _, _ in rows]
    scale = _scale(np.concatenate([mean.ravel() for mean in means]))
    columns = 1 if len(means) == 1 or width < WIDE else 2
    lines = -(-len(means) // columns)
    figure = blank(width, 0.6 + lines * (0.66 * width / columns), title)
    axes = list(figure.subplots(lines, columns, squeeze=False).flat)
    for each in axes[len(means) :]:
        each.set_axis_off()
    crossed = [_map(each, table, over, mean, scale) for each, mean in zip(axes, means, strict=False)]
    for each, name in zip(axes, names, strict=False):
        each.set_title(name, loc="left")
    bar = figure.colorbar(axes[0].collections[0], ax=axes, aspect=30, pad=0.02, label=shown(_about(measure)))
    bar.outline.set_visible(False)
    bar.ax.grid(False)
    if any(crossed):
        bar.ax.axhline(0, color=INK, linewidth=1.2)
        legend(figure, [Line2D([], [], **LINE)], [f"{_about(measure)} = 0"])
    return figure


def _scale(values: Array) -> Scale:
    finite = values[np.isfinite(values)]
    if not len(finite):
        raise InputError("the sweep has no finite value of this measure to draw.")
    low, high = float(finite.min()), float(finite.max())
    return Scale(low, high) if low < high else Scale(low - 0.5, high + 0.5)


def _map(axes: Axes, table: "Table", over: tuple[str, str], mean: Array, scale: Scale) -> bool:
    """One map; whether it has a line of zeros."""
    x, y = (np.asarray(table.sweep.axes[name], float) for name in over)
    along, upward = np.argsort(x), np.argsort(y)
    heights = np.ma.masked_invalid(mean[np.ix_(along, upward)].T)
    axes.pcolormesh(x[along], y[upward], heights, cmap=scale.colours, norm=scale.norm, shading="nearest",
                    edgecolors="face", linewidth=0.4)  # fmt: skip
    axes.set(xlabel=_label(over[0]), ylabel=_label(over[1]))
    axes.set_xscale("log" if _spans(x) else "linear")
    axes.set_yscale("log" if _spans(y) else "linear")
    axes.grid(False)
    for axis, places in ((axes.xaxis, x), (axes.yaxis, y)):
        if len(places) <= TICKS:
            axis.set_ticks(places, [f"{place:g}" for place in places])
            axis.set_ticks([], minor=True)
    crossed = min(heights.shape) > 1 and float(heights.min()) < 0 < float(heights.max())
    if crossed:
        axes.contour(x[along], y[upward], heights, levels=[0.0], colors=[INK], linewidths=1.6).set_path_effects(
            LINE["path_effects"]
        )
    return crossed
