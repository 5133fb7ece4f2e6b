"""The figures of docs/benchmarks.md: ratios to the peers, and cost curves."""

from itertools import pairwise
from typing import Any

from drawing import GREY, INK, LIGHT, Canvas, Logarithmic, scaled
from duel import ratios
from fresh import CURVES
from peers import COMPETITORS
from works import WORKS

ROW, LEFT, RIGHT, TOP = 19, 250, 30, 66
PANEL, PANEL_HEIGHT, ACROSS = 300, 235, 3


def peers_in(duels: list[dict[str, Any]]) -> list[str]:
    return [name for name in COMPETITORS if name != "ours" and any(name in duel["times"] for duel in duels)]


def ratio_figure(duels: list[dict[str, Any]]) -> str:
    """One row for each case: how many times as long each peer takes, with quartiles."""
    duels = [duel for duel in duels if len(duel["times"]) > 1 and "ours" in duel["times"]]
    names = peers_in(duels)
    found = {
        (n, name): ratios(duel["times"], name)
        for n, duel in enumerate(duels)
        for name in names
        if name in duel["times"]
    }
    slowest = max((1 / low for _, low, _ in found.values()), default=10)
    fastest = min((1 / high for _, _, high in found.values()), default=0.5)
    gaps = sum(a["case"][0] != b["case"][0] for a, b in pairwise(duels))
    height = TOP + ROW * (len(duels) + 0.5 * gaps) + 40
    canvas = Canvas(1000, height, "Time of a loss with all gradients, as a multiple of rnnsym's")
    axis = Logarithmic(min(0.5, 0.9 * fastest), 1.15 * max(10, slowest), LEFT, canvas.width - RIGHT)
    legend(canvas, names)
    for tick in axis.ticks():
        canvas.line(axis.at(tick), TOP - 8, axis.at(tick), height - 34, LIGHT)
        canvas.text(axis.at(tick), height - 18, f"{tick:g}×", "middle", GREY)
    canvas.line(axis.at(1), TOP - 8, axis.at(1), height - 34, INK, 1.5)
    canvas.text(axis.at(1) + 5, height - 4, "slower than rnnsym →", "start", GREY, 11)
    canvas.text(axis.at(1) - 5, height - 4, "← faster", "end", GREY, 11)
    y, before = TOP - ROW / 2, ""
    for n, duel in enumerate(duels):
        work, *sizes = duel["case"]
        y += ROW * (1.5 if before and work != before else 1)
        if work != before:
            canvas.text(8, y, WORKS[work].title, bold=True)
        before = work
        canvas.text(LEFT - 14, y, ", ".join(map(str, sizes)), "end")
        for kind, name in enumerate(names):
            if (n, name) in found:
                middle, low, high = found[n, name]
                canvas.line(axis.at(1 / high), y - 4, axis.at(1 / low), y - 4, GREY)
                canvas.mark(axis.at(1 / middle), y - 4, kind)
    return canvas.svg()


def legend(canvas: Canvas, names: list[str]) -> None:
    canvas.text(8, 20, "Time of a loss with all gradients, as a multiple of rnnsym's", size=14, bold=True)
    canvas.text(LEFT - 14, 44, "T, H, X, B", "end", GREY)
    x = float(LEFT)
    for kind, name in enumerate(names):
        title = COMPETITORS[name].title
        canvas.mark(x, 40, kind)
        canvas.text(x + 9, 44, title)
        x += 7 * len(title) + 26


def curve_figure(curves: dict[str, list[dict[str, float]]]) -> str:
    """Panels, each with logarithmic axes, and a dashed line that grows in proportion."""
    panels = [(name, name, "seconds", "s", "time") for name in CURVES if name in curves]
    if "memory" in curves:
        panels.insert(1, ("memory", "T", "bytes", "B", "memory"))
    rows = -(-len(panels) // ACROSS)
    canvas = Canvas(PANEL * ACROSS + 20, PANEL_HEIGHT * rows + 26, "How the cost of a loss with all gradients grows")
    canvas.text(8, 20, canvas.title, size=14, bold=True)
    for n, (points, curve, value, unit, what) in enumerate(panels):
        left, top = 10 + PANEL * (n % ACROSS), 26 + PANEL_HEIGHT * (n // ACROSS)
        data = [(point["at"], point[value]) for point in curves[points]]
        canvas.text(left + 52, top + 22, f"{what} against {CURVES[curve].about}", bold=True)
        panel(canvas, left, top, data, unit)
        canvas.text(left + 52, top + PANEL_HEIGHT - 6, CURVES[curve].fixed, colour=GREY, size=11)
    return canvas.svg()


def panel(canvas: Canvas, left: float, top: float, data: list[tuple[float, float]], unit: str) -> None:
    x_low, x_high = data[0][0], data[-1][0]
    values = [value for _, value in data]
    x = Logarithmic(x_low / 1.15, x_high * 1.15, left + 52, left + PANEL - 14)
    y = Logarithmic(min(values) / 1.4, max(*values, 3 * min(values)) * 1.4, top + PANEL_HEIGHT - 44, top + 32)
    for tick in y.ticks():
        canvas.line(x.start, y.at(tick), x.end, y.at(tick), LIGHT)
        canvas.text(x.start - 5, y.at(tick) + 4, scaled(tick, unit), "end", GREY, 11)
    for tick in x.ticks():
        canvas.line(x.at(tick), y.start, x.at(tick), y.start + 4, GREY)
        canvas.text(x.at(tick), y.start + 17, f"{tick:,.0f}", "middle", GREY, 11)
    canvas.line(x.start, y.start, x.end, y.start, GREY)
    # The dashed line ends at the last point: a curve above it at the left grows more slowly than in proportion.
    last = data[-1][1] / x_high
    low = max(x_low, y.low / last)
    canvas.line(x.at(low), y.at(low * last), x.at(x_high), y.at(x_high * last), GREY, 1, "4 3")
    for (x1, y1), (x2, y2) in pairwise(data):
        canvas.line(x.at(x1), y.at(y1), x.at(x2), y.at(y2), "#0072b2", 1.5)
    for at, value in data:
        canvas.mark(x.at(at), y.at(value), 0, 3)
