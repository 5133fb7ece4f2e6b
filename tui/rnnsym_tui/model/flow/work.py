"""The numbers behind the Flow screen: worked out in a thread, and kept while they can serve again."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import numpy as np

from rnnsym.analysis.flow import Flow, finding
from rnnsym.analysis.jacobians import Jacobians, jacobians
from rnnsym.analysis.stepping.steps import chains_by_name
from rnnsym.api.adjusting import adjusted, has_keep_gate
from rnnsym.core.names import Role
from rnnsym.errors import RnnsymError
from rnnsym.walk.walk import Walk
from rnnsym_tui.model.flow.knobs import Knobs
from rnnsym_tui.model.flow.place import Pin, cursor
from rnnsym_tui.model.flow.rests import Rests, rests
from rnnsym_tui.model.flow.results import Array, Request, Result, Spectrum, Trace, nothing
from rnnsym_tui.model.flow.study import Study
from rnnsym_tui.model.setup import Setup, beside, own_text

Made = TypeVar("Made")
MOST_LAGS = 240
"""Points of a curve; more cannot be told apart on a screen."""
EXACT = 400
"""Steps over which even the smallest singular values are right."""
MOST_WALKS = 8
MOST_BYTES = 2.0e8
"""Of step Jacobians that are kept."""
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
    return tuple(chains_by_name(walk.net))


class Bench:
    """Used by one thread at a time. What a request shares with earlier ones is not computed again."""

    def __init__(self) -> None:
        self._walks: OrderedDict[Setup, Walk] = OrderedDict()
        self._studies: OrderedDict[Any, Study] = OrderedDict()
        self._rests: tuple[Walk, Rests] | None = None

    def results(self, request: Request) -> Iterator[Result]:
        """First with a coarse map where the whole one takes long, then all."""
        with np.errstate(all="ignore"):
            job = _Job(self, request)
        if job.is_long:
            yield job.result(COARSE)
        yield job.result()

    def walk(self, request: Request, setup: Setup) -> Walk:
        """The walk of a cell beside that of the session. Raises RnnsymError."""
        if setup == request.setup:
            return request.walk
        if setup not in self._walks:
            self._walks[setup] = setup.walk()
        self._walks.move_to_end(setup)
        while len(self._walks) > MOST_WALKS:
            self._walks.popitem(last=False)
        return self._walks[setup]

    def study(self, walk: Walk, knobs: Knobs, chain: str | None, make: Callable[[], Jacobians]) -> Study:
        """The latest are kept, as many as there is memory for."""
        key = (walk, knobs, chain)
        if key not in self._studies:
            self._studies[key] = Study(make())
        self._studies.move_to_end(key)
        while len(self._studies) > 1 and sum(study.size for study in self._studies.values()) > MOST_BYTES:
            self._studies.popitem(last=False)
        return self._studies[key]

    def rests(self, walk: Walk) -> Rests:
        if self._rests is None or self._rests[0] is not walk:
            self._rests = walk, rests(walk.net, walk.params)
        return self._rests[1]


class Known(NamedTuple):
    """A network with what is known of it; a fault has no study."""

    trace: Trace
    study: Study | None = None


class _Job:
    """One request. The first network says where the cursor is; the others are looked at from there."""

    def __init__(self, bench: Bench, request: Request) -> None:
        self.bench, self.request, self.place = bench, request, request.place
        self.steps = min(self.place.knobs.steps or request.walk.steps, request.walk.steps)
        cells = [request.setup, *(beside(request.setup, cell) for cell in self.place.compare)]
        self.known = [self._flow(setup, self.place.knobs) for setup in cells]
        main = self.known[0].trace.flow
        self.forward = main is None or main.jacobians.forward
        self.t, self.k = cursor(self.place, self.steps, self.forward)

    @property
    def is_long(self) -> bool:
        """Whether the whole map takes too long to be drawn while a slider moves."""
        pairs = min(self.request.rows, self.steps) * min(self.request.columns, self.steps)
        flows = [known.trace.flow for known in self.known if known.trace.flow]
        work = sum(flow.jacobians.n**3 for flow in flows) * pairs
        return pairs > COARSE**2 and work > LONG and all(flow.broken_at is None for flow in flows)

    @np.errstate(all="ignore")
    def result(self, most: int = 10**6) -> Result:
        """All, with at most so many rows and columns of the map computed."""
        request = self.request
        ts, ks = sampled(self.steps, request.rows), sampled(self.steps, request.columns)
        traces = tuple(self._trace(i, ts, ks, most) for i in range(len(self.known)))
        flows = [trace.flow for trace in traces if trace.flow is not None]
        walk = request.walk
        return Result(
            request,
            traces,
            ts,
            ks,
            (self.t, self.k),
            chains(walk),
            self.bench.rests(walk),
            finding(flows, ascii_only=request.ascii) if flows else "",
            self._pinned(self.place.pin),
            self._spectrum(flows[0]) if self.known[0].study and self.place.picture == "eigenvalues" else None,
            self._fan(flows[0]) if self.known[0].study and self.place.picture == "singular" else nothing(),
            complete=most >= max(request.rows, request.columns),
        )

    # One network. -------------------------------------------------------------------------------------------------

    def _flow(self, setup: Setup, knobs: Knobs) -> Known:
        """Which products of a cell are shown; or why there are none."""
        label = own_text(setup)
        try:
            walk = self.bench.walk(self.request, setup)
            label = label_of(walk, setup)
            chain = self._chain(walk)
            study = self.bench.study(walk, knobs, chain, lambda: self._jacobians(walk, knobs, chain))
            state = study.state(self.place.state)
        except RnnsymError as error:
            return Known(Trace(label, fault=str(error)))
        reads = tuple(walk.reads or ())[: self.steps]
        return Known(Trace(label, study.flow(label, state, reads)), study)

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

    def _trace(self, i: int, ts: Sequence[int], ks: Sequence[int], most: int) -> Trace:
        known = self.known[i]
        flow, study = known.trace.flow, known.study
        if flow is None or study is None:
            return known.trace
        across = i > 0 and flow.jacobians.forward == self.forward
        rows, columns = _few(ts, most), _few(ks, most)
        few_ts, few_ks = [ts[row] for row in rows], [ks[column] for column in columns]
        table = study.table(flow.state, few_ks, few_ts).T if across else study.table(flow.state, few_ts, few_ks)
        if table.shape != (len(ts), len(ks)):
            # Beside the diagonal a coarse map may miss a norm: it is near 1 there.
            coarse = np.nan_to_num(table, nan=0.0, posinf=np.inf, neginf=-np.inf)
            table = coarse[np.ix_(_nearest(rows, len(ts)), _nearest(columns, len(ks)))]
        return replace(self._curves(known, most == COARSE), table=table)

    # What goes with the lag. --------------------------------------------------------------------------------------

    def _lags(self, most: int) -> Array:
        """The lags back from the cursor's t at which a curve is computed; the cursor's is among them."""
        last = self.t - 1 if self.forward else self.steps - self.t
        found = np.unique(np.linspace(0, last, min(last + 1, most)).round().astype(int))
        return np.union1d(found, [min(abs(self.t - self.k), last)])

    def _curves(self, known: Known, coarse: bool = False) -> Trace:
        """The curves of a network back from the cursor's t; a coarse picture has no bound, and no direct line yet."""
        flow, study = known.trace.flow, known.study
        if flow is None or study is None:
            return known.trace
        lags, j = self._lags(MOST_LAGS), flow.jacobians
        ks = self.t - lags if j.forward else self.t + lags
        lags, ks = lags[(ks >= 1) & (ks <= j.T)], ks[(ks >= 1) & (ks <= j.T)].tolist()
        curve = _spread(study.table(flow.state, [self.t], ks)[0], lags)
        limit = None if coarse else flow.telling_bound
        line = self._line(known, lags, ks, coarse) if study.has_line(flow.state) else nothing()
        return replace(known.trace, curve=curve, bound=nothing() if limit is None else limit[: len(curve)], line=line)

    def _line(self, known: Known, lags: Array, ks: Sequence[int], coarse: bool) -> Array:
        """The direct line back from the cursor's t."""
        flow, study = known.trace.flow, known.study
        assert flow is not None
        assert study is not None
        if coarse:
            return _spread(np.full(len(ks), np.nan), lags)
        return _spread(study.line(flow.state, self.t)[lags], lags)

    def _pinned(self, pin: Pin | None) -> Trace | None:
        if pin is None:
            return None
        knobs = replace(pin.knobs, steps=self.place.knobs.steps)
        found = self._flow(beside(self.request.setup, pin.cell), knobs)
        return self._curves(found) if found.trace.flow else None

    def _spectrum(self, flow: Flow) -> Spectrum:
        step = flow.block.step[self.t - 1]
        if not np.isfinite(step).all():
            return Spectrum(np.full(len(step), np.nan), float("nan"))
        return Spectrum(np.linalg.eigvals(step), float(np.linalg.norm(step, 2)))

    def _fan(self, flow: Flow) -> Array:
        """All singular values by lag; in a long chain the small ones only as far as floats hold them."""
        last = self.t - 1 if self.forward else self.steps - self.t
        earlier = flow.block.fan(t=self.t, exact=last <= EXACT)[:last]
        return np.concatenate([np.zeros((1, earlier.shape[1])), earlier])


def _few(steps: Sequence[int], most: int) -> Array:
    """The places of at most so many of the steps, evenly spaced."""
    return np.unique(np.linspace(0, len(steps) - 1, min(len(steps), most)).round().astype(int))


def _nearest(places: Array, count: int) -> Array:
    """For each of so many places, which of the chosen ones is the nearest."""
    return np.asarray(np.abs(np.arange(count)[:, None] - places).argmin(axis=1))


def _spread(values: Array, lags: Array) -> Array:
    """Values by lag, nan where there is none."""
    found = np.full((int(lags.max(initial=0)) + 1, *values.shape[1:]), np.nan)
    found[lags] = values
    return found


def label_of(walk: Walk, setup: Setup) -> str:
    """`LSTM`, `Elman relu`: the network with the options of its cell."""
    options = own_text(setup).split()[1:]
    return " ".join([walk.net.name, *(option.partition("=")[2] for option in options)])
