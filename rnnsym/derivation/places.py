"""The reason of a backward line: where a quantity is used, and so where its errors come from."""

from collections.abc import Mapping, Sequence

from rnnsym.core.expr import Expr
from rnnsym.core.names import EVERY_STEP, FREE, NOW, Fixed, Name, Offset, Role, TimeMap
from rnnsym.core.system import Piece, System, reads
from rnnsym.derivation.adjoint import Contribution
from rnnsym.derivation.cases import timeless
from rnnsym.derivation.reasons import Words
from rnnsym.derivation.rules import COPIED, SEAM, rules_between
from rnnsym.ops.leaves import leaf


def original(system: System, bar: Name) -> Name:
    """The quantity whose adjoint or gradient `bar` is."""
    roles = (Role.PARAM,) if bar.role == Role.GRADIENT else (Role.CARRY, Role.EQUATION, Role.INPUT, Role.LOSS)
    known = (*system.given, *system.equations)
    return next(bar.as_role(role) for role in roles if bar.as_role(role) in known)


def rules(system: System, bar: Name, use: Contribution) -> list[str]:
    """The rules met between the user and the quantity."""
    of, found = original(system, bar), list[str]()
    for piece in system.equations[use.user]:
        for read in reads(piece.rhs):
            if read.name == of and read.time == use.time:
                start = [SEAM] if _is_start(piece) else []
                copied = start or [COPIED]
                found += start + rules_between(piece.rhs, read.leaf) if piece.rhs.args else copied
    return found


def because(system: System, bar: Name, uses: Sequence[Contribution], numbers: Mapping[Name, int]) -> Words:
    """`h_t is used in line 1 (a_{t+1}) and in line 3 (y_t); the shares that they send back add up.`"""
    of = original(system, bar)
    words: list[str | Expr] = [_subject(system, of), " is used "]
    for i, use in enumerate(uses):
        words += [", " if 0 < i < len(uses) - 1 else " and "] * (i > 0) + [*_place(system, of, use, numbers)]
    if bar.role == Role.GRADIENT:
        every_step = not uses[0].piece.domain.single
        words.append(", at every step: the gradient is the sum over all of them." if every_step else ".")
    else:
        words.append("." if len(uses) == 1 else "; the loss feels it in each place, and the shares add up.")
    return tuple(words)


def _subject(system: System, of: Name) -> Expr:
    time: TimeMap = NOW if system.timed(of) else FREE
    if of in system.equations and time == FREE and not timeless(system, of):
        time = Fixed(system.hull(of).lo)
    return leaf(of, time, system.shape(of))


def _place(system: System, of: Name, use: Contribution, numbers: Mapping[Name, int]) -> Words:
    if use.user.role == Role.TOTAL:
        return ("directly in the loss",)
    piece = _piece(system, of, use)
    shape, line = system.shape(use.user), f"line {numbers[use.user]}"
    once = f"at t = {use.piece.domain.lo} " * (use.piece.domain.single and system.timed(of))
    if timeless(system, use.user):
        return (f"{once}in {line} (", leaf(use.user, FREE, shape), ")")
    time = Fixed(piece.domain.lo) if piece.domain.single else Offset(use.lag)
    words: Words = (f"{once}in {line} (", leaf(use.user, time, shape))
    if _is_start(piece):
        return (*words, " starts from it)")
    return (*words, "), which comes next where time runs backward" if use.lag < 0 else ")")


def _piece(system: System, of: Name, use: Contribution) -> Piece:
    """The piece of the user that makes this use."""
    return next(
        piece
        for piece in system.equations[use.user]
        for read in reads(piece.rhs)
        if read.name == of and read.time == use.time
    )


def _is_start(piece: Piece) -> bool:
    """Whether the piece gives the initial value of a carry."""
    return not piece.total and piece.domain.meet(EVERY_STEP) is None
