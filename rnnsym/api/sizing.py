"""The sizes of dimensions, read off arrays."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from rnnsym.api.network import Network
from rnnsym.cells.base import Cell
from rnnsym.cells.registry import as_cell
from rnnsym.core import dims
from rnnsym.core.dims import Dim, Shape
from rnnsym.wiring import Options


def network_of(
    what: Cell | type[Cell] | str, params: Mapping[str, Any], x: Any, carry: Mapping[str, Any] | None = None
) -> Network:
    """A cell alone as a network without a readout, with the sizes of its parameters, inputs and initial carry.

    A dimension that no array tells is 1. Arrays that do not fit are for the network to refuse.
    """
    cell = as_cell(what)
    sizes = sizes_told(
        [*axes(cell.params, params), *axes(cell.inputs, _by_label(cell, x), 1), *axes(cell.carry, carry)]
    )
    every = {str(dim): sizes.get(str(dim), 1) for dim in cell.dimensions()}
    return Network.sized(cell, Options(readout=False), {"X": 1, "H": 1, **every})


def sizes_told(lengths: Iterable[tuple[Dim, int]]) -> dict[str, int]:
    """The size of every name that the lengths of dimensions tell, the first to tell it being right."""
    known, sizes = list(lengths), dict[str, int]()
    while found := [told for dim, length in known if (told := dims.solve(dim, length, sizes))]:
        sizes.setdefault(*found[0])
    return sizes


def axes(shapes: Mapping[str, Shape], arrays: Any, lead: int = 0) -> Iterator[tuple[Dim, int]]:
    """The dimensions of declared shapes with the lengths of the arrays' axes, behind `lead` others."""
    for label, shape in shapes.items():
        if isinstance(shape, tuple) and isinstance(arrays, Mapping) and label in arrays:
            numbers = np.shape(arrays[label])
            if len(numbers) == len(shape) + lead:
                yield from zip(shape, numbers[lead:], strict=True)


def _by_label(cell: Cell, x: Any) -> Mapping[str, Any]:
    return x if isinstance(x, Mapping) else dict.fromkeys(list(cell.inputs)[:1], x)
