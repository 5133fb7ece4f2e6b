"""Truncated backpropagation through time, and exactly what it leaves out.

An error that goes back from one step to another is cut in one of two ways (Williams and Peng 1990; Sutskever 2013).
Chunked: nothing passes the border between the steps t and t + 1 where t is a multiple of K. Per loss: what loss t sends
back is kept for the steps k with t − k < K. In both, the errors that are cut go on in adjoints of their own: the
truncated gradient and the one that they make add up to the true one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np

from rnnsym.core.expr import Expr
from rnnsym.core.names import FREE, START, Interval, Name, Offset, Role
from rnnsym.core.system import Piece, System, reads
from rnnsym.derivation.adjoint import Adjoint, Contribution
from rnnsym.ops.arithmetic import add, mul
from rnnsym.ops.leaves import leaf
from rnnsym.transforms.rewrite import normal_form, substitute

KEPT, CUT = "kept", "cut"
KEEP = Name(Role.KEEP, "kappa")


def keeps(window: int, steps: int) -> "np.ndarray[Any, Any]":
    """κ_t for t = 0…T: 0 where t is a multiple of `window` and another step comes after it, else 1."""
    t = np.arange(steps + 1)
    return np.where((t % window == 0) & (t > 0) & (t < steps), 0.0, 1.0)


def crossed(derived: Adjoint, bar: Name, use: Contribution) -> tuple[int, ...]:
    """The borders, as offsets from the step of `bar`, that an error passes on its way back: i stands between the steps
    t + i and t + i + 1. Data is not cut: what comes to an input passes none."""
    if bar.as_role(Role.INPUT) in derived.system.given:
        return ()
    return tuple(range(use.lag)) if use.lag > 0 else tuple(range(use.lag, 0))


@dataclass(frozen=True)
class Split:
    """`system` has the truncated adjoints, under their own names; the cut ones; and the gradients, kept, cut and whole.

    `cut` maps an adjoint or a gradient to the name of what the truncation takes away from it, `kept` a gradient to the
    name of what is left of it. `ages` are, per loss, the adjoints by age: `ages[j][bar]` is the part of `bar` that
    comes from j steps away.
    """

    system: System
    cut: Mapping[Name, Name]
    kept: Mapping[Name, Name]
    ages: tuple[Mapping[Name, Name], ...] = ()


def marked(name: Name, mark: str, taken: Iterable[Name]) -> Name:
    """`h_cut` for h; `h_cut2` where there is such a name already."""
    known = set(taken)
    candidates = (name._replace(symbol=f"{name.symbol}_{mark}{i if i > 1 else ''}") for i in count(1))
    return next(found for found in candidates if found not in known)


def aged(name: Name, age: int) -> Name:
    """The part of an adjoint that is `age` steps old."""
    return name._replace(symbol=f"{name.symbol}_age{age}")


def chunked(derived: Adjoint) -> Split:
    """The gradient cut at the borders of chunks: κ_t, a given factor in time, is 0 where nothing passes from t + 1."""
    affected = _affected(derived)
    cut = {bar: marked(bar, CUT, derived.system.equations) for bar in derived.uses if bar in affected}
    truncated = {bar: pieces_of(_with_factor(derived, bar, use) for use in uses) for bar, uses in derived.uses.items()}
    dropped = {cut[bar]: pieces_of(_lost(derived, bar, cut)) for bar in cut}
    found = split(derived, truncated, dropped, cut)
    given = {**found.system.given, KEEP: ()}
    timed = found.system.timed_given | {KEEP}
    return replace(found, system=replace(found.system, given=given, timed_given=timed))


def _affected(derived: Adjoint) -> set[Name]:
    """The adjoints and gradients that a cut error would have reached."""
    found: set[Name] = set()
    grown = True
    while grown:
        grown = False
        for bar, uses in derived.uses.items():
            if bar not in found and any(crossed(derived, bar, u) or set(senders(u)) & found for u in uses):
                found.add(bar)
                grown = True
    return found


def senders(use: Contribution) -> list[Name]:
    """The adjoints that a contribution reads: one, or none where the loss is at hand."""
    return [read.name for read in reads(use.piece.rhs) if read.name.role == Role.ADJOINT]


def _keep(borders: Sequence[int]) -> Expr:
    return mul(*(leaf(KEEP, Offset(i), ()) for i in borders))


def _with_factor(derived: Adjoint, bar: Name, use: Contribution) -> tuple[Piece, Expr | None]:
    """A contribution, and the factor that it gets."""
    borders = crossed(derived, bar, use)
    return use.piece, _keep(borders) if borders else None


def _lost(derived: Adjoint, bar: Name, cut: Mapping[Name, Name]) -> Iterable[tuple[Piece, Expr | None]]:
    """What the cut takes away from `bar`: what it stops here, and what comes from errors that it stopped before."""
    same = {name: name for name in derived.uses}
    for use in derived.uses[bar]:
        borders = crossed(derived, bar, use)
        stopped = [(same, 1.0 - _keep(borders))] if borders else []
        if borders and not senders(use):
            yield use.piece, 1.0 - _keep(borders)
        elif (passed := renamed(use.piece, *stopped, (cut, None))) is not None:
            yield passed, None


def renamed(piece: Piece, *others: tuple[Mapping[Name, Name], Expr | None]) -> Piece | None:
    """`piece` with the sum of other adjoints for the one that it reads, each times its factor; None if there are none.

    Each of `others` maps what is read to what is read instead, and has a factor at the step of the piece, or None.
    """
    moved: dict[Expr, Expr] = {}
    for read in reads(piece.rhs):
        found = [
            (leaf(new[read.name], read.time, read.leaf.shape), factor) for new, factor in others if read.name in new
        ]
        if found:
            moved[read.leaf] = add(*(part if factor is None else factor * part for part, factor in found))
    return piece._replace(rhs=substitute([piece.rhs], moved)[0]) if moved else None


def pieces_of(uses: Iterable[tuple[Piece, Expr | None]]) -> tuple[Piece, ...]:
    """Contributions on the same steps and with the same factor become one piece, the factor before their sum."""
    groups: dict[tuple[Interval, bool, Expr | None], list[Expr]] = {}
    for piece, factor in uses:
        groups.setdefault((piece.domain, piece.total, factor), []).append(piece.rhs)
    found: dict[tuple[Interval, bool], list[Expr]] = {}
    for (domain, total, factor), terms in groups.items():
        body = normal_form([add(*terms)])[0]
        found.setdefault((domain, total), []).append(body if factor is None else factor * body)
    return tuple(Piece(domain, add(*terms), total) for (domain, total), terms in found.items())


def split(
    derived: Adjoint,
    truncated: Mapping[Name, tuple[Piece, ...]],
    dropped: Mapping[Name, tuple[Piece, ...]],
    cut: Mapping[Name, Name],
) -> Split:
    """The System with the gradients in three parts: kept, cut, and their sum."""
    system = derived.system
    kept = {bar: marked(bar, KEPT, system.equations) for bar in derived.gradients if bar in cut}
    equations = {name: system.equations[name] for name in derived.forward}
    equations.update({kept.get(bar, bar): pieces for bar, pieces in truncated.items()})
    equations.update(dropped)
    shapes = dict(system.shapes)
    shapes.update({new: system.shape(bar) for bar, new in (*cut.items(), *kept.items())})
    for bar, part in kept.items():
        shape = system.shape(bar)
        equations[bar] = (Piece(START, leaf(part, FREE, shape) + leaf(cut[bar], FREE, shape)),)
    timed = system.timed_adjoints | {new for bar, new in cut.items() if system.timed(bar)}
    whole = replace(system, equations=equations, shapes=shapes, timed_adjoints=timed)
    return Split(whole, cut, kept)
