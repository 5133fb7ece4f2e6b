"""The axes that a sweep may have, and which values each takes."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from rnnsym.api.init import SCHEMES
from rnnsym.cells.base import Cell
from rnnsym.cells.elman import activation_named
from rnnsym.cells.registry import load, option_value
from rnnsym.errors import InputError, unknown

GATED = ("chrono", "unit_forget_bias")
"""Starts of gated cells, beside the schemes of `Network.init`: Glorot with chrono=T, and with forget_bias=1."""

OPTION = re.compile(r"\s+(\w+)=(\S*)$")

Value = str | int | float | None


class Axis(NamedTuple):
    """`default` stands where a sweep says nothing; `read` checks a value and raises RnnsymError."""

    about: str
    default: Value
    read: Callable[[Any], Value]


def cell_called(spec: str) -> Cell:
    """A cell by name with its options: `lstm`, `lstm variant=peephole`, `path/to/file.py:MyCell`. Raises as `load`."""
    name, options = parsed(spec)
    return load(name, **options)


def parsed(spec: str) -> tuple[str, dict[str, Any]]:
    """The name of a cell, which may be a path with spaces, and its options. Raises InputError."""
    name, options = spec.strip(), dict[str, Any]()
    while found := OPTION.search(name):
        name, options = name[: found.start()], {found[1]: option_value(found[2]), **options}
    if " " in name and ".py" not in name:
        raise InputError(f"an option of a cell is written KEY=VALUE, as in 'lstm variant=peephole', not '{spec}'.")
    return name, options


def _cell(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"a sweep takes a cell by its name or as path/to/file.py:MyCell, not {value!r}.")
    cell_called(value)
    return value.strip()


def _activation(value: Any) -> str | None:
    if value is not None:
        activation_named(value)
    return value  # type: ignore[no-any-return]


def _scheme(value: Any) -> str:
    known = [*SCHEMES, *GATED]
    if value not in known:
        raise unknown("scheme", value, known)
    return str(value)


def _number(least: float = -math.inf, optional: bool = False) -> Callable[[Any], float | None]:
    def read(value: Any) -> float | None:
        if value is None and optional:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
            raise InputError(f"must be a number, not {value!r}.")
        if not (math.isfinite(value) and value >= least):
            raise InputError(f"must be finite{'' if least < -1 else f' and {least:g} or more'}, not {value!r}.")
        return float(value)

    return read


def _whole(optional: bool = False) -> Callable[[Any], int | None]:
    def read(value: Any) -> int | None:
        if value is None and optional:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise InputError(f"must be a whole number of 1 or more, not {value!r}.")
        return int(value)

    return read


AXES: dict[str, Axis] = {
    "cell": Axis("the cell", None, _cell),
    "activation": Axis("f, in a cell that has the option activation", None, _activation),
    "scheme": Axis("how weights begin", "glorot", _scheme),
    "spectral_radius": Axis("to which the recurrent matrices are rescaled", None, _number(0.0, optional=True)),
    "forget_bias": Axis("the bias of the gate that keeps the state", None, _number(optional=True)),
    "gain": Axis("what multiplies the recurrent weights", 1.0, _number()),
    "hidden": Axis("H", 32, _whole()),
    "inputs": Axis("X; as many as hidden units where it is not given", None, _whole(optional=True)),
    "steps": Axis("T", 100, _whole()),
    "variance": Axis("of the inputs, which are Gaussian; 0 for none", 1.0, _number(0.0)),
    "start": Axis("the standard deviation of the initial states, which are Gaussian", 1.0, _number(0.0)),
}
"""In the order in which a grid is gone through, the last one fastest."""


def read_axes(given: Mapping[str, Any]) -> dict[str, tuple[Value, ...]]:
    """The values of every axis. Raises UnknownNameError, and InputError for bad, missing or repeated values."""
    for name in given:
        if name not in AXES:
            raise unknown("axis of a sweep", name, AXES)
    if given.get("cell") is None:
        raise InputError("a sweep needs a cell, such as cell='elman' or cell=['elman', 'lstm'].")
    return {name: _values(name, axis, given.get(name, axis.default)) for name, axis in AXES.items()}


def _values(name: str, axis: Axis, given: Any) -> tuple[Value, ...]:
    several = isinstance(given, Iterable) and not isinstance(given, str)
    values = list(given) if several else [given]
    if not values:
        raise InputError(f"the axis {name} has no values: give one or more, or leave it out.")
    try:
        found = tuple(axis.read(value.item() if isinstance(value, np.generic) else value) for value in values)
    except InputError as error:
        said = str(error)
        raise InputError(f"the axis {name} {said}" if said.startswith("must") else said) from None
    if twice := [value for i, value in enumerate(found) if value in found[:i]]:
        raise InputError(f"the axis {name} has {twice[0]!r} twice: its rows would be the same.")
    return found
