"""What is asked of step Jacobians: competitors as in the duels of gradients, and moves of a slider in the app."""

import json
import statistics
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from drawing import scaled
from duel import Say, duel, ratios
from machine import environment
from peers import LAB_COMPETITORS
from works import LABS, Case, lab_cases

HERE = Path(__file__).resolve().parent
CORES = {1: "on one core", 2: "on all cores"}
"""With one, a process may run on no other; with all, each library takes as many threads as it does by itself."""
SLIDERS = ("elman", "lstm")
SLIDER_SIZES, MOVES = (100, 32), 20
WIDTH = 116

ABOUT = """\
A tanh RNN of gain 1, with H units and 8 inputs, on a sequence of T random vectors, in float64. What is timed starts
from parameters and inputs: states, all step Jacobians, and what is made of them. rnnsym derives the Jacobian from the
equations of the cell; the peers take theirs from `jacfwd` and `jacrev`, mapped over all steps. Before anything is timed
results are compared: the largest singular value of every product, the others relative to it, and all exponents, to
1e-9 of the largest. Then the competitors take turns, block by block, each in its own process. A ratio is rnnsym's time
by the peer's in the same round, so **below 1 rnnsym is faster**: the median over the rounds, and the quartiles in
brackets."""

KINDS = """\
- rnnsym multiplies products out, as the peers do, for all singular values: `jacobians(…).fan(k=0, exact=False)`, right
  to 1e-16 of the largest of each product. Directions that floats cannot tell apart any more are dropped on the way
- rnnsym, every digit: `jacobians(…).fan(k=0)`, where small singular values keep their relative accuracy; no peer has
  that
- JAX jit: `scan` for states and products, `vmap(jacfwd)`, `linalg.svd`, or a `linalg.qr` in each step
- PyTorch: loops over the steps, `vmap(jacrev)`, `svdvals`, or a `linalg.qr` in each step"""

SLIDER_ABOUT = """\
The app without a terminal: one slider of the Flow screen is moved one step at T = 100 and H = 32, by the action of its
key, until the screen has been painted: its first picture, which may have a coarse map, and all of it. The numbers alone
are those of the worker. BLAS has one thread, as the app sees to."""

AS_IN_THE_APP = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def measure(quick: bool, rounds: int, seconds: float, say: Say) -> dict[str, Any]:
    """Duels on one core and on all, and the sliders."""
    found = []
    for cores, words in CORES.items():
        for case in lab_cases(quick):
            say(f"{LABS[case.work].title} {words}: {case}")
            found.append({"cores": cores, **duel(case, rounds, seconds, None, say, LAB_COMPETITORS, cores)})
    return {"duels": found, "sliders": sliders(quick, say)}


def sliders(quick: bool, say: Say) -> dict[str, dict[str, list[float]]]:
    """Seconds of the moves, by cell."""
    found = {}
    sizes = [*map(str, (10, 3) if quick else SLIDER_SIZES), str(3 if quick else MOVES + 1)]
    for cell in SLIDERS[: 1 if quick else None]:
        say(f"slider: {cell}")
        command = [sys.executable, str(HERE / "slider.py"), cell, *sizes]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment(alone=False) | AS_IN_THE_APP)
        found[cell] = json.loads(done.stdout)
    return found


def page(results: dict[str, Any], table: Any) -> str:
    """The page. results: as run.py keeps them; `table` writes one."""
    commands = "\n".join(results["by"])
    machine = textwrap.fill(f"Measured on {results['machine'].removesuffix(', one thread')}, with", WIDTH)
    parts = ["# Benchmarks of step Jacobians", f"{machine}\n\n```sh\n{commands}\n```", ABOUT]
    found = results["jacobians"]
    for cores, words in CORES.items():
        rows = [row(each) for each in found["duels"] if each["cores"] == cores]
        parts += [f"## {words.capitalize()}", table(head(), rows)]
    parts += [KINDS, *absent(found["duels"])]
    cells = [[cell, *(spread(found["sliders"][cell][what]) for what in ("first", "complete", "work"))]
             for cell in found["sliders"]]  # fmt: skip
    columns = ["cell", "first picture", "whole picture", "the numbers alone"]
    return "\n\n".join([*parts, "## A move of a slider", SLIDER_ABOUT, table(columns, cells)]) + "\n"


def head() -> list[str]:
    titles = [competitor.title for name, competitor in LAB_COMPETITORS.items() if name != "ours"]
    return ["work: T, H", "rnnsym", *titles]


def row(found: dict[str, Any]) -> list[str]:
    case, times = Case(*found["case"]), found["times"]
    mine = scaled(statistics.median(times["ours"]), "s") if times.get("ours") else "–"
    title = f"{LABS[case.work].title} {case.steps}, {case.hidden}"
    return [title, mine, *(ratio(times, name) for name in LAB_COMPETITORS if name != "ours")]


def ratio(times: dict[str, list[float]], name: str) -> str:
    if not times.get(name) or not times.get("ours"):
        return "–"
    middle, low, high = ratios(times, name)
    return f"**{middle:.3g}** ({low:.3g}–{high:.3g})"


def absent(duels: Sequence[dict[str, Any]]) -> list[str]:
    """Who is not in the tables, and why."""
    sentences = [f"{LAB_COMPETITORS[name].title}: {why}" for each in duels for name, why in each["absent"].items()]
    sentences += [f"{each.title}: not installed" for each in LAB_COMPETITORS.values() if not each.installed]
    return ["Not compared:\n\n" + "\n".join(f"- {each}" for each in dict.fromkeys(sentences))] if sentences else []


def spread(seconds: Sequence[float]) -> str:
    """The median, and the quartiles."""
    low, middle, high = statistics.quantiles(seconds, n=4, method="inclusive")
    return f"{scaled(middle, 's')} ({scaled(low, 's')} – {scaled(high, 's')})"
