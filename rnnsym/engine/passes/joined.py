"""Pieces on overlapping steps as one piece, where what they add vanishes on the steps that they lack."""

from collections.abc import Container, Sequence
from functools import reduce

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Interval, Name, Offset, Point, T, earliest, latest
from rnnsym.core.system import Piece, System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.draft import Draft, moved, names_in, reading, sum_of
from rnnsym.engine.passes.loops import Loop, loops
from rnnsym.engine.passes.trimmed import clip
from rnnsym.ops.arithmetic import ADD, DIVIDE, MUL, NEG, POWER
from rnnsym.ops.elementwise import LOG
from rnnsym.ops.leaves import is_zero, zeros
from rnnsym.ops.products import DOT, MATVEC
from rnnsym.ops.structure import BROADCAST, SUM
from rnnsym.transforms.rewrite import substitute


def joined(system: System, wanted: Sequence[Name], choices: Choices) -> System:
    """One piece for each name on the steps of its loop; what a loop adds at some steps only is a part of its own."""
    draft, found = Draft(system), loops(system)
    for name, pieces in system.equations.items():
        if len(pieces) > 1 and not any(piece.total for piece in pieces):
            _join(draft, name, pieces, found.get(name))
    return draft.system


def _join(draft: Draft, name: Name, pieces: Sequence[Piece], loop: Loop | None) -> None:
    inside = [piece for piece in pieces if loop is None or loop.turns(piece)]
    if len(inside) < 2:
        return
    steps = reduce(Interval.hull, (piece.domain for piece in inside))
    new = _on(draft, name, inside, steps, loop)
    if new is None and loop is not None:
        new = _on(draft, name, inside, core_of(draft, loop), loop)
    if new is not None:
        draft.equations[name] = (*(piece for piece in pieces if piece not in inside), *new)


def _on(
    draft: Draft, name: Name, pieces: Sequence[Piece], steps: Interval, loop: Loop | None
) -> tuple[Piece, ...] | None:
    """One piece on `steps`, after the pieces of what lies before and after them; None where there is none."""
    outside: list[Piece] = []
    terms: list[Expr | None] = []
    for piece in pieces:
        domain, rest = clip(piece.domain, steps), _missing(steps, piece.domain.hull(steps))
        if domain is None or rest is None:
            return None
        outside += [piece._replace(domain=side) for side in rest if not side.apart(piece.domain)]
        terms.append(_extended(draft, name, piece._replace(domain=domain), steps, loop))
    known = [term for term in terms if term is not None]
    if len(known) < len(terms) or len({piece.domain for piece in outside}) < len(outside):
        return None
    return (*outside, Piece(steps, sum_of(known)))


def core_of(draft: Draft, loop: Loop) -> Interval:
    """The steps at which all names of the loop are computed."""
    core = loop.steps
    for name in loop.names:
        turning = [piece.domain for piece in draft.equations[name] if loop.turns(piece)]
        core = clip(core, reduce(Interval.hull, turning)) or core
    return core


def _extended(draft: Draft, name: Name, piece: Piece, steps: Interval, loop: Loop | None) -> Expr | None:
    """What has the value of `piece` on its steps and is zero on the others of `steps`; None where there is nothing."""
    missing = _missing(piece.domain, steps)
    if missing is None:
        return None
    if all(vanishes(draft, piece.rhs, side) for side in missing):
        return piece.rhs
    if loop is None:
        return None
    if not names_in(piece.rhs) & loop.members:
        return draft.make(f"{name.plain}_seed", [piece], piece.rhs)
    lags = {r.time.k for r in reading(piece.rhs) if r.name in loop.members and isinstance(r.time, Offset)}
    if len(lags) == 1 and 0 not in lags:
        (k,) = lags
        part = draft.make(f"{name.plain}_next", [Piece(piece.domain.shift(k), moved(piece.rhs, -k))], piece.rhs)
        return moved(part, k)
    return None


def _missing(domain: Interval, steps: Interval) -> list[Interval] | None:
    """The steps of `steps` before and after `domain`; None where that depends on T."""
    sides = []
    if domain.lo != steps.lo:
        if latest([steps.lo, domain.lo]) != domain.lo:
            return None
        sides.append(Interval(steps.lo, domain.lo.shift(-1)))
    if domain.hi != steps.hi:
        if earliest([steps.hi, domain.hi]) != domain.hi:
            return None
        sides.append(Interval(domain.hi.shift(1), steps.hi))
    return sides


def vanishes(draft: Draft, rhs: Expr, steps: Interval) -> bool:
    """Whether `rhs` is zero at every step of `steps`, because it reads rows that nothing sets."""
    known: dict[Expr, Expr] = {}
    for read in reading(rhs):
        if not isinstance(read.time, Offset) or not draft.timed(read.name):
            continue
        rows = steps.shift(read.time.k)
        if not has_rows(draft, read.name, rows):
            return False
        if read.leaf.dtype == "float" and read.name in draft.equations and draft.hull(read.name).apart(rows):
            known[read.leaf] = zeros(read.leaf.shape)
    return bool(known) and is_zero(substitute([rhs], known)[0]) and not breaks_at_zero(rhs, known)


def vanishes_outside(draft: Draft, rhs: Expr, domain: Interval, steps: Interval) -> bool:
    """Whether `rhs` is zero at the steps of `steps` that are not in `domain`."""
    both = clip(domain, steps)
    missing = None if both is None else _missing(both, steps)
    return missing is not None and all(vanishes(draft, rhs, side) for side in missing)


def support(draft: Draft, expr: Expr) -> Interval | None:
    """Steps outside of which `expr` is zero, because it reads rows that nothing sets; None where there are none."""
    if expr.prim.name == "leaf":
        (read,) = reading(expr)
        if not isinstance(read.time, Offset) or read.name not in draft.equations or not draft.timed(read.name):
            return None
        return draft.hull(read.name).shift(-read.time.k)
    below = [support(draft, arg) for arg in expr.args]
    if expr.prim is ADD or expr.prim is NEG:
        known_all = [steps for steps in below if steps is not None]
        return reduce(Interval.hull, known_all) if len(known_all) == len(below) else None
    if expr.prim in (MUL, MATVEC, DOT, SUM, BROADCAST):
        return reduce(lambda a, b: a if b is None else b if a is None else clip(a, b) or a, below)
    return None


def has_rows(draft: Draft, name: Name, rows: Interval) -> bool:
    """Whether an array of `name` has these rows, set or not."""
    return rows.lo >= Point(0, 0) and (name in draft.equations or rows.hi <= T)


def breaks_at_zero(rhs: Expr, zero: Container[Expr]) -> bool:
    """Whether `rhs` divides by something made of leaves in `zero`, or takes its logarithm."""
    return any(read.leaf in zero for node in topological([rhs]) if _divides(node) for read in reading(node.args[-1]))


def _divides(node: Expr) -> bool:
    """Whether the last operand of `node` must not be zero."""
    return node.prim in (DIVIDE, LOG) or (node.prim is POWER and float(str(node.attrs[0])) < 0)
