"""What is measured from the start of a process: `fresh.py curve NAME [quick]`, `memory T`, `first COMPETITOR CASE…`.

The first two print a line of JSON, the last the loss.
"""

import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from works import Case, data

ROUNDS, ROUND_SECONDS = 5, 0.05


class Curve(NamedTuple):
    """What grows, at which points, and what is the same at all of them."""

    about: str
    points: tuple[int, ...]
    fixed: str


CURVES = {
    "T": Curve("steps T", (100, 300, 1000, 3000, 10_000, 30_000, 100_000), "LSTM, H 16, X 8, B 1"),
    "H": Curve("hidden size H", (4, 8, 16, 32, 64, 128, 256, 512), "LSTM, T 100, X 8, B 1"),
    "B": Curve("batch B", (1, 2, 4, 8, 16, 32, 64, 128), "LSTM, T 100, H 64, X 32"),
    "layers": Curve("layers", (1, 2, 3, 4, 5, 6, 7, 8), "LSTM layers, T 100, H 16, X 8, B 1"),
    "graph": Curve("equations of a cell", (2, 4, 8, 16, 32, 64), "tanh(a + b) in a row, T 100, H 16, X 8, B 1"),
}


def network(curve: str, point: int) -> Any:
    """The network at one point of a curve."""
    import rnnsym as rs

    match curve:
        case "T":
            return rs.Network("lstm", 8, 16, 8)
        case "H":
            return rs.Network("lstm", 8, point, 8)
        case "B":
            return rs.Network("lstm", 32, 64, 32)
        case "layers":
            return rs.stacked(["lstm"] * point, 8, hidden=16, outputs=8)
    return rs.Network(chain(point), 8, 16, 8)


def chain(equations: int) -> Any:
    """A cell of as many equations, each of the one before."""
    import rnnsym as rs

    class Chain(rs.Cell):
        params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
        carry = {"h": ("H",)}

        def step(self, p: Any, prev: Any, x: Any, now: Any) -> None:
            now.a_1 = a = p.W @ x + p.U @ prev.h + p.b
            for n in range(2, equations):
                a = rs.tanh(a + p.b)
                setattr(now, f"a_{n}", a)
                a = getattr(now, f"a_{n}")
            now.h = rs.tanh(a)

    return Chain()


def sequence(curve: str, point: int) -> Any:
    """Numbers to read at one point of a curve, and as many targets: (T[, B], X)."""
    steps, inputs = point if curve == "T" else 100, 32 if curve == "B" else 8
    batch = (point,) if curve == "B" and point > 1 else ()
    return np.random.default_rng(0).normal(size=(steps, *batch, inputs))


def curve(name: str, quick: str = "") -> list[dict[str, float]]:
    """Seconds of a call at each point; of the first call; and of making it ready, from the equations on."""
    points = CURVES[name].points[: 3 if quick else None]
    warm_up()
    calls: dict[int, Callable[[], Any]] = {}
    once: dict[int, dict[str, float]] = {}
    for point in points:
        x, start = sequence(name, point), time.perf_counter()
        net = network(name, point)
        step = net.prepare(x, x)
        made = time.perf_counter()
        calls[point] = partial(step, net.init(0, "uniform"))
        begun = time.perf_counter()
        calls[point]()
        once[point] = {"ready": made - start, "first": time.perf_counter() - begun}
    found = rounds(calls)
    return [{"at": point, "seconds": found[point], **once[point]} for point in points]


def rounds(calls: dict[int, Callable[[], Any]]) -> dict[int, float]:
    """The time of each call in the fastest of some rounds, in which they take turns."""
    found: dict[int, list[float]] = {point: [] for point in calls}
    for _ in range(ROUNDS):
        for point, call in calls.items():
            count, start = 0, time.perf_counter()
            while (spent := time.perf_counter() - start) < ROUND_SECONDS:
                call()
                count += 1
            found[point].append(spent / count)
    return {point: min(times) for point, times in found.items()}


def warm_up() -> None:
    """Another network once, so that imports are not counted."""
    import rnnsym as rs

    net = rs.Network("elman", 1, 2, 1)
    net.prepare(np.zeros((3, 1)), np.zeros((3, 1)))(net.init())


def memory(steps: str) -> dict[str, float]:
    """The largest number of bytes held at once by an LSTM on `steps` steps, beyond parameters and data."""
    warm_up()
    net, x = network("T", int(steps)), sequence("T", int(steps))
    params = net.init(0, "uniform")
    tracemalloc.start()
    net.prepare(x, x)(params)
    return {"at": int(steps), "bytes": tracemalloc.get_traced_memory()[1]}


def first(name: str, work: str, *sizes: str) -> float:
    """The first loss with gradients by one competitor."""
    from peers import prepare

    case = Case(work, *map(int, sizes))
    prepared = prepare(name, case, data(case), None)
    return prepared.canonical(prepared.call())[0]


if __name__ == "__main__":
    print(json.dumps({"curve": curve, "memory": memory, "first": first}[sys.argv[1]](*sys.argv[2:])))
