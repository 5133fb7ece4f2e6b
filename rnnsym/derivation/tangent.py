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
from rnnsym.core.names import FREE, NOW, Fixed, Name, Role
from rnnsym.core.system import Piece, System, reads
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.equations import Equation, left_side, lines
from rnnsym.derivation.form import Form, Section, equals, recurrence
from rnnsym.derivation.rules import RULES, SILENT
from rnnsym.derivation.stating import equation, sections
from rnnsym.notation import Words, tree_of
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
    if _stands_for(system, name, piece):
        pushed = substitute(pushed, {piece.rhs: leaf(name, NOW, system.shape(name))})
    return Piece(piece.domain, normal_form(pushed)[0], piece.total)


def _stands_for(system: System, name: Name, piece: Piece) -> bool:
    """Whether on the steps of `piece` no other one adds to the name, so that it stands for that right-hand side."""
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


# The product of the Hessian with a vector. ---------------------------------------------------------------------------


def hessian_vector(derived: Adjoint, wrt: Iterable[Name] | None = None) -> Form:
    """The change of the gradient along a direction R{θ}: what Σ_θ' ∂²L/∂θ∂θ' R{θ'} is, for every θ (Pearlmutter 1994).

    `wrt` are the parameters that move, and whose gradients are told: all that the loss depends on, if None.
    """
    chosen = None if wrt is None else set(wrt)
    gradients = [g for g in derived.gradients if chosen is None or g.as_role(Role.PARAM) in chosen]
    moved = tangent(derived.system, [g.as_role(Role.PARAM) for g in gradients])
    base = recurrence(derived, replace(lines(derived, gradients), gradients=(), zeros=()))
    wanted = moved.system.ancestors(along(g) for g in gradients)
    order = [name for name in moved.names if name in wanted]
    numbers = {line.name: line.number for line in base.lines}
    numbers.update(zip(order, count(len(numbers) + 1)))
    made = {name: _line(moved.system, name, numbers) for name in order}
    told = (*base.sections, *_sections(moved, made))
    kept = {name: pieces for name, pieces in moved.system.equations.items() if name not in moved.names or name in made}
    return Form("hessian", "Hessian times a vector", told, replace(moved.system, equations=kept), derived=derived)


def _sections(moved: Tangent, made: Mapping[Name, Equation]) -> list[Section]:
    """R-forward, R-backward and R-gradients."""
    role = {name: name.of[0].role for name in made}
    ahead = [line for name, line in made.items() if role[name] not in (Role.ADJOINT, Role.GRADIENT)]
    back = [line for name, line in made.items() if role[name] == Role.ADJOINT]
    product = Section(
        "R-gradients", (("the product, block by block",),), tuple(g for g in made.values() if g not in {*ahead, *back})
    )
    remarks = (*_starts(moved), *_direction(moved))
    return [
        *sections("R-forward", moved.system, ahead, False, remarks),
        *sections("R-backward", moved.system, back, True),
        *([product] if product.lines else []),
    ]


def _direction(moved: Tangent) -> tuple[Words, ...]:
    """`R{v} is the change of v along R{W}`, `R{U}`; and `∂Lₜ/∂hₜ is held`, of a cell alone."""
    along_them = [leaf(name, FREE, moved.system.shape(name)) for name in moved.directions]
    said: Words = (leaf(along(Name(Role.EQUATION, "v")), FREE, ()), " is the change of v along ", *along_them[:1])
    held = [name for name in moved.system.given if name.role == Role.SEED]
    fixed: list[Words] = [(leaf(name, NOW, moved.system.shape(name)), " is held") for name in held]
    return (said, *((direction,) for direction in along_them[1:]), *fixed)


def _starts(moved: Tangent) -> tuple[Words, ...]:
    """`from R{h₀} = 0`"""
    found: list[Words] = []
    for name in moved.names:
        first = moved.system.equations[name][0]
        if name.of[0].role == Role.CARRY and first.domain.single and is_zero(first.rhs):
            zero = equals(tree_of(leaf(name, Fixed(first.domain.lo), moved.system.shape(name))), Number(0))
            found.append((zero,) if found else ("from ", zero))
    return tuple(found)


def _line(system: System, name: Name, numbers: Mapping[Name, int]) -> Equation:
    of = name.of[0]
    rules: dict[str, None] = {}
    causes: dict[Expr, None] = {}
    for piece in system.equations[of]:
        moving = [r.leaf for r in reads(piece.rhs) if along(r.name) in (*system.equations, *system.given)]
        rules.update(dict.fromkeys(_rules(piece.rhs, moving)))
        causes.update(dict.fromkeys(moving))
    return equation(system, name, numbers, "; ".join(rules) or LINEAR, _because(left_side(system, of), list(causes)))


def _rules(body: Expr, moving: Sequence[Expr]) -> list[str]:
    """The rules met between `moving` leaves and `body`: a product of which two factors move, a curved function."""
    above = set(moving)
    rules = []
    for node in topological([body]):
        inside = [i for i, arg in enumerate(node.args) if arg in above and node.prim.flows(node, i)]
        if not inside:
            continue
        above.add(node)
        if node.prim.name in PRODUCTS:
            rules += [PRODUCT] * (len(inside) > 1)
        elif node.prim.name not in SILENT and not getattr(node.prim, "linear", False):
            rules.append(RULES.get(node.prim.name, (f"derivative of {node.prim.name}",))[-1])
    return rules


def _because(of: Expr, causes: Sequence[Expr]) -> Words:
    """`h_t depends on a_t, which moves.`"""
    words: list[str | Expr] = [of, " depends on "]
    for i, cause in enumerate(causes):
        words += [" and " if i == len(causes) - 1 else ", "] * (i > 0) + [cause]
    moves = ", which moves: its change passes on." if len(causes) == 1 else ", which move: their changes add up."
    return (*words, moves)
