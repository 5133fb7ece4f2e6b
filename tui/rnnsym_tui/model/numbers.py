"""Numbers as the screens show them: the sign always survives, and NaN and infinities are words, not numbers."""

import math

CELL = 4
"""Terminal cells of one step in the timeline: a space, a sign, two digits."""
LARGEST = 99.5


def exponent_for(largest: float) -> int:
    """The power of ten that brings the largest magnitude of a row to two digits. 0 for no finite non-zero value."""
    if not (math.isfinite(largest) and largest > 0):
        return 0
    exponent = 1 - math.floor(math.log10(largest))
    return exponent - 1 if largest * 10.0**exponent >= LARGEST else exponent


def cell(value: float, exponent: int) -> str:
    """`value` times 10**exponent, rounded: `-61`, `-0` for a small negative number."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return f"{value * 10.0**exponent:.0f}" if value else "0"


def scale_text(exponent: int, times: str) -> str:
    """`×100`, `×.1`, `×1e6`: what a row's numbers were multiplied by."""
    if -1 <= exponent <= 4:
        return f"{times}{10**exponent if exponent >= 0 else '.1'}"
    return f"{times}1e{exponent}"


def figure(value: float) -> str:
    """A number of at most seven characters in a table: `0.828`, `-0.613`, `12.3`, `-4.1e-7`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 0.0005 or size >= 99999.5:
        return _short_exponent(value)
    return f"{value:.{3 if size < 9.9995 else 2 if size < 99.995 else 0}f}"


def _short_exponent(value: float) -> str:
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"
