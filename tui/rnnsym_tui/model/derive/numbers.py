"""The numbers of a form at a step: what each line computes, and what each share of it amounts to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from rnnsym.core import dims
from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr
from rnnsym.core.names import Name, TimeMap
from rnnsym.core.system import System, reads
from rnnsym.derivation.equations import Line
from rnnsym.interpreters.numeric import run

Array = np.ndarray[Any, Any]
MOST = 20_000_000
"""Numbers that a form may hold to be run at once in the app: 160 MB."""


@dataclass(frozen=True)
class Numbers:
    """`values` by name: arrays in time have `steps` + 1 rows, row t is time t."""

    system: System
    values: Mapping[Name, Any]
    sizes: Mapping[str, int]
    steps: int

    def holds(self, line: Line, t: int) -> bool:
        """Whether the line has a value at step t; what is not in time has the same one at all steps."""
        return line.name in self.values and (not self.timed(line) or t in line.domain.at(self.steps))

    def timed(self, line: Line) -> bool:
        """Whether the line computes a value for each step."""
        return np.ndim(self.values[line.name]) > len(line.shape)

    def whole(self, line: Line) -> Array:
        """What the line computes: its one value where it is not in time, else (T + 1, …)."""
        return np.asarray(self.values[line.name])

    def at(self, exprs: Sequence[Expr], t: int) -> list[Array] | None:
        """The values at step t of expressions that read named quantities; None where one of them has no value."""
        bound = {}
        for expr in exprs:
            for leaf, name, time in reads(expr):
                if name not in self.values:
                    return None
                bound[leaf] = self._read(name, leaf.shape, time, t)
        return [np.asarray(value) for value in run(exprs, bound, self.sizes)]

    def _read(self, name: Name, shape: tuple[Any, ...], time: TimeMap, t: int) -> Array:
        """What an equation at step t reads; beyond the ends everything is zero."""
        held = np.asarray(self.values[name])
        if held.ndim == len(shape):
            return held
        step = getattr(time, "step", None)
        at = step(t, self.steps) if step else t
        return np.asarray(held[at]) if 0 <= at < len(held) else np.zeros_like(held[0])


def entries(shape: Shape, sizes: Mapping[str, int]) -> int:
    """How many numbers an array of this shape has."""
    return prod(dims.size(dim, sizes) for dim in shape)


def amount(system: System, sizes: Mapping[str, int], steps: int) -> int:
    """How many numbers the equations of a system hold over so many steps."""
    return sum(
        entries(system.shape(name), sizes) * (steps + 1 if system.timed(name) else 1) for name in system.equations
    )
