"""The numbers of `rnnsym flow`, one column for each network."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.analysis.anatomy.saturation import saturation
from rnnsym.analysis.anatomy.spectra import norm, radius
from rnnsym.analysis.flow import Flow
from rnnsym.analysis.pictures.glyphs import columns, padded
from rnnsym.analysis.pictures.heat import sampled
from rnnsym.analysis.pictures.magnitudes import magnitude

Array = Any
Row = tuple[str, ...]
MOST, FEWEST, WORK = 200, 8, 1.8e8
"""Steps whose eigenvalues are taken: at most and at least so many, and so much work."""
GAP = 2
LEAST = 0.005
"""Smaller shares are no per cent."""


@dataclass(frozen=True)
class Numbers:
    """`halving`: over how many steps the norm halves on average, None where it does not shrink; `doubling` likewise.
    `radius`, `norm`: medians over `some_steps`, nan where there are none. `rate` and `final_rate` bound what one step
    multiplies, and each of many; `why` says what follows."""

    left: float
    halving: float | None
    doubling: float | None
    radius: float
    norm: float
    rate: float
    final_rate: float
    why: str
    saturated: dict[str, float]


def numbers_of(flow: Flow) -> Numbers:
    """The numbers of one network."""
    steps = some_steps(flow)
    found = flow.bound
    last, lags = float(flow.curve[-1]), flow.T - 1
    pace = lags * math.log(2) / abs(last) if lags and math.isfinite(last) and last else None
    shares = saturation(flow.jacobians)
    return Numbers(
        left=last,
        halving=pace if last < 0 else None,
        doubling=pace if last > 0 else None,
        radius=float(np.median(radius(steps))) if len(steps) else math.nan,
        norm=float(np.median(norm(steps))) if len(steps) else math.nan,
        rate=found.rate,
        final_rate=found.final_rate,
        why=found.why,
        saturated={label: _mean(share) for label, share in shares.items()},
    )


def some_steps(flow: Flow) -> Array:
    """The step Jacobians at `some_places` that are finite."""
    chosen = flow.jacobians.step[[step - 1 for step in some_places(flow)]]
    return chosen[np.isfinite(chosen).all(axis=(1, 2))]


def some_places(flow: Flow) -> list[int]:
    """The steps t whose eigenvalues are taken: all, or of long sequences and large networks some, evenly spaced."""
    return sampled(flow.T, max(FEWEST, min(MOST, int(WORK / flow.jacobians.n**3))))


def _mean(shares: Array) -> float:
    known = shares[~np.isnan(shares)]
    return float(known.mean()) if len(known) else math.nan


def rows_of(flows: Sequence[Flow], found: Sequence[Numbers]) -> list[Row]:
    """The rows of the table: what is told, and a cell for each network."""
    first, last = flows[0].step_at(flows[0].T - 1), flows[0].end

    def row(name: str, cell: Callable[[Numbers], str]) -> Row:
        return (name, *(cell(each) for each in found))

    median = "median" if all(len(some_places(flow)) == flow.T for flow in flows) else "median of some t"
    followed = ("state that is followed", *(_followed(flow) for flow in flows))
    one_step = row("bound on the norm of J_t", lambda each: f"{each.rate:.4g}")
    many = row("bound per step in the long run", lambda each: f"{each.final_rate:.4g}")
    return [
        followed,
        row(f"left of t = {first} at t = {last}", lambda each: magnitude(each.left)),
        row("on average it", _pace),
        row(f"spectral radius of J_t, {median}", lambda each: _short(each.radius)),
        row(f"norm of J_t, {median}", lambda each: _short(each.norm)),
        one_step,
        *([many] if many[1:] != one_step[1:] else []),
    ]


def tables(flows: Sequence[Flow], found: Sequence[Numbers], width: int) -> Iterator[list[str]]:
    """The rows as lines; in several tables where one is too wide."""
    table = [("", *(flow.label for flow in flows)), *rows_of(flows, found)]
    widths = [max(columns(row[i]) for row in table) for i in range(len(flows) + 1)]
    start = 1
    while start < len(widths):
        stop = start + 1
        while stop < len(widths) and sum(widths[start : stop + 1]) + GAP * (stop + 1 - start) + widths[0] <= width:
            stop += 1
        chosen = (0, *range(start, stop))
        yield [(" " * GAP).join(padded(row[i], widths[i]) for i in chosen).rstrip() for row in table]
        start = stop


def _followed(flow: Flow) -> str:
    states = flow.jacobians.states
    return flow.state or (states[0] if len(states) == 1 else f"s, all {len(states)} states")


def _pace(found: Numbers) -> str:
    steps, slow, fast = found.halving, "halves", "shrinks"
    if steps is None:
        steps, slow, fast = found.doubling, "doubles", "grows"
    if steps is None:
        return "-"
    return f"{slow} in {steps:.3g} steps" if steps >= 1 else f"{fast} {magnitude(math.log(2) / steps)}-fold a step"


def _short(value: float) -> str:
    """A number that is not negative, in three digits."""
    return magnitude(math.log(value) if value > 0 else value if math.isnan(value) else -math.inf)


def saturated_words(found: Numbers) -> str:
    """`f 12%, o 3%`; what is never saturated is left out."""
    return ", ".join(f"{label} {share:.0%}" for label, share in found.saturated.items() if share >= LEAST) or "none"
