"""Derivatives pushed forward through the named equations of one step, and which of them keep a name.

For every named quantity n that moves, its derivative is a sum over what its equation reads, with a name for each. Where
a formula stays narrow, the names inside it are replaced by what they stand for.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from rnnsym.core.dims import Shape, show
from rnnsym.core.expr import Expr
from rnnsym.core.names import EVERY_STEP, NOW, Name, TimeMap
from rnnsym.core.system import Piece, Read, System, reads
from rnnsym.errors import ShapeError
from rnnsym.notation import relation
from rnnsym.notation.trees import written_size
from rnnsym.ops.leaves import is_zero, leaf, zeros
from rnnsym.transforms.matrices import matrix_form
from rnnsym.transforms.rewrite import substitute

WIDEST = 74
"""Formulas wider than this, in characters, are written with names for their parts."""
SHORT = 3
"""What has at most so many symbols, such as diag(f), is written out in any case."""

Pieces = tuple[Piece, ...]
Tangents = Mapping[Expr, Expr]


@dataclass(frozen=True)
class Pushing:
    """What moves, and how its derivatives are called.

    `seed` is the tangent of a read that moves by itself, None for the others; `live` says whether what moves the name
    of a read passes through it. `name` and `shape` are those of the derivative of a quantity; `push` is the derivative
    of a right-hand side along tangents, None for zero.
    """

    seed: Callable[[Read], Expr | None]
    live: Callable[[Read], bool]
    name: Callable[[Name], Name]
    shape: Callable[[Shape], Shape]
    push: Callable[[Expr, Tangents], Expr | None]

    def leaf(self, system: System, name: Name, time: TimeMap = NOW) -> Expr:
        """The derivative of `name`, as it is read."""
        return leaf(self.name(name), time, self.shape(system.shape(name)))

    def tangent(self, system: System, read: Read, moving: Collection[Name]) -> Expr | None:
        """What a read moves along: its seed, the derivative of its name, or None where it stands still."""
        if (seed := self.seed(read)) is not None:
            return seed
        return self.leaf(system, read.name, read.time) if read.name in moving and self.live(read) else None


def push_through(system: System, names: Sequence[Name], how: Pushing) -> dict[Name, Pieces]:
    """The derivative of each of `names` that moves, in terms of those that its equation reads.

    `names` are in an order in which each comes after those that it reads. Raises ShapeError where the way goes through
    a matrix.
    """
    moving: dict[Name, Pieces] = {}
    for name in names:
        values = [push_piece(system, name, piece, how, moving) for piece in system.equations[name]]
        if any(value is not None for value in values):
            moving[name] = _pieces(system, name, values, how)
    return moving


def _pieces(system: System, name: Name, values: Sequence[Expr | None], how: Pushing) -> Pieces:
    """The derivatives of the pieces of `name`: an explicit zero on those of the steps 1…T where it stands still."""
    still = zeros(how.shape(system.shape(name)))
    return tuple(
        Piece(piece.domain, still if value is None else value, piece.total)
        for piece, value in zip(system.equations[name], values, strict=True)
        if value is not None or (piece.domain.meet(EVERY_STEP) and not piece.total)
    )


def push_piece(system: System, name: Name, piece: Piece, how: Pushing, moving: Collection[Name]) -> Expr | None:
    """The derivative of one piece of `name`, where only `moving` and what has a seed moves; None for zero."""
    every = {read.leaf: how.tangent(system, read, moving) for read in reads(piece.rhs)}
    tangents = {node: tangent for node, tangent in every.items() if tangent is not None}
    if not tangents:
        return None
    try:
        value = how.push(piece.rhs, tangents)
    except ShapeError:
        moved = " and ".join(map(repr, tangents))
        raise ShapeError(
            f"{name.label} has the shape {show(system.shape(name))}, and its derivative in {moved} goes through a "
            "matrix: only scalars and vectors can be pushed through a step."
        ) from None
    if value is None:
        return None
    if piece.rhs.args and not piece.total:
        (value,) = substitute([value], {piece.rhs: leaf(name, NOW, system.shape(name))})
    (value,) = matrix_form([value])
    return None if is_zero(value) else value


def written_out(
    system: System, moving: Mapping[Name, Pieces], how: Pushing, keep: Collection[Name], apart: Collection[Name] = ()
) -> dict[Name, Pieces]:
    """The derivatives of `keep` and `apart`, and of the names that their formulas need, in order.

    A derivative inside a formula is written out where the whole stays narrow enough. One of `keep` is only if it is
    short, one of `apart` never.
    """
    keep = {*keep, *apart}
    named = set(keep)
    found: dict[Name, Pieces] = {}
    for name, pieces in moving.items():
        inner = [other for other in found if _reads(pieces, how.name(other))]
        free = [m for m in inner if m not in apart and _replaceable(pieces, how.name(m), found[m])]
        short = {other for other in free if _is_short(found[other])}
        out = _replaced(system, pieces, how, found, short.union(other for other in free if other not in named))
        if _is_wide(system, name, out, how):
            named.update(other for other in free if other not in short)
            out = _replaced(system, pieces, how, found, short)
        found[name] = out
    wanted = [name for name in found if name in keep]
    for name in wanted:
        wanted += [other for other in found if other not in wanted and _reads(found[name], how.name(other))]
    return {name: pieces for name, pieces in found.items() if name in wanted}


def _reads(pieces: Pieces, derivative: Name) -> bool:
    return any(read.name == derivative for piece in pieces for read in reads(piece.rhs))


def _replaceable(pieces: Pieces, derivative: Name, found: Pieces) -> bool:
    """Whether a derivative has one formula, which holds wherever `pieces` read it, and is read at the same step."""
    times = {r.time for piece in pieces for r in reads(piece.rhs) if r.name == derivative}
    return times == {NOW} and len(found) == 1 and all(found[0].domain.covers(piece.domain) for piece in pieces)


def _is_short(pieces: Pieces) -> bool:
    return len(pieces) == 1 and written_size(pieces[0].rhs) <= SHORT


def _replaced(
    system: System, pieces: Pieces, how: Pushing, found: Mapping[Name, Pieces], others: Collection[Name]
) -> Pieces:
    """`pieces` with the derivatives of `others` written out."""
    values = {how.leaf(system, other): found[other][0].rhs for other in others}
    return tuple(p._replace(rhs=matrix_form(substitute([p.rhs], values))[0]) for p in pieces) if values else pieces


def _is_wide(system: System, name: Name, pieces: Pieces, how: Pushing) -> bool:
    """Whether a formula is too wide, paths of names apart: a layer of a stack is written as it is alone."""
    left = _without_paths(how.leaf(system, name))
    sides = [relation(left, _without_paths(piece.rhs)) for piece in pieces]
    return any(len(f"{lhs} = {rhs}") > WIDEST for lhs, rhs in sides)


def _without_paths(expr: Expr) -> Expr:
    plain = {r.leaf: leaf(_bare(r.name), r.time, r.leaf.shape, r.leaf.dtype) for r in reads(expr)}
    return substitute([expr], plain)[0]


def _bare(name: Name) -> Name:
    of = tuple(map(_bare, name.of))
    return Name(name.role, name.symbol, name.path[len(name.of[0].path) :] if of else (), of)


def in_order(names: Collection[Name], system: System, passes: Callable[[Read], bool]) -> tuple[Name, ...]:
    """`names` in the order of the story, each after those of them that it reads in a way that `passes`."""
    waiting, ordered = [name for name in system.equations if name in names], list[Name]()
    while waiting:
        free = next(name for name in waiting if not _blocked(system, name, waiting, passes))
        ordered.append(free)
        waiting.remove(free)
    return tuple(ordered)


def _blocked(system: System, name: Name, waiting: Collection[Name], passes: Callable[[Read], bool]) -> bool:
    return any(r.name in waiting and passes(r) for piece in system.equations[name] for r in reads(piece.rhs))
