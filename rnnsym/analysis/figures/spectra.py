"""Eigenvalues against the unit circle, and Lyapunov exponents by their index."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from rnnsym.analysis.anatomy.spectra import eigenvalues, norm, radius, square
from rnnsym.analysis.dynamics.lyapunov import Lyapunov
from rnnsym.analysis.figures.canvas import INK, PALE, Axes, Figure, blank, flat, legend, style
from rnnsym.analysis.figures.colours import COLOURS, LINES, MARKERS
from rnnsym.errors import InputError, ShapeError

Array = Any
FARTHEST = 6.0
"""A circle that is so many times as large as all else is not drawn; the legend says how large it is."""
DENSE = 60
"""From so many exponents on the marks are small."""
FADED, STRONG = 0.25, 0.9


def spectrum(matrices: Any, label: str = "J", width: float = 5.0, title: str = "") -> Figure:
    """The eigenvalues of a matrix, such as U, or of a stack of them, such as J_1 … J_T, in the complex plane, with the
    unit circle and those of the largest spectral radius and the largest spectral norm.

    matrices: (n, n) or (T, n, n). width: inches. Raises InputError and ShapeError.
    """
    array = square(matrices, label)
    if array.size == 0 or array.ndim > 3:
        raise ShapeError(f"{label} has shape {array.shape}: a matrix (n, n) or a stack of them (T, n, n) is drawn.")
    values = eigenvalues(array).ravel()
    largest, strongest = float(np.max(radius(array))), float(np.max(norm(array)))
    with style():
        figure = blank(width, width, title)
        axes = figure.subplots()
        alpha = STRONG if array.ndim == 2 else max(FADED, 1 / len(array) ** 0.5)
        axes.plot(values.real, values.imag, linestyle="", marker="o", markersize=4, color=COLOURS[0], alpha=alpha,
                  markeredgewidth=0, zorder=3, label=f"eigenvalues of {label}")  # fmt: skip
        extent = _circles(axes, largest, strongest, "largest " if array.ndim > 2 else "")
        axes.set(xlim=(-1.08 * extent, 1.08 * extent), ylim=(-1.08 * extent, 1.08 * extent), aspect="equal")
        axes.set(xlabel="real part", ylabel="imaginary part")
        for line in (axes.axhline, axes.axvline):
            line(0, color=PALE, linewidth=0.6, zorder=1)
        legend(figure, *axes.get_legend_handles_labels())
    return figure


def _circles(axes: Axes, largest: float, strongest: float, most: str) -> float:
    """The circles about 0; how far the axes must reach."""
    turn = np.exp(2j * np.pi * np.linspace(0, 1, 361))
    usual = max(1.0, largest)
    for size, text, dashes, colour in (
        (1.0, "unit circle", "-", INK),
        (largest, f"{most}spectral radius {largest:.4g}", (0, (5, 2)), COLOURS[0]),
        (strongest, f"{most}spectral norm {strongest:.4g}", (0, (1.2, 1.2)), COLOURS[1]),
    ):
        outside = size > FARTHEST * usual
        circle = size * turn
        axes.plot(circle.real, circle.imag, linestyle=dashes, color=colour, linewidth=1.1, zorder=2,
                  label=f"{text}, outside" if outside else text)  # fmt: skip
    return max(usual, strongest if strongest <= FARTHEST * usual else usual)


def lyapunov(
    found: Lyapunov | Sequence[tuple[str, Lyapunov]],
    expected: Any = None,
    width: float = 7.0,
    title: str = "",
) -> Figure:
    """The exponents by index, the largest first; up to four spectra by label. Hollow marks are at the floor of float64,
    where rounding has moved an exponent by more than 10⁻³; exponents of -inf are not drawn, the legend counts them.

    expected: exponents from theory, as many as there are, drawn as a line. width: inches. Raises InputError and
    ShapeError.
    """
    several = [("", found)] if isinstance(found, Lyapunov) else list(found)
    if not 1 <= len(several) <= len(COLOURS):
        raise InputError(f"a figure shows 1 to {len(COLOURS)} spectra, not {len(several)}.")
    with style():
        figure = blank(width, flat(width), title)
        axes = figure.subplots()
        axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
        for i, (label, each) in enumerate(several):
            _exponents(axes, i, label, each)
        if expected is not None:
            _theory(axes, expected)
        most = max(len(each.exponents) for _, each in several)
        axes.set(xlabel="index", ylabel="λ, in nats a step", xlim=(1 - min(0.9, 0.3 + 0.03 * most), 1.03 * most + 0.3))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
        legend(figure, *axes.get_legend_handles_labels())
    return figure


def _exponents(axes: Axes, i: int, label: str, found: Lyapunov) -> None:
    index, values = np.arange(1, len(found.exponents) + 1), found.exponents
    finite = np.isfinite(values)
    dense = len(values) > 60
    marks: dict[str, Any] = {
        "linestyle": "",
        "marker": MARKERS[i],
        "color": COLOURS[i],
        "markersize": 2.5 if dense else 4.5,
    }
    axes.plot(index[finite], values[finite], color=COLOURS[i], linestyle=LINES[i], linewidth=0.8, zorder=2)
    trusted, floor = finite & found.trusted, finite & ~found.trusted
    axes.plot(index[trusted], values[trusted], zorder=3, label=_summary(label, found), **marks)
    if floor.any():
        axes.plot(index[floor], values[floor], markerfacecolor="white", zorder=3,
                  label=_named(label, "at the floor of float64: too high"), **marks)  # fmt: skip


def _named(label: str, text: str) -> str:
    return f"{label}: {text}" if label else text


def _summary(label: str, found: Lyapunov) -> str:
    """`LSTM: λ₁ = 0.8375, dimension 64.28, entropy rate 16.7`, and how many exponents are -inf."""
    known = [f"λ₁ = {found.largest:.4g}".replace("-", "−")]
    if np.isfinite(found.dimension):
        known.append(f"Kaplan–Yorke dimension {found.dimension:.4g}")
    if np.isfinite(found.entropy):
        known.append(f"entropy rate ≤ {found.entropy:.4g}")
    if gone := int(np.count_nonzero(found.exponents == -np.inf)):
        known.append(f"{gone} of {len(found.exponents)} exponents −∞")
    return _named(label, ", ".join(known))


def _theory(axes: Axes, expected: Any) -> None:
    line = np.asarray(expected, dtype=float)
    if line.ndim != 1:
        raise ShapeError(f"expected takes one exponent for each index, not an array of shape {line.shape}.")
    axes.plot(np.arange(1, len(line) + 1), line, color=PALE, linestyle="--", linewidth=1.2, zorder=4, label="expected")
