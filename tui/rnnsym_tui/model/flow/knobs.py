"""The sliders of the Flow screen: what can be turned, how far, and in which steps."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from rnnsym.errors import InputError
from rnnsym.notation.figures import short

FAST = 10
"""Steps of a move with Shift."""


@dataclass(frozen=True)
class Knobs:
    """`gain` multiplies the recurrent weights; `radius` is their spectral radius, `forget` the bias of the keep gate,
    `steps` how much of the text is read. None leaves as it is what was drawn, and reads the whole text."""

    gain: float = 1.0
    radius: float | None = None
    forget: float | None = None
    steps: int | None = None

    def __str__(self) -> str:
        """What is turned away from its rest: `gain 1.5, forget bias 3`; `as drawn`."""
        told = [(slider, getattr(self, slider.key)) for slider in SLIDERS if getattr(self, slider.key) != slider.rest]
        return ", ".join(f"{slider.name} {short(value)}" for slider, value in told) or "as drawn"

    def turned(self, key: str, value: float | None) -> "Knobs":
        """The same with one of them at another value."""
        return Knobs(**{**asdict(self), key: value})

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def knobs_from(data: Mapping[str, Any]) -> Knobs:
    """The knobs that `as_data` wrote, and those that the app is opened with; names that are missing are at rest.

    Raises InputError for a value that no slider takes.
    """
    found = AT_REST
    for slider in SLIDERS:
        value = data.get(slider.key)
        if value is not None:
            found = slider.set(found, str(value))
    return found


@dataclass(frozen=True)
class Slider:
    """The track goes from `low` to `high`; a number from `least` to `most` can be typed. `rest` is its value untouched,
    None where that is what was drawn."""

    key: str
    name: str
    low: float
    high: float
    step: float
    least: float
    most: float
    rest: float | None = None
    decimals: int = 2

    @property
    def whole(self) -> bool:
        return not self.decimals

    def move(self, knobs: Knobs, here: float, count: int) -> Knobs:
        """So many steps from the value `here`, which stands on no step where it was drawn or typed."""
        steps = round(here / self.step) + count
        value = min(max(steps * self.step, min(self.low, here)), max(self.high, here))
        return self._with(knobs, round(value, 6))

    def slide(self, knobs: Knobs, share: float) -> Knobs:
        """To this share of the track, from 0 to 1."""
        at = self.low + min(max(share, 0.0), 1.0) * (self.high - self.low)
        return self._with(knobs, round(round(at / self.step) * self.step, 6))

    def share(self, value: float) -> float:
        """Where a value stands on the track, from 0 to 1; the ends hold what is beyond."""
        span = self.high - self.low
        return min(max((value - self.low) / span, 0.0), 1.0) if span else 1.0

    def reset(self, knobs: Knobs) -> Knobs:
        return knobs.turned(self.key, self.rest)

    def set(self, knobs: Knobs, text: str) -> Knobs:
        """The value that was typed. Raises InputError."""
        try:
            value = float(text)
        except ValueError:
            raise InputError(f"'{text.strip()}' is no number: write one such as {short(self.high / 2)}.") from None
        if not (math.isfinite(value) and self.least <= value <= self.most) or (self.whole and value % 1):
            kind = "a whole number" if self.whole else "a number"
            limits = f"from {short(self.least)} to {short(self.most)}"
            raise InputError(f"{self.name} must be {kind} {limits}, not {text.strip()}.")
        return self._with(knobs, value)

    def _with(self, knobs: Knobs, value: float) -> Knobs:
        return knobs.turned(self.key, int(value) if self.whole else value)

    def written(self, value: float) -> str:
        """`1.25`, and more digits where they were typed."""
        fixed = f"{value:.{self.decimals}f}"
        return fixed if math.isclose(float(fixed), value, abs_tol=1e-9) or self.whole else short(value)


GAIN = Slider("gain", "gain", 0.0, 4.0, 0.05, 0.0, 1e3, rest=1.0)
RADIUS = Slider("radius", "spectral radius", 0.0, 4.0, 0.05, 0.0, 1e3)
FORGET = Slider("forget", "forget bias", -6.0, 6.0, 0.1, -1e3, 1e3, decimals=1)
STEPS = Slider("steps", "T", 1, 1, 1, 1, 20_000, decimals=0)
SLIDERS = (GAIN, RADIUS, FORGET, STEPS)
AT_REST = Knobs()


def steps_slider(steps: int) -> Slider:
    """The slider of T for a text with so many steps."""
    return replace(STEPS, high=steps, most=steps)
