"""The page of `rnnsym flow`: the finding, the pictures, and the numbers beside each other."""

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from rnnsym.analysis.anatomy.bounds import COUNTEREXAMPLE
from rnnsym.analysis.anatomy.spectra import eigenvalues
from rnnsym.analysis.dynamics.lyapunov import lyapunov
from rnnsym.analysis.flow import Flow, listed
from rnnsym.analysis.pictures.bars import bars
from rnnsym.analysis.pictures.circle import circle, marks
from rnnsym.analysis.pictures.curves import Series, curves
from rnnsym.analysis.pictures.glyphs import beside, columns, glyphs, packed, padded
from rnnsym.analysis.pictures.heat import MARGIN, HeatMap, room, sampled
from rnnsym.analysis.pictures.magnitudes import magnitude
from rnnsym.analysis.pictures.reach import reach, reach_legend
from rnnsym.cli.flow_nets import Task
from rnnsym.cli.flow_numbers import numbers_of, saturated_words, some_places, some_steps, tables

Array = Any
BESIDE = 44
"""Columns that curves need beside the map."""
ROWS, TALL, WIDEST = 15, 25, 100
GUIDED = 2
"""Up to so many networks have their bounds and direct lines drawn."""
IN_ASCII = str.maketrans({"‖": "|", "∂": "d", "◣": "/", "◥": "\\", "–": "-", "−": "-", "←": "<-", "→": "->"})


@dataclass(frozen=True)
class Page:
    """Everything that is printed, in lines of at most `width` columns."""

    task: Task
    width: int
    ascii: bool
    dynamics: bool = False

    # The three kinds of page. -------------------------------------------------------------------------------------

    def lines(self) -> Iterator[str]:
        """Finding, map, curves, numbers."""
        yield from self._head()
        if self.task.flows[0].T > 1:
            yield from self._pictures()
            yield ""
        yield from self._numbers()
        if self.dynamics:
            yield from self._lyapunov()

    def _pictures(self) -> Iterator[str]:
        """Map and curves, beside each other where there is room."""
        pairs = self._pairs()
        maps = [self._map(pair, self.width) for pair in pairs]
        across = max(columns(line) for line in [self._map_title(), *maps[0]])
        if len(maps) == 1 and self.width - across >= BESIDE:
            drawn = self._norms(self.width - across - 3, min(max(len(maps[0]) - 6, ROWS), TALL))
            yield from beside([self._map_title(), *maps[0]], [*drawn[:1], "", *drawn[1:]])
        else:
            yield from self._maps(maps)
            yield ""
            yield from self._norms(self.width, ROWS)

    def plot(self) -> Iterator[str]:
        """Larger pictures, and more of them."""
        yield from self._head()
        yield from self._maps([self._map(pair, self.width) for pair in self._pairs()])
        yield ""
        yield from self._norms(self.width, TALL)
        for flow in self.task.flows:
            yield from self._fan(flow)
        yield from self._spectra()
        yield from self._lyapunov()
        yield ""
        yield from self._numbers()

    def reach(self) -> Iterator[str]:
        """One line of shade a network, and what the shades mean."""
        flows = self.task.flows
        steps = range(1, flows[0].T + 1)
        told = [(flow.label, flow.by_step) for flow in flows]
        yield from reach(told, flows[0].reads, steps, self.width, self.ascii)
        what = "character" if self.task.text else "step"
        end = "end" if flows[0].jacobians.forward else "beginning"
        about = f"How much of the state after each {what} is left at the {end}:"
        yield from packed([about, *reach_legend(np.concatenate([logs for _, logs in told]), self.ascii)], self.width)

    # Parts. -------------------------------------------------------------------------------------------------------

    def _plain(self, sentence: str) -> str:
        """A sentence of ours in ASCII where that is asked for; what the user typed is escaped."""
        return _in_ascii(sentence) if self.ascii else sentence

    def _wrapped(self, *sentences: str, indent: str = "") -> Iterator[str]:
        for sentence in sentences:
            yield from textwrap.wrap(self._plain(sentence), self.width, subsequent_indent=indent)

    def _head(self) -> Iterator[str]:
        first = self.task.flows[0]
        sizes = ", ".join(f"{name} = {size}" for name, size in first.jacobians.net.sizes.items())
        names = listed(list(dict.fromkeys(flow.jacobians.net.name for flow in self.task.flows)))
        chosen = {name: value for name, value in self.task.settings.items() if value is not None}
        settings = ", ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in chosen.items())
        verb = "read" if len(self.task.flows) > 1 else "reads"
        source = "".join(c if c.isprintable() else repr(c)[1:-1] for c in self.task.source)
        yield from self._wrapped(f"{names} {verb} {source}")
        about = " (the last character is only predicted)" if self.task.text is not None else ""
        yield from self._wrapped(f"T = {first.T}{about}, {sizes}; {settings}")
        yield ""
        yield from self._wrapped(self.task.finding(self.ascii))
        yield ""

    def _pairs(self) -> list[tuple[Flow, ...]]:
        """The networks two by two, as they share a map."""
        flows = self.task.flows
        return [tuple(flows[i : i + 2]) for i in range(0, len(flows), 2)]

    def _map_title(self) -> str:
        flows = self.task.flows
        symbol = f": {self._norm(flows[0], 't', 'k')}" if len({flow.symbol for flow in flows}) == 1 else ""
        title = f"How much of the state at step k is left at step t{symbol}"
        return self._plain(title if len(title) <= self.width else title.partition(":")[0])

    def _norm(self, flow: Flow, t: str, k: str) -> str:
        return f"‖∂{flow.symbol}_{t}/∂{flow.symbol}_{k}‖"

    def _carry(self, flow: Flow) -> str:
        """The product over the whole carry."""
        states = flow.jacobians.states
        symbol, last = states[0] if len(states) == 1 else "s", "T" if flow.jacobians.forward else "1"
        return f"∂{symbol}_{last}/∂{symbol}_k"

    def _map(self, pair: Sequence[Flow], width: int) -> list[str]:
        steps = sampled(pair[0].T, room(width))
        found = heat_map(pair[0], steps)
        if len(pair) > 1:
            found = found.mirrored(heat_map(pair[1], steps))
        legend = [*found.legend(self.ascii), *self._sides(pair)]
        wide = max(MARGIN + 2 * len(steps), 56)
        below = [*packed(legend, min(wide, width)), *self._skipped(pair[0].T, steps)]
        return [*found.lines(self.ascii), "", *below]

    def _sides(self, pair: Sequence[Flow]) -> list[str]:
        if len(pair) < 2:
            return []
        forward = pair[0].jacobians.forward
        low, high = (pair[0], pair[1]) if forward else (pair[1], pair[0])
        return [
            self._plain(f"◣ below the diagonal {low.label} {self._norm(low, 't', 'k')}"),
            self._plain(f"◥ above it {high.label} {self._norm(high, 't', 'k')}"),
        ]

    def _skipped(self, steps: int, shown: Sequence[int]) -> list[str]:
        return [] if len(shown) == steps else [f"{len(shown)} of {steps} steps, evenly spaced"]

    def _maps(self, maps: Sequence[list[str]]) -> Iterator[str]:
        yield self._map_title()
        across = sum(max(map(columns, each)) + 3 for each in maps) - 3
        if len(maps) > 1 and across <= self.width:
            yield from beside(maps[0], maps[1])
            return
        for i, each in enumerate(maps):
            if i:
                yield ""
            yield from each

    # Curves. ------------------------------------------------------------------------------------------------------

    def _norms(self, width: int, rows: int) -> list[str]:
        flows, shown = self.task.flows, glyphs(self.ascii)
        series, told = [], []
        for i, flow in enumerate(flows):
            for marker, logs, words in self._series(i, flow):
                series.append(Series(marker, logs, guide=marker in shown.guides))
                told.append((f"{marker} {flow.label}", words, magnitude(float(logs[-1]))))
        named, worded = (max(columns(row[i]) for row in told) for i in (0, 1))
        lines = [f"{padded(a, named)}  {padded(b, worded)}  {c}" for a, b, c in told]
        first, last = flows[0].step_at(flows[0].T - 1), flows[0].end
        other = "earlier" if flows[0].jacobians.forward else "later"
        title = self._plain(f"How much of each {other} state is left at t = {last}")
        about = f"{'':>{named + worded + 4}}from t = {first}"
        return [title, *curves(series, min(width, WIDEST), rows, self.ascii), "", about, *lines]

    def _series(self, i: int, flow: Flow) -> Iterator[tuple[str, Array, str]]:
        shown = glyphs(self.ascii)
        what = self._plain(self._norm(flow, "T" if flow.jacobians.forward else "1", "k"))
        yield shown.markers[i], flow.curve, what
        if len(self.task.flows) <= GUIDED:
            if flow.direct_line is not None:
                yield shown.lines[i], flow.direct_line, "the direct line alone"
            if flow.telling_bound is not None:
                yield shown.guides[i], flow.telling_bound, "bound here" if flow.bound.measured else "bound"

    def _fan(self, flow: Flow) -> Iterator[str]:
        logs, shown = flow.fan, glyphs(self.ascii)
        count = logs.shape[1]
        inner = [Series(shown.dot, logs[:, i]) for i in range(1, count - 1)]
        ends = [Series(shown.markers[0], logs[:, 0])]
        ends += [Series(shown.lines[0], logs[:, -1])] if count > 1 else []
        yield ""
        yield from self._wrapped(f"Singular values of {self._carry(flow)}: {flow.label}")
        yield from curves([*ends, *inner], min(self.width, WIDEST), TALL - 8, self.ascii)
        yield f"{shown.markers[0]} largest   {shown.lines[0]} smallest   {shown.dot} the others"

    def _spectra(self) -> Iterator[str]:
        blocks = [self._spectrum(flow) for flow in self.task.flows]
        wide = max(columns(line) for block in blocks for line in block) + 3
        each = max((self.width + 3) // wide, 1)
        for i in range(0, len(blocks), each):
            yield ""
            for row in zip_longest(*blocks[i : i + each], fillvalue=""):
                yield "".join(padded(part, wide) for part in row).rstrip()
        one, few, many = tuple(marks(self.ascii))
        entries = [f"{one} one eigenvalue", f"{few} 2 to 9", f"{many} 10 and more in one place"]
        yield from packed([*entries, f"{glyphs(self.ascii).dot} the unit circle"], self.width)

    def _spectrum(self, flow: Flow) -> list[str]:
        values = eigenvalues(some_steps(flow))
        some = len(some_places(flow))
        which = f"{some} steps" if some < flow.T else "all t"
        title = self._plain(f"Eigenvalues of J_t, {which}: {flow.label}")
        largest = np.max(np.abs(values), initial=0.0)
        return [title, *circle(values, 17, self.ascii), f"largest |eigenvalue| {largest:.3g}"]

    def _lyapunov(self) -> Iterator[str]:
        for flow in self.task.flows:
            yield ""
            if flow.broken_at is not None:
                yield from self._wrapped(f"No Lyapunov exponents of {flow.label}: its Jacobians are not finite")
                continue
            found = lyapunov(flow.jacobians.ordered)
            yield from self._wrapped(f"Lyapunov exponents over {found.steps} steps, natural logarithms: {flow.label}")
            yield from bars(found.exponents, min(self.width, WIDEST), ~found.trusted, ascii_only=self.ascii)
            yield from self._wrapped(
                f"Kaplan–Yorke dimension {found.dimension:.4g}, entropy rate at most {found.entropy:.4g}"
            )

    # Numbers. -----------------------------------------------------------------------------------------------------

    def _numbers(self) -> Iterator[str]:
        flows = self.task.flows
        found = [numbers_of(flow) for flow in flows]
        for lines in tables(flows, found, self.width):
            yield from map(self._plain, lines)
            yield ""
        shares = "; ".join(f"{flow.label} {saturated_words(each)}" for flow, each in zip(flows, found, strict=True))
        yield from self._wrapped(f"Saturated units (a slope below a tenth of the largest), mean over t: {shares}.")
        yield ""
        for flow, each in zip(flows, found, strict=True):
            why = each.why.removesuffix(COUNTEREXAMPLE).strip()
            yield from self._wrapped(f"{flow.label}: {why[:1].lower()}{why[1:]}")
        yield from self._wrapped(COUNTEREXAMPLE)


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _in_ascii(sentence: str) -> str:
    """Subscripts as letters, signs by their nearest kin, anything else as an escape."""
    found = []
    for character in sentence.translate(IN_ASCII):
        simple = unicodedata.normalize("NFKD", character)
        found.append(simple if simple.isascii() else character)
    return "".join(found).encode("ascii", "backslashreplace").decode()


def heat_map(flow: Flow, steps: Sequence[int]) -> HeatMap:
    """The norms between these steps."""
    at = np.asarray(steps)
    filled = np.less_equal.outer(at, at).T if flow.jacobians.forward else np.less_equal.outer(at, at)
    reads = [flow.reads[step - 1] for step in steps] if flow.reads else ()
    return HeatMap(flow.block.log_norm_table(steps, steps), steps, filled, reads)
