"""The works: which network at which sizes, with its numbers.

NumPy only: a peer's process does not load rnnsym. Parameters have rnnsym's names.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Arrays = dict[str, Any]
Shapes = dict[str, tuple[int, ...]]

SMALL, MIDDLE, LONG, LARGE = (100, 16, 8, 1), (100, 64, 32, 1), (1000, 32, 16, 1), (100, 128, 64, 32)
GATES = {
    "elman": ("",),
    "character": ("",),
    "lstm": ("_i", "_f", "_g", "_o"),
    "gru": ("_r", "_z", "_n"),
    "peephole": ("_i", "_f", "_g", "_o"),
    "mgu": ("_f", "_n"),
    "two_layer": ("_i", "_f", "_g", "_o"),
    "bidirectional": ("_i", "_f", "_g", "_o"),
}
"""What follows W, U and b in the names of each cell's parameters; the LSTM's and the GRU's in PyTorch's order."""


class Case(NamedTuple):
    """One work at its sizes."""

    work: str
    steps: int
    hidden: int
    inputs: int
    batch: int

    def __str__(self) -> str:
        return f"{self.work} ({', '.join(map(str, self[1:]))})"


class Data(NamedTuple):
    """What is computed on. Without a batch axis at batch 1; labels are integers (T[, B])."""

    params: Arrays
    x: Any
    targets: Any


class Work(NamedTuple):
    """A network: its title, the shapes of its parameters, its sizes (T, H, X, B), whether it reads labels."""

    title: str
    shapes: Callable[[str, int, int], Shapes]
    sizes: tuple[tuple[int, int, int, int], ...]
    labels: bool = False


def layer(gates: tuple[str, ...], hidden: int, inputs: int, prefix: str = "") -> Shapes:
    """The parameters of one layer: W, U and b for each gate."""
    shapes: Shapes = {}
    for gate in gates:
        shapes[f"{prefix}W{gate}"] = (hidden, inputs)
        shapes[f"{prefix}U{gate}"] = (hidden, hidden)
        shapes[f"{prefix}b{gate}"] = (hidden,)
    return shapes


def readout(outputs: int, width: int) -> Shapes:
    return {"V": (outputs, width), "b_y": (outputs,)}


def single(work: str, hidden: int, inputs: int) -> Shapes:
    return {**layer(GATES[work], hidden, inputs), **readout(inputs, hidden)}


def gru(work: str, hidden: int, inputs: int) -> Shapes:
    return {**single(work, hidden, inputs), "b_hn": (hidden,)}


def peephole(work: str, hidden: int, inputs: int) -> Shapes:
    return {**single(work, hidden, inputs), **{f"p_{gate}": (hidden,) for gate in "ifo"}}


def layer_alone(work: str, hidden: int, inputs: int) -> Shapes:
    return layer(("",), hidden, inputs)


def two_layer(work: str, hidden: int, inputs: int) -> Shapes:
    below, above = (layer(GATES[work], hidden, size, f"layer{n}.") for n, size in ((1, inputs), (2, hidden)))
    return {**below, **above, **readout(inputs, hidden)}


def bidirectional(work: str, hidden: int, inputs: int) -> Shapes:
    ways = (layer(GATES[work], hidden, inputs, prefix) for prefix in ("forward.", "backward."))
    return {**next(ways), **next(ways), **readout(inputs, 2 * hidden)}


WORKS = {
    "elman": Work("tanh RNN", single, ((20, 4, 3, 1), SMALL, MIDDLE, LONG, LARGE)),
    "lstm": Work("LSTM", single, (SMALL, MIDDLE, LONG, LARGE)),
    "gru": Work("GRU", gru, (SMALL, MIDDLE, LONG, LARGE)),
    "character": Work("character model", single, ((25, 100, 64, 1),), labels=True),
    "peephole": Work("peephole LSTM", peephole, (SMALL, MIDDLE, LARGE)),
    "mgu": Work("minimal gated unit", single, (SMALL, MIDDLE, LARGE)),
    "two_layer": Work("two-layer LSTM", two_layer, (SMALL, MIDDLE, LARGE)),
    "bidirectional": Work("bidirectional LSTM", bidirectional, (SMALL, MIDDLE, LARGE)),
}


LABS = {
    "fan": Work("all singular values of all products", layer_alone, ((100, 16, 8, 1), (200, 64, 8, 1))),
    "lyapunov": Work("all Lyapunov exponents", layer_alone, ((2000, 32, 8, 1),)),
}
"""What is asked of the step Jacobians of a tanh RNN without a readout."""


def lab_cases(quick: bool) -> list[Case]:
    """The cases of LABS; quick: short ones."""
    if quick:
        return [Case("fan", 30, 8, 4, 1), Case("lyapunov", 200, 8, 4, 1)]
    return [Case(name, *sizes) for name in LABS for sizes in LABS[name].sizes]


def cases(only: list[str], quick: bool) -> list[Case]:
    """The cases of the works named in `only` (all where it is empty); quick: the smallest of each."""
    chosen = [name for name in WORKS if not only or any(word in name for word in only)]
    return [Case(name, *sizes) for name in chosen for sizes in WORKS[name].sizes[: 1 if quick else None]]


def data(case: Case, seed: int = 0) -> Data:
    """Numbers for a case: the same in every process."""
    if case.work in LABS:
        return lab_data(case, seed)
    work, rng = WORKS[case.work], np.random.default_rng(seed)
    bound = case.hidden**-0.5
    shapes = work.shapes(case.work, case.hidden, case.inputs)
    params = {name: rng.uniform(-bound, bound, shape) for name, shape in shapes.items()}
    lead = (case.steps,) if case.batch == 1 else (case.steps, case.batch)
    if work.labels:
        return Data(params, rng.integers(0, case.inputs, lead), rng.integers(0, case.inputs, lead))
    return Data(params, rng.normal(size=(*lead, case.inputs)), rng.normal(size=(*lead, case.inputs)))


def lab_data(case: Case, seed: int) -> Data:
    """Weights of gain 1, so that products neither vanish nor grow at once; there is nothing to aim at."""
    rng = np.random.default_rng(seed)
    shapes = LABS[case.work].shapes(case.work, case.hidden, case.inputs)
    params = {name: rng.normal(size=shape) * shape[-1] ** -0.5 for name, shape in shapes.items()}
    return Data(params, rng.normal(size=(case.steps, case.inputs)), None)
