"""The tangent of a System is a System: how every quantity changes when the given ones move along a direction.

R{v} is the derivative of v along the direction (Pearlmutter 1994). For every piece v[t] = rhs, R{v}[t] is the push of
rhs along R{w} of each w that it reads and that moves. Nothing here knows a cell, nor that some equations are adjoints:
applied to the System of an adjoint, it gives the product of the Hessian with a vector.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from rnnsym.core.expr import Expr, topological
from rnnsym.core.mathtree import Number
from rnnsym.core.names import FREE, NOW, START, Interval, Name, Role, T
from rnnsym.core.system import Piece, System, reads
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.equations import Equation, lines
from rnnsym.derivation.form import AT_END, DOWNWARDS, UPWARDS, Form, Section, equals, recurrence
from rnnsym.derivation.reasons import Words
from rnnsym.derivation.rules import RULES, SILENT
from rnnsym.derivation.stating import equation, left_side
from rnnsym.notation import tree_of
from rnnsym.ops.leaves import is_zero, leaf, zeros
from rnnsym.transforms.derivatives import jvp
from rnnsym.transforms.rewrite import normal_form, substitute

PRODUCTS = frozenset({"mul", "matvec", "matmul", "outer", "dot"})
LINEAR, PRODUCT = "passes through alike", "product rule"


@dataclass(frozen=True)
class Tangent:
    """`system` holds the equations and their tangents; `names` are the tangents in the order of what they belong to,
    `directions` those that are given: R{θ} for every θ that moves by itself."""

    system: System
    names: tuple[Name, ...]
    directions: tuple[Name, ...]


def tangent(system: System, moved: Iterable[Name]) -> Tangent:
    """The equations of R{v} for every v that depends on the given names `moved`."""
    given = tuple(name for name in system.given if name in set(moved))
    moving = _dependent(system, given)
    found = _push_all(system, moving)
    while still := [name for name, pieces in found.items() if all(is_zero(piece.rhs) for piece in pieces)]:
        moving.difference_update(still)
        found = _push_all(system, moving)
    directions = {along(name): system.shape(name) for name in given}
    shapes = {along(name): system.shape(name) for name in found}
    timed = {along(name) for name in found if system.timed(name)}
    extended = replace(
        system.with_equations({along(name): pieces for name, pieces in found.items()}, shapes),
        given={**system.given, **directions},
        timed_given=system.timed_given | {along(name) for name in given if name in system.timed_given},
        timed_adjoints=system.timed_adjoints | timed,
    )
    return Tangent(extended, tuple(shapes), tuple(directions))


def along(name: Name) -> Name:
    """R{name}."""
    return name.derived(Role.TANGENT)


def _dependent(system: System, given: Iterable[Name]) -> set[Name]:
    """`given`, and the names with an equation that reads one of them, directly or not."""
    moving = set(given)
    readers: dict[Name, list[Name]] = {}
    for name, piece in system.pieces():
        for read in reads(piece.rhs):
            readers.setdefault(read.name, []).append(name)
    stack = list(moving)
    while stack:
        for reader in readers.get(stack.pop(), ()):
            if reader not in moving:
                moving.add(reader)
                stack.append(reader)
    return moving


def _push_all(system: System, moving: set[Name]) -> dict[Name, tuple[Piece, ...]]:
    return {
        name: _kept(system, name, [_pushed(system, name, piece, moving) for piece in pieces])
        for name, pieces in system.equations.items()
        if name in moving
    }


def _pushed(system: System, name: Name, piece: Piece, moving: set[Name]) -> Piece:
    """The tangent of one piece; what the name itself stands for is read, not computed again."""
    used = [read for read in reads(piece.rhs) if read.name in moving]
    directions = [leaf(along(read.name), read.time, read.leaf.shape) for read in used]
    pushed = jvp([piece.rhs], [read.leaf for read in used], directions)
    if not piece.total and piece.rhs.args and len(system.equations[name]) == 1 or _is_state(system, name, piece):
        pushed = substitute(pushed, {piece.rhs: leaf(name, NOW, system.shape(name))})
    return Piece(piece.domain, normal_form(pushed)[0], piece.total)


def _is_state(system: System, name: Name, piece: Piece) -> bool:
    """Whether on the steps of `piece` no other piece adds to the name, so that it stands for that right-hand side."""
    others = [other for other in system.equations[name] if other is not piece]
    alone = all(other.domain.meet(piece.domain) is None for other in others)
    return alone and not piece.total and bool(piece.rhs.args)


def _kept(system: System, name: Name, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces without those that are zero, except where only they say that the name has a value on a step."""
    moving = [piece for piece in pieces if not is_zero(piece.rhs)]
    still = [
        Piece(piece.domain, zeros(system.shape(name)))
        for piece in pieces
        if is_zero(piece.rhs) and not piece.total and not any(m.domain.covers(piece.domain) for m in moving)
    ]
    return (*(still if moving else []), *moving) or (Piece(pieces[0].domain, zeros(system.shape(name))),)
