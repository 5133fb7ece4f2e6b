"""The graph as a picture: boxes with formulas or numbers, a column for each step."""

from collections.abc import Iterator

from rnnsym.api.svg.boxes import Box, row, space, word
from rnnsym.api.svg.formula import prose_lines
from rnnsym.api.svg.marks import Theme, document, drawn, figure
from rnnsym.api.svg.page import theme_called
from rnnsym.walk.drawing.boxes import MARGIN, PAD, SMALL, Frame, Point, Wire, placed
from rnnsym.walk.drawing.export import Diagram

TONES = {"now": "quiet", "next": "accent", "seam": "negative"}
WORDS = {"now": "within a step", "next": "to the next step of the layer", "seam": "from one part to another"}
WIDTHS = {"now": 1.1, "next": 2.0, "seam": 1.8}
DASHES = {"seam": ' stroke-dasharray="6 4"'}
BORDERS = {"given": "none", "dots": "none"}
HEAD, HALF = 7.0, 3.4
READING = "In a box: the value, and behind δ the gradient of the loss with respect to it."
LEAST_WIDTH, CAPTION, LINE = 600.0, 15.0, 19.0


def graph_svg(diagram: Diagram, theme: str = "light") -> str:
    """The diagram as an SVG file. Raises UnknownNameError for another theme than light or dark."""
    colours = theme_called(theme)
    page = placed(diagram)
    caption = word(diagram.caption(), "bold", CAPTION)
    width = max(page.width, LEAST_WIDTH, caption.width + 2 * MARGIN)
    foot = list(_foot(diagram, width - 2 * MARGIN))
    y = page.height + MARGIN + 8
    parts = [
        *drawn(caption.at(MARGIN, 28), colours),
        *(part for band in page.bands for part in _band(band.title, band.left, band.width, page.height, colours)),
        *(part for wire in page.wires for part in _wire(wire, colours)),
        *(part for key, frame in page.frames.items() for part in _frame(diagram.items[key].kind, frame, colours)),
        *_legend(diagram, y, colours),
        *(part for i, box in enumerate(foot, 1) for part in drawn(box.at(MARGIN, y + i * LINE), colours)),
    ]
    return document(parts, width, y + len(foot) * LINE + MARGIN, colours, diagram.caption())


def _band(title: str, left: float, width: float, bottom: float, theme: Theme) -> Iterator[str]:
    """The column of one step, with its title on top."""
    name = word(title, "roman", SMALL, "quiet")
    yield from drawn(name.at(left + (width - name.width) / 2, 54), theme)


def _frame(kind: str, frame: Frame, theme: Theme) -> Iterator[str]:
    """A box with its lines; a state that is carried on has a thick border, what is given has none."""
    if kind not in BORDERS:
        colour, thick = (theme.accent, 2.0) if kind == "carry" else (theme.wire, 1.0)
        yield (
            f'<rect x="{figure(frame.x)}" y="{figure(frame.y)}" width="{figure(frame.width)}" '
            f'height="{figure(frame.height)}" rx="5" fill="{theme.fill}" stroke="{colour}" stroke-width="{thick:g}"/>'
        )
    whole = sum(line.height + line.depth + 3 for line in frame.lines) - 3
    y = frame.y + (frame.height - whole) / 2
    for line in frame.lines:
        y += line.height
        x = frame.x + (frame.width - line.width) / 2
        yield from drawn(line.at(x, y), theme)
        y += line.depth + 3


def _wire(wire: Wire, theme: Theme) -> Iterator[str]:
    """A line and its head; the line ends where the head begins."""
    kind = wire.link.kind
    colour = theme.colour(TONES[kind])
    (x, y), (dx, dy) = wire.points[-1], wire.heading
    *before, _ = wire.points
    points = [*before, (x - dx * HEAD * 0.8, y - dy * HEAD * 0.8)]
    stroke = f'stroke="{colour}" stroke-width="{WIDTHS[kind]:g}"{DASHES.get(kind, "")}'
    yield f'<path d="{_path(points, wire.curved)}" fill="none" {stroke}/>'
    corners = [(x, y), (x - dx * HEAD - dy * HALF, y - dy * HEAD - dx * HALF)]
    corners.append((x - dx * HEAD + dy * HALF, y - dy * HEAD + dx * HALF))
    yield f'<polygon points="{_points(corners)}" fill="{colour}"/>'


def _path(points: list[Point], curved: bool) -> str:
    start, *rest = (f"{figure(x)} {figure(y)}" for x, y in points)
    if not curved:
        return f"M{start} L{' '.join(rest)}"
    *corners, first, second, end = rest
    return f"M{start} {''.join(f'L{corner} ' for corner in corners)}C{first} {second} {end}"


def _points(points: list[Point]) -> str:
    return " ".join(f"{figure(x)},{figure(y)}" for x, y in points)


def _legend(diagram: Diagram, y: float, theme: Theme) -> Iterator[str]:
    """What the colours of arrows mean, as far as they occur."""
    x = MARGIN
    for kind in WORDS:
        if any(link.kind == kind for link in diagram.links):
            colour, dash = theme.colour(TONES[kind]), DASHES.get(kind, "")
            line = f"M{figure(x)} {figure(y - 4)} L{figure(x + 24)} {figure(y - 4)}"
            yield f'<path d="{line}" stroke="{colour}" stroke-width="{WIDTHS[kind]:g}"{dash}/>'
            said = word(WORDS[kind], "roman", SMALL, "quiet")
            yield from drawn(said.at(x + 30, y), theme)
            x += 30 + said.width + 22


def _foot(diagram: Diagram, width: float) -> Iterator[Box]:
    """The parameters, which are the same at every step."""
    said = ", ".join(diagram.parameters("latex"))
    if diagram.has_numbers:
        yield word(
            "In a box: the value, and behind δ the gradient of the loss with respect to it.", "roman", SMALL, "quiet"
        )
    head = word("Parameters, the same at every step:", "roman", SMALL, "quiet")
    if said:
        lines = prose_lines(said, SMALL, width - head.width - PAD)
        yield row([head, space(PAD), lines[0]])
        yield from (row([space(head.width + PAD), line]) for line in lines[1:])
