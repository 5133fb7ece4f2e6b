"""What the Flow screen says in words and numbers: the value under the cursor, one line a curve, and titles."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len, set_cell_size

from rnnsym.analysis.flow import Flow
from rnnsym.analysis.pictures.magnitudes import magnitude
from rnnsym.core.mathtree import Symbol
from rnnsym.core.names import NOW, Fixed, Name, Point, Role
from rnnsym.notation import Style
from rnnsym.notation import text as written
from rnnsym.notation.figures import figure
from rnnsym.ops.leaves import leaf
from rnnsym_tui.model.flow.drawing import Curve, drawn, ends
from rnnsym_tui.model.flow.results import Result
from rnnsym_tui.model.glyphs import Glyphs, quoted
from rnnsym_tui.model.spans import Line, Span, line

WHOLE_CARRY = Name(Role.CARRY, "s")
"""What the whole carry is written as."""


@dataclass(frozen=True)
class Readout:
    """Writes in one notation, in Unicode or in ASCII."""

    glyphs: Glyphs
    notation: str = "default"

    @property
    def _style(self) -> Style:
        return "ascii" if self.glyphs.ascii else "text"

    # Formulas. ----------------------------------------------------------------------------------------------------

    def state(self, flow: Flow, step: int, style: Style | None = None) -> str:
        """`c₂₁`; the whole carry of several states is `s₂₁`."""
        name = _followed(flow)
        return written(leaf(name, Fixed(Point(0, step)), ()), self.notation, style or self._style)

    def product(self, flow: Flow, t: int, k: int) -> str:
        """`∂c₂₁/∂c₁`"""
        sign = "d" if self.glyphs.ascii else "∂"
        return f"{sign}{self.state(flow, t)}/{sign}{self.state(flow, k)}"

    def norm(self, flow: Flow, t: int, k: int) -> str:
        """`‖∂c₂₁/∂c₁‖`"""
        bar = "||" if self.glyphs.ascii else "‖"
        return f"{bar}{self.product(flow, t, k)}{bar}"

    def latex(self, flow: Flow, t: int, k: int, log: float) -> str:
        """The value under the cursor as a formula."""
        over, under = (rf"\partial {self.state(flow, step, 'latex')}" for step in (t, k))
        return rf"\left\lVert \frac{{{over}}}{{{under}}} \right\rVert_2 = {_power_of_ten(log)}"

    # Lines. -------------------------------------------------------------------------------------------------------

    def place(self, result: Result) -> Line:
        """`from 't' (k = 1) to 'a' (t = 21), 20 steps: 9.59e-3`."""
        t, k = result.cursor
        log = at(result.main.curve, result.lag)
        steps = f"{result.lag} step{'s' * (result.lag != 1)}"
        return line(
            "from ", Span(self._read(result, k), "strong"), f" (k = {k}) to ",
            Span(self._read(result, t), "strong"), f" (t = {t}), {steps}: ", Span(magnitude(log), "strong"),
        )  # fmt: skip

    def _read(self, result: Result, step: int) -> str:
        reads = result.request.walk.reads or ()
        return quoted(reads[step - 1], self.glyphs) if step <= len(reads) else f"step {step}"

    def entries(self, result: Result, cells: int) -> list[Line]:
        """One line a curve: its sign, its network, what it is, and its value under the cursor."""
        faults = [line(Span(f"{trace.label}: {trace.fault}", "alert")) for trace in result.traces[1:] if trace.fault]
        return [*(self._entry(result, curve, cells) for curve in drawn(result, self.glyphs)), *faults]

    def _entry(self, result: Result, curve: Curve, cells: int) -> Line:
        value = magnitude(at(curve.logs, result.lag)) if len(curve.logs) > result.lag else "none here"
        if not result.complete and curve.what == "line":
            value = self.glyphs.ellipsis
        room = max(cells - 4 - len(value), 1)
        text = self._what(result, curve, room)
        return line(Span(f"{curve.sign}  ", curve.kind), set_cell_size(text, room), " ", Span(value, "strong"))

    def _what(self, result: Result, curve: Curve, room: int) -> str:
        """What a curve is, in words that fit into so many cells where there are such."""
        flow, label = curve.trace.flow, curve.trace.label
        match curve.what:
            case "norm" if flow is not None:
                t, k = result.cursor
                names = [trace.label for trace in result.traces if trace.curve.size]
                formula = self.norm(flow, t, k)
                wide = min(max(map(cell_len, names)), max(room - cell_len(formula) - 2, 6))
                return f"{set_cell_size(label, wide)}  {formula}"
            case "line":
                return _first_that_fits(room, f"{label}, its direct line alone", f"{label}, direct line", "direct line")
            case "pinned":
                return f"pinned: {result.request.place.pin}"
        return _first_that_fits(room, f"{label}, bound whatever is read", f"{label}, bound", "bound")

    def spectrum(self, result: Result, cells: int) -> list[Line]:
        """Radius and norm of the step Jacobian, and why they differ."""
        found, flow = result.spectrum, result.main.flow
        if found is None or flow is None:
            return []
        told = (
            "A step may grow although the radius is below 1." if found.norm > 1 > found.radius
            else "No step can grow here." if found.norm <= 1
            else "Repeated, this step grows." if found.radius > 1
            else "Not a number: this step has left the range." if math.isnan(found.norm) else ""
        )  # fmt: skip
        return [
            line("spectral radius ", Span(figure(found.radius), "strong")),
            line("norm            ", Span(figure(found.norm), "strong")),
            line(Span(told[:cells], "dim")),
        ]

    def fan(self, result: Result) -> list[Line]:
        values = result.fan[result.lag] if len(result.fan) > result.lag else np.array([np.nan])
        high, low = ends(self.glyphs)
        return [
            line(Span(f"{high}  ", "first"), "largest   ", Span(magnitude(float(values[0])), "strong")),
            line(Span(f"{low}  ", "second"), "smallest  ", Span(magnitude(float(values[-1])), "strong")),
        ]

    def title(self, result: Result) -> Line:
        """What the picture beside the map shows."""
        flow = result.main.flow
        if flow is None:
            return ()
        t, back = result.cursor[0], 1 if result.forward else -1
        match result.request.place.picture:
            case "eigenvalues":
                return line(Span("eigenvalues ", "title"), f"of {self.product(flow, t, t - back)}")
            case "singular":
                return line(Span("singular values", "title"), f", t = {t}")
        return line(Span("norms", "title"), f" back from t = {t}")

    def map_title(self, result: Result) -> Line:
        """What the map is of, and the chain where there are several."""
        flow = result.main.flow
        if flow is None:
            return line(Span(result.main.label, "title"))
        name = _followed(flow)
        early, late = (written(Symbol(name, NOW, index), self.notation, self._style) for index in "kt")
        carry = "the carry " if flow.state is None and len(flow.jacobians.states) > 1 else ""
        chain = f", {flow.jacobians.chain}" if len(result.chains) > 1 else ""
        return line(Span(f"what is left of {carry}{early} in {late}", "title"), chain)

    def sides(self, result: Result) -> Line:
        """Which network stands on which side of the diagonal, where two are shown."""
        other = result.mirrored
        if other is None:
            return ()
        below, above = (result.main, other) if result.forward else (other, result.main)
        left, right = ("below ", "above ") if self.glyphs.ascii else ("◣ ", "◥ ")
        return line(Span(left, "dim"), below.label, Span(f"  {right}", "dim"), above.label)


def at(logs: Iterable[float], lag: int) -> float:
    """The value at a lag; nan beyond the end."""
    values = np.asarray(logs)
    return float(values[lag]) if lag < len(values) else math.nan


def _first_that_fits(room: int, *texts: str) -> str:
    return next((text for text in texts if cell_len(text) <= room), texts[-1])


def _followed(flow: Flow) -> Name:
    states = flow.jacobians.states
    label = flow.state or (states[0] if len(states) == 1 else "")
    *path, symbol = label.split(".") if label else [WHOLE_CARRY.symbol]
    return Name(Role.CARRY, symbol, tuple(path))


def _power_of_ten(log: float) -> str:
    mantissa, sign, exponent = magnitude(log).partition("e")
    return rf"{mantissa} \times 10^{{{exponent}}}" if sign else mantissa
