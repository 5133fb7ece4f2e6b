"""One run of a sweep: a network with drawn weights and inputs, and its measures, as plain data.

`run_point` is what a worker process calls: a function at the top level, of a job that pickles.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from rnnsym.analysis.jacobians import Jacobians, jacobians
from rnnsym.analysis.products.logscale import Scaled, running
from rnnsym.analysis.sweeps.axes import GATED, Value, cell_called
from rnnsym.analysis.sweeps.measures import measure_called
from rnnsym.api.adjusting import adjusted
from rnnsym.api.network import Network, Params
from rnnsym.core import dims
from rnnsym.core.names import Name, Role
from rnnsym.errors import InputError, RnnsymError
from rnnsym.wiring import Options

Array = Any
Row = dict[str, Any]
PART = 256
"""Products that are kept at once."""
OTHER_SIZE = 2
"""The size of a dimension that only the user's cell has a name for."""


@dataclass(frozen=True)
class Job:
    """`point` are the settings by axis, with the seed; `measures` the names of what is measured."""

    index: int
    point: Mapping[str, Value]
    root: int
    measures: tuple[str, ...]
    x: Array | None


class Probe:
    """One run, as a measure sees it. Everything is made on first use.

    `settings` are the values of the axes and the seed. The network reads the whole sequence and has its output, which
    is the visible state, at t = T.
    """

    def __init__(self, settings: Mapping[str, Value], root: int = 0, x: Array | None = None) -> None:
        self.settings: dict[str, Any] = dict(settings)
        self._x = x
        seeds = np.random.SeedSequence([root, int(self.settings["seed"])]).generate_state(2)
        self._weights, self._draws = (int(seed) for seed in seeds)

    def __repr__(self) -> str:
        return f"<Probe of {self.net.name}: {self.settings}>"

    @cached_property
    def net(self) -> Network:
        """The network: the cell without a readout."""
        s = self.settings
        hidden = int(s["hidden"])
        return _network(str(s["cell"]), s["activation"], hidden, int(s["inputs"] or hidden))

    @property
    def given(self) -> bool:
        """Whether the inputs are given, and not drawn."""
        return self._x is not None

    @property
    def variance(self) -> float:
        """That of drawn inputs."""
        return float(self.settings["variance"])

    @property
    def T(self) -> int:
        return int(self.settings["steps"])

    @cached_property
    def params(self) -> Params:
        """The weights: drawn, then rescaled to the spectral radius and by the gain, then with the bias of the gate."""
        s = self.settings
        scheme, more = str(s["scheme"]), dict[str, Any]()
        if scheme in GATED:
            more = {"chrono": max(self.T, 2)} if scheme == "chrono" else {"forget_bias": 1.0}
            scheme = "glorot"
        drawn = self.net.init(self._weights, scheme, **more)
        settings = {name: s[name] for name in ("gain", "spectral_radius", "forget_bias")}
        return adjusted(self.net, drawn, **settings)

    @cached_property
    def _drawn(self) -> tuple[dict[str, Array], dict[str, Array], Array]:
        """Inputs, initial states and the target."""
        system, sizes = self.net.system, self.net.sizes
        rng = np.random.default_rng(self._draws)
        inputs, carry, target = dict[str, Array](), dict[str, Array](), np.zeros(())
        for name, shape in system.given.items():
            numbers = tuple(dims.size(dim, sizes) for dim in shape)
            if name.role == Role.INITIAL:
                carry[name.label] = float(self.settings["start"]) * rng.standard_normal(numbers)
            elif name.role == Role.TARGET:
                target = rng.standard_normal(numbers)
        for name, shape in system.given.items():
            if name.role == Role.INPUT:
                lead = (self.T,) if name in system.timed_given else ()
                inputs[name.label] = self._input(name, lead + tuple(dims.size(dim, sizes) for dim in shape), rng)
        return inputs, carry, target

    def _input(self, name: Name, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        system = self.net.system
        if self._x is not None and len(shape) == 2:
            return self._x[: self.T]
        if name in system.labels:
            return rng.integers(0, dims.size(system.labels[name], self.net.sizes), shape)
        return np.sqrt(self.variance) * rng.standard_normal(shape)

    @property
    def x(self) -> dict[str, Array]:
        """The inputs by label; that of a longer run begins like that of a shorter one."""
        return self._drawn[0]

    @property
    def carry(self) -> dict[str, Array]:
        """The initial states by label."""
        return self._drawn[1]

    @property
    def target(self) -> Array:
        """Gaussian, of the shape of the output at t = T."""
        return self._drawn[2]

    @cached_property
    def jacobians(self) -> Jacobians:
        """The step Jacobians along the run."""
        return jacobians(self.net, self.params, self.x, self.carry)

    @cached_property
    def _from_end(self) -> tuple[Array, Scaled]:
        """`log_norms`, and (∂s_T/∂s_0)ᵀ: the transposed products from the end, a part of them at a time."""
        steps = self.jacobians.ordered[::-1].transpose(0, 2, 1)
        logs, last = [np.zeros(1)], Scaled(np.eye(steps.shape[-1]), 0.0)
        for start in range(0, len(steps), PART):
            products = running(np.ascontiguousarray(steps[start : start + PART]), last)
            last = Scaled(products.mantissa[-1], products.log[-1])
            logs.append(_log_norms(products))
        return np.concatenate(logs), last

    @property
    def log_norms(self) -> Array:
        """log‖∂s_T/∂s_{T-lag}‖₂ for lag = 0…T; nan where a step Jacobian on the way is not finite."""
        return self._from_end[0]

    @property
    def whole(self) -> Scaled:
        """(∂s_T/∂s_0)ᵀ."""
        return self._from_end[1]

    def states(self, t: int) -> dict[str, Array]:
        """The whole carry at step t, by label."""
        return {name.label: value[t] for name, value in self.jacobians.values.items() if name.role == Role.CARRY}

    @cached_property
    def not_finite(self) -> int | None:
        """The first step at which a state is not finite; None where all are."""
        carries = [value for name, value in self.jacobians.values.items() if name.role == Role.CARRY]
        rows = [np.isfinite(value).reshape(len(value), -1).all(axis=1) for value in carries]
        bad = np.flatnonzero(~np.logical_and.reduce(rows))
        return int(bad[0]) if len(bad) else None


def _log_norms(products: Scaled) -> Array:
    """Natural; from the largest eigenvalue of A Aᵀ, which is as exact for a norm and faster."""
    finite = np.isfinite(products.mantissa).all(axis=(-2, -1))
    some = products.mantissa[finite]
    squared = np.linalg.eigvalsh(some @ some.transpose(0, 2, 1))[:, -1]
    found = np.full(len(finite), np.nan)
    with np.errstate(divide="ignore"):
        found[finite] = np.log(np.maximum(squared, 0.0)) / 2 + products.log[finite]
    return found


@lru_cache(maxsize=16)
def _network(cell: str, activation: Value, hidden: int, inputs: int) -> Network:
    """A worker meets the same network with many weights."""
    words = cell if activation is None else f"{cell} activation={activation}"
    found = cell_called(words)
    sizes = dict.fromkeys(found.dimensions(), OTHER_SIZE)
    options = Options(readout=False, pattern="many_to_one")
    return Network.sized(found, options, {**sizes, "X": inputs, "H": hidden})


def run_point(job: Job) -> Row:
    """The row of one run: its settings, its measures, and None or what went wrong as `error`."""
    row: Row = {"index": job.index, **job.point}
    probe = Probe(job.point, job.root, job.x)
    columns = {name: measure_called(name) for name in job.measures}
    try:
        with np.errstate(all="ignore"):
            found = {measure.column: _value(measure.of, probe) for measure in columns.values()}
    except Exception as error:
        kind = "" if isinstance(error, RnnsymError) else f"{type(error).__name__}: "
        return {**row, **{measure.column: None for measure in columns.values()}, "error": f"{kind}{error}"}
    return {**row, **found, "error": None}


def _value(measure: Any, probe: Probe) -> Any:
    """A number, a list of them or None; None for what cannot be told because the states overflow."""
    try:
        found = measure(probe)
    except InputError:
        if probe.not_finite is None:
            raise
        return None
    if found is None or (isinstance(found, int) and not isinstance(found, bool)):
        return found
    array = np.asarray(found)
    if array.ndim > 1 or array.dtype.kind not in "biuf":
        raise InputError(f"a measure is a number or a list of numbers, not {found!r}.")
    return array.tolist() if array.dtype.kind in "iu" else array.astype(float).tolist()
