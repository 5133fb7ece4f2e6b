"""Every application of the chain rule behind a line of the backward pass: what each use of a quantity sends back.

If v is read by the equation of w, the loss feels v through w: the share of w is the cotangent of w pulled back through
the operations between w and v, one after the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import FREE, NOW, Interval, Name, Role
from rnnsym.core.system import Piece, Read, System, reads
from rnnsym.derivation.adjoint import DIFFERENTIATED, Adjoint, Contribution, shift
from rnnsym.derivation.rules import SILENT, rule_of
from rnnsym.ops.arithmetic import add
from rnnsym.ops.leaves import leaf, ones
from rnnsym.transforms.derivatives import vjp
from rnnsym.transforms.rewrite import normal_form, substitute


@dataclass(frozen=True)
class Application:
    """One operation on the way back: `through` is what was computed, `rule` its derivative, `gives` what comes out."""

    through: Expr
    rule: str
    gives: Expr


@dataclass(frozen=True)
class Share:
    """What one use of a quantity sends back on the steps of `domain`; with `total`, summed over them.

    `lhs` = `rhs` (summed over the steps `over`, if any) is the equation of the user, line `user`, at the time of the
    use; `term` is what comes back through its `applications`, in order.
    """

    user: int | None
    lhs: Expr
    rhs: Expr
    over: Interval | None
    term: Expr
    domain: Interval
    total: bool
    applications: tuple[Application, ...]


def shares(derived: Adjoint, bar: Name, numbers: Mapping[Name, int]) -> tuple[Share, ...]:
    """The shares that add up to the adjoint or gradient `bar`; `numbers` are the line numbers of the equations."""
    return tuple(
        _share(derived, use, read, piece, numbers)
        for use in derived.uses.get(bar, ())
        for read, piece in _places(derived.system, bar, use)
    )


def _places(system: System, bar: Name, use: Contribution) -> Iterator[tuple[Read, Piece]]:
    """Where the equation of the user reads the quantity: the leaf, and the piece that it stands in."""
    for piece in system.equations[use.user]:
        for read in reads(piece.rhs):
            same = (read.name.symbol, read.name.path) == (bar.symbol, bar.path) and read.name.role in DIFFERENTIATED
            if same and read.time == use.time:
                yield read, piece
                return


def _share(derived: Adjoint, use: Contribution, read: Read, piece: Piece, numbers: Mapping[Name, int]) -> Share:
    system, lag = derived.system, use.lag
    timeless = any(piece.total for piece in system.equations[use.user])
    user = leaf(use.user, FREE if timeless else NOW, system.shape(use.user))
    cotangent = _cotangent(derived, use.user)
    steps = tuple(
        Application(shift(step.through, lag), step.rule, shift(step.gives, lag))
        for step in _applied(user, piece.rhs, read.leaf, cotangent)
    )
    return Share(
        numbers.get(use.user),
        shift(user, lag),
        shift(piece.rhs, lag),
        piece.domain if piece.total else None,
        use.piece.rhs,
        use.piece.domain,
        use.piece.total,
        steps,
    )


def _cotangent(derived: Adjoint, user: Name) -> Expr:
    """The adjoint of the user at time t: 1 for the loss, and what the loss gives where that needs no name."""
    system, bar = derived.system, user.as_role(Role.ADJOINT)
    if bar in system.equations:
        return leaf(bar, NOW, system.shape(user))
    for name, piece in system.pieces():
        for read in reads(piece.rhs):
            if read.name == user and name.role == Role.TOTAL:
                return vjp([piece.rhs], [read.leaf], [ones(())])[0]
    return ones(system.shape(user))


def _applied(user: Expr, rhs: Expr, wanted: Expr, cotangent: Expr) -> Iterator[Application]:
    """The operations from `rhs` down to the leaf `wanted`, each with the cotangent that it sends on."""
    above = _above(rhs, wanted)
    gathered: dict[Expr, list[Expr]] = {rhs: [cotangent]}
    for node in reversed(topological([rhs])):
        if node is wanted or node not in gathered or node not in above:
            continue
        arriving = add(*gathered.pop(node))
        for i, arg in enumerate(node.args):
            if arg in above and node.prim.flows(node, i):
                sent = node.prim.pull(node, i, arriving)
                gathered.setdefault(arg, []).append(sent)
                if node.prim.name not in SILENT:
                    yield Application(node, rule_of(node, i), normal_form(substitute([sent], {rhs: user}))[0])


def _above(rhs: Expr, wanted: Expr) -> set[Expr]:
    """The nodes through which a derivative reaches the leaf."""
    found = {wanted}
    for node in topological([rhs]):
        if any(arg in found for arg in node.args):
            found.add(node)
    return found
