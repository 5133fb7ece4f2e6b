"""The sizes of a network's dimensions, as they are asked for: complete, positive, and fitting every shape."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnnsym.core import dims
from rnnsym.core.names import Role
from rnnsym.core.system import System
from rnnsym.errors import InputError, ShapeError, unknown
from rnnsym.wiring import Body, Stacked, Wired, described


def vocabularies(wired: Wired) -> list[str]:
    """The dimension X, and that of the vocabulary which the first input has by another name."""
    system = wired.system
    first = [name for name in system.given if name.role == Role.INPUT][:1]
    return list(dict.fromkeys(["X", *(str(system.labels[name]) for name in first if name in system.labels)]))


def widths_of(hidden: Sequence[int]) -> dict[str, Any]:
    """H1, H2, …: a size for each layer."""
    if isinstance(hidden, (list, tuple)):
        return {f"H{i}": size for i, size in enumerate(hidden, 1)}
    return {"H": hidden}


def with_widths(body: Body, names: Sequence[str]) -> Body:
    if not isinstance(body, Stacked):
        raise InputError(f"hidden takes a list of sizes for stacked layers only, and this is {described(body)}.")
    return Stacked(body.parts, names)


def sizes_of(wired: Wired, standard: Mapping[str, Any], more: Mapping[str, int]) -> dict[str, int]:
    """A positive number for each dimension of the network. Raises InputError for a missing, repeated or bad one."""
    for name in more:
        if name in standard:
            raise InputError(f"the size of {name} is given by inputs, hidden or outputs, and cannot stand in dims.")
    sizes = {name: size for name, size in {**standard, **more}.items() if size is not None}
    for name, size in sizes.items():
        if not isinstance(size, (int, np.integer)) or isinstance(size, bool) or size < 1:
            raise InputError(f"the dimension {name} must be a whole number of 1 or more, not {size!r}.")
    for name in wired.dimensions:
        if name not in sizes:
            owner = next((str(p) for p in wired.placements if name in p.cell.dimensions()), "the network")
            raise InputError(f"{owner} has a dimension {name}: give its size, dims={{'{name}': …}}.")
    for name in more:
        if name not in wired.dimensions:
            raise unknown(f"dimension of {', '.join(map(str, wired.placements))}:", name, wired.dimensions)
    return {name: int(size) for name, size in sizes.items()}


def check_shapes(system: System, sizes: Mapping[str, int]) -> None:
    """Raises ShapeError where a dimension such as X−H comes out negative."""
    for name, shape in {**system.given, **system.shapes}.items():
        for dim in shape:
            if (number := dims.size(dim, sizes)) < 0:
                known = ", ".join(f"{each} = {sizes[each]}" for each in dims.names_in(dim))
                raise ShapeError(f"the dimension {dim} of {name.label} would be {number}, with {known}.")
