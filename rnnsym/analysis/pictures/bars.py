"""Exponents as horizontal bars left and right of zero."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnsym.analysis.pictures.glyphs import glyphs

Array = Any
MARGIN = 24
"""Columns of number and value, left of the bars, and of a remark behind them."""
MOST = 20
"""Lines."""


def bars(values: Array, width: int, flagged: Sequence[bool] = (), ascii_only: bool = False) -> list[str]:
    """A line for each value: its number, the value, and a bar from the line of zero. At most MOST of them, evenly
    spaced. `flagged` values have a `?` behind them; those that are not finite have no bar."""
    values, shown = np.asarray(values, dtype=float), glyphs(ascii_only)
    chosen = sorted({round(i) for i in np.linspace(0, len(values) - 1, min(len(values), MOST))}) if len(values) else []
    finite = values[np.isfinite(values)]
    low, high = min(0.0, float(np.min(finite, initial=0.0))), max(0.0, float(np.max(finite, initial=0.0)))
    room = max(width - MARGIN, 10)
    unit = room / (high - low) if high > low else 0.0
    left = round(-low * unit)
    lines = []
    for i in chosen:
        value = float(values[i])
        long = round(abs(value) * unit) if np.isfinite(value) else 0
        before = (shown.bar * long if value < 0 else "").rjust(left)
        after = shown.bar * long if value > 0 else ""
        doubt = " ?" if len(flagged) > i and flagged[i] else ""
        lines.append(f"{i + 1:>5} {value:>10.4f}  {before}{shown.vertical}{after}{doubt}".rstrip())
    return lines
