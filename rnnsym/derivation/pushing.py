"""Derivatives pushed forward through the named equations of one step, and which of them keep a name.

For every named quantity n that moves, its derivative is a sum over what its equation reads, with a name for each. Where
a formula stays narrow, the names inside it are replaced by what they stand for.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from rnnsym.core.dims import Shape, show
from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Name, TimeMap
from rnnsym.core.system import Piece, Read, System, reads
from rnnsym.errors import ShapeError
from rnnsym.notation import relation
from rnnsym.notation.trees import written_size
from rnnsym.ops.leaves import is_zero, leaf
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

    `seed` is the tangent of a read that moves by itself, None for the others; `live` says whether what moves the name of
    a read passes through it. `name` and `shape` are those of the derivative of a quantity; `push` is the derivative of a
    right-hand side along tangents, None for zero.
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
        found = [
            Piece(piece.domain, value, piece.total)
            for piece in system.equations[name]
            if (value := push_piece(system, name, piece, how, moving)) is not None
        ]
        if found:
            moving[name] = tuple(found)
    return moving


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
    system: System, moving: Mapping[Name, Pieces], how: Pushing, keep: Collection[Name]
) -> dict[Name, Pieces]:
    """The derivatives of `keep`, and of the names that their formulas need, in order.

    A derivative inside a formula is written out where the whole stays narrow enough, unless it is one of `keep`.
    """
    named = set(keep)
    found: dict[Name, Pieces] = {}
    for name, pieces in moving.items():
        inner = [other for other in found if any(_reads(system, piece, how, other) for piece in pieces)]
        named |= {other for other in inner if not _replaceable(system, pieces, how, other, found)}
        whole = {other for other in inner if other not in named or _is_short(found[other])}
        out = _replaced(system, pieces, how, found, whole)
        if _is_wide(system, name, out, how):
            named |= {other for other in inner if not _is_short(found[other])}
            out = _replaced(system, pieces, how, found, {other for other in inner if other not in named})
        found[name] = out
    wanted = [name for name in found if name in keep]
    for name in wanted:
        wanted += [m for m in found if m not in wanted and any(_reads(system, p, how, m) for p in found[name])]
    return {name: pieces for name, pieces in found.items() if name in wanted}


def _reads(system: System, piece: Piece, how: Pushing, other: Name) -> bool:
    return any(read.name == how.name(other) for read in reads(piece.rhs))


def _replaceable(system: System, pieces: Pieces, how: Pushing, other: Name, found: Mapping[Name, Pieces]) -> bool:
    """Whether the derivative of `other` has one formula, which holds wherever it is read, and at the same step."""
    times = {r.time for piece in pieces for r in reads(piece.rhs) if r.name == how.name(other)}
    domain = found[other][0].domain
    return times == {NOW} and len(found[other]) == 1 and all(domain.covers(piece.domain) for piece in pieces)


def _is_short(pieces: Pieces) -> bool:
    return len(pieces) == 1 and written_size(pieces[0].rhs) <= SHORT


def _replaced(
    system: System, pieces: Pieces, how: Pushing, found: Mapping[Name, Pieces], others: Collection[Name]
) -> Pieces:
    """`pieces` with the derivatives of `others` written out."""
    values = {how.leaf(system, other): found[other][0].rhs for other in others}
    return tuple(p._replace(rhs=matrix_form(substitute([p.rhs], values))[0]) for p in pieces) if values else pieces


def _is_wide(system: System, name: Name, pieces: Pieces, how: Pushing) -> bool:
    sides = [relation(how.leaf(system, name), piece.rhs) for piece in pieces]
    return any(len(f"{left} = {right}") > WIDEST for left, right in sides)


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
