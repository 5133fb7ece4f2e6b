"""A problem sheet: a cell on numbers of one's own, sizes found from the numbers, missing targets masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnnsym.api.network import Network
from rnnsym.cells.base import Cell
from rnnsym.core import dims
from rnnsym.core.dims import Shape
from rnnsym.core.names import Role
from rnnsym.core.system import System, reads
from rnnsym.errors import InputError, ShapeError, unknown
from rnnsym.walk.numbers import parse_array, parse_whole
from rnnsym.walk.walk import Walk
from rnnsym.wiring import STANDARD, TARGET, Body, Options, Wired, Y, as_body, network_system, wire

Array = np.ndarray[Any, Any]
MISSING = "_"
KINDS = (Role.PARAM, Role.INITIAL, Role.INPUT)


@dataclass(frozen=True)
class Given:
    """What stands on the sheet, as typed. `x` by input; `targets` one text a step, `_` where there is none.

    `weights` and `carry` by name; `sizes` by dimension, where the numbers do not tell. A network has a readout where
    V or b_y is given (see `readout_labels`), or the size C; otherwise its output is the hidden state. `symbols`: the
    input is the number of a symbol, 0, 1, …, for cells that read vectors.
    """

    x: Mapping[str, Sequence[str]]
    targets: Sequence[str] = ()
    weights: Mapping[str, str] = field(default_factory=dict)
    carry: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    loss: str = "squared"
    reduction: str = "sum"
    seed: int | None = None
    symbols: bool = False


@dataclass(frozen=True)
class Sheet:
    """The sheet worked out. `unset` are the parameters that were not given: zero, or drawn where there is a seed.

    `present` says for each step whether it has a target; without any there is no loss, and the gradients are zero.
    """

    walk: Walk
    given: Given
    unset: tuple[str, ...]
    present: tuple[bool, ...]

    def updated(self, rate: float) -> dict[str, Array]:
        """Every parameter after one step of gradient descent, θ − rate · ∂L/∂θ."""
        grads = self.walk.run.grads
        return {name: np.asarray(value - rate * grads[name]) for name, value in self.walk.params.items()}


def work_out(what: Body | Cell, given: Given) -> Sheet:
    """Run a cell, or several wired together, on the numbers of a sheet, forward and backward.

    Raises UnknownNameError, ShapeError where sizes disagree, and InputError for numbers that cannot be used.
    """
    body = as_body(what)
    options = Options(_has_readout(body, given), given.loss, reduction=given.reduction, symbols=given.symbols)
    wired = wire(body, options)
    system = wired.system
    _check_names(body, wired, given)
    found = _Sizes(given.sizes)
    weights = _arrays(system, Role.PARAM, given.weights, found)
    carry = _arrays(system, Role.INITIAL, given.carry, found)
    x = _inputs(system, _by_label(system, given.x), found)
    steps = len(next(iter(x.values())))
    targets, present = _targets(system, given, steps, found)
    net = Network.sized(body, options, {dim: found.sizes.get(dim, 1) for dim in (*wired.dimensions, *STANDARD)})
    start = _zeros(net) if given.seed is None else net.init(given.seed, "uniform")
    mask = None if all(present) else np.array(present, float)
    walk = Walk(net, {**start, **weights}, x, _filled(targets, net), carry, mask)
    return Sheet(walk, given, tuple(name for name in net.params if name not in weights), present)


def readout_labels(what: Body | Cell) -> list[str]:
    """V and b_y; readout.V and readout.b_y for a cell with a parameter of one of these names."""
    system = network_system(what, Options())
    return [r.name.label for r in reads(system.equations[Y][0].rhs) if r.name.role == Role.PARAM]


def _has_readout(body: Body, given: Given) -> bool:
    """Whether the sheet speaks of a readout: by its weights, or by its size."""
    return "C" in given.sizes or any(label in given.weights for label in readout_labels(body))


def _by_label(system: System, x: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """The only input of a network may be called by its symbol alone, x for encoder.x."""
    names = [name for name in system.given if name.role == Role.INPUT]
    return {names[0].label: x[names[0].symbol]} if len(names) == 1 and list(x) == [names[0].symbol] else x


class _Sizes:
    """What each dimension must be, and which number said so first."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = dict(sizes)
        self.told_by = dict.fromkeys(sizes, "the size asked for")

    def learn(self, what: str, shape: Shape, array: Array) -> None:
        """Raises ShapeError where the axes of `array`, declared as `shape`, contradict what is known."""
        words = f"{what} ({_product(shape)} = {_product(array.shape)})"
        for dim, size in zip(shape, array.shape, strict=True):
            if not isinstance(dim, str) or not dim.isidentifier():
                continue
            if self.sizes.setdefault(dim, size) != size:
                known = f"{dim} = {self.sizes[dim]} by {self.told_by[dim]}"
                raise ShapeError(f"the sizes disagree: {known}, but {dim} = {size} by {words}.")
            self.told_by.setdefault(dim, words)


def _product(shape: Shape) -> str:
    return " × ".join(map(str, shape))


def _check_names(body: Body, wired: Wired, given: Given) -> None:
    labels = {role: [name.label for name in wired.system.given if name.role == role] for role in KINDS}
    x, inputs = _by_label(wired.system, given.x), labels[Role.INPUT]
    for kind, names, known in (
        ("parameter", given.weights, list(dict.fromkeys([*labels[Role.PARAM], *readout_labels(body)]))),
        ("carry", given.carry, labels[Role.INITIAL]),
        ("input", x, inputs),
        ("dimension", given.sizes, list(dict.fromkeys([*wired.dimensions, "C"]))),
    ):
        for name in names:
            if name not in known:
                raise unknown(kind, name, known)
    for name in inputs:
        if not x.get(name):
            raise InputError(f"the input {name} has T = 0 steps: give at least one number.")


def _arrays(system: System, role: Role, texts: Mapping[str, str], found: _Sizes) -> dict[str, Array]:
    arrays = {}
    for label, text in texts.items():
        shape = next(shape for name, shape in system.given.items() if name.role == role and name.label == label)
        what = f"the initial {label}" if role == Role.INITIAL else label
        arrays[label] = parse_array(what, text, len(shape))
        found.learn(what, shape, arrays[label])
    return arrays


def _inputs(system: System, texts: Mapping[str, Sequence[str]], found: _Sizes) -> dict[str, Array]:
    series = {}
    for label, values in texts.items():
        shape = next(shape for name, shape in system.given.items() if (name.role, name.label) == (Role.INPUT, label))
        rows = []
        for t, text in enumerate(values, 1):
            what = f"{label} at t = {t}"
            symbol = any(name.label == label for name in system.labels)
            rows.append(np.array(parse_whole(what, text)) if symbol else parse_array(what, text, len(shape)))
            found.learn(what, shape, rows[-1])
        series[label] = np.array(rows)
    if len({len(values) for values in series.values()}) > 1:
        counts = ", ".join(f"{label} has {len(values)}" for label, values in series.items())
        raise ShapeError(f"the inputs have different numbers of steps: {counts}.")
    return series


def _targets(system: System, given: Given, steps: int, found: _Sizes) -> tuple[list[Array | None], tuple[bool, ...]]:
    """The target of each step, None where there is none."""
    if not given.targets:
        return [None] * steps, (False,) * steps
    if len(given.targets) != steps:
        count = f"there are {len(given.targets)} targets for T = {steps} steps"
        raise ShapeError(f"{count}: give one a step, {MISSING} where there is none.")
    shape, rows = system.given[TARGET], list[Array | None]()
    for t, text in enumerate(given.targets, 1):
        what = f"the target at t = {t}"
        if text == MISSING:
            rows.append(None)
        elif given.loss == "cross_entropy":
            rows.append(np.array(parse_whole(what, text)))
        else:
            rows.append(parse_array(what, text, len(shape)))
        if rows[-1] is not None:
            found.learn(what, shape, rows[-1])
    if all(row is None for row in rows):
        raise InputError(f"every target is {MISSING}: give at least one number, or leave the targets out.")
    return rows, tuple(row is not None for row in rows)


def _zeros(net: Network) -> dict[str, Array]:
    return {name: np.zeros(tuple(int(size) for size in shape)) for name, shape in net.params.items()}


def _filled(targets: Sequence[Array | None], net: Network) -> Array:
    """The targets as one array, zero where they are missing. Raises ShapeError for one of another size."""
    shape = tuple(dims.size(dim, net.sizes) for dim in net.system.given[TARGET])
    for t, target in enumerate(targets, 1):
        if target is not None and target.shape != shape:
            raise ShapeError(f"the target at t = {t} has shape {target.shape}; it must be {shape}, as the output is.")
    blank = np.zeros(shape, int if net.options.loss == "cross_entropy" else float)
    return np.array([blank if target is None else target for target in targets])
