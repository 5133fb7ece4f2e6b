"""Fast programs, compiled: source once for given sizes, buffers once for a number of steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnnsym.core.names import Name
from rnnsym.core.system import System
from rnnsym.engine.fast.writer import FastWriter
from rnnsym.engine.packing.layout import Layout
from rnnsym.engine.program import module_of


@dataclass(frozen=True)
class FastProgram:
    """`prepare(T)` gives `load`, which takes the data names, and `run`, which takes parameters and gives the wanted,
    and after them the array of all tiles, where there are any.

    `least`: the smallest T for which it is right.
    """

    source: str
    data: tuple[Name, ...]
    params: tuple[Name, ...]
    wanted: tuple[Name, ...]
    least: int
    kind: str
    prepare: Any


def compiled(
    system: System,
    wanted: Sequence[Name],
    layout: Layout,
    sizes: Mapping[str, int],
    batch: int | None,
    kind: str,
    title: str,
) -> FastProgram:
    """Write and compile the fast program of a System for these sizes; `batch` None: no batch axis."""
    writer = FastWriter(system, wanted, layout, sizes, batch, kind)
    source = writer.source(title)
    module = module_of(source, title, "prepare")
    return FastProgram(source, writer.data, writer.params, writer.wanted, writer.least, kind, module["prepare"])
