"""Positive numbers of any size in few characters, from their natural logarithms."""

import math

import numpy as np

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LN10 = math.log(10)
PLAIN = (1e-2, 999.5)
"""From the first to the second a number is written without a power of ten."""


def power(exponent: int, ascii_only: bool = False) -> str:
    """10 to `exponent`: `10⁻³`, in ASCII `1e-3`; from `.01` to `10` as it is."""
    if -2 <= exponent <= 1:
        return (".01", ".1", "1", "10")[exponent + 2]
    return f"1e{exponent}" if ascii_only else f"10{str(exponent).translate(SUPERSCRIPTS)}"


def threshold_text(value: float, ascii_only: bool = False) -> str:
    """A power of ten as such, any other number with three digits."""
    exponent = round(math.log10(value))
    return power(exponent, ascii_only) if math.isclose(value, 10.0**exponent, rel_tol=1e-12) else f"{value:.3g}"


def magnitude(log: float) -> str:
    """e^log with three digits: `0.935`, `9.59e-3`, `1.20e-431`; `0` for -inf, `nan`, `inf`."""
    if not np.isfinite(log):
        return "0" if log == -np.inf else str(float(log))
    decimal = log / LN10
    if math.log10(PLAIN[0]) <= decimal < math.log10(PLAIN[1]):
        return f"{math.exp(log):#.3g}".rstrip(".")
    exponent = math.floor(decimal)
    digits = f"{10 ** (decimal - exponent):.2f}"
    if digits == "10.00":
        digits, exponent = "1.00", exponent + 1
    return f"{digits}e{exponent}"
