"""The derivative of anything in anything by a small push: complex step through the equations themselves.

The equations of a System are computed one by one, in the order of time, with what one of them reads moved by iε. No
derivative rule, no adjoint and no generated program takes part. (Squire and Trapp 1998, SIAM Review 40(1), 110–112.)
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnnsym.core import dims
from rnnsym.core.expr import Expr, leaves, topological
from rnnsym.core.names import Name
from rnnsym.core.system import Piece, System
from rnnsym.engine.unroll import in_order, step_read
from rnnsym.interpreters import numeric

Array = np.ndarray[Any, Any]
At = tuple[Name, int]
STEP = 1e-100
PUSHES_AT_ONCE = 512


class Push(NamedTuple):
    """A push on `name` at step `step`, felt by the equations at step `reader` only; None stands for every step."""

    name: Name
    step: int | None = None
    reader: int | None = None


class Equations:
    """Equations of a System with the arrays that they are given; arrays in time have T + 1 rows, row t is time t."""

    def __init__(
        self, system: System, names: Sequence[Name], given: Mapping[Name, Any], sizes: Mapping[str, int]
    ) -> None:
        self.system, self.given, self.sizes = system, given, sizes
        self.steps = next(len(given[name]) - 1 for name in system.given if name in system.timed_given)
        self.order = list(in_order(system, names, self.steps))
        self.values = self._computed([], {})

    def slopes(
        self, pushes: Sequence[Push], of: Iterable[At], held: Collection[Name] = ()
    ) -> dict[Push, dict[At, Array]]:
        """∂(of)/∂(pushed), numerator layout: shape of the quantity + shape of what is pushed.

        The names in `held` keep their values.
        """
        wanted = list(of)
        rows = [(push, entry) for push in pushes for entry in np.ndindex(self.event(push.name))]
        found: dict[tuple[Push, tuple[int, ...]], dict[At, Array]] = {}
        for start in range(0, len(rows), PUSHES_AT_ONCE):
            chunk = rows[start : start + PUSHES_AT_ONCE]
            values = self._computed(chunk, self.values, held)
            for i, row in enumerate(chunk):
                found[row] = {at: self._slope(values[at], at, i) for at in wanted}
        return {push: self._stacked(push, wanted, found) for push in pushes}

    def _slope(self, value: Any, at: At, row: int) -> Array:
        array = np.asarray(value)
        pushed = array.ndim > len(self.system.shape(at[0]))
        return np.asarray(np.imag(array[row] if pushed else array) / STEP)

    def _stacked(
        self, push: Push, wanted: Sequence[At], found: Mapping[tuple[Push, tuple[int, ...]], Mapping[At, Array]]
    ) -> dict[At, Array]:
        event = self.event(push.name)
        stacked = {}
        for at in wanted:
            columns = [found[push, entry][at] for entry in np.ndindex(event)]
            stacked[at] = np.stack(columns, axis=-1).reshape((*columns[0].shape, *event))
        return stacked

    def event(self, name: Name) -> tuple[int, ...]:
        return tuple(dims.size(dim, self.sizes) for dim in self.system.shape(name))

    # One run of all equations. ------------------------------------------------------------------------------------

    def _computed(
        self, rows: Sequence[tuple[Push, tuple[int, ...]]], base: Mapping[At, Array], held: Collection[Name] = ()
    ) -> dict[At, Array]:
        """Every quantity at every step; with `rows`, on a leading axis of pushes.

        `base` has the values of what is held: the names in `held`, and stopped gradients.
        """
        moved = _by_name(rows)
        values: dict[At, Array] = {}
        for name, t in self.order:
            if name in held:
                values[name, t] = base[name, t]
                continue
            values[name, t] = sum(
                (self._term(piece, s, values, base, moved, len(rows)) for piece, s in self._terms(name, t)),
                start=np.zeros(self.event(name)),
            )
        return values

    def _terms(self, name: Name, t: int) -> Iterator[tuple[Piece, int]]:
        for piece in self.system.equations[name]:
            span = piece.domain.at(self.steps)
            if piece.total:
                yield from ((piece, s) for s in span)
            elif t in span:
                yield piece, t

    def _term(
        self,
        piece: Piece,
        t: int,
        values: Mapping[At, Array],
        base: Mapping[At, Array],
        moved: Mapping[Name, Sequence[tuple[int, Push, tuple[int, ...]]]],
        count: int,
    ) -> Any:
        stops = [node for node in topological([piece.rhs]) if node.prim.name == "stop_gradient"] if base else []
        held = numeric.run(stops, {node: self._read(node, t, base) for node in leaves(stops)}, self.sizes)
        bound = dict(zip(stops, held, strict=True))
        for node in leaves([piece.rhs]):
            bound[node] = self._pushed(node, t, self._read(node, t, values), moved, count)
        return numeric.run([piece.rhs], bound, self.sizes)[0]

    def _read(self, node: Expr, t: int, values: Mapping[At, Array]) -> Any:
        name: Name = node.attrs[0]  # type: ignore[assignment]
        if name in self.system.equations:
            return values[name, step_read(self.system, node, t, self.steps)]
        held = self.given[name]
        return held[step_read(self.system, node, t, self.steps)] if name in self.system.timed_given else held

    def _pushed(
        self,
        node: Expr,
        t: int,
        value: Any,
        moved: Mapping[Name, Sequence[tuple[int, Push, tuple[int, ...]]]],
        count: int,
    ) -> Any:
        """`value` with a leading axis of pushes, where some of them meet this read."""
        name: Name = node.attrs[0]  # type: ignore[assignment]
        step = step_read(self.system, node, t, self.steps)
        hits = [
            (row, entry)
            for row, push, entry in moved.get(name, ())
            if push.step in (None, step) and push.reader in (None, t)
        ]
        if node.dtype == "int":
            return np.broadcast_to(value, (count, *np.shape(value))) if count else value
        if not hits:
            return value
        event = self.event(name)
        array = np.array(np.broadcast_to(value, (count, *event)), complex)
        for row, entry in hits:
            array[(row, *entry)] += 1j * STEP
        return array


def _by_name(
    rows: Sequence[tuple[Push, tuple[int, ...]]],
) -> dict[Name, list[tuple[int, Push, tuple[int, ...]]]]:
    found: dict[Name, list[tuple[int, Push, tuple[int, ...]]]] = {}
    for i, (push, entry) in enumerate(rows):
        found.setdefault(push.name, []).append((i, push, entry))
    return found
