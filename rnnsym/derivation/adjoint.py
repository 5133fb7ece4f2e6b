"""The adjoint of a System is a System: backpropagation through time, for any equations, with T free.

For every piece w[t] = rhs and every leaf v[t + k] in it, the pullback of rhs gives a cotangent g[t] that flows back
to v: bar(v)[s] += g[s - k] on the domain shifted by k. A parameter collects Σ_t g[t]. Nothing here knows a cell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import FREE, NOW, Fixed, Free, Interval, Name, Offset, Role, TimeMap
from rnnsym.core.system import Piece, Read, System, reads
from rnnsym.errors import ScheduleError
from rnnsym.ops.arithmetic import add
from rnnsym.ops.leaves import is_zero, leaf, ones
from rnnsym.transforms.derivatives import vjp
from rnnsym.transforms.rewrite import normal_form, substitute

DIFFERENTIATED = frozenset({Role.PARAM, Role.CARRY, Role.EQUATION, Role.LOSS, Role.INPUT})


class Contribution(NamedTuple):
    """One use of a quantity: the equation `user` reads it at `time`, and sends `piece` back."""

    user: Name
    time: TimeMap
    piece: Piece

    @property
    def lag(self) -> int:
        """How many steps after the quantity its user stands."""
        return -self.time.k if isinstance(self.time, Offset) else 0


@dataclass(frozen=True)
class Adjoint:
    """`system` holds the forward equations, the adjoints and the gradients; `uses` says where each came from."""

    system: System
    forward: tuple[Name, ...]
    backward: tuple[Name, ...]
    gradients: tuple[Name, ...]
    uses: Mapping[Name, tuple[Contribution, ...]]
    unreached: tuple[Name, ...]
    """Quantities, inputs and parameters that the loss does not depend on: their derivatives are exactly zero."""


def adjoint(system: System, loss: Name) -> Adjoint:
    """Adjoint equations for every ancestor of `loss`, in reverse order of the story, then parameter gradients.

    Raises ScheduleError for a system that has adjoints already: their names would collide.
    """
    if any(name.role in (Role.ADJOINT, Role.GRADIENT) for name in system.equations):
        raise ScheduleError(
            "this system has adjoint equations already. For a second derivative, unroll the network (rs.unroll) and "
            "differentiate its graph twice (rs.grad)."
        )
    relevant = system.ancestors([loss])
    found, inlined = _pull_all(system, loss, relevant)
    while unmoved := [name for name in system.equations if name in relevant and not found.get(name) and name != loss]:
        relevant.difference_update(unmoved)
        found, inlined = _pull_all(system, loss, relevant)
    for name in inlined:
        found.pop(name, None)
    return _assemble(system, found, frozenset(inlined))


def _pull_all(
    system: System, loss: Name, relevant: set[Name]
) -> tuple[dict[Name, list[Contribution]], dict[Name, Expr]]:
    """What every relevant equation sends back to each quantity that it reads, and the cotangents that need no name.

    A quantity that gets nothing back (what would come cancels, or a gradient stops) must not be relevant: its adjoint
    has no equation.
    """
    found: dict[Name, list[Contribution]] = {}
    inlined: dict[Name, Expr] = {loss: ones(())}
    in_time = {r.name for _, piece in system.pieces() for r in reads(piece.rhs) if r.time != FREE}
    for user in reversed(list(system.equations)):
        if user not in relevant:
            continue
        if user.role == Role.LOSS and (known := _plain_cotangent(found.get(user, []))) is not None:
            inlined[user] = known
        bar = leaf(user.as_role(Role.ADJOINT), NOW if user in in_time else FREE, system.shape(user))
        cotangent = inlined.get(user, bar)
        for piece in system.equations[user]:
            _pull_piece(system, user, piece, cotangent, relevant, found)
    return found, inlined


def _plain_cotangent(uses: Iterable[Contribution]) -> Expr | None:
    """The cotangent of a per-step loss, where it is known without any adjoint: 1, a mask, 1/N."""
    pieces = [use.piece for use in uses]
    if len(pieces) == 1 and not any(r.name.role == Role.ADJOINT for r in reads(pieces[0].rhs)):
        return pieces[0].rhs
    return None


def _pull_piece(
    system: System,
    user: Name,
    piece: Piece,
    cotangent: Expr,
    relevant: set[Name],
    found: dict[Name, list[Contribution]],
) -> None:
    """Add what `piece` of `user` sends back to each quantity that it reads."""
    used = [r for r in reads(piece.rhs) if r.name in relevant and _moves(r.leaf)]
    sent = vjp([piece.rhs], [r.leaf for r in used], [cotangent])
    if not piece.total and piece.rhs.args:
        sent = substitute(sent, {piece.rhs: leaf(user, NOW, system.shape(user))})
    for read, value in zip(used, normal_form(sent), strict=True):
        if not is_zero(value):
            found.setdefault(read.name, []).append(_contribution(user, piece.domain, read, value))


def _moves(read: Expr) -> bool:
    """Whether there is a derivative in the leaf `read`: not in data beside the loss, and not in an integer."""
    return read.attrs[0].role in DIFFERENTIATED and read.dtype == "float"  # type: ignore[attr-defined]


def _contribution(user: Name, domain: Interval, read: Read, value: Expr) -> Contribution:
    match read.time:
        case Offset(k):
            return Contribution(user, read.time, Piece(domain.shift(k), shift(value, -k)))
        case Free():
            return Contribution(user, read.time, Piece(domain, value, total=True))
        case Fixed(at):
            return Contribution(user, read.time, Piece(Interval(at, at), _at_one_step(value, user, read, domain)))


def _at_one_step(value: Expr, user: Name, read: Read, domain: Interval) -> Expr:
    """`value` at the one step of `domain`. Raises ScheduleError where there are many."""
    if not domain.single:
        raise ScheduleError(
            f"the equation of '{user.label}' ({domain}) reads '{read.name.label}' at one fixed step, many times. Give "
            f"what it reads an equation of its own on that step, and read this without time."
        )
    fixed = {
        node: leaf(node.attrs[0], Fixed(domain.lo.shift(node.attrs[1].k)), node.shape, node.dtype)  # type: ignore[arg-type]
        for node in leaves([value])
        if isinstance(node.attrs[1], Offset)
    }
    return substitute([value], fixed)[0]


def shift(expr: Expr, k: int) -> Expr:
    """`expr` with every time t replaced by t + k."""
    moved = {
        node: leaf(node.attrs[0], Offset(node.attrs[1].k + k), node.shape, node.dtype)  # type: ignore[arg-type]
        for node in leaves([expr])
        if isinstance(node.attrs[1], Offset)
    }
    return substitute([expr], moved)[0]


def _assemble(system: System, found: Mapping[Name, list[Contribution]], inlined: frozenset[Name]) -> Adjoint:
    order = list(system.equations)
    backward = [name for name in reversed(order) if name in found]
    inputs = [name for name in system.given if name in found and name.role == Role.INPUT]
    params = [name for name in system.given if name in found and name.role == Role.PARAM]
    pieces: dict[Name, tuple[Piece, ...]] = {}
    uses: dict[Name, tuple[Contribution, ...]] = {}
    for name in [*backward, *inputs, *params]:
        bar = name.as_role(Role.GRADIENT if name.role == Role.PARAM else Role.ADJOINT)
        ordered = sorted(found[name], key=lambda use: _reading_order(use, order))
        uses[bar], pieces[bar] = tuple(ordered), _merge(ordered)
    shapes = {name.as_role(r): system.shape(name) for name in found for r in (Role.ADJOINT, Role.GRADIENT)}
    names = tuple(pieces)
    split = len(backward) + len(inputs)
    in_time = frozenset(name.as_role(Role.ADJOINT) for name in found if system.timed(name))
    return Adjoint(
        replace(system.with_equations(pieces, {bar: shapes[bar] for bar in names}), timed_adjoints=in_time),
        tuple(order),
        names[:split],
        names[split:],
        uses,
        tuple(
            n
            for n in (*order, *system.given)
            if n.role in DIFFERENTIATED and n not in found and n not in inlined and n not in system.labels
        ),
    )


def _reading_order(use: Contribution, order: Sequence[Name]) -> tuple[int, int]:
    """First what comes back at once, the loss before all else; then what comes from the next step, as in the story."""
    place = order.index(use.user)
    return abs(use.lag), place if use.lag else -place


def _merge(uses: Iterable[Contribution]) -> tuple[Piece, ...]:
    """Contributions on the same steps become one piece."""
    groups: dict[tuple[Interval, bool], list[Expr]] = {}
    for use in uses:
        groups.setdefault((use.piece.domain, use.piece.total), []).append(use.piece.rhs)
    return tuple(Piece(domain, normal_form([add(*terms)])[0], total) for (domain, total), terms in groups.items())
