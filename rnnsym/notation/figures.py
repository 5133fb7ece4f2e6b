"""Numbers as text. Every view takes its numbers from here, in the form that suits its room.

In all forms a number has fixed decimals where these say something and a power of ten elsewhere, a zero that is exact
is `0`, and a number that is rounded to zero keeps its sign.
"""

from collections.abc import Callable, Sequence
from math import floor, isfinite, isnan, log10
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
LARGEST_OF_TWO_DIGITS = 99.5
LARGEST_SCALE = 300
"""As a power of ten; beyond it the scale itself would leave the range of numbers."""


def decimal(value: float) -> str:
    """Four decimals, for tables: `0.6457`, `-9.49e-4`, `0`."""
    return _fixed(value, 4, within=(1e-3, 1e5), mantissa=2)


def trimmed(value: float) -> str:
    """The same inside a sentence: `0.8` for `0.8000`."""
    text = decimal(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def short(value: float) -> str:
    """Six significant digits at most, as a person types them: `0.6`, `3`, `-0.529912`."""
    return f"{value:.6g}"


def figure(value: float) -> str:
    """Seven characters at most: `0.828`, `-0.613`, `12.35`, `-4.1e-7`, `NaN`."""
    size = abs(value)
    places = 3 if size < 9.9995 else 2 if size < 99.995 else 0
    return _word(value) or _fixed(value, places, within=(0.0005, 99999.5), mantissa=1)


def compact(value: float, digits: int) -> str:
    """About so many significant digits in as few characters as possible: `.65`, `-1.2`, `.012`, `9e-4`."""
    exponent = floor(log10(abs(value))) if value and isfinite(value) else 0
    places = max(min(digits - 1 - exponent, max(3, 1 - exponent), digits + 1), 0)
    text = _fixed(value, places, within=(1e-3, 1e4), mantissa=digits - 2)
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def scientific(value: float, decimals: int) -> str:
    """A power of ten with so many decimals: `2e-16`, `-4.13e-7`, `0`."""
    if value == 0:
        return "0"
    mantissa, sign, exponent = f"{value:.{decimals}e}".partition("e")
    return f"{mantissa}{sign}{int(exponent)}" if sign else mantissa


def _fixed(value: float, places: int, within: tuple[float, float], mantissa: int) -> str:
    """So many decimals where the magnitude is `within` these bounds."""
    if value == 0:
        return "0"
    if isfinite(value) and not within[0] <= abs(value) < within[1]:
        return scientific(value, mantissa)
    return f"{value:.{places}f}"


def _word(value: float) -> str:
    """What is no number, spelt to stand out among short ones."""
    if isfinite(value):
        return ""
    return "NaN" if isnan(value) else "Inf" if value > 0 else "-Inf"


# Many numbers on one scale. ---------------------------------------------------------------------------------------


def magnitude(values: Array) -> float:
    """The largest finite one of the absolute values; 0 where there is none."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))


def scale(largest: float) -> int:
    """The power of ten that brings this magnitude to two digits; 0 for zero."""
    if not largest:
        return 0
    exponent = min(1 - floor(log10(largest)), LARGEST_SCALE)
    return exponent - 1 if largest * 10.0**exponent >= LARGEST_OF_TWO_DIGITS else exponent


def scaled(value: float, exponent: int) -> str:
    """`value` times 10**exponent, rounded: `-61`, `-0` for a small negative number."""
    return _word(value) or (f"{value * 10.0**exponent:.0f}" if value else "0")


def scale_text(exponent: int, times: str) -> str:
    """`×100`, `×.1`, `×1e6`: what the numbers were multiplied by."""
    if -1 <= exponent <= 4:
        return f"{times}{10**exponent if exponent >= 0 else '.1'}"
    return f"{times}1e{exponent}"


# Arrays and tables. -----------------------------------------------------------------------------------------------


def listed(array: Array, write: Callable[[float], str], separator: str = ", ") -> str:
    """The entries of a scalar, vector or matrix on one line: `0.6`, `1, 0`, `1, 2; 3, 4`."""
    rows = array if array.ndim == 2 else array.reshape(1, -1)
    return "; ".join(separator.join(write(float(entry)) for entry in row) for row in rows)


def table(rows: Sequence[Sequence[str]], gap: str = "   ", align: Callable[[str, int], str] = str.rjust) -> list[str]:
    """Rows of cells as lines, every column aligned: on its right, or with `str.ljust` on its left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [gap.join(align(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
