"""A System with a number for T: every name at every step as an explicit expression."""

from collections.abc import Iterator, Sequence

from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import Fixed, Free, Name, Offset, Point
from rnnsym.core.system import Piece, System
from rnnsym.engine.schedule import Block, schedule
from rnnsym.errors import InputError
from rnnsym.ops.arithmetic import add
from rnnsym.ops.leaves import leaf, zeros
from rnnsym.transforms.rewrite import substitute

Table = dict[tuple[Name, int], Expr]
"""(name, t) -> expression; a name that is not in time has t = 0."""


def unroll_system(system: System, steps: int) -> Table:
    """Every named quantity at every step t <= `steps`, in terms of what is given. Raises InputError for T < 1."""
    if steps < 1:
        raise InputError(f"T = {steps}: a sequence needs at least one step.")
    table: Table = {}
    for name, t in in_order(system, list(system.equations), steps):
        table[name, t] = _value(system, table, name, t, steps)
    return table


def in_order(system: System, names: Sequence[Name], steps: int) -> Iterator[tuple[Name, int]]:
    """Every (name, t) in an order in which each can be computed; a total has t = 0."""
    for block in schedule(system, names):
        yield from _order(system, block, steps)


def _order(system: System, block: Block, steps: int) -> Iterator[tuple[Name, int]]:
    spans = {name: system.hull(name).at(steps) for name in block.names}
    if not block.direction:
        for name, span in spans.items():
            if system.equations[name][0].total:
                yield name, 0
            else:
                yield from ((name, t) for t in span)
        return
    times = range(min(s.start for s in spans.values()), max(s.stop for s in spans.values()))
    for t in times if block.direction > 0 else reversed(times):
        yield from ((name, t) for name in block.names if t in spans[name])


def _value(system: System, table: Table, name: Name, t: int, steps: int) -> Expr:
    """The sum of the pieces of `name` that hold at step t."""
    terms: list[Expr] = []
    for piece in system.equations[name]:
        span = piece.domain.at(steps)
        if piece.total:
            terms += [_at(system, table, piece, s, steps) for s in span]
        elif t in span:
            terms.append(_at(system, table, piece, t, steps))
    return add(*terms) if terms else zeros(system.shape(name))


def step_read(system: System, node: Expr, t: int, steps: int) -> int:
    """The step at which an equation of step `t` reads the leaf `node`; for a name not in time, where it is kept."""
    name, time = node.attrs
    assert isinstance(name, Name)
    assert isinstance(time, (Offset, Fixed, Free))
    return _only_step(system, name, steps) if isinstance(time, Free) else time.step(t, steps)


def _only_step(system: System, name: Name, steps: int) -> int:
    if name not in system.equations or system.equations[name][0].total:
        return 0
    return system.hull(name).lo.at(steps)


def _at(system: System, table: Table, piece: Piece, t: int, steps: int) -> Expr:
    """The right-hand side with every leaf replaced by what it reads at step t."""
    known = {}
    for node in leaves([piece.rhs]):
        name, step = node.attrs[0], step_read(system, node, t, steps)
        assert isinstance(name, Name)
        if name in system.equations:
            known[node] = table[name, step]
        elif name in system.timed_given:
            known[node] = leaf(name, Fixed(Point(0, step)), node.shape, node.dtype)
    return substitute([piece.rhs], known)[0]
