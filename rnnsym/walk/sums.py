"""Gradients as accumulated from T down to any step, quickly for long walks: blocks of steps are summed once."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnnsym.core.names import Fixed, Name, Offset
from rnnsym.core.system import Piece, Read, System, reads
from rnnsym.interpreters.numeric import run

Array = np.ndarray[Any, Any]
BLOCK = 64


class GradientSums:
    """Σ of the terms of ∂L/∂θ over the steps since…T, for one run of T `steps` without a batch axis.

    `values` are those of the run, by name, timed ones with T + 1 rows. Stepping back, jumping home and walking forward
    again all cost one block of steps at most, once the blocks after it are summed.
    """

    def __init__(
        self, system: System, values: Mapping[Name, Any], steps: int, sizes: Mapping[str, int], block: int = BLOCK
    ) -> None:
        self._system, self._values, self._steps, self._sizes = system, values, steps, sizes
        self._block = block
        self._tails: dict[Name, list[Array]] = {}

    def so_far(self, gradient: Name, since: int) -> Array:
        """The sum over the steps since…T; zero where `since` is beyond T."""
        if since > self._steps:
            return self._zero(gradient)
        number = (since - 1) // self._block
        last = min((number + 1) * self._block, self._steps)
        return np.asarray(self._tail(gradient, number + 1) + self._sum(gradient, since, last))

    def _zero(self, gradient: Name) -> Array:
        return np.zeros_like(self._values[gradient])

    def _tail(self, gradient: Name, number: int) -> Array:
        """The sum over all blocks from `number` on; `tails[i]` is that over the last i blocks."""
        blocks = -(-self._steps // self._block)
        tails = self._tails.setdefault(gradient, [self._zero(gradient)])
        while len(tails) <= blocks - number:
            first = (blocks - len(tails)) * self._block + 1
            last = min(first + self._block - 1, self._steps)
            tails.append(tails[-1] + self._sum(gradient, first, last))
        return tails[blocks - number]

    def _sum(self, gradient: Name, first: int, last: int) -> Array:
        """The sum over the steps first…last."""
        total = self._zero(gradient)
        for piece in self._system.equations[gradient]:
            span = piece.domain.at(self._steps)
            steps = range(max(first, span.start), min(last + 1, span.stop))
            if steps:
                terms = np.broadcast_to(self._terms(piece, steps), (len(steps), *total.shape))
                total = total + terms.sum(axis=0)
        return total

    def _terms(self, piece: Piece, steps: range) -> Array:
        """The terms of a piece at `steps`, in rows, all evaluated at once; without rows where all are the same."""
        bound = {read.leaf: self._rows(read, steps) for read in reads(piece.rhs)}
        (terms,) = run([piece.rhs], bound, self._sizes)
        return np.asarray(terms)

    def _rows(self, read: Read, steps: range) -> Array:
        """What an equation reads at each of its `steps`."""
        held, time = np.asarray(self._values[read.name]), read.time
        if isinstance(time, Offset) and self._system.timed(read.name):
            return held[steps.start + time.k : steps.stop + time.k]
        once = held[time.at.at(self._steps)] if isinstance(time, Fixed) else held
        return np.broadcast_to(once, (len(steps), *once.shape))
