"""A recurrent block as operations over numbered values: what the search for a packing works on."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rnnsym.core.dims import Dim, plus
from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import Interval, Name, Offset, Role
from rnnsym.core.system import Piece, System
from rnnsym.derivation.adjoint import shift
from rnnsym.ops.arithmetic import ADD, MUL, NEG
from rnnsym.ops.indexing import CONCAT, SLICE
from rnnsym.ops.leaves import CONSTANT, FULL, LEAF
from rnnsym.ops.products import MATVEC
from rnnsym.ops.structure import transpose

OUTSIDE = -1
"""The number of a value that the loop does not compute."""

PARAMETERS = frozenset({Role.PARAM, Role.WEIGHT})


class Operand(NamedTuple):
    """What an operation reads: value number `value` at t + `k`, or `expr` where the loop does not compute it."""

    value: int
    k: int
    minus: bool
    expr: Expr


class Term(NamedTuple):
    """One term of a linear operation: `matrix` times the vector of `operand`; a bias has no operand."""

    matrix: Expr
    operand: Operand | None


@dataclass(frozen=True)
class Operation:
    """One equation of a loop on the steps of the loop. Operations of equal `kind` may share a call.

    `operands` are those of an elementwise operation, `terms` those of a linear one; one with neither stays as it is.
    `swaps`: its two operands may change places. `now`: the values that it reads at the same step.
    """

    name: Name
    domain: Interval
    rhs: Expr
    kind: Hashable
    operands: tuple[Operand, ...] = ()
    terms: tuple[Term, ...] = ()
    swaps: bool = False
    now: tuple[int, ...] = ()


@dataclass(frozen=True)
class Loop:
    """`operations[v]` computes value v. `vectors`: whether the value is a vector that may live in a bank."""

    operations: tuple[Operation, ...]
    vectors: tuple[bool, ...]
    direction: int
    joined: frozenset[Name]


def read_loop(system: System, names: Sequence[Name], direction: int, domains: Mapping[Name, Interval]) -> Loop:
    """The operations of the names of a recurrent block; `domains` says on which steps, where not on those written."""
    numbers = {name: v for v, name in enumerate(names)}
    pieces = [loop_piece(system, name) for name in names]
    joined = {
        name: piece
        for name, piece in zip(names, pieces, strict=True)
        if piece and len(system.equations[name]) == 1 and _joins(piece.rhs)
    }
    operations = []
    for name, piece in zip(names, pieces, strict=True):
        domain = domains.get(name, piece.domain if piece else system.equations[name][0].domain)
        operation = _operation(name, piece.rhs, domain, numbers, joined) if piece else None
        operations.append(operation or _alone(system, name, piece, domain, numbers))
    vectors = [
        bool(o.operands or o.terms or (p and p.rhs.prim is not MATVEC)) for o, p in zip(operations, pieces, strict=True)
    ]
    return Loop(tuple(operations), tuple(vectors), direction, frozenset(joined))


def _joins(rhs: Expr) -> bool:
    """Whether `rhs` is vectors joined."""
    return rhs.prim is CONCAT and all(part.prim is LEAF and len(part.shape) == 1 for part in rhs.args)


def loop_piece(system: System, name: Name) -> Piece | None:
    """The one piece of a vector that holds at many steps; None where there is no such piece, or several."""
    inner = [piece for piece in system.equations[name] if not piece.domain.single]
    return inner[0] if len(inner) == 1 and len(system.shape(name)) == 1 else None


def _alone(system: System, name: Name, piece: Piece | None, domain: Interval, numbers: Mapping[Name, int]) -> Operation:
    """An operation that is left as it is."""
    pieces = system.equations[name]
    now = dict.fromkeys(v for each in pieces for v in _read_now(each.rhs, numbers))
    return Operation(name, domain, (piece or pieces[0]).rhs, name, now=tuple(now))


def _read_now(rhs: Expr, numbers: Mapping[Name, int]) -> Iterator[int]:
    return (numbers[node.attrs[0]] for node in leaves([rhs])  # type: ignore[index]
            if node.attrs[0] in numbers and node.attrs[1] == Offset(0))  # fmt: skip


def _operation(
    name: Name, rhs: Expr, domain: Interval, numbers: Mapping[Name, int], joined: Mapping[Name, Piece]
) -> Operation | None:
    now = tuple(dict.fromkeys(_read_now(rhs, numbers)))
    if terms := _linear(rhs, domain, numbers, joined):
        read = (term.operand for term in terms if term.operand and term.operand.value != OUTSIDE)
        now = tuple(dict.fromkeys(operand.value for operand in read if operand.k == 0))
        reads = sorted({(t.operand.value, t.operand.k) for t in terms if t.operand and t.operand.value != OUTSIDE})
        return Operation(name, domain, rhs, ("linear", tuple(reads), domain), terms=terms, now=now)
    operands = _elementwise(rhs, numbers)
    if not operands or all(operand.value == OUTSIDE for operand in operands):
        return None
    swaps = False
    if rhs.prim in (ADD, MUL) and len(operands) == 2:
        operands = tuple(sorted(operands, key=lambda o: (o.minus, o.value != OUTSIDE)))
        swaps = operands[0].minus == operands[1].minus and operands[0].value != OUTSIDE
    pattern = tuple((operand.value != OUTSIDE, operand.minus) for operand in operands)
    return Operation(name, domain, rhs, (rhs.prim.name, rhs.attrs, pattern, domain), operands, (), swaps, now)


def _operand(node: Expr, minus: bool, numbers: Mapping[Name, int]) -> Operand | None:
    """A leaf or a constant as an operand; None for a member of the loop read at a fixed step, and anything else."""
    if node.prim in (FULL, CONSTANT):
        return Operand(OUTSIDE, 0, minus, node)
    if node.prim is not LEAF:
        return None
    name, time = node.attrs
    if name not in numbers:
        return Operand(OUTSIDE, 0, minus, node)
    return Operand(numbers[name], time.k, minus, node) if isinstance(time, Offset) else None  # type: ignore[index]


def _elementwise(rhs: Expr, numbers: Mapping[Name, int]) -> tuple[Operand, ...]:
    """The operands of an elementwise operation; none for anything else."""
    if rhs.prim.family != "elementwise" and rhs.prim is not NEG:
        return ()
    found = []
    for arg in rhs.args:
        minus = rhs.prim is ADD and arg.prim is NEG
        operand = _operand(arg.args[0] if minus else arg, minus, numbers)
        if operand is None:
            return ()
        found.append(operand)
    return tuple(found)


def _linear(rhs: Expr, domain: Interval, numbers: Mapping[Name, int], joined: Mapping[Name, Piece]) -> tuple[Term, ...]:
    """The terms of a sum of products of matrices with vectors, at least one of the loop's own; none for the rest.

    A vector that joins others, one of `joined`, counts as those, where it does so on all steps of `domain`.
    """
    terms: list[Term] = []
    for arg in rhs.args if rhs.prim is ADD else (rhs,):
        body = arg.args[0] if arg.prim is NEG else arg
        if body.prim is MATVEC:
            matrix, vector = body.args
            if not made_of_parameters(matrix):
                return ()
            for block, part in _blocks(matrix, vector, domain, joined):
                operand = _operand(part, False, numbers)
                if operand is None:
                    return ()
                terms.append(Term(NEG(block) if arg.prim is NEG else block, operand))
        elif made_of_parameters(arg):
            terms.append(Term(arg, None))
        else:
            return ()
    own = any(term.operand and term.operand.value != OUTSIDE for term in terms)
    return tuple(terms) if own else ()


def _blocks(matrix: Expr, vector: Expr, domain: Interval, joined: Mapping[Name, Piece]) -> Iterator[tuple[Expr, Expr]]:
    """A product as a sum of products: with the columns of the matrix that belong to each part of the vector."""
    name, time = vector.attrs if vector.prim is LEAF else (None, None)
    piece = joined.get(name) if isinstance(name, Name) else None
    if piece is None or not isinstance(time, Offset) or not piece.domain.covers(domain.shift(time.k)):
        yield matrix, vector
        return
    start: Dim = 0
    for part in shift(piece.rhs, time.k).args:
        stop = plus(start, part.shape[0])
        yield transpose(SLICE(transpose(matrix), attrs=(start, stop, 1))), part
        start = stop


def made_of_parameters(expr: Expr) -> bool:
    """Whether `expr` reads nothing but parameters and what is made of them."""
    return all(node.attrs[0].role in PARAMETERS for node in leaves([expr]))  # type: ignore[attr-defined]
