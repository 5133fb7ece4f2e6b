"""Vectors as totals read them: side by side in lines, which are the rows of banks."""

from collections.abc import Iterator, Mapping, Sequence

from rnnsym.core.dims import size
from rnnsym.core.expr import Expr
from rnnsym.core.names import EVERY_STEP, NOW, START, Interval, Name, Offset
from rnnsym.core.system import System
from rnnsym.engine.packing.layout import Layout
from rnnsym.ops.leaves import LEAF, leaf, ones

Line = tuple[int, int] | Expr
"""(bank, k): at step t, row t + k of that bank. Or a vector that stands alone."""

Place = tuple[Line, int]
"""A line and the number of a column in it."""

ONE = ones((1,))


class Lines:
    """Where the vectors of `system` stand in `layout`, themselves or as copies."""

    def __init__(self, system: System, layout: Layout, sizes: Mapping[str, int]) -> None:
        self.system, self.sizes = system, sizes
        self._last = [[column[-1] for column in bank] for bank in layout.banks]
        self._home = {
            name: (bank, column, shift)
            for bank, columns in enumerate(self._last)
            for column, (name, shift) in enumerate(columns)
        }
        self._vectors: dict[Line, list[Expr]] = {}
        self._copies: dict[Expr, list[tuple[Name, int, Interval]]] = {}
        for name in self._home:
            self._note_copy(name)

    def _note_copy(self, name: Name) -> None:
        pieces = self.system.equations[name]
        rhs = pieces[0].rhs
        if len(pieces) > 1 or (rhs.prim is not LEAF and rhs is not ONE):
            return
        base, k = _at_rest(rhs)
        self._copies.setdefault(base, []).append((name, k, pieces[0].domain))

    def places(self, vector: Expr, steps: Interval, others: Sequence[Line] = ()) -> Iterator[Place]:
        """Where `vector` is found at `steps`; it alone last. What never changes has copies in each of `others`."""
        (base, k), read = _at_rest(vector), moving(vector)
        for name, ahead, domain in self._copies.get(base, ()):
            bank, column, shift = self._home[name]
            offsets = [k - ahead]
            if read is None:
                offsets = [line[1] + shift for line in others if isinstance(line, tuple) and line[0] == bank]
            for offset in offsets:
                if domain.covers(steps.shift(offset)):
                    yield (bank, offset - shift), column
        if read and read[0] in self._home:
            bank, column, shift = self._home[read[0]]
            yield (bank, k - shift), column
        yield vector, 0

    def vectors(self, line: Line) -> list[Expr]:
        """The vectors of a line, from left to right."""
        if isinstance(line, Expr):
            return [line]
        if line not in self._vectors:
            bank, row = line
            self._vectors[line] = [
                leaf(name, Offset(row + shift), self.system.shape(name)) for name, shift in self._last[bank]
            ]
        return self._vectors[line]

    def width(self, vector: Expr) -> int:
        return size(vector.shape[0], self.sizes)

    def support(self, vector: Expr, steps: Interval) -> Interval:
        """Steps within `steps` that hold all those at which `vector` is not known to be zero."""
        read = moving(vector)
        if read is None or read[0] not in self.system.equations:
            return steps
        hull = self.system.hull(read[0]).shift(-read[1])
        return Interval(max(hull.lo, steps.lo), min(hull.hi, steps.hi))

    def readable(self, vector: Expr, steps: Interval) -> bool:
        """Whether `vector` has a row for every step of `steps`."""
        read = moving(vector)
        if read is None:
            return True
        rows = START.hull(EVERY_STEP)
        if read[0] in self.system.equations:
            rows = rows.hull(self.system.hull(read[0]))
        return rows.covers(steps.shift(read[1]))


def moving(vector: Expr) -> tuple[Name, int] | None:
    """The name that a leaf reads and how many steps ahead; None for what is no leaf in time."""
    if vector.prim is LEAF:
        name, time = vector.attrs
        if isinstance(name, Name) and isinstance(time, Offset):
            return name, time.k
    return None


def _at_rest(vector: Expr) -> tuple[Expr, int]:
    """A leaf as it is read at the step itself, and how many steps ahead it is read."""
    read = moving(vector)
    return (leaf(read[0], NOW, vector.shape), read[1]) if read else (vector, 0)
