"""The lines of a network of several cells, layer by layer."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from rnnsym.core.names import Offset, Role
from rnnsym.core.system import System, reads
from rnnsym.derivation.equations import Line


class Layer(NamedTuple):
    """Neighbouring lines that belong together. `title` is empty where all lines of the network do.

    `backward`: time runs from T to 1 in its forward equations.
    """

    title: str
    lines: tuple[Line, ...]
    backward: bool


def by_layer(system: System, lines: Sequence[Line]) -> list[Layer]:
    """`lines` in groups of neighbours with the same path, each with a title such as `layer 1` or `encoder, layer 2`."""
    if {name.path for name in system.equations if name.role == Role.CARRY} == {()}:
        return [Layer("", tuple(lines), False)]
    groups = [(path, tuple(group)) for path, group in groupby(lines, lambda line: line.name.path)]
    return [Layer(_title(path, group), group, _backward(system, path)) for path, group in groups]


def _title(path: tuple[str, ...], group: Sequence[Line]) -> str:
    if path:
        return ", ".join(map(_word, path))
    symbols = [line.name.symbol for line in group]
    return "output" if {"y", "L"} & set(symbols) else ", ".join(symbols)


def _word(part: str) -> str:
    """`layer 1`, `encoder`, `backward layer`."""
    if part.startswith("layer"):
        return f"layer {part.removeprefix('layer')}"
    return f"{part} layer" if part in ("forward", "backward") else part


def _backward(system: System, path: tuple[str, ...]) -> bool:
    return any(
        isinstance(read.time, Offset) and read.time.k > 0
        for name, piece in system.pieces()
        if name.path == path and name.role in (Role.CARRY, Role.EQUATION)
        for read in reads(piece.rhs)
        if read.name.path == path
    )
