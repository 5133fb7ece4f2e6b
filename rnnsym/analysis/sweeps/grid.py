"""A sweep: a grid of settings, several seeds, and what is measured at each point."""

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rnnsym.analysis.sweeps.axes import Value, parsed, read_axes
from rnnsym.analysis.sweeps.measures import STANDARD, measure_called, measure_name
from rnnsym.analysis.sweeps.point import Job
from rnnsym.analysis.sweeps.runner import Cancel, Progress, run_sweep
from rnnsym.analysis.sweeps.table import Table
from rnnsym.errors import InputError, ShapeError

VERSION = 1
"""Of the rows: another number where the same settings give other results."""


class Sweep:
    """Measures over a grid: `Sweep(cell=["elman", "lstm"], gain=[0.5, 1.0, 1.5], hidden=32, steps=100, seeds=8)`.

    An axis takes one value or several: cell (names with options, such as "lstm variant=peephole", or
    "path/to/file.py:MyCell"), activation, scheme (those of `Network.init`, "chrono" with T_max = steps, or
    "unit_forget_bias"), spectral_radius, forget_bias, gain, hidden, inputs, steps, variance (of Gaussian inputs), start
    (standard deviation of Gaussian initial states). seeds: how many networks there are at each point. seed: another
    ensemble. measures: names in MEASURES, and functions of a `Probe` at the top level of a module, or "module:name" for
    one. x: the inputs of every run, (T, X), in the place of Gaussian ones; a run of fewer steps reads the first.

    The weights of seed s are drawn alike at every point of the grid (for the same cell and sizes), so that what differs
    between points is what the grid changes; they depend on nothing else, such as the number of workers.
    Raises UnknownNameError, InputError and ShapeError.
    """

    def __init__(
        self,
        *,
        seeds: int = 1,
        seed: int = 0,
        measures: Sequence[str | Callable[..., Any]] = STANDARD,
        x: Any = None,
        **axes: Any,
    ) -> None:
        for what, number, least in (("seeds", seeds, 1), ("seed", seed, 0)):
            if isinstance(number, bool) or not isinstance(number, (int, np.integer)) or number < least:
                raise InputError(f"{what} must be a whole number of {least} or more, not {number!r}.")
        self.seeds, self.seed = int(seeds), int(seed)
        self.x = None if x is None else _inputs(x)
        if self.x is not None:
            axes = {"inputs": self.x.shape[1], "steps": len(self.x), **axes}
        self.axes: dict[str, tuple[Value, ...]] = read_axes(axes)
        self._check_inputs()
        if isinstance(measures, str) or not measures:
            raise InputError(f"measures must be a list of names and functions, such as {list(STANDARD[:2])}.")
        self.measures: tuple[str, ...] = tuple(dict.fromkeys(map(measure_name, measures)))
        self.columns: tuple[str, ...] = tuple(measure_called(name).column for name in self.measures)
        """The names of the measures in a row."""
        self._check_columns()

    def _check_columns(self) -> None:
        taken = ["index", *self.axes, "seed", "error"]
        for i, column in enumerate(self.columns):
            if column in taken or column in self.columns[:i]:
                raise InputError(f"two columns of this sweep would be called {column}: rename the measure.")

    def _check_inputs(self) -> None:
        if self.x is None:
            return
        steps, width = self.x.shape
        if self.axes["inputs"] != (width,) or max(self.axes["steps"]) > steps:  # type: ignore[type-var]
            raise ShapeError(
                f"x has the shape {self.x.shape}: it serves inputs = {width} and up to {steps} steps, not inputs = "
                f"{list(self.axes['inputs'])} and steps = {list(self.axes['steps'])}."
            )

    def __repr__(self) -> str:
        varied = ", ".join(f"{name}: {len(self.axes[name])}" for name in self.varied)
        return f"<Sweep of {len(self)} runs: {varied or 'one point'}, seeds: {self.seeds}>"

    def __len__(self) -> int:
        """How many runs there are."""
        return int(np.prod([len(values) for values in self.axes.values()], dtype=np.int64)) * self.seeds

    @property
    def varied(self) -> tuple[str, ...]:
        """The axes with more than one value."""
        return tuple(name for name, values in self.axes.items() if len(values) > 1)

    def point(self, index: int) -> dict[str, Value]:
        """The settings of one run, its seed last; the last axis changes fastest, and the seed faster still."""
        found: dict[str, Value] = {"seed": index % self.seeds}
        rest = index // self.seeds
        for name, values in reversed(self.axes.items()):
            rest, at = divmod(rest, len(values))
            found[name] = values[at]
        return dict(reversed(found.items()))

    def job(self, index: int) -> Job:
        """One run as plain data, for a worker."""
        return Job(index, self.point(index), self.seed, self.measures, self.x)

    @cached_property
    def spec(self) -> dict[str, Any]:
        """What the rows depend on, as JSON: a file of rows belongs to the sweep that has the same."""
        data = None
        if self.x is not None:
            data = {"shape": list(self.x.shape), "sha256": hashlib.sha256(self.x.tobytes()).hexdigest()[:16]}
        axes = {name: list(values) for name, values in self.axes.items()}
        files = {str(cell): code for cell in self.axes["cell"] if (code := _code_of(str(cell)))}
        measures = list(self.measures)
        return {
            "version": VERSION, "axes": axes, "seeds": self.seeds, "seed": self.seed, "measures": measures, "x": data,
            "files": files,
        }  # fmt: skip

    @property
    def hash(self) -> str:
        """A short name for `spec`."""
        return hashlib.sha256(json.dumps(self.spec, sort_keys=True).encode()).hexdigest()[:16]

    def run(
        self,
        path: str | Path | None = None,
        executor: Executor | None = None,
        progress: Progress | None = None,
        cancel: Cancel | None = None,
        submitted: int = 64,
    ) -> Table:
        """Every run of the sweep, as a table in the order of the grid; the same whatever the executor is.

        path: a JSON-lines file to which every row is written when it is finished, and from which an interrupted sweep
        goes on; at the end it is put in the order of the grid. executor: any of concurrent.futures, such as a
        ProcessPoolExecutor, or Dask's `client.get_executor()`; without one the runs are made here. progress(done,
        total) is called after each row. cancel: a threading.Event, or a function that returns True to stop: the table
        then has the rows that are done. submitted: how many runs an executor has at a time; take more than it has
        workers. A run that fails is a row with an error.
        Raises InputError for a file of another sweep, or one that cannot be read or written.
        """
        return run_sweep(self, path, executor, progress, cancel, submitted)


def _inputs(x: Any) -> "np.ndarray[Any, Any]":
    array = np.asarray(x)
    if array.ndim != 2 or array.dtype.kind not in "biuf" or 0 in array.shape:
        raise ShapeError(f"x must be an array of numbers, (T, X), not {array.dtype} of shape {array.shape}.")
    if not np.isfinite(array).all():
        raise InputError("x is not finite.")
    return np.ascontiguousarray(array, dtype=np.float64)


def _code_of(cell: str) -> str | None:
    """What tells one version of a user's file from another."""
    name, _ = parsed(cell)
    if ".py" not in name:
        return None
    path = Path(name.rpartition(":")[0] if ".py:" in name else name)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
