"""A recurrent block as operations over numbered values: what the search for a packing works on."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import Interval, Name, Offset, Role
from rnnsym.core.system import Piece, System
from rnnsym.ops.arithmetic import ADD, MUL, NEG
from rnnsym.ops.leaves import CONSTANT, FULL, LEAF
from rnnsym.ops.products import MATVEC

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

    def with_kind(self, kind: Hashable) -> "Operation":
        """The same operation of another kind."""
        return Operation(self.name, self.domain, self.rhs, kind, self.operands, self.terms, self.swaps, self.now)


@dataclass(frozen=True)
class Loop:
    """`operations[v]` computes value v. `vectors`: whether the value is a vector that may live in a bank."""

    operations: tuple[Operation, ...]
    vectors: tuple[bool, ...]
    direction: int

    def numbers(self) -> Mapping[Name, int]:
        return {operation.name: v for v, operation in enumerate(self.operations)}


def read_loop(system: System, names: Sequence[Name], direction: int, domains: Mapping[Name, Interval]) -> Loop:
    """The operations of the names of a recurrent block; `domains` says on which steps, where not on those written."""
    numbers = {name: v for v, name in enumerate(names)}
    operations = []
    vectors = []
    for name in names:
        piece = loop_piece(system, name)
        operation = _operation(name, piece, domains.get(name, piece.domain), numbers) if piece else None
        operations.append(operation or _alone(system, name, numbers))
        vectors.append(operation is not None and bool(operation.operands or operation.terms))
    return Loop(tuple(operations), tuple(vectors), direction)


def loop_piece(system: System, name: Name) -> Piece | None:
    """The one piece of a vector that holds at many steps; None where there is no such piece, or several."""
    inner = [piece for piece in system.equations[name] if not piece.domain.single]
    return inner[0] if len(inner) == 1 and len(system.shape(name)) == 1 else None


def _alone(system: System, name: Name, numbers: Mapping[Name, int]) -> Operation:
    """An operation that is left as it is."""
    rights = [piece.rhs for piece in system.equations[name]]
    first = system.equations[name][0]
    now = dict.fromkeys(v for rhs in rights for v in _read_now(rhs, numbers))
    return Operation(name, first.domain, first.rhs, name, now=tuple(now))


def _read_now(rhs: Expr, numbers: Mapping[Name, int]) -> Iterator[int]:
    return (numbers[node.attrs[0]] for node in leaves([rhs])  # type: ignore[index]
            if node.attrs[0] in numbers and node.attrs[1] == Offset(0))  # fmt: skip


def _operation(name: Name, piece: Piece, domain: Interval, numbers: Mapping[Name, int]) -> Operation | None:
    rhs = piece.rhs
    now = tuple(dict.fromkeys(_read_now(rhs, numbers)))
    if terms := _linear(rhs, numbers):
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


def _linear(rhs: Expr, numbers: Mapping[Name, int]) -> tuple[Term, ...]:
    """The terms of a sum of products of matrices with vectors, at least one of the loop's own; none for the rest."""
    terms = []
    for arg in rhs.args if rhs.prim is ADD else (rhs,):
        body = arg.args[0] if arg.prim is NEG else arg
        if body.prim is MATVEC:
            matrix, vector = body.args
            operand = _operand(vector, False, numbers)
            if operand is None or not made_of_parameters(matrix):
                return ()
            terms.append(Term(NEG(matrix) if arg.prim is NEG else matrix, operand))
        elif made_of_parameters(arg):
            terms.append(Term(arg, None))
        else:
            return ()
    own = any(term.operand and term.operand.value != OUTSIDE for term in terms)
    return tuple(terms) if own else ()


def made_of_parameters(expr: Expr) -> bool:
    """Whether `expr` reads nothing but parameters and what is made of them."""
    return all(node.attrs[0].role in PARAMETERS for node in leaves([expr]))  # type: ignore[attr-defined]
