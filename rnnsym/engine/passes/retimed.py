"""What a loop computes from one other step is made at that step, next to what it is made of."""

from collections.abc import Sequence
from functools import reduce

from rnnsym.core.expr import Expr
from rnnsym.core.names import EVERY_STEP, Interval, Name, Offset
from rnnsym.core.system import Piece, System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.collected import is_linear
from rnnsym.engine.passes.draft import Draft, moved, reading, sum_of
from rnnsym.engine.passes.joined import core_of, has_rows, vanishes_outside
from rnnsym.engine.passes.loops import Loop, loops
from rnnsym.engine.passes.trimmed import clip
from rnnsym.ops.arithmetic import ADD, MUL, NEG


def retimed(system: System, wanted: Sequence[Name], choices: Choices) -> System:
    """Products of a linear loop's sums that read its members at t + k, as a part of their own at t + k."""
    draft = Draft(system)
    for loop in dict.fromkeys(loops(system).values()):
        pieces = [piece for name in loop.names for piece in system.equations[name] if loop.turns(piece)]
        if all(is_linear(piece.rhs, loop.members) for piece in pieces):
            for name in loop.names:
                draft.equations[name] = tuple(
                    _retimed(draft, loop, name, piece) if loop.turns(piece) else piece
                    for piece in draft.equations[name]
                )
    return draft.system


def _retimed(draft: Draft, loop: Loop, name: Name, piece: Piece) -> Piece:
    if piece.rhs.prim is not ADD:
        return piece
    groups: dict[int, list[Expr]] = {}
    for term in piece.rhs.args:
        if k := _lag(term, loop):
            groups.setdefault(k, []).append(term)
    kept = [term for term in piece.rhs.args if not _lag(term, loop)]
    for k, terms in groups.items():
        value = moved(sum_of(terms), -k)
        domain = _steps(draft, loop, [moved(term, -k) for term in terms], piece.domain.shift(k))
        if domain is None:
            return piece
        kept.append(moved(draft.make(f"{name.plain}_next", [Piece(domain, value)], value), k))
    return piece._replace(rhs=sum_of(kept))


def _lag(term: Expr, loop: Loop) -> int:
    """k, where `term` is a product with a member at t + k; 0 where it is anything else."""
    body = term.args[0] if term.prim is NEG else term
    if body.prim is not MUL:
        return 0
    found = [read for read in reading(body) if read.name in loop.members]
    if len(found) != 1 or found[0].leaf not in body.args or not isinstance(found[0].time, Offset):
        return 0
    return found[0].time.k


def _steps(draft: Draft, loop: Loop, terms: Sequence[Expr], needed: Interval) -> Interval | None:
    """The steps at which the part is made: where its members have values, all steps of the loop if it can be.

    None where it would read a row that does not exist, or divide by one that nothing sets.
    """
    own = [_steps_of(draft, loop, term, needed) for term in terms]
    domain = reduce(Interval.hull, own)
    if not all(
        steps == domain or vanishes_outside(draft, term, steps, domain) for term, steps in zip(terms, own, strict=True)
    ):
        return None
    every = (read for term in terms for read in reading(term))
    known = [read for read in every if isinstance(read.time, Offset) and draft.timed(read.name)]
    wide = domain.hull(core_of(draft, loop))
    if all(_has_values(draft, r.name, wide.shift(r.time.k)) for r in known if isinstance(r.time, Offset)):
        return wide
    if all(has_rows(draft, r.name, domain.shift(r.time.k)) for r in known if isinstance(r.time, Offset)):
        return domain
    return None


def _steps_of(draft: Draft, loop: Loop, term: Expr, needed: Interval) -> Interval:
    """Those of the steps `needed` at which the member in `term` has a value."""
    for read in reading(term):
        if read.name in loop.members and isinstance(read.time, Offset):
            needed = clip(needed, draft.hull(read.name).shift(-read.time.k)) or needed
    return needed


def _has_values(draft: Draft, name: Name, rows: Interval) -> bool:
    """Whether every one of these rows of `name` is set."""
    return (draft.hull(name) if name in draft.equations else EVERY_STEP).covers(rows)
