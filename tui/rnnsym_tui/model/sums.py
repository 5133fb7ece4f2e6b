"""Gradients as accumulated from T down to any step, quickly for long walks: blocks of steps are summed once.

`Walk.gradient_so_far` adds step by step, which is what stepping backward needs. Jumping home in a text of ten thousand
characters, or walking forward again, would make it begin anew.
"""

from typing import Any

import numpy as np

from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import Name, Offset
from rnnsym.derivation.equations import Equation
from rnnsym.interpreters.numeric import run
from rnnsym.walk.walk import Walk

Array = np.ndarray[Any, Any]
BLOCK = 64


class GradientSums:
    """Σ of the terms of ∂L/∂θ over the steps since…T, for the gradient lines of one walk."""

    def __init__(self, walk: Walk, block: int = BLOCK) -> None:
        self._walk, self._block = walk, block
        self._tails: dict[Name, list[Array]] = {}

    def so_far(self, line: Equation, since: int) -> Array:
        """The sum over the steps since…T; zero where `since` is beyond T."""
        steps = self._walk.steps
        if since > steps:
            return self._zero(line)
        number = (since - 1) // self._block
        last = min((number + 1) * self._block, steps)
        return np.asarray(self._tail(line, number + 1) + self._sum(line, since, last))

    def _zero(self, line: Equation) -> Array:
        return np.zeros_like(self._walk.run.values[line.name])

    def _tail(self, line: Equation, number: int) -> Array:
        """The sum over all blocks from `number` on; `tails[i]` is that from the i-th last block on."""
        blocks = -(-self._walk.steps // self._block)
        tails = self._tails.setdefault(line.name, [self._zero(line)])
        while len(tails) <= blocks - number:
            first = (blocks - len(tails)) * self._block + 1
            last = min(first + self._block - 1, self._walk.steps)
            tails.append(tails[-1] + self._sum(line, first, last))
        return tails[blocks - number]

    def _sum(self, line: Equation, first: int, last: int) -> Array:
        """The sum over the steps first…last, all evaluated at once."""
        total = self._zero(line)
        for piece in self._walk.system.equations[line.name]:
            span = piece.domain.at(self._walk.steps)
            low, high = max(first, span.start), min(last, span.stop - 1)
            if low <= high:
                bound = {node: self._over(node, low, high) for node in leaves([piece.rhs])}
                total = total + run([piece.rhs], bound, self._walk.net.sizes)[0].sum(axis=0)
        return total

    def _over(self, node: Expr, low: int, high: int) -> Array:
        """The values of a leaf at the steps low…high of its equation, in rows."""
        name, time = node.attrs
        assert isinstance(name, Name)
        shift = time.k if isinstance(time, Offset) else 0
        held = self._walk.run.values[name]
        if not self._walk.system.timed(name):
            return np.broadcast_to(held, (high - low + 1, *np.shape(held)))
        if low + shift >= 0 and high + shift < len(held):
            return np.asarray(held[low + shift : high + shift + 1])
        return np.stack([self._walk.value(name, t + shift) for t in range(low, high + 1)])
