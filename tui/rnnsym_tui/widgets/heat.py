"""Colours for signed numbers: a diverging scale around the neutral background, the same strength on both sides."""

from functools import lru_cache

from rich.style import Style
from textual.color import Color

SHADES = 16
"""On each side of zero. More cannot be told apart, and few styles keep a frame small."""
NEGATIVE, POSITIVE = Color.parse("#2f7fd6"), Color.parse("#d9772b")
STRONGEST = 0.85


@lru_cache(maxsize=256)
def ink(level: int, background: str) -> Style:
    """The style of a shading character of strength 1…16, on either side: its own colour, on a fainter one of it."""
    ground = Color.parse(background)
    pole = NEGATIVE if level < 0 else POSITIVE
    strength = (abs(level) / SHADES) ** 0.75
    front, back = ground.blend(pole, 0.3 + 0.7 * strength), ground.blend(pole, 0.55 * strength)
    return Style(color=front.rich_color, bgcolor=back.rich_color)


@lru_cache(maxsize=256)
def shade(level: int, background: str, foreground: str) -> Style:
    """The style of level -16…16 on this background; level 0 has no colour at all."""
    ground = Color.parse(background)
    if level == 0:
        return Style(color=Color.parse(foreground).rich_color, bgcolor=ground.rich_color)
    pole = NEGATIVE if level < 0 else POSITIVE
    colour = ground.blend(pole, STRONGEST * (abs(level) / SHADES) ** 0.75)
    return Style(color=colour.get_contrast_text(1.0).rich_color, bgcolor=colour.rich_color)


def level(strength: float) -> int:
    """The level of a strength from -1 to 1; what is not zero is at least the faintest shade."""
    nearest = round(min(abs(strength), 1.0) * SHADES)
    return (1 if strength > 0 else -1) * max(nearest, 1) if strength else 0
