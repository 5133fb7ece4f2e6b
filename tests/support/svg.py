"""What every SVG picture must keep: valid XML, everything inside, no word on another."""

import re
from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


class Word(NamedTuple):
    text: str
    left: float
    right: float
    top: float
    bottom: float


def read_svg(source):
    """The root element. Raises where it is no SVG with a size of its own."""
    root = ElementTree.fromstring(source)
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert root.find(f"{SVG}title").text
    return root


def words(root):
    """Each text with the part of its box that no other text may touch."""
    from rnnsym.api.svg.metrics import advance

    for node in root.iter(f"{SVG}text"):
        size, x, y = (float(node.get(key)) for key in ("font-size", "x", "y"))
        width = float(node.get("textLength") or 0.55 * advance(node.text, size))
        left = x - width / 2 if node.get("text-anchor") == "middle" else x
        yield Word(node.text, left, left + width, y - 0.45 * size, y)


def check_picture(source):
    """Raises AssertionError where something is outside the picture, or two words overlap."""
    root = read_svg(source)
    width, height = float(root.get("width")), float(root.get("height"))
    found = list(words(root))
    for word in found:
        assert word.left >= 0, word
        assert word.right <= width, word
        assert word.top >= 0, word
        assert word.bottom <= height, word
    for x, y in points(root):
        assert 0 <= x <= width
        assert 0 <= y <= height
    found.sort(key=lambda word: word.top)
    for one, other in combinations(found, 2):
        if other.top >= one.bottom:
            continue
        assert one.right <= other.left + 0.3 or other.right <= one.left + 0.3 or one.bottom <= other.top, (one, other)
    return root


def points(root):
    for node in root.iter():
        if node.get("points"):
            numbers = [float(n) for n in re.findall(r"-?[\d.]+", node.get("points"))]
            yield from zip(numbers[::2], numbers[1::2], strict=True)
        if node.get("d"):
            numbers = [float(n) for n in re.findall(r"-?[\d.]+", node.get("d"))]
            yield from zip(numbers[::2], numbers[1::2], strict=True)
