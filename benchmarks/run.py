"""One command: how long a loss with all its gradients takes, as a ratio to peers on the same work in the same run.

`python3 dev.py bench` runs it. Blocks of the competitors are interleaved, gradients are compared before timing, and
the median ratio is reported with its spread. One thread.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)

import platform  # noqa: E402 - the thread settings must stand before NumPy is loaded
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from functools import partial  # noqa: E402

import numpy as np  # noqa: E402
from peers import Work, hand_written_elman, torch_peer  # noqa: E402

import rnnsym as rs  # noqa: E402
from rnnsym import cells  # noqa: E402

SIZES = [(20, 4, 3, None), (100, 16, 8, None), (100, 64, 32, 32)]
BLOCKS, BLOCK_SECONDS = 7, 0.05
VARIANTS = [
    ["derive", "lstm"],
    ["derive", "gru"],
    ["derive", "lstm", "--option", "variant=peephole"],
    ["derive", "gru", "--option", "variant=cho2014"],
]


def seconds_each(work: Work) -> float:
    """The time of one call, over a block of calls."""
    calls, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < BLOCK_SECONDS:
        work()
        calls += 1
    return spent / calls


def compare(ours: Work, peer: Work) -> tuple[float, float, float, float]:
    """Our time, and the ratio ours / peer: its median, smallest and largest over interleaved blocks."""
    (loss, grads), (peer_loss, peer_grads) = ours(), peer()
    assert np.isclose(loss, peer_loss, rtol=1e-10), "the losses differ: the comparison would mean nothing"
    assert np.allclose(grads["V"], peer_grads["V"], rtol=1e-9), "the gradients differ"
    pairs = [(seconds_each(ours), seconds_each(peer)) for _ in range(BLOCKS)]
    ratios = [mine / theirs for mine, theirs in pairs]
    return statistics.median(mine for mine, _ in pairs), statistics.median(ratios), min(ratios), max(ratios)


def gradient_table() -> None:
    print(f"\n{'cell':6} {'T':>4} {'H':>3} {'X':>3} {'B':>3}  {'ms':>8}   peer             ours / peer")
    for cell in ("elman", "lstm", "gru"):
        for steps, hidden, inputs, batch in SIZES:
            rng = np.random.default_rng(0)
            net = rs.Network(cell, inputs=inputs, hidden=hidden, outputs=inputs)
            params = net.init(0, "uniform")
            lead = (steps,) if batch is None else (steps, batch)
            x, targets = rng.normal(size=(*lead, inputs)), rng.normal(size=(*lead, inputs))
            peers = {"PyTorch nn": torch_peer(cell, params, x, targets)}
            if cell == "elman" and batch is None:
                peers["NumPy by hand"] = hand_written_elman(params, x, targets)
            for name, peer in peers.items():
                if peer is None:
                    print(f"{cell:6} {name} is not installed: pip install -e '.[bench]'")
                    continue
                mine, ratio, low, high = compare(partial(net.value_and_grad, params, x, targets), peer)
                sizes = f"{steps:4} {hidden:3} {inputs:3} {batch or 1:3}"
                print(f"{cell:6} {sizes}  {1000 * mine:8.3f}   {name:15}  {ratio:5.2f}  ({low:.2f}–{high:.2f})")


def start_table() -> None:
    """Whole commands against an empty Python process: how much longer they take."""
    print(f"\n{'command':43} {'ms':>6}   times an empty `python -c pass`")
    empty = [sys.executable, "-c", "pass"]
    named = [["derive", entry.name] for entry in cells.catalogue() if not entry.options] + VARIANTS
    for words in (["--version"], *named):
        command = [sys.executable, "-m", "rnnsym", *words]
        pairs = [(process_seconds(command), process_seconds(empty)) for _ in range(BLOCKS)]
        mine = statistics.median(a for a, _ in pairs)
        print(f"rnnsym {' '.join(words):36} {1000 * mine:6.0f}   {statistics.median(a / b for a, b in pairs):.1f}")


def scalar_table() -> None:
    """Every scalar of the loss and its gradients, subexpressions shared and named: H = X = C = 2, squared loss."""
    print(f"\n{'scalar expressions':20} {'T':>4} {'ms':>8}   expressions")
    for cell in ("elman", "lstm", "gru"):
        derivation = rs.derive(rs.Network(cell, 2, 2, 2))
        for steps in (10, 100):
            found = [timed(partial(derivation.scalars, 2, steps)) for _ in range(BLOCKS)]
            count = len(derivation.scalars(2, steps).assignments)
            print(f"{cell:20} {steps:4} {1000 * statistics.median(found):8.1f}   {count}")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def process_seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}, one thread, float64")
    gradient_table()
    scalar_table()
    start_table()


if __name__ == "__main__":
    main()
