import itertools

import pytest

from rnnsym_tui.model.layout import LEAST_HEIGHT, LEAST_WIDTH, Wishes, boxes, too_small

SIZES = [(60, 20), (80, 24), (100, 32), (119, 48), (120, 24), (160, 48), (250, 70)]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize(("rows", "units", "entries"), [(3, 1, 1), (50, 3, 10), (400, 64, 64)])
def test_the_panels_fill_the_screen_without_overlap(width, height, backward, rows, units, entries):
    placed = boxes(width, height, Wishes(rows, units, entries, backward))
    seen = [box for box in placed.values() if box.width and box.height]
    for box in seen:
        assert 0 <= box.x < box.x + box.width <= width
        assert 0 <= box.y < box.y + box.height <= height
    for one, other in itertools.combinations(seen, 2):
        apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
        apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert apart_x or apart_y


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_panel_has_room_for_its_essentials(width, height):
    placed = boxes(width, height, Wishes(50, 3, 10, backward=True))
    least = {"header": 1, "timeline": 5, "rule": 1, "equations": 3, "numbers": 4, "words": 1, "matrices": 3, "loss": 1}
    for name, lines in least.items():
        assert placed[name].height >= lines, name


def test_the_timeline_does_not_move_while_one_steps():
    tall = [boxes(80, 24, Wishes(50, 3, entries, False))["timeline"] for entries in (1, 3, 10, 40)]
    assert len(set(tall)) == 1


def test_what_is_too_small_is_said():
    assert not too_small(LEAST_WIDTH, LEAST_HEIGHT)
    assert too_small(LEAST_WIDTH - 1, 50)
    assert too_small(200, LEAST_HEIGHT - 1)
