"""What the Flow screen wants to know, and what it gets to show."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnnsym.analysis.flow import Flow
from rnnsym.walk.walk import Walk
from rnnsym_tui.model.flow.place import FlowPlace
from rnnsym_tui.model.flow.rests import Rests
from rnnsym_tui.model.setup import Setup

Array = np.ndarray[Any, Any]


def nothing() -> Array:
    return np.empty(0)


@dataclass(frozen=True)
class Request:
    """`rows` and `columns` are how many steps the map has room for; `ascii` is for the finding."""

    setup: Setup
    walk: Walk
    place: FlowPlace
    rows: int
    columns: int
    ascii: bool = False


@dataclass(frozen=True, eq=False)
class Trace:
    """One network in numbers, all of them natural logarithms; `fault` says why there are none.

    `table` is (rows, columns) of the map, nan where nothing is drawn; of a network that is seen across the diagonal it
    holds the norm from step t to step k. `curve` is by lag back from the cursor's t, nan where it is not sampled.
    `bound` and `line` go with it, and are empty for a network that has none, or whose bound says nothing of the curve.
    """

    label: str
    flow: Flow | None = None
    fault: str = ""
    table: Array = field(default_factory=nothing)
    curve: Array = field(default_factory=nothing)
    bound: Array = field(default_factory=nothing)
    line: Array = field(default_factory=nothing)


@dataclass(frozen=True, eq=False)
class Spectrum:
    """`values` are the eigenvalues of the step Jacobian at the cursor's t, `norm` is its largest singular value."""

    values: Array
    norm: float

    @property
    def radius(self) -> float:
        return float(np.max(np.abs(self.values), initial=0.0))


@dataclass(frozen=True, eq=False)
class Result:
    """`traces` begins with the cell of the session. `ts` and `ks` are the steps of the map, `cursor` is (t, k).

    `fan` is log σ_i of the products by lag, (lags, n), where it is looked at. `complete` is False while the map is
    still coarse.
    """

    request: Request
    traces: tuple[Trace, ...]
    ts: tuple[int, ...]
    ks: tuple[int, ...]
    cursor: tuple[int, int]
    chains: tuple[str, ...]
    rests: Rests
    finding: str
    pinned: Trace | None = None
    spectrum: Spectrum | None = None
    fan: Array = field(default_factory=nothing)
    complete: bool = True

    @property
    def main(self) -> Trace:
        return self.traces[0]

    @property
    def forward(self) -> bool:
        """Whether the chain runs with time."""
        return self.main.flow is None or self.main.flow.jacobians.forward

    @property
    def lag(self) -> int:
        """How many steps lie between the steps of the cursor."""
        return abs(self.cursor[0] - self.cursor[1])

    @property
    def mirrored(self) -> Trace | None:
        """The network on the other side of the diagonal."""
        others = [trace for trace in self.traces[1:] if trace.flow is not None]
        return others[self.request.place.mirror % len(others)] if others else None
