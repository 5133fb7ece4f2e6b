"""The numbers behind the Flow screen: worked out in a thread, and kept while they can serve again."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from rnnsym.analysis import norms
from rnnsym.analysis.flow import Flow, finding, has_direct_line, main_state
from rnnsym.analysis.jacobians import Jacobians, jacobians
from rnnsym.analysis.paths import paths
from rnnsym.analysis.steps import chain_name, chain_of
from rnnsym.api.adjusting import adjusted, has_keep_gate
from rnnsym.core.names import Role
from rnnsym.derivation.states.jacobians import chains_of
from rnnsym.derivation.states.paths import DIRECT
from rnnsym.errors import RnnsymError
from rnnsym.walk.walk import Walk
from rnnsym.wiring import carry_order
from rnnsym_tui.model.flow.knobs import Knobs
from rnnsym_tui.model.flow.place import WHOLE, Pin, cursor
from rnnsym_tui.model.flow.rests import rests
from rnnsym_tui.model.flow.results import Array, Request, Result, Spectrum, Trace, nothing
from rnnsym_tui.model.setup import Setup, beside, own_text

Made = TypeVar("Made")
MOST_LAGS, MOST_VALUES = 240, 60
"""Points of a curve, and of a fan; more cannot be told apart on a screen."""
KEPT = 40
COARSE = 10
"""Rows and columns of the map that is shown first where all take long."""
LONG = 2e7
"""Multiplications, about, that are too many for a picture while a slider moves."""


def sampled(steps: int, room: int) -> tuple[int, ...]:
    """The steps to show of 1…`steps`: all, or evenly spaced ones with the first and the last."""
    if steps <= room:
        return tuple(range(1, steps + 1))
    return tuple(round(step) for step in np.linspace(1, steps, max(room, 2)))


def chains(walk: Walk) -> tuple[str, ...]:
    """What the chains of states of a network are called."""
    return tuple(map(chain_name, chains_of(walk.net.system, carry_order(walk.net.placements))))


class Bench:
    """Used by one thread at a time. What a request shares with earlier ones is not computed again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, Any] = OrderedDict()

    def results(self, request: Request) -> Iterator[Result]:
        """First with a coarse map where the whole one takes long, then all."""
        with np.errstate(all="ignore"):
            job = _Job(self, request)
        if job.is_long:
            yield job.result(COARSE)
        yield job.result()

    def kept(self, key: Any, make: Callable[[], Made]) -> Made:
        """What was made for this key, or is made now."""
        if key not in self._kept:
            self._kept[key] = make()
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        found: Made = self._kept[key]
        return found


class _Job:
    """One request. The first network says where the cursor is; the others are looked at from there."""

    def __init__(self, bench: Bench, request: Request) -> None:
        self.bench, self.request, self.place = bench, request, request.place
        self.steps = min(self.place.knobs.steps or request.walk.steps, request.walk.steps)
        cells = [request.setup, *(beside(request.setup, cell) for cell in self.place.compare)]
        self.known = [self._flow(setup, self.place.knobs) for setup in cells]
        main = self.known[0].flow
        self.forward = main is None or main.jacobians.forward
        self.t, self.k = cursor(self.place, self.steps, self.forward)

    @property
    def is_long(self) -> bool:
        """Whether the whole map takes too long to be drawn while a slider moves."""
        pairs = min(self.request.rows, self.steps) * min(self.request.columns, self.steps)
        sizes = [known.flow.jacobians.n for known in self.known if known.flow]
        return pairs > COARSE**2 and sum(size**3 for size in sizes) * pairs > LONG

    @np.errstate(all="ignore")
    def result(self, most: int = 10**6) -> Result:
        """All, with at most so many rows and columns of the map."""
        request = self.request
        ts, ks = sampled(self.steps, min(request.rows, most)), sampled(self.steps, min(request.columns, most))
        traces = tuple(self._trace(i, ts, ks) for i in range(len(self.known)))
        flows = [trace.flow for trace in traces if trace.flow is not None]
        walk = request.walk
        return Result(
            request,
            traces,
            ts,
            ks,
            (self.t, self.k),
            chains(walk),
            self.bench.kept(("rests", walk), lambda: rests(walk.net, walk.params)),
            finding(flows, ascii_only=request.ascii) if flows else "",
            self._pinned(self.place.pin),
            self._spectrum(flows[0]) if self.known[0].flow and self.place.picture == "eigenvalues" else None,
            self._fan(flows[0]) if self.known[0].flow and self.place.picture == "singular" else nothing(),
            complete=most >= max(request.rows, request.columns),
        )

    # One network. -------------------------------------------------------------------------------------------------

    def _flow(self, setup: Setup, knobs: Knobs) -> Trace:
        """Which products of a cell are shown; or why there are none."""
        label = own_text(setup)
        try:
            walk = self._walk(setup)
            label = label_of(walk, setup)
            chain = self._chain(walk)
            j = self.bench.kept(("jacobians", walk, knobs, chain), lambda: self._jacobians(walk, knobs, chain))
            state = self.place.state if self.place.state in j.states else main_state(j)
        except RnnsymError as error:
            return Trace(label, fault=str(error))
        followed = None if self.place.state == WHOLE else state
        reads = tuple(walk.reads or ())[: self.steps]
        return Trace(label, self.bench.kept(("flow", j, followed, label), lambda: Flow(label, j, followed, reads)))

    def _walk(self, setup: Setup) -> Walk:
        """The walk of a cell beside that of the session. Raises RnnsymError."""
        known = self.request.setup, self.request.walk
        return known[1] if setup == known[0] else self.bench.kept(("walk", setup), setup.walk)

    def _chain(self, walk: Walk) -> str | None:
        names = chains(walk)
        return self.place.chain if self.place.chain in names else next(iter(names), None)

    def _jacobians(self, walk: Walk, knobs: Knobs, chain: str | None) -> Jacobians:
        forget = knobs.forget if has_keep_gate(walk.net) else None
        params = adjusted(walk.net, walk.params, knobs.gain, knobs.radius, forget)
        timed = walk.system.timed_given
        given = [name for name in walk.system.given if name.role == Role.INPUT]
        x = {
            name.label: walk.run[name.label][: self.steps] if name in timed else walk.run[name.label] for name in given
        }
        return jacobians(
            walk.net, params, x, chain=chain, steps=None if any(name in timed for name in given) else self.steps
        )

    def _trace(self, i: int, ts: Sequence[int], ks: Sequence[int]) -> Trace:
        known = self.known[i]
        if known.flow is None:
            return known
        across = i > 0 and known.flow.jacobians.forward == self.forward
        table = self._table(known.flow, ks, ts).T if across else self._table(known.flow, ts, ks)
        return self._curves(replace(known, table=table))

    def _table(self, flow: Flow, ts: Sequence[int], ks: Sequence[int]) -> Array:
        key = ("table", flow.jacobians, flow.state, tuple(ts), tuple(ks))
        return self.bench.kept(key, lambda: flow.block.log_norm_table(ts, ks))

    # What goes with the lag. --------------------------------------------------------------------------------------

    def _lags(self, most: int) -> Array:
        """The lags back from the cursor's t at which a curve is computed; the cursor's is among them."""
        last = self.t - 1 if self.forward else self.steps - self.t
        found = np.unique(np.linspace(0, last, min(last + 1, most)).round().astype(int))
        return np.union1d(found, [min(abs(self.t - self.k), last)])

    def _curves(self, trace: Trace) -> Trace:
        flow = trace.flow
        if flow is None:
            return trace
        lags, j = self._lags(MOST_LAGS), flow.jacobians
        ks = self.t - lags if j.forward else self.t + lags
        lags, ks = lags[(ks >= 1) & (ks <= j.T)], ks[(ks >= 1) & (ks <= j.T)]
        table = self._table(flow, [self.t], ks.tolist())
        curve = np.full(int(lags.max(initial=0)) + 1, np.nan)
        curve[lags] = table[0]
        limit = flow.bound_line if flow.bound_line is not None else nothing()
        return replace(trace, curve=curve, bound=limit[: len(curve)], line=self._line(flow, lags, ks))

    def _line(self, flow: Flow, lags: Array, ks: Array) -> Array:
        """The direct line alone, back from the cursor's t: what is left where a state enters itself entry by entry."""
        j = flow.jacobians
        if not self.bench.kept(("has line", j.net, flow.state), lambda: _has_line(flow)):
            return nothing()
        steps = self.bench.kept(("direct", j), lambda: paths(j).along((DIRECT,)))
        part = slice(None) if flow.state is None else j.part(flow.state)
        places = [j.place(int(k)) for k in ks]
        found = norms.table(steps if j.forward else steps[::-1], [j.place(self.t)], places, part, part)
        line = np.full(int(lags.max(initial=0)) + 1, np.nan)
        line[lags] = found[0]
        return line

    def _pinned(self, pin: Pin | None) -> Trace | None:
        if pin is None:
            return None
        knobs = replace(pin.knobs, steps=self.place.knobs.steps)
        found = self._flow(beside(self.request.setup, pin.cell), knobs)
        return self._curves(found) if found.flow else None

    def _spectrum(self, flow: Flow) -> Spectrum:
        step = flow.block.step[self.t - 1]
        if not np.isfinite(step).all():
            return Spectrum(np.full(len(step), np.nan), float("nan"))
        return Spectrum(np.linalg.eigvals(step), float(np.linalg.norm(step, 2)))

    def _fan(self, flow: Flow) -> Array:
        lags = self._lags(MOST_VALUES)
        ks = self.t - lags if self.forward else self.t + lags
        rows = [flow.block.log_singular_values(self.t, int(k)) for k in ks]
        fan = np.full((int(lags.max()) + 1, len(rows[0])), np.nan)
        fan[lags] = rows
        return fan


def _has_line(flow: Flow) -> bool:
    """Whether a state that is followed enters itself entry by entry."""
    j = flow.jacobians
    chain = chain_of(j.net, j.states[0])
    return any(has_direct_line(j.net.system, chain, name) for name in chain.carries if flow.state in (None, name.label))


def label_of(walk: Walk, setup: Setup) -> str:
    """`LSTM`, `Elman relu`: the network with the options of its cell."""
    options = own_text(setup).split()[1:]
    return " ".join([walk.net.name, *(option.partition("=")[2] for option in options)])
