"""Recurrences: a loop for each stretch of steps on which the same equations hold."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rnnsym.core.names import Interval, Name, Offset, Point
from rnnsym.core.system import Piece, System
from rnnsym.engine.fast.lowering import Lowering
from rnnsym.engine.fast.scope import Kind, Scope, code, count
from rnnsym.engine.fast.submatrix import Submatrix
from rnnsym.engine.fast.totals import over
from rnnsym.engine.fast.views import LoopBindings, View, view
from rnnsym.engine.schedule import Block

LONGEST_START = 8
"""A program whose stretches of steps are only apart for longer sequences than this is not worth having."""


def stretches(system: System, names: Sequence[Name]) -> list[Interval]:
    """The steps of these names, cut where a piece begins or ends, in the order of time."""
    pieces = [piece for name in names for piece in system.equations[name]]
    cuts = sorted({cut for piece in pieces for cut in (piece.domain.lo, piece.domain.hi.shift(1))})
    spans = [Interval(lo, stop.shift(-1)) for lo, stop in pairwise(cuts)]
    return [span for span in spans if any(holds(piece, span) for piece in pieces)]


def holds(piece: Piece, span: Interval) -> bool:
    """Whether a piece holds on all steps of a stretch, for every T for which the stretches follow each other."""
    return piece.domain.lo <= span.lo and span.hi <= piece.domain.hi


def least_steps(system: System, blocks: Sequence[Block]) -> int:
    """The smallest T for which the stretches of every loop follow each other."""
    least = 1
    for block in blocks:
        for names in [block.names] if block.direction else [[name] for name in block.names if system.timed(name)]:
            spans = stretches(system, names)
            points = [point for span in spans for point in (span.lo, span.hi.shift(1))]
            fits = (T for T in range(1, LONGEST_START) if _ordered([point.at(T) for point in points]))
            least = max(least, next(fits, LONGEST_START))
    return least


def _ordered(steps: Sequence[int]) -> bool:
    return all(a <= b for a, b in pairwise(steps))


class Loops:
    """Writes the loops of a program; `lists` are the lines that make what they run over, `spans` their steps, each with
    the direction of time."""

    def __init__(self, low: Lowering) -> None:
        self.low, self.lists, self.spans = low, list[str](), list[tuple[Interval, int]]()

    def write(self, block: Block, load: list[str], run: list[str]) -> None:
        """The lines of a recurrent block; what needs no parameter goes to `load`."""
        spans = stretches(self.low.stores.system, block.names)
        for span in spans if block.direction > 0 else reversed(spans):
            if span.single:
                self._step(block, span, load, run)
            else:
                self._loop(block, span, run)

    def at_once(self, name: Name, load: list[str], lines: list[str]) -> None:
        """The lines of a name outside loops: all steps of a stretch at once."""
        for span in stretches(self.low.stores.system, [name]):
            pieces = self._active(name, span)
            early = all(self.low.stores.early(name, piece) for piece in pieces)
            scope = over(span, load if early else lines)
            self._equation(scope, name, pieces, span.lo if span.single else Offset(0))

    def _active(self, name: Name, span: Interval) -> list[Piece]:
        return [piece for piece in self.low.stores.system.equations[name] if holds(piece, span)]

    def _step(self, block: Block, span: Interval, load: list[str], run: list[str]) -> None:
        for name in block.names:
            pieces = self._active(name, span)
            early = all(self.low.stores.early(name, piece) for piece in pieces)
            self._equation(Scope(Kind.ONE, load if early else run, span), name, pieces, span.lo)

    def _loop(self, block: Block, span: Interval, run: list[str]) -> None:
        loop = LoopBindings(span, block.direction, bool(self.low.batch))
        body: list[str] = []
        for name in block.names:
            self._equation(Scope(Kind.LOOP, body, span, loop), name, self._active(name, span), Offset(0))
        if not body:
            return
        self.spans.append((span, block.direction))
        words = set(re.findall(r"\w+", "\n".join(map(code, body))))
        used = {made: each for made, each in loop.lists.items() if each in words}
        if used:
            label = f"loop{len(self.lists) + 1}"
            self.lists.append(f"{label} = turns({count(span)}, lambda: zip({', '.join(used)}))")
            run.append(f"for {', '.join(used.values())}{',' * (len(used) == 1)} in {label}:")
        else:
            run.append(f"for _ in range({count(span)}):")
        run.extend(f"    {line}" for line in body)

    def _equation(self, scope: Scope, name: Name, pieces: Sequence[Piece], time: Point | Offset) -> None:
        """`name` at a step: the sum of the pieces that hold there."""
        low = self.low
        scope.about = low.stores.labels[name]
        target = view(low.stores.place(name), time, scope.steps, scope.kind is Kind.LOOP)
        for i, piece in enumerate(pieces):
            write(low, scope, piece, target, more=i > 0)


def write(low: Lowering, scope: Scope, piece: Piece, target: View, more: bool) -> None:
    """Compute a piece into a part of a store, or add it to what stands there."""
    part = low.part(scope, piece.rhs)
    if part is not None and part.same(target) and not more:
        return
    dest = low.viewed(scope, target)
    if target.store.steps is None and not target.store.batched:
        dest = replace(dest, block=Submatrix.of(dest.text, target.store.event))
    if more:
        scope.call("np.add", dest.text, low.operand(scope, piece.rhs).text, dest.text)
    else:
        low.write(scope, piece.rhs, dest)
    low.release(scope)
