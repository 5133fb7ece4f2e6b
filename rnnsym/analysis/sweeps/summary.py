"""A sweep as a table in text: a line for each point of the grid, means over the seeds."""

from collections.abc import Sequence
from itertools import product
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnsym.analysis.sweeps.table import Table

GAP, STAR = "  ", "*"
FIRST = ("lyapunov", "mean_field", "lag_below", "saturated", "step_radius", "step_norm", "loss_gradient")
WIDEST = 24
"""Longer names, such as those of files, are cut."""


def summary(table: "Table", width: int = 80, ascii_only: bool = False) -> list[str]:
    """The settings that vary and the means of measures that are numbers, as many as fit; `-` where no run has one, a
    star where some have none.

    Below it what does not vary, and which measures are left out.
    """
    sweep = table.sweep
    axes = sweep.varied
    points = list(product(*(sweep.axes[name] for name in axes)))
    columns = [[name, *(_cut(point[i], ascii_only) for point in points)] for i, name in enumerate(axes)]
    left = [name for name in sweep.columns if any(isinstance(value, list) for value in table[name])]
    for name, cells in _means(table).items():
        if sum(_wide(each) + len(GAP) for each in columns) + _wide([name, *cells]) <= width:
            columns.append([name, *cells])
        else:
            left.append(name)
    widths = [_wide(column) for column in columns]
    lines = [_line(cells, widths, len(axes)) for cells in zip(*columns, strict=True)]
    fixed = [f"{name} {_cut(v[0], ascii_only)}" for name, v in sweep.axes.items() if len(v) == 1 and v[0] is not None]
    notes = [f"means over {sweep.seeds} seed{'s' * (sweep.seeds != 1)}; {', '.join(fixed)}"]
    notes += [f"{STAR} over the runs that have a number there"] * any(STAR in "".join(column) for column in columns)
    notes += [f"also in the rows: {', '.join(left)}"] if left else []
    return [*lines, "", *(line for note in notes for line in wrap(note, width))]


def _means(table: "Table") -> dict[str, list[str]]:
    """Of the measures that are numbers and that some run has, the most telling first."""
    every = sorted(table.sweep.columns, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    found = {}
    for name in every:
        if any(isinstance(value, list) for value in table[name]):
            continue
        spread = table.spread(name, *table.sweep.varied)
        pairs = list(zip(spread.mean.ravel(), spread.count.ravel(), strict=True))
        if spread.count.any():
            partly = any(0 < count < table.sweep.seeds for _, count in pairs)
            found[name] = [_number(mean, int(count), table.sweep.seeds, partly) for mean, count in pairs]
    return found


def _wide(column: Sequence[str]) -> int:
    return max(map(len, column))


def _line(cells: Sequence[str], widths: Sequence[int], left: int) -> str:
    pairs = enumerate(zip(cells, widths, strict=True))
    return GAP.join(f"{cell:<{wide}}" if i < left else f"{cell:>{wide}}" for i, (cell, wide) in pairs).rstrip()


def _cut(value: Any, ascii_only: bool) -> str:
    text = "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    dots = "..." if ascii_only else "…"
    return text if len(text) <= WIDEST else dots + text[len(dots) - WIDEST :]


def _number(value: float, count: int, runs: int, partly: bool) -> str:
    """`partly`: other numbers of the column have a star behind them."""
    if not count:
        return "-" + " " * partly
    return f"{value:.4g}" + (STAR if count < runs else " " * partly)
