"""The file of a sweep: JSON lines, a header and one line for each finished row, so that an interruption loses nothing.

Numbers that are not finite are written as "nan", "inf" and "-inf", and read back as numbers.
"""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnnsym.errors import InputError

Row = dict[str, Any]
KIND = "sweep"
ODD = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def encoded(value: Any) -> Any:
    """`value` as JSON has it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [encoded(each) for each in value]
    return {key: encoded(each) for key, each in value.items()} if isinstance(value, dict) else value


def decoded(row: Mapping[str, Any], columns: tuple[str, ...]) -> Row:
    """A row as it was measured."""
    return {key: _decoded(value) if key in columns else value for key, value in row.items()}


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(each) for each in value]
    return ODD.get(value, value) if isinstance(value, str) else value


class Record:
    """The rows of one sweep, in a file where there is a path. `rows` are those that are done, by index."""

    def __init__(self, path: str | Path | None, spec: Mapping[str, Any], columns: tuple[str, ...], count: int) -> None:
        self.path = None if path is None else Path(path)
        self.rows: dict[int, Row] = {}
        self._spec, self._columns, self._count = spec, columns, count
        if self.path is not None:
            try:
                self._open(self.path)
            except OSError as error:
                raise InputError(f"'{self.path}' cannot be used: {error.strerror}.") from None

    @property
    def _header(self) -> bytes:
        return _line({"rnnsym": KIND, "spec": self._spec})

    def _open(self, path: Path) -> None:
        data = path.read_bytes() if path.exists() else b""
        *lines, rest = data.split(b"\n")
        if not lines:
            if rest and not self._header.startswith(rest):
                raise InputError(f"'{path}' is no sweep of rnnsym: choose another name, and nothing is lost.")
            _replace(path, self._header)
            return
        self._check_header(path, lines[0])
        for number, line in enumerate(lines[1:], 2):
            self._take(path, number, line)
        if rest:
            with path.open("r+b") as file:
                file.truncate(len(data) - len(rest))
                os.fsync(file.fileno())

    def _check_header(self, path: Path, line: bytes) -> None:
        found = _parsed(line)
        if not isinstance(found, dict) or found.get("rnnsym") != KIND or not isinstance(found.get("spec"), dict):
            raise InputError(f"'{path}' is no sweep of rnnsym: choose another name, and nothing is lost.")
        if found["spec"] != _plain(self._spec):
            raise InputError(
                f"'{path}' has the rows of another sweep: {difference(found['spec'], _plain(self._spec))}. Choose "
                "another name, or ask for the same sweep to go on with it."
            )

    def _take(self, path: Path, number: int, line: bytes) -> None:
        row = _parsed(line)
        index = row.get("index") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(index, int) or not 0 <= index < self._count:
            raise InputError(f"line {number} of '{path}' is damaged: delete it, and its row will be computed again.")
        self.rows.setdefault(index, decoded(row, self._columns))

    def add(self, row: Row) -> None:
        """Keep a finished row; in the file it stands before this returns."""
        self.rows[row["index"]] = row
        if self.path is None:
            return
        try:
            with self.path.open("ab", buffering=0) as file:
                file.write(_line(encoded(row)))
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"'{self.path}' cannot be written: {error.strerror}; its rows are kept.") from None

    def finish(self) -> None:
        """Put the lines of the file in the order of the grid, whatever the order in which they were finished."""
        if self.path is None:
            return
        content = self._header + b"".join(_line(encoded(self.rows[i])) for i in sorted(self.rows))
        try:
            if self.path.read_bytes() != content:
                _replace(self.path, content)
        except OSError as error:
            raise InputError(f"'{self.path}' cannot be written: {error.strerror}; its rows are kept.") from None


def difference(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """The first thing in which two sweeps differ: `gain is [1.0] in the file and [2.0] here`."""
    flat = [{**spec, **(spec["axes"] if isinstance(spec.get("axes"), dict) else {})} for spec in (there, here)]
    for name in dict.fromkeys([*flat[1], *flat[0]]):
        before, now = (spec.get(name) for spec in flat)
        if name != "axes" and before != now:
            return f"{name} is {json.dumps(before)} in the file and {json.dumps(now)} here"
    return "their settings differ"


def _plain(spec: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(spec))


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, allow_nan=False).encode() + b"\n"


def _replace(path: Path, content: bytes) -> None:
    """Write a file as a whole, or not at all."""
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)
