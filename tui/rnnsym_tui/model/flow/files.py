"""What leaves the Flow screen: the value under the cursor, the curves as a table, the map, and figures."""

import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnsym.errors import InputError
from rnnsym_tui.model import exports
from rnnsym_tui.model.flow import drawing
from rnnsym_tui.model.flow.drawing import drawn
from rnnsym_tui.model.flow.heatmap import Frame, HeatMap
from rnnsym_tui.model.flow.readout import Readout, at
from rnnsym_tui.model.flow.results import Result
from rnnsym_tui.model.glyphs import Glyphs
from rnnsym_tui.model.spans import Line, plain

FIGURES = (".svg", ".png")
SUFFIXES = (".csv", ".json", ".txt", *FIGURES)
SCHEMA = "rnnsym.flow-map/1"
WIDTH, ROWS = 100, 21
MOST_STEPS = 500
"""Up to so many steps a table has all pairs of them."""


def stem(result: Result) -> str:
    """How files about this network are called."""
    return f"{exports.stem(result.request.walk.net)}-flow"


def value(result: Result, readout: Readout) -> str:
    """The value under the cursor as a formula in LaTeX."""
    t, k = result.cursor
    assert result.main.flow is not None
    return readout.latex(result.main.flow, t, k, at(result.main.curve, result.lag))


def curves(result: Result, glyphs: Glyphs) -> str:
    """The curves as a table with tabs: the lag, and log10 of each; what was not computed is empty."""
    found = drawn(result, glyphs)
    head = "\t".join(["lag", *(f"{curve.trace.label} {curve.what}" for curve in found)])
    lags = max(len(curve.logs) for curve in found)
    rows = ["\t".join([str(lag), *(_cell(at(curve.logs, lag)) for curve in found)]) for lag in range(lags)]
    return "\n".join([head, *rows]) + "\n"


def _cell(log: float) -> str:
    return "" if np.isnan(log) else f"{log / np.log(10):.6g}"


def check_suffix(path: Path) -> None:
    """Raises InputError for a file that ends in nothing known."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"'{path.name}' has no known ending: take one of {', '.join(SUFFIXES)}.")


def write(path: Path, result: Result, readout: Readout) -> None:
    """The map of the network as the ending says; a figure whose name has "norms" in it is of the curves.

    Raises InputError, and MissingPackageError for a figure without matplotlib.
    """
    suffix = path.suffix.lower()
    check_suffix(path)
    if suffix in FIGURES:
        flows = [trace.flow for trace in result.traces if trace.flow is not None]
        figures = importlib.import_module("rnnsym.analysis.figures")
        made = figures.norms(flows) if "norms" in path.stem else figures.heat(flows)
        figures.save(made, path, replace=True)
        return
    with np.errstate(all="ignore"):
        text = {".csv": csv, ".json": as_json, ".txt": page}[suffix](result, readout)
    exports.write_file(path, text)


def csv(result: Result, readout: Readout) -> str:
    """log10 of the norms, a line for each t and a column for each k; empty where k is after t."""
    flow = result.main.flow
    assert flow is not None
    ts, ks = _steps(result)
    table = flow.block.log_norm_table(ts, ks)
    rows = [",".join([str(t), *map(_cell, row)]) for t, row in zip(ts, table, strict=True)]
    return "\n".join([",".join(["t", *(f"k={k}" for k in ks)]), *rows]) + "\n"


def as_json(result: Result, readout: Readout) -> str:
    """The same with what it is about: natural logarithms, null where there is none."""
    setup, place = result.request.setup, result.request.place
    flows = [trace.flow for trace in result.traces if trace.flow is not None]
    ts, ks = _steps(result)
    networks = [
        {"label": flow.label, "state": flow.state, "log_norms": _plain(flow.block.log_norm_table(ts, ks))}
        for flow in flows
    ]
    head = {"schema": SCHEMA, "setup": setup.as_data(), "sliders": place.knobs.as_data(), "finding": result.finding}
    return json.dumps({**head, "t": list(ts), "k": list(ks), "networks": networks}, ensure_ascii=False) + "\n"


def _steps(result: Result) -> tuple[Sequence[int], Sequence[int]]:
    """The steps t and k of the table: all, or those of the map where there are very many."""
    assert result.main.flow is not None
    every = range(1, result.main.flow.T + 1)
    return (every, every) if len(every) <= MOST_STEPS else (result.ts, result.ks)


def _plain(table: Any) -> list[list[float | str | None]]:
    return [[None if np.isnan(x) else float(x) if np.isfinite(x) else str(x) for x in row] for row in table]


def page(result: Result, readout: Readout) -> str:
    """The pictures as text: map, curves, values and finding."""
    frame = Frame(WIDTH, ROWS, len(result.request.walk.reads or ()) or len(result.ts))
    found = HeatMap(result, frame, readout.glyphs)
    lines: list[Line] = [
        readout.map_title(result), *found.lines(), found.legend(), readout.sides(result), (), readout.title(result),
        *drawing.norms(result, WIDTH, ROWS, readout.glyphs), (), *readout.entries(result, WIDTH), (),
        readout.place(result),
    ]  # fmt: skip
    return "\n".join([*(plain(found).rstrip() for found in lines), result.finding]) + "\n"
