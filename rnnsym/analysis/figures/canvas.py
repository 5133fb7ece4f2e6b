"""What all figures share: an empty figure, a style that is the same on every machine, and files.

Figures are made by matplotlib's objects alone, and pyplot is never imported. The style is in force while a figure is
built and while it is written, and then everything is as it was.
"""

import io
import math
import os
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from rnnsym.errors import InputError, MissingPackageError

try:
    import matplotlib
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.layout_engine import ConstrainedLayoutEngine
except ImportError:
    raise MissingPackageError("figures need matplotlib, which is not installed: pip install 'rnnsym[plot]'.") from None

INK, PALE, GRID = "#222222", "#8a8a8a", "#e3e3e3"
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.0,
    "axes.labelsize": 9.0,
    "axes.edgecolor": PALE,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": PALE,
    "ytick.color": PALE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "legend.fontsize": 8.0,
    "legend.frameon": False,
    "legend.handlelength": 3.2,
    "lines.linewidth": 1.5,
    "lines.markersize": 4.5,
    "text.color": INK,
    "text.parse_math": False,
    "svg.hashsalt": "rnnsym",
    "svg.fonttype": "path",
}
DPI = 200
FORMATS = (".svg", ".png")
LN10 = math.log(10)
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
WIDE = 5.0
"""Inches from which on there are two columns."""
LETTER, SMALL, KEY = 0.095, 0.06, 0.6
"""The mean width of a letter of a title and of a legend, and what stands before a legend's text, in inches."""
_LOCK = RLock()


@contextmanager
def style() -> Iterator[None]:
    """Our style instead of the user's own, for as long as the block lasts, in one thread at a time."""
    with _LOCK, matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def blank(width: float, height: float, title: str = "") -> Figure:
    """An empty figure with `height` inches for what is drawn, and a sentence above it. Raises InputError for a width
    that is none."""
    if not 1.0 <= width <= 50.0:
        raise InputError(f"a figure is 1 to 50 inches wide, not {width!r}.")
    lines = textwrap.wrap(shown(title), max(int(width / LETTER), 20))
    layout = ConstrainedLayoutEngine(w_pad=0.05, h_pad=0.07)
    figure = Figure(figsize=(width, height + 0.2 * len(lines)), dpi=DPI, layout=layout)
    if lines:
        figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=10.5, fontweight="bold")
    return figure


def flat(width: float) -> float:
    """The height of a figure with curves, in inches."""
    return max(0.53 * width, 2.4)


def legend(figure: Figure, handles: Sequence[Any], labels: Sequence[str]) -> None:
    """What is drawn, below it, in lines that fit; the figure becomes higher by them."""
    columns = 2 if figure.get_figwidth() >= WIDE and len(labels) > 1 else 1
    wrapped = [
        textwrap.wrap(shown(label), max(int((figure.get_figwidth() / columns - KEY) / SMALL), 20)) for label in labels
    ]
    most = max(map(len, wrapped), default=0)
    figure.set_figheight(figure.get_figheight() + 0.165 * most * -(-len(labels) // columns) + 0.1)
    figure.legend(handles, ["\n".join(lines) for lines in wrapped], loc="outside lower left", ncols=columns)


def power(exponent: float) -> str:
    """`10⁻³`, and `1` for 10⁰."""
    return f"10{str(round(exponent)).translate(SUPERSCRIPTS)}" if round(exponent) else "1"


def decades(low: float, high: float, most: int = 9) -> list[int]:
    """The exponents for the ticks of an axis: whole powers of ten, every 1, 2, 5, 10, 20, … of them."""
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    tens = 1
    while True:
        for digit in (1, 2, 5):
            step = digit * tens
            found = list(range(step * math.ceil(first / step), last + 1, step))
            if len(found) <= most:
                return found
        tens *= 10


def decade_axis(axis: Any, low: float, high: float, most: int = 9) -> None:
    """Ticks at powers of ten on an axis whose numbers are logarithms to the base of ten."""
    ticks = decades(low, high, most)
    axis.set_ticks(ticks, [power(tick) for tick in ticks])


def shown(text: str) -> str:
    """`text` with � for what the font has no glyph for."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    return "".join(c if c == " " or (c.isprintable() and font.get_char_index(ord(c))) else "\ufffd" for c in text)


def save(figure: Figure, path: str | os.PathLike[str], replace: bool = False) -> None:
    """The figure as a .svg or .png file; the same figure gives the same bytes.

    Raises InputError where the name ends in neither, the file exists and may not be replaced, or cannot be written.
    """
    file = Path(path)
    if file.suffix.lower() not in FORMATS:
        raise InputError(f"'{file}' is neither a .svg nor a .png file: figures are written as these two.")
    if file.exists() and not replace:
        raise InputError(_taken(file))
    drawn = io.BytesIO()
    svg = file.suffix.lower() == ".svg"
    with style():
        figure.savefig(drawn, format=file.suffix[1:].lower(), dpi=DPI, metadata=_metadata(figure, svg))
    try:
        with file.open("wb" if replace else "xb") as opened:
            opened.write(drawn.getvalue())
    except FileExistsError:
        raise InputError(_taken(file)) from None
    except OSError as error:
        raise InputError(f"'{file}' cannot be written: {error.strerror}.") from None


def _taken(file: Path) -> str:
    return f"'{file}' exists: choose another name, or say that it may be replaced (replace=True, or --force)."


def _metadata(figure: Figure, svg: bool) -> dict[str, str | None]:
    """The sentence above the figure as its title; no date and no version."""
    title = {"Title": " ".join(figure.get_suptitle().split())} if figure.get_suptitle() else {}
    return {**title, "Date": None, "Creator": None} if svg else {**title, "Software": None}


__all__ = [
    "INK", "LN10", "PALE", "WIDE", "Axes", "Figure", "blank", "decade_axis", "flat", "legend", "power", "save", "shown",
    "style",
]  # fmt: skip
