"""Eigenvalues in the complex plane, against the unit circle."""

import math
from typing import Any

import numpy as np

from rnnsym.analysis.pictures.glyphs import glyphs

Array = Any
ASPECT = 2
"""A row of a terminal is about as high as two columns are wide."""
FEWEST, SEVERAL = 2, 10
"""From how many eigenvalues on, in one place, the marks for a few and for several are used."""


def circle(values: Array, rows: int = 17, ascii_only: bool = False) -> list[str]:
    """`values`, complex numbers, in a square of `rows` rows around 0; the circle is the unit circle. One mark for a
    single value in a place, others for several; values that are not finite are left out."""
    values = np.ravel(np.asarray(values, dtype=complex))
    values = values[np.isfinite(values)]
    shown = glyphs(ascii_only)
    half = rows // 2
    reach = max(1.0, float(np.max(np.abs([values.real, values.imag]), initial=0.0))) * 1.05
    sheet = [[" "] * (2 * ASPECT * half + 1) for _ in range(2 * half + 1)]

    def place(real: float, imaginary: float) -> tuple[int, int]:
        return half - round(imaginary / reach * half), ASPECT * half + round(real / reach * ASPECT * half)

    for column in range(2 * ASPECT * half + 1):
        sheet[half][column] = shown.horizontal
    for row in range(2 * half + 1):
        sheet[row][ASPECT * half] = shown.vertical
    for angle in np.linspace(0, 2 * math.pi, 32 * half, endpoint=False):
        row, column = place(math.cos(angle), math.sin(angle))
        sheet[row][column] = shown.dot
    counts: dict[tuple[int, int], int] = {}
    for value in values:
        at = place(value.real, value.imag)
        counts[at] = counts.get(at, 0) + 1
    for (row, column), count in counts.items():
        sheet[row][column] = marks(ascii_only)[(count >= FEWEST) + (count >= SEVERAL)]
    row, column = place(1.0, 0.0)
    if half + 1 < len(sheet) and column + 1 < len(sheet[0]) and sheet[half + 1][column] in (" ", shown.dot):
        sheet[half + 1][column] = "1"
    return ["".join(row).rstrip() for row in sheet]


def marks(ascii_only: bool) -> str:
    """The marks for one eigenvalue, for two to nine, and for ten or more in one place."""
    return "+xX" if ascii_only else "○●█"
