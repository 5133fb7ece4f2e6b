"""The ledger of a gradient: what the loss of each step sends through each step, as numbers."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from rnnsym.api.explanation import Explanation, explain
from rnnsym.api.network import Network
from rnnsym.core.names import Name, Role
from rnnsym.derivation.ledger import LedgerSystem, ledger_system
from rnnsym.engine.program import Function, Values, function
from rnnsym.errors import InputError
from rnnsym.wiring import TOTAL_LOSS

Array = np.ndarray[Any, Any]

LARGEST, BLOCK, GIGABYTE = 1.0e9, 6.4e7, 1.0e9
"""Bytes: what the whole ledger may take, and what is computed at once."""
WIDEST, MOST_LAGS = 9, 20
"""How many columns a table of norms has, and how many lags are listed."""


class Ledger:
    """G_{t,k}, the part of the gradient that the loss of step t sends through step k; t and k run from 1 to T.

    `ledger[t, k]` is G_{t,k}, with the shape of the parameter (a batch is summed over). Nothing is computed before it
    is asked for, and sums are taken block by block, so that only `array` needs memory for all T² entries. Source: the
    double sum of Pascanu et al. (2013), On the difficulty of training recurrent neural networks, equations 3 to 5.
    """

    def __init__(self, told: LedgerSystem, program: Function, known: Values, wrt: str) -> None:
        self.wrt, self._told, self._program = wrt, told, program
        self._known = known
        clock = next(name for name in known if name in told.system.timed_given)
        self.T = len(known[clock]) - 1
        self._batch = np.shape(known[clock])[1 : np.ndim(known[clock]) - len(told.system.shape(clock))]
        reached = told.system.hull(told.entry).at(self.T)
        self.steps = range(min(1, reached.start), max(self.T + 1, reached.stop))
        """The steps k: 1…T, and those beyond in which the parameter is used too."""
        self._losses = [t for t in range(1, self.T + 1) if any(t in span.at(self.T) for span in told.losses)]
        self.shape: tuple[int, ...] = np.shape(known[told.gradient.as_role(Role.PARAM)])
        self._cached: tuple[int, Array] | None = None

    def __repr__(self) -> str:
        return f"<ledger of {self.wrt}: T = {self.T}, entries of shape {self.shape}>"

    @property
    def nbytes(self) -> int:
        """The memory that all entries would need, in bytes."""
        return 8 * self.T * len(self.steps) * math.prod(self.shape)

    def __getitem__(self, key: tuple[int, int]) -> Array:
        t, k = self._checked(key)
        return np.array(self.row(t)[self.steps.index(k)])

    def _checked(self, key: Any) -> tuple[int, int]:
        if not (isinstance(key, tuple) and len(key) == 2 and all(map(_is_whole, key))):
            raise InputError(f"a ledger is asked for two steps, ledger[t, k], not for {key!r}.")
        t, k = key
        self._check_loss(t)
        if k not in self.steps:
            raise InputError(f"there is no step k = {k}: k runs from {self.steps[0]} to {self.steps[-1]}.")
        return int(t), int(k)

    def _check_loss(self, t: int) -> None:
        if not (_is_whole(t) and 1 <= t <= self.T):
            raise InputError(f"there is no loss of step t = {t}: t runs from 1 to {self.T}.")

    def row(self, t: int) -> Array:
        """G_{t,k} for every k in `steps`: what the loss of step t sends through each step."""
        self._check_loss(t)
        if self._cached is None or self._cached[0] != t:
            self._cached = (t, self._block([t])[0])
        return self._cached[1]

    def _block(self, times: Sequence[int]) -> Array:
        """The rows of these losses: (len(times), len(steps), …)."""
        wanted = [t for t in times if t in self._losses]
        out = np.zeros((len(times), len(self.steps), *self.shape), self._kind)
        if wanted:
            rows = self._run(wanted)
            out[[times.index(t) for t in wanted]] = rows
        return out

    @property
    def _kind(self) -> Any:
        return np.result_type(float, *(value for name, value in self._known.items() if name.role == Role.PARAM))

    def _run(self, times: Sequence[int]) -> Array:
        """The backward program with one loss selected in each example of a new batch axis."""
        spread = {name: self._spread(name, value, len(times)) for name, value in self._known.items()}
        chosen = np.zeros((self.T + 1, len(times), *self._batch))
        chosen[list(times), np.arange(len(times))] = 1.0
        found = self._program({**spread, self._told.selector: chosen})[self._told.entry]
        entries = np.moveaxis(found, 0, 1)[:, self.steps.start : self.steps.stop]
        return np.asarray(entries.sum(axis=tuple(range(2, 2 + len(self._batch)))))

    def _spread(self, name: Name, value: Any, count: int) -> Any:
        """`value` for every loss, as a view: a batch axis of `count` before the others."""
        if not name.batched:
            return value
        axis = 1 if self._told.system.timed(name) else 0
        array = np.expand_dims(np.asarray(value), axis)
        return np.broadcast_to(array, (*array.shape[:axis], count, *array.shape[axis + 1 :]))

    def _blocks(self) -> Iterator[tuple[list[int], Array]]:
        """All rows, block by block."""
        row = 8 * len(self.steps) * math.prod(self.shape) * math.prod(self._batch)
        size = max(1, int(BLOCK // row))
        for start in range(1, self.T + 1, size):
            times = list(range(start, min(start + size, self.T + 1)))
            yield times, self._block(times)

    @property
    def array(self) -> Array:
        """All entries, (T, len(steps), …). Raises InputError where they would need more than a gigabyte."""
        if self.nbytes > LARGEST:
            raise InputError(
                f"all entries of the ledger of {self.wrt} need {self.nbytes / GIGABYTE:.1f} GB: take row(t), rows, "
                "columns, lag(j) or norms, which are computed in blocks."
            )
        return np.concatenate([block for _, block in self._blocks()])

    @cached_property
    def _sums(self) -> dict[str, Array]:
        """Everything that needs all entries, gathered in one pass over the blocks."""
        event = tuple(range(2, 2 + len(self.shape)))
        rows, columns, norms = [], np.zeros((len(self.steps), *self.shape), self._kind), []
        lags = np.zeros((2 * self.T + 1, *self.shape), self._kind)
        for times, block in self._blocks():
            rows.append(block.sum(axis=1))
            columns += block.sum(axis=0)
            norms.append(np.sqrt(np.sum(np.abs(block) ** 2, axis=event)))
            for t, row in zip(times, block, strict=True):
                for k, entry in zip(self.steps, row, strict=True):
                    lags[t - k + self.T] += entry
        return {"rows": np.concatenate(rows), "columns": columns, "norms": np.concatenate(norms), "lags": lags}

    @property
    def rows(self) -> Array:
        """(T, …): row t - 1 is Σ_k G_{t,k}, the gradient of the loss of step t alone."""
        return self._sums["rows"].copy()

    @property
    def columns(self) -> Array:
        """(len(steps), …): Σ_t G_{t,k}, what step k adds to the gradient."""
        return self._sums["columns"].copy()

    def lag(self, j: int) -> Array:
        """Σ_t G_{t,t-j}: all that travels j steps back in time (forward in time, for j < 0)."""
        if not (_is_whole(j) and -self.T <= j <= self.T):
            raise InputError(f"there is no lag j = {j} in T = {self.T} steps.")
        return np.array(self._sums["lags"][j + self.T])

    @property
    def norms(self) -> Array:
        """(T, len(steps)): the Frobenius norm of every entry; zero where the loss t does not feel step k."""
        return self._sums["norms"].copy()

    @property
    def total(self) -> Array:
        """The gradient: the sum of all entries."""
        return np.asarray(self._sums["rows"].sum(axis=0))

    def explain(self, answer: Any) -> Explanation:
        """Which entries `answer` (an array like the gradient) is made of, and which are missing, by regression."""
        return explain(self, answer)

    def pretty(self) -> str:
        """The norms as a table, 80 columns wide; by lag where T is too large for that."""
        return "\n".join(_grid(self) if len(self.steps) <= WIDEST else _by_lag(self)) + "\n"

    __str__ = pretty

    def to_dict(self) -> dict[str, Any]:
        """The ledger as plain data for JSON, with a `schema_version`: norms, rows, columns and the total."""
        return {
            "schema_version": 1,
            "wrt": self.wrt,
            "T": self.T,
            "steps": list(self.steps),
            "norms": self.norms.tolist(),
            "rows": self.rows.tolist(),
            "columns": self.columns.tolist(),
            "total": self.total.tolist(),
        }


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _grid(ledger: Ledger) -> list[str]:
    """A row for each loss t, a column for each step k."""
    head = f"{'':>6}" + "".join(f"{f'k={k}':>7}" for k in ledger.steps) + f"{'row':>9}"
    sizes = _norms(ledger.rows)
    lines = [f"‖G‖ of {ledger.wrt}: what the loss of step t sends through step k", "", head]
    for t, (norms, whole) in enumerate(zip(ledger.norms, sizes, strict=True), 1):
        lines.append(f"{f't={t}':>6}" + "".join(f"{_number(norm):>7}" for norm in norms) + f"{_number(whole):>9}")
    columns = "".join(f"{_number(norm):>7}" for norm in _norms(ledger.columns))
    return [*lines, f"{'column':>6}{columns}{_number(float(np.linalg.norm(ledger.total))):>9}"]


def _by_lag(ledger: Ledger) -> list[str]:
    """What travels j steps back: the norm of the sum, and of the largest entry."""
    lines = [f"what the losses of {ledger.wrt} send j steps back, added up over T = {ledger.T} steps", ""]
    lines.append(f"{'j':>6}{'‖Σ G‖':>10}{'largest ‖G‖':>14}")
    norms = ledger.norms
    lags = {t - k for t in range(1, ledger.T + 1) for k in ledger.steps if norms[t - 1, ledger.steps.index(k)]}
    for j in sorted(lags, key=abs)[:MOST_LAGS]:
        largest = max(norms[t - 1, ledger.steps.index(t - j)] for t in range(1, ledger.T + 1) if t - j in ledger.steps)
        lines.append(f"{j:>6}{_number(float(np.linalg.norm(ledger.lag(j)))):>10}{_number(largest):>14}")
    return [*lines, *([f"{'':>5}…and {len(lags) - MOST_LAGS} more"] if len(lags) > MOST_LAGS else [])]


def _norms(stack: Array) -> Array:
    return np.asarray(np.sqrt(np.sum(np.abs(stack) ** 2, axis=tuple(range(1, stack.ndim)))))


def _number(value: float) -> str:
    """Three digits in at most six characters; a dot for an exact zero."""
    if value == 0.0:
        return "·"
    if 0.01 <= value < 1e4:
        return f"{value:.{max(0, 3 - math.floor(math.log10(max(value, 1.0))))}f}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}e{int(exponent)}"


def ledger(
    net: Network,
    gradient: Name,
    params: Mapping[str, Any],
    x: Any,
    targets: Any,
    carry: Mapping[str, Any] | None = None,
    mask: Any = None,
) -> Ledger:
    """The ledger of one gradient of a network; arguments as in `Network.run`. The batch is summed over."""
    if targets is None:
        raise InputError("a ledger needs targets: without them there is no loss.")
    program = net.program(mask is not None)
    told = ledger_system(program.adjoint, TOTAL_LOSS, gradient)
    given = net.given(params, x, targets, carry, mask)
    known = {**given, **program.forward(given)}
    names = (*told.derived.backward, told.entry)
    backward = function(told.system, tuple(n for n in names if n in told.system.ancestors([told.entry])), "ledger")
    return Ledger(told, backward, known, gradient.label)
