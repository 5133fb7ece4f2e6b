"""How the cost grows, and what a process costs before anything is computed."""

import json
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from duel import Say
from fresh import CURVES
from machine import environment
from peers import COMPETITORS
from works import SMALL, WORKS, Case

import rnnsym as rs
from rnnsym import cells

FRESH = str(Path(__file__).with_name("fresh.py"))
IMPORTS = {
    "": "pass",
    "NumPy": "import numpy",
    "rnnsym": "import rnnsym",
    "JAX": "import jax",
    "PyTorch": "import torch",
}
VARIANTS = [
    ["derive", "lstm"],
    ["derive", "gru"],
    ["derive", "lstm", "--option", "variant=peephole"],
    ["derive", "gru", "--option", "variant=cho2014"],
]


def fresh(*words: object) -> Any:
    """What fresh.py prints in a process of its own."""
    command = [sys.executable, FRESH, *map(str, words)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment()).stdout)


def curves(quick: bool, say: Say) -> dict[str, list[dict[str, float]]]:
    """Each curve's points, and the memory against T."""
    found = {}
    for name, curve in CURVES.items():
        say(f"cost against {curve.about}")
        found[name] = fresh("curve", name, *(["quick"] if quick else []))
    say("memory against T")
    found["memory"] = [fresh("memory", steps) for steps in CURVES["T"].points[: 3 if quick else None]]
    return found


def fit(points: list[dict[str, float]], value: str) -> dict[str, float]:
    """A straight line through the points, slope, start and R²; and the exponent of a power law."""
    x, y = (np.array([point[key] for point in points], float) for key in ("at", value))
    slope, start = np.polyfit(x, y, 1)
    rest = y - (slope * x + start)
    total = ((y - y.mean()) ** 2).sum()
    exponent = np.polyfit(np.log(x), np.log(y), 1)[0]
    fitted = {"slope": slope, "start": start, "r2": 1 - (rest**2).sum() / total, "exponent": exponent}
    return {name: float(number) for name, number in fitted.items()}


def starts(rounds: int, say: Say) -> dict[str, dict[str, list[float]]]:
    """Seconds of whole processes: imports alone, and until the first gradient of a tanh RNN and an LSTM."""
    commands = {"import": {title: ["-c", code] for title, code in IMPORTS.items() if imports(code)}}
    for work in ("elman", "lstm"):
        case = Case(work, *SMALL)
        named = (name for name, competitor in COMPETITORS.items() if name not in ("tuned", "tunedjax"))
        there = (name for name in named if COMPETITORS[name].installed)
        commands[WORKS[work].title] = {
            COMPETITORS[name].title: [FRESH, "first", name, *map(str, case)] for name in there
        }
    found: dict[str, dict[str, list[float]]] = {
        what: {title: [] for title in those} for what, those in commands.items()
    }
    for n in range(rounds):
        say(f"starts of processes, round {n + 1} of {rounds}")
        for what, those in commands.items():
            for title, words in those.items():
                found[what][title].append(process_seconds([sys.executable, *words]))
    return found


def imports(code: str) -> bool:
    return subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def commands(rounds: int, say: Say) -> list[dict[str, Any]]:
    """Whole commands of rnnsym, and how many times an empty Python process they take."""
    say("commands of rnnsym")
    named = [["derive", entry.name] for entry in cells.catalogue() if not entry.options] + VARIANTS
    rows = []
    for words in (["--version"], *named):
        command = [sys.executable, "-m", "rnnsym", *words]
        pairs = [(process_seconds(command), process_seconds([sys.executable, "-c", "pass"])) for _ in range(rounds)]
        seconds, times = statistics.median(a for a, _ in pairs), statistics.median(a / b for a, b in pairs)
        rows.append({"command": f"rnnsym {' '.join(words)}", "seconds": seconds, "times": times})
    return rows


def scalars(rounds: int, say: Say) -> list[dict[str, Any]]:
    """Every scalar of the loss and its gradients, subexpressions shared and named: H = X = C = 2, squared loss."""
    say("scalar expressions")
    rows = []
    for cell in ("elman", "lstm", "gru"):
        derivation = rs.derive(rs.Network(cell, 2, 2, 2))
        for steps in (10, 100):
            work = partial(derivation.scalars, 2, steps)
            seconds = statistics.median(timed(work) for _ in range(rounds))
            rows.append({"cell": cell, "T": steps, "seconds": seconds, "expressions": len(work().assignments)})
    return rows


def timed(work: partial[Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def process_seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment())
    return time.perf_counter() - start
