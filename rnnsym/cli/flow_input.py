"""Sequences of numbers from a file, for `rnnsym flow --input`."""

from pathlib import Path
from typing import Any

import numpy as np

from rnnsym.errors import InputError

Array = np.ndarray[Any, Any]
SEPARATORS = ",;"


def sequence_of(path: Path) -> Array:
    """The numbers of a `.npy` or `.csv` file as (T, X); a file with one number a step gives X = 1.

    A first line of a csv file that has no number in it is a heading. Raises InputError for a file that is missing, is
    of another kind, or has anything in it that is no finite number. No pickle is loaded.
    """
    readers = {".npy": _from_npy, ".csv": _from_csv}
    if path.suffix.lower() not in readers:
        raise InputError(f"--input takes a file .npy or .csv, not '{path.name}'.")
    try:
        found = readers[path.suffix.lower()](path)
    except OSError as error:
        raise InputError(f"'{path}' cannot be read: {error.strerror or error}.") from None
    if found.ndim == 1:
        found = found[:, None]
    if found.ndim != 2 or not found.size:
        raise InputError(f"'{path}' has the shape {found.shape}: it must be (T, X), one row for each step.")
    bad = np.argwhere(~np.isfinite(found))
    if len(bad):
        row, column = (int(i) + 1 for i in bad[0])
        raise InputError(f"'{path}', step {row}, column {column}: {found[row - 1, column - 1]} is not a finite number.")
    return found


def _from_npy(path: Path) -> Array:
    try:
        found = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise InputError(f"'{path}' is no array of numbers that numpy.save wrote: {error}.") from None
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "biuf":
        raise InputError(f"'{path}' holds no real numbers.")
    return np.asarray(found, dtype=np.float64)


def _from_csv(path: Path) -> Array:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"'{path}' is no text in UTF-8: save it as CSV again.") from None
    rows: list[list[float]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        cells = _cells(line)
        values = [_value(cell) for cell in cells]
        if not rows and all(value is None for value in values):
            continue
        for column, (cell, value) in enumerate(zip(cells, values, strict=True), 1):
            if value is None:
                raise InputError(f"'{path}', line {number}, column {column}: '{cell}' is not a number.")
        if rows and len(values) != len(rows[0]):
            raise InputError(f"'{path}', line {number} has {len(values)} columns, the lines before {len(rows[0])}.")
        rows.append([value for value in values if value is not None])
    return np.array(rows, dtype=np.float64)


def _cells(line: str) -> list[str]:
    separator = next((sign for sign in SEPARATORS if sign in line), None)
    return [cell.strip().strip('"') for cell in line.split(separator)]


def _value(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
