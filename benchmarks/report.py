"""What was measured, as Markdown."""

import statistics
import textwrap
from collections.abc import Sequence
from typing import Any

from costs import fit
from drawing import scaled
from duel import ratios
from figures import peers_in
from fresh import CURVES
from peers import COMPETITORS
from works import WORKS

WIDTH = 116

INTRODUCTION = """\
Each row is one network with a loss and the gradients of all its parameters, at the sizes T (steps), H (hidden), X
(inputs, and outputs) and B (batch). Each competitor is a process of its own, in float64 and on one thread. Before
anything is timed, losses and gradients are compared: a competitor whose numbers differ from rnnsym's by more than 1e-9
of the largest is not in the table. Then the competitors take turns, block by block. A ratio is rnnsym's time by the
peer's in the same round, so **below 1 rnnsym is faster**: the median over the rounds, and the quartiles in brackets.
Ratios of one run can be compared, absolute times of two machines cannot."""

CURVES_ABOUT = """\
Times are those of the fastest of five rounds. The slope is that of the straight line through the points (least
squares), in time or bytes for one more of what is counted; the exponent is that of the power law through them: 1 is
growth in proportion. Memory is the largest number of bytes held at once, beyond parameters and data, in a fresh process
(tracemalloc). Made ready: derivation, passes and compilation. The first call makes the buffers and the views of every
step too."""

PEERS = {
    "tuned": "programs for one cell each, with every trick that we know; for the tanh RNN, the LSTM, the GRU and the "
    "character model they are given from outside with `--yardstick`",
    "plain": "`benchmarks/by_hand`: products with the inputs and sums over time outside the loops, results into place",
    "jax": "`jit` and `lax.scan` as they are installed, products with the inputs outside the scan",
    "tunedjax": "the same without asynchronous dispatch, the scan unrolled by 1, 4 or 16, whichever is fastest",
    "torch": "`nn.RNN`, `nn.LSTM` and `nn.GRU`",
    "autograd": "the equations given to JAX, with a Python loop",
}


def report(results: dict[str, Any]) -> str:
    """The page. results: what run.py measured, by part, on which machine, by which commands."""
    commands = "\n".join(results["by"])
    machine = textwrap.fill(f"Measured on {results['machine']}, with", WIDTH)
    parts = ["# Benchmarks", f"{machine}\n\n```sh\n{commands}\n```"]
    for name, section in SECTIONS.items():
        if results.get(name):
            parts.append(section(results[name]))
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(['---'] + ['--:'] * (len(head) - 1))}|"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def duels_section(duels: list[dict[str, Any]]) -> str:
    names = peers_in(duels)
    head = ["network: T, H, X, B", "rnnsym", *(COMPETITORS[name].title for name in names)]
    rows = []
    for duel in duels:
        work, *sizes = duel["case"]
        times = duel["times"]
        mine = scaled(statistics.median(times["ours"]), "s") if times.get("ours") else "–"
        title = f"{WORKS[work].title} {', '.join(map(str, sizes))}"
        rows.append([title, mine, *(ratio(times, name) for name in names)])
    peers = [
        textwrap.fill(f"- {COMPETITORS[name].title}: {PEERS[name]}", WIDTH, subsequent_indent="  ") for name in names
    ]
    picture = "![Ratios to the peers](pictures/benchmarks.svg)"
    parts = ["## A loss with all gradients", INTRODUCTION, picture, table(head, rows), "\n".join(peers)]
    return "\n\n".join([*parts, *lacking(duels)])


def ratio(times: dict[str, list[float]], name: str) -> str:
    """The ratio with its quartiles; where ours is missing, the peer's own time."""
    if name not in times:
        return "–"
    if not times.get("ours"):
        return f"({scaled(statistics.median(times[name]), 's')})"
    middle, low, high = ratios(times, name)
    return f"**{middle:.3g}** ({low:.3g}–{high:.3g})"


def lacking(duels: list[dict[str, Any]]) -> list[str]:
    """Who is not in the table, and why."""
    why: dict[str, list[str]] = {}
    for duel in duels:
        for name, sentence in duel["absent"].items():
            why.setdefault(f"{COMPETITORS[name].title}: {sentence}", []).append(WORKS[duel["case"][0]].title)
    gone = [competitor.title for competitor in COMPETITORS.values() if not competitor.installed]
    sentences = [f"{title}: not installed" for title in gone]
    sentences += [f"{sentence} ({', '.join(dict.fromkeys(works))})" for sentence, works in why.items()]
    return ["Not compared:\n\n" + "\n".join(f"- {sentence}" for sentence in sentences)] if sentences else []


def curves_section(curves: dict[str, list[dict[str, float]]]) -> str:
    head = [
        "against",
        "the rest",
        "points",
        "slope",
        "R² of the line",
        "exponent",
        "made ready in",
        "its exponent",
        "first call",
    ]
    rows = []
    for name, curve in CURVES.items():
        points = curves[name]
        extent = f"{points[0]['at']:,} … {points[-1]['at']:,}"
        ready = [spread(points, "ready"), f"{fit(points, 'ready')['exponent']:.2f}", spread(points, "first")]
        rows.append([f"time, {curve.about}", curve.fixed, extent, *fitted(points, "seconds", "s"), *ready])
        if name == "T":
            rows.append(["memory, steps T", curve.fixed, extent, *fitted(curves["memory"], "bytes", "B"), *"–––"])
    numbers = table(["against", *(f"{n + 1}" for n in range(8))], [values(name, curves) for name in curves])
    picture = "![Cost curves](pictures/benchmarks-cost.svg)"
    return "\n\n".join(["## How the cost grows", picture, table(head, rows), CURVES_ABOUT, numbers])


def spread(points: list[dict[str, float]], value: str) -> str:
    found = [point[value] for point in points]
    return f"{scaled(min(found), 's')} – {scaled(max(found), 's')}"


def fitted(points: list[dict[str, float]], value: str, unit: str) -> list[str]:
    line = fit(points, value)
    return [scaled(line["slope"], unit), f"{line['r2']:.4f}", f"{line['exponent']:.2f}"]


def values(name: str, curves: dict[str, list[dict[str, float]]]) -> list[str]:
    """A row with the value at each point."""
    key, unit = ("bytes", "B") if name == "memory" else ("seconds", "s")
    cells = [f"{point['at']:,}: {scaled(point[key], unit)}" for point in curves[name]]
    return [name, *cells, *[""] * (8 - len(cells))]


def starts_section(starts: dict[str, dict[str, list[float]]]) -> str:
    empty = starts["import"][""]
    head = ["whole process", "time", "quartiles", "beyond an empty Python"]
    rows = []
    for what, those in starts.items():
        for title, times in those.items():
            low, middle, high = statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3
            beyond = scaled(max(middle - statistics.median(empty), 1e-6), "s") if title else "–"
            label = (
                f"`python -c pass`{title}"
                if not title
                else f"{what} {title}"
                if what == "import"
                else f"{what}: {title}"
            )
            rows.append([label, scaled(middle, "s"), f"{scaled(low, 's')} – {scaled(high, 's')}", beyond])
    about = "From the start of Python to the first loss with all gradients, at (100, 16, 8, 1), and imports alone."
    return "\n\n".join(["## The first gradient", about, table(head, rows)])


def scalars_section(rows: list[dict[str, Any]]) -> str:
    head = ["cell", "T", "time", "expressions"]
    cells = [[row["cell"], str(row["T"]), scaled(row["seconds"], "s"), f"{row['expressions']:,}"] for row in rows]
    about = "Every scalar of the loss and its gradients, subexpressions shared and named: H = X = C = 2, squared loss."
    return "\n\n".join(["## Scalar expressions", about, table(head, cells)])


def commands_section(rows: list[dict[str, Any]]) -> str:
    head = ["command", "time", "times `python -c pass`"]
    cells = [[f"`{row['command']}`", scaled(row["seconds"], "s"), f"{row['times']:.1f}"] for row in rows]
    return "\n\n".join(["## Commands", table(head, cells)])


SECTIONS = {
    "duels": duels_section,
    "curves": curves_section,
    "starts": starts_section,
    "scalars": scalars_section,
    "commands": commands_section,
}
