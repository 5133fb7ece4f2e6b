"""The shapes that formulas are built of: scripts, fractions, limits, fences that grow, matrices, roots, bars."""

from collections.abc import Sequence

from rnnsym.api.svg.boxes import EMPTY, Box, centred, line, overlaid, row, space, word

AXIS = 0.27
"""The height of a fraction's line, and of the middle of a fence, in units of the size."""
SCRIPT, SMALLEST = 0.72, 6.0
THIN = 0.055


def script_size(size: float) -> float:
    return max(SCRIPT * size, SMALLEST)


def scripts(base: Box, below: Box, above: Box, size: float) -> Box:
    """`base` with a subscript and a superscript, either of them EMPTY."""
    gap = 0.06 * size
    down = max(0.2 * size, base.depth - 0.08 * size) if base.depth > 0.4 * size else 0.2 * size
    up = max(0.36 * size, base.height - 0.4 * size)
    if below is not EMPTY and above is not EMPTY:
        clash = (0.1 * size) - ((up - above.depth) - (below.height - down))
        down, up = (down + clash / 2, up + clash / 2) if clash > 0 else (down, up)
    both = overlaid(below.raised(-down), above.raised(up))
    return row([base, space(gap * 0.5), both, space(gap)])


def fraction(top: Box, bottom: Box, size: float) -> Box:
    width = max(top.width, bottom.width) + 0.24 * size
    axis, gap = AXIS * size, 0.12 * size
    over = centred(top, width).raised(axis + gap + top.depth)
    under = centred(bottom, width).raised(axis - gap - bottom.height)
    bar = Box(width, 0, 0, (line([(0.06 * size, -axis), (width - 0.06 * size, -axis)], THIN * size),))
    side = space(0.08 * size)
    return row([side, overlaid(over, under, bar), side])


def limits(glyph: str, below: Box, above: Box, size: float) -> Box:
    """A large operator with its limits under and over it."""
    large = word(glyph, "roman", 1.5 * size)
    sign = Box(large.width, 1.12 * size, 0.42 * size, large.raised(-0.1 * size).marks)
    width = max(sign.width, below.width, above.width)
    parts = [centred(sign, width)]
    if below is not EMPTY:
        parts.append(centred(below, width).raised(-(sign.depth + 0.08 * size + below.height)))
    if above is not EMPTY:
        parts.append(centred(above, width).raised(sign.height + 0.06 * size + above.depth))
    return overlaid(*parts)


# Fences. ----------------------------------------------------------------------------------------------------------


def fenced(left: str, body: Box, right: str, size: float) -> Box:
    """`body` between two fences as tall as it is."""
    left_sign, right_sign = fence(left, body, size, 1), fence(right, body, size, -1)
    side = space(0.1 * size if left_sign.height > size else 0)
    return row([left_sign, side, body, side, right_sign])


def fence(sign: str, body: Box, size: float, side: int) -> Box:
    """One fence; `side` is 1 for the left one and -1 for the right one. A point is no fence."""
    axis = AXIS * size
    reach = max(body.height - axis, body.depth + axis) + 0.08 * size
    if sign == ".":
        return EMPTY
    if reach <= 0.62 * size:
        return word(sign, "roman", size)
    high, low, width, edge = axis + reach, reach - axis, 0.42 * size, 0.08 * size
    shapes = {
        "(": _round(high, low, edge, width - edge, side), ")": _round(high, low, edge, width - edge, side),
        "[": _square(high, low, edge, width - edge, side), "]": _square(high, low, edge, width - edge, side),
        "⟨": _angle(high, low, edge, width - edge, side), "⟩": _angle(high, low, edge, width - edge, side),
        "|": [[(width / 2, -high), (width / 2, low)]],
        "‖": [[(0.3 * width, -high), (0.3 * width, low)], [(0.7 * width, -high), (0.7 * width, low)]],
    }  # fmt: skip
    paths = shapes.get(sign, shapes["|"])
    return Box(width, high, low, tuple(line(points, 1.2 * THIN * size) for points in paths))


Points = list[tuple[float, float]]


def _round(high: float, low: float, left: float, right: float, side: int) -> list[Points]:
    """An arc, as a broken line: far from the body in the middle."""
    far, near = (left, right) if side > 0 else (right, left)
    heights = [i / 12 for i in range(13)]
    return [[(far + (near - far) * abs(2 * s - 1) ** 2.5, -high + s * (high + low)) for s in heights]]


def _square(high: float, low: float, left: float, right: float, side: int) -> list[Points]:
    far, near = (left, right) if side > 0 else (right, left)
    return [[(near, -high), (far, -high), (far, low), (near, low)]]


def _angle(high: float, low: float, left: float, right: float, side: int) -> list[Points]:
    far, near = (left, right) if side > 0 else (right, left)
    return [[(near, -high), (far, (low - high) / 2), (near, low)]]


# Others. ----------------------------------------------------------------------------------------------------------


def grid(rows: Sequence[Sequence[Box]], size: float) -> Box:
    """Entries in rows and columns, centred in their column; the middle stands on the axis."""
    columns = [max((r[i].width for r in rows if i < len(r)), default=0) for i in range(max(map(len, rows)))]
    gap, between = 0.9 * size, 0.35 * size
    heights = [(max([b.height for b in r] + [0.6 * size]), max([b.depth for b in r] + [0.2 * size])) for r in rows]
    whole = sum(h + d for h, d in heights) + between * (len(rows) - 1)
    y = AXIS * size + whole / 2
    parts = []
    for entries, (height, depth) in zip(rows, heights, strict=True):
        padded = [*entries, *[EMPTY] * (len(columns) - len(entries))]
        cells = [centred(box, width) for box, width in zip(padded, columns, strict=True)]
        spaced = [part for cell in cells for part in (cell, space(gap))][:-1]
        parts.append(row(spaced).raised(y - height))
        y -= height + depth + between
    side = space(0.1 * size)
    return row([side, overlaid(*parts), side])


def root(body: Box, size: float) -> Box:
    top, thin = body.height + 0.14 * size, THIN * size
    width = 0.62 * size
    hook = [(0.04 * size, -0.28 * size), (0.18 * size, -0.36 * size), (0.36 * size, body.depth), (width, -top)]
    sign = Box(width, top + thin, body.depth, (line([*hook, (width + body.width, -top)], thin),))
    return row([sign, body])


def barred(body: Box, size: float) -> Box:
    """A bar over the whole of `body`."""
    y = body.height + 0.06 * size
    bar = line([(0.04 * size, -y), (max(body.width - 0.04 * size, 0.1 * size), -y)], THIN * size)
    return Box(body.width, y + 0.06 * size, body.depth, (*body.marks, bar))


def accented(body: Box, accent: str, size: float) -> Box:
    """An accent over the middle of `body`."""
    sign = word(accent, "roman", 0.8 * size)
    above = centred(Box(sign.width, 0, 0, sign.marks), body.width).raised(body.height - 0.36 * size)
    return Box(body.width, body.height + 0.2 * size, body.depth, (*body.marks, *above.marks))
