"""Where the panels of the screens stand, for any size of terminal. Pure arithmetic, so that it can be tested."""

from typing import NamedTuple

LEAST_WIDTH, LEAST_HEIGHT = 60, 20
WIDE = 120
MATRIX_CELLS = 34


class Box(NamedTuple):
    x: int
    y: int
    width: int
    height: int


def too_small(width: int, height: int) -> bool:
    return width < LEAST_WIDTH or height < LEAST_HEIGHT


class Wishes(NamedTuple):
    """What the panels would like to show: rows of the timeline, hidden units, rows of the active line, and the pass.

    How much goes to the timeline depends on nothing that changes from line to line: stepping must not move it.
    """

    rows: int
    units: int
    entries: int
    backward: bool


def boxes(width: int, height: int, wish: Wishes) -> dict[str, Box]:
    """A box for each panel.

    From top to bottom: header, timeline, rule; then wide, equations beside numbers, words and gradients; narrow,
    equations (beside gradients in the backward pass) over numbers and words; then the loss and the keys.
    """
    foot = key_rows(height)
    space = height - 1 - 1 - 1 - foot
    body = _body_height(space, wish.units, width >= WIDE)
    timeline = min(wish.rows + 2, space - body)
    body = space - timeline
    out = {"header": Box(0, 0, width, 1), "timeline": Box(0, 1, width, timeline)}
    out["rule"] = Box(0, 1 + timeline, width, 1)
    arrange = _wide if width >= WIDE else _narrow
    out |= arrange(Box(0, 2 + timeline, width, body), wish)
    out["loss"] = Box(0, height - 1 - foot, width, 1)
    out["keys"] = Box(0, height - foot, width, foot)
    return out


def key_rows(height: int) -> int:
    """Lines of keys at the foot."""
    return 2 if height >= 30 else 1


def _body_height(space: int, units: int, wide: bool) -> int:
    """At least half of the space under the header goes to the equations and their numbers."""
    wanted = (units + 4) + (5 if not wide else 8)
    return min(max(space // 2, wanted), space - 6)


def _narrow(body: Box, wish: Wishes) -> dict[str, Box]:
    words = 2
    numbers = min(wish.entries + 2, body.height - words - 3)
    equations = body.height - numbers - words
    side = min(MATRIX_CELLS, body.width // 2) if wish.backward else 0
    y = body.y + equations
    return {
        "equations": Box(0, body.y, body.width - side - (1 if side else 0), equations),
        "matrices": Box(body.width - side, body.y, side, equations),
        "numbers": Box(0, y, body.width, numbers),
        "words": Box(0, y + numbers, body.width, words),
    }


def numbers_width(width: int) -> int:
    """The width of the panel of numbers."""
    return width - _left_width(width) - 1 if width >= WIDE else width


def _left_width(width: int) -> int:
    return min(width // 2 - 4, 76)


def _wide(body: Box, wish: Wishes) -> dict[str, Box]:
    left = _left_width(body.width)
    x, across = left + 1, numbers_width(body.width)
    words = 3
    numbers = min(wish.entries + 2, body.height - words - 6)
    rest = body.height - numbers - words
    return {
        "equations": Box(0, body.y, left, body.height),
        "numbers": Box(x, body.y, across, numbers),
        "words": Box(x, body.y + numbers, across, words),
        "matrices": Box(x, body.y + numbers + words, across, rest),
    }


# Derive. ----------------------------------------------------------------------------------------------------------

BESIDE = 100
"""From so many columns on, what stands behind a line stands beside the outline, and below it otherwise."""


def derive_boxes(width: int, height: int) -> dict[str, Box]:
    """Header, forms, outline and details, what the check says, keys."""
    foot = key_rows(height)
    body = height - 3 - foot
    out = {"header": Box(0, 0, width, 1), "forms": Box(0, 1, width, 1)}
    if width >= BESIDE:
        left = outline_width(width)
        out["outline"] = Box(0, 2, left, body)
        out["details"] = Box(left + 1, 2, width - left - 1, body)
    else:
        above = (body + 1) // 2
        out["outline"] = Box(0, 2, width, above)
        out["details"] = Box(0, 2 + above, width, body - above)
    out["check"] = Box(0, height - 1 - foot, width, 1)
    out["keys"] = Box(0, height - foot, width, foot)
    return out


def outline_width(width: int) -> int:
    return width * 9 // 16 if width >= BESIDE else width


def details_width(width: int) -> int:
    return width - outline_width(width) - 1 if width >= BESIDE else width


# Flow. ------------------------------------------------------------------------------------------------------------

SLIDER_ROWS = 3
LEAST_CURVES, USUAL_CURVES = 30, 36
"""Cells that the curves keep beside a map of all steps, and beside one that shows some of them."""
TITLED_MAP, WIDEST_MAP = 49, 0.58
"""The cells of a map of few steps, for the sake of its title; and the share of the width of one of very many."""
SENTENCE = 80
"""Cells that the finding takes for a network, about."""
MOST_LINES = 3


def flow_boxes(width: int, height: int, steps: int, networks: int) -> dict[str, Box]:
    """Header, map beside curves, what the shades stand for, the value under the cursor, the finding, sliders, keys.

    Where the panels stand depends on how many steps and networks there are, and on no number of theirs.
    """
    foot, told = key_rows(height), finding_lines(width, height, networks)
    body = height - 3 - told - SLIDER_ROWS - foot
    left = flow_map_width(width, steps)
    below = 1 + body
    return {
        "header": Box(0, 0, width, 1),
        "map": Box(0, 1, left, body),
        "curves": Box(left + 1, 1, width - left - 1, body),
        "shades": Box(0, below, width, 1),
        "place": Box(0, below + 1, width, 1),
        "finding": Box(0, below + 2, width, told),
        "sliders": Box(0, below + 2 + told, width, SLIDER_ROWS),
        "keys": Box(0, height - foot, width, foot),
    }


def finding_lines(width: int, height: int, networks: int) -> int:
    """Lines of the sentence on what was found."""
    return min(-(-SENTENCE * networks // width), MOST_LINES if height >= 30 else 2)


def flow_label(steps: int) -> int:
    """Cells left of the rows of the map: the step and what is read there."""
    return len(str(steps)) + 4


def flow_map_width(width: int, steps: int) -> int:
    """Two cells for a step where there is room, one where there is some, and else as much as leaves room for curves."""
    for wide, curves in ((2, LEAST_CURVES), (1, USUAL_CURVES)):
        wanted = flow_label(steps) + wide * steps + 1
        if wanted <= width - curves - 1:
            return max(wanted, min(TITLED_MAP, width - curves - 1))
    return min(int(width * WIDEST_MAP), width - USUAL_CURVES - 1)
