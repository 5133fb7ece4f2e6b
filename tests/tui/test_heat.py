import pytest
from textual.color import Color

from rnnsym_tui.widgets.heat import SHADES, level, shade

DARK, LIGHT = ("#121212", "#e0e0e0"), ("#ffffff", "#1f1f1f")


def test_levels_are_symmetric_and_only_zero_is_neutral():
    assert level(0.0) == 0
    assert [level(s) for s in (1.0, 0.5, 1e-12)] == [SHADES, SHADES // 2, 1]
    assert all(level(-s) == -level(s) for s in (1e-9, 0.1, 0.33, 1.0, 7.0))


@pytest.mark.parametrize("ground", [DARK, LIGHT])
def test_zero_has_the_colour_of_the_background_and_signs_differ(ground):
    assert shade(0, *ground).bgcolor.name == Color.parse(ground[0]).rich_color.name
    colours = {shade(n, *ground).bgcolor.name for n in range(-SHADES, SHADES + 1)}
    assert len(colours) == 2 * SHADES + 1


@pytest.mark.parametrize("ground", [DARK, LIGHT])
def test_every_number_can_be_read_on_its_colour(ground):
    for n in range(-SHADES, SHADES + 1):
        style = shade(n, *ground)
        ink, paper = (Color.from_rich_color(c) for c in (style.color, style.bgcolor))
        light, dark = sorted((ink.brightness, paper.brightness), reverse=True)
        assert light - dark > 0.3, n
