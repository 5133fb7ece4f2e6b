"""The rows of a sweep, and what is read off them."""

import csv
import io
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnnsym.analysis.sweeps.record import Row, encoded
from rnnsym.errors import InputError, unknown

if TYPE_CHECKING:
    from rnnsym.analysis.sweeps.grid import Sweep

Array = Any


class Spread(NamedTuple):
    """One measure at every point of some axes: arrays of the shape of these axes, over all that is not among them.

    `count` says of how many runs; runs with an error, and what is not finite, are left out; nan where none is left.
    """

    mean: Array
    low: Array
    high: Array
    count: Array


class Table(Sequence[Row]):
    """The rows of a sweep in the order of its grid: dicts of settings, measures and `error`.

    A cancelled sweep has fewer. `table["gain"]` is a column, a list.
    """

    def __init__(self, sweep: "Sweep", rows: list[Row]) -> None:
        self.sweep, self.rows = sweep, rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, key: Any) -> Any:
        return [row[key] for row in self.rows] if self._column(key) else self.rows[key]

    def _column(self, key: Any) -> bool:
        if isinstance(key, str) and key not in self.columns:
            raise unknown("column", key, self.columns)
        return isinstance(key, str)

    def __repr__(self) -> str:
        return f"<Table of {len(self)} of {len(self.sweep)} runs, {len(self.errors)} with an error>"

    @property
    def columns(self) -> tuple[str, ...]:
        return ("index", *self.sweep.axes, "seed", *self.sweep.columns, "error")

    @property
    def complete(self) -> bool:
        """Whether every run of the sweep is there."""
        return len(self) == len(self.sweep)

    @property
    def errors(self) -> list[Row]:
        """The rows of runs that failed."""
        return [row for row in self.rows if row["error"] is not None]

    def spread(self, measure: str, *axes: str) -> Spread:
        """Mean, least and greatest value of a measure at every point of these axes. Raises UnknownNameError, and
        InputError for a measure that is no number."""
        for name in axes:
            if name not in self.sweep.axes:
                raise unknown("axis", name, self.sweep.axes)
        shape = tuple(len(self.sweep.axes[name]) for name in axes)
        cells: list[list[float]] = [[] for _ in range(int(np.prod(shape, dtype=int)))]
        for row, value in zip(self.rows, self[measure], strict=True):
            if isinstance(value, list):
                raise InputError(f"{measure} is a list in each row: table['{measure}'] has them.")
            if value is not None and np.isfinite(value):
                place = tuple(self.sweep.axes[name].index(row[name]) for name in axes)
                cells[int(np.ravel_multi_index(place, shape)) if shape else 0].append(float(value))
        found = [[f(cell) if cell else np.nan for cell in cells] for f in (np.mean, min, max)]
        mean, low, high = (np.reshape(np.asarray(each, float), shape) for each in found)
        return Spread(mean, low, high, np.reshape([len(cell) for cell in cells], shape))

    def to_csv(self, path: str | Path | None = None) -> str:
        """The rows as CSV (RFC 4180 with plain line ends); a list stands in one field, its numbers apart by spaces.
        Written to `path` too, where one is given."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow([_field(row[name]) for name in self.columns])
        return _written(out.getvalue(), path)

    def to_json(self, path: str | Path | None = None) -> str:
        """The sweep and its rows as JSON, with "nan", "inf" and "-inf" for what JSON has no number. Written to `path`
        too."""
        record = {"sweep": self.sweep.spec, "complete": self.complete, "rows": [encoded(row) for row in self.rows]}
        return _written(json.dumps(record, indent=1, allow_nan=False) + "\n", path)


def _field(value: Any) -> str:
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _written(text: str, path: str | Path | None) -> str:
    if path is not None:
        new = Path(f"{path}.new")
        try:
            new.write_text(text, encoding="utf-8", newline="\n")
            os.replace(new, path)
        except OSError as error:
            raise InputError(f"'{path}' cannot be written: {error.strerror}.") from None
    return text
