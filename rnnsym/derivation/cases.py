"""Where an equation says something of its own at the first or the last step."""

from collections.abc import Sequence
from typing import NamedTuple

from rnnsym.core.expr import Expr
from rnnsym.core.names import END, EVERY_STEP, FREE, START, Interval, Name, Offset, Role, T
from rnnsym.core.system import Piece, System, reads
from rnnsym.ops.arithmetic import add
from rnnsym.transforms.rewrite import flat

FIRST = Interval(START.lo.shift(1), START.lo.shift(1))
EDGES = (END, FIRST)


class Case(NamedTuple):
    """The right-hand side on some of an equation's steps."""

    domain: Interval
    rhs: Expr


def inner(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with a step in 1…T, or a total: the initial value is said elsewhere."""
    return [piece for piece in pieces if piece.total or piece.domain.meet(EVERY_STEP)]


def cases(pieces: Sequence[Piece]) -> tuple[Case, ...]:
    """The last and the first step where they have a term of their own, then the others; else nothing."""
    found = inner(pieces)
    general = [piece for piece in found if not piece.domain.single]
    edges = [edge for edge in EDGES if edge in [piece.domain for piece in found]]
    if any(piece.total for piece in pieces) or not edges or len(edges) + bool(general) < 2:
        return ()
    told = [Case(edge, add(*(piece.rhs for piece in found if _holds(piece.domain, edge)))) for edge in edges]
    if general:
        lo = FIRST.lo.shift(1) if FIRST in edges else min(piece.domain.lo for piece in general)
        rest = Interval(max(lo, FIRST.lo), T.shift(-1) if END in edges else T)
        told.append(Case(rest, add(*(piece.rhs for piece in general))))
    return tuple(Case(case.domain, rhs) for case, rhs in zip(told, flat([case.rhs for case in told]), strict=True))


def timeless(system: System, name: Name) -> bool:
    """Whether a computed name is a total, or has one value that is read without a time."""
    if any(piece.total for piece in system.equations[name]):
        return True
    read = (r for _, piece in system.pieces() for r in reads(piece.rhs))
    return system.hull(name).single and any(r.name == name and r.time == FREE for r in read)


def _holds(domain: Interval, edge: Interval) -> bool:
    """Whether `edge`, the first or the last step, lies in `domain` for every large T."""
    return domain.lo <= edge.lo <= domain.hi


def beyond(domain: Interval, rhs: Expr) -> tuple[Expr, ...]:
    """The adjoints that `rhs` reads one step after T or before 1: they are zero there."""
    steps = {1: _holds(domain, END), -1: _holds(domain, FIRST)}
    return tuple(
        read.leaf
        for read in reads(rhs)
        if is_error(read.name) and isinstance(read.time, Offset) and steps.get(read.time.k)
    )


def is_error(name: Name) -> bool:
    """Whether the name is an adjoint, or the tangent of one."""
    return (name.of[0] if name.role == Role.TANGENT else name).role == Role.ADJOINT
