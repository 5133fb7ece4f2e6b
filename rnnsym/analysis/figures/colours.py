"""Colours that can be told apart in grey too.

The scale of norms is computed in OKLCh (Ottosson 2020, A perceptual color space for image processing), where equal
steps look equal: lightness falls evenly from the smallest norm to the largest, so that a print in grey says the same;
blue is below norm 1 and red above it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap, Normalize

from rnnsym.analysis.figures.canvas import LN10

Array = Any
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#8f4a78")
"""Of Okabe and Ito (2008), Color universal design; the last is darker, to be seen on white."""
LINES = ("-", (0, (7, 1.5, 1.5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1, 1, 1, 1, 1)))
MARKERS = ("o", "D", "^", "s")
LIGHT, DARK = 0.97, 0.28
BLUE, RED = np.radians(245.0), np.radians(35.0)
CHROMA, REACH = 0.16, 0.2
"""The strongest colour, and how far from norm 1, as a part of the scale, it is reached."""
FARTHEST = 16
"""Decades on either side of 1 that have colours of their own: floats that are added hold no more."""
EDGE = 1e-9
_LMS = np.array([[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]])
_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def srgb(lightness: Array, chroma: Array, hue: Array) -> Array:
    """Colours of OKLCh as red, green and blue in [0, 1]: (…, 3); less strong ones where a screen has none such."""
    least, most = np.zeros_like(chroma), chroma
    for _ in range(20):
        middle = (least + most) / 2
        inside = np.all(np.abs(_linear(lightness, middle, hue) - 0.5) <= 0.5, axis=-1)
        least, most = np.where(inside, middle, least), np.where(inside, most, middle)
    linear = np.clip(_linear(lightness, least, hue), 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def _linear(lightness: Array, chroma: Array, hue: Array) -> Array:
    """Light of the three colours; outside [0, 1] a screen cannot show it."""
    lab = np.stack(np.broadcast_arrays(lightness, chroma * np.cos(hue), chroma * np.sin(hue)), axis=-1)
    return (lab @ _LMS.T) ** 3 @ _RGB.T


@dataclass(frozen=True)
class Scale:
    """Colours for numbers from `low` to `high`, such as log10 of norms: blue below 0, red above. `below` and `above`
    say that some are farther out."""

    low: float
    high: float
    below: bool = False
    above: bool = False

    @classmethod
    def of(cls, logs: Array) -> "Scale":
        """The scale for natural logarithms of norms, whole decades that include norm 1."""
        finite = logs[np.isfinite(logs)] / LN10
        low = int(np.floor(np.min(finite, initial=0.0) + EDGE))
        high = int(np.ceil(np.max(finite, initial=0.0) - EDGE))
        low = low - 1 if low == high else low
        below = low < -FARTHEST or bool(np.any(logs == -np.inf))
        return cls(max(low, -FARTHEST), min(high, FARTHEST), below, high > FARTHEST)

    @property
    def extend(self) -> str:
        """Which ends of a colour bar have an arrow."""
        return {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[self.below, self.above]

    @property
    def norm(self) -> Normalize:
        return Normalize(self.low, self.high)

    @property
    def colours(self) -> ListedColormap:
        places = np.linspace(0, 1, 256)
        zero = -self.low / (self.high - self.low)
        lightness = LIGHT + (DARK - LIGHT) * places
        strength = np.sqrt(np.minimum(1, np.abs(places - zero) / REACH)) * np.minimum(1, 2.4 * (1 - lightness))
        return ListedColormap(srgb(lightness, CHROMA * strength, np.where(places < zero, BLUE, RED)))


def shades(count: int, hue: float = BLUE) -> Array:
    """`count` colours of one hue, the first the darkest: (count, 3)."""
    lightness = np.linspace(0.35, 0.85, count)
    return srgb(lightness, np.minimum(CHROMA, 0.5 * (1 - lightness)), np.full(count, hue))
