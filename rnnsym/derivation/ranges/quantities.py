"""The ranges of the quantities of a system, whatever it reads.

The range of a name follows from its equation: a logistic function lies in [0, 1], (1 − z) ⊙ n + z ⊙ h_{t-1} between n
and h. For states this is a fixed point, found by iteration from the initial carry; a state whose range keeps growing
(an LSTM's c) has none. What is not given, such as a parameter without a value, may be any number.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from rnnsym.core import dims
from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr, leaves, topological
from rnnsym.core.names import Name, Role
from rnnsym.core.system import Piece, System, reads
from rnnsym.derivation.ranges.fixed_points import Known, fixed_point
from rnnsym.derivation.ranges.intervals import (
    REALS,
    UNIT,
    Range,
    inverse,
    polynomial,
    power,
    product,
    span,
    times,
    total,
)
from rnnsym.interpreters.numeric import run
from rnnsym.ops import elementwise as fn
from rnnsym.ops import indexing, lookups, losses, products, structure
from rnnsym.ops.arithmetic import ADD, DIVIDE, MUL, NEG, POWER
from rnnsym.ops.families import Elementwise
from rnnsym.ops.leaves import FULL, LEAF, number_in

Array = Any
FIXED = frozenset({Role.PARAM, Role.INITIAL})
"""What is given before a sequence is read."""

MONOTONE = {fn.TANH, fn.SIGMOID, fn.EXP, fn.LOG, fn.SQRT, fn.SOFTPLUS, fn.RELU, fn.SIGN, fn.POSITIVE}
SAME = {
    indexing.SLICE, indexing.INDEX, indexing.CONCAT, lookups.TAKE, structure.TRANSPOSE, structure.DIAGONAL,
    structure.BROADCAST, structure.STOP_GRADIENT,
}  # fmt: skip
"""The entries are those of the arguments."""
WITH_ZERO = {indexing.PLACE, indexing.EMBED, structure.DIAG}
"""The entries are those of the argument, and zeros."""
SHARES = {losses.SOFTMAX, losses.HARDMAX, lookups.ONE_HOT, fn.AT_MOST}


class Ranges:
    """The ranges of expressions whose leaves are names of `system`, entry by entry.

    `known` has the range of every name for every sequence that might be read, from its equation: for the parameters,
    initial carries and names in `values`, the sizes, and T = `steps`; for all of those that are not given.
    """

    def __init__(
        self,
        system: System,
        sizes: Mapping[str, int] | None = None,
        values: Mapping[Name, Array] | None = None,
        steps: int | None = None,
    ) -> None:
        self.system, self._sizes, self._steps = system, sizes or {}, steps
        self._values: Mapping[Name, Array] = values or {}
        self._polynomials: dict[Expr, Any] = {}
        self._constants: dict[Expr, Array] = {}
        self.known: dict[Name, Range] = {
            name: hull_of(self._values[name]) if name.role in FIXED and name in self._values else REALS
            for name in system.given
        }
        names = [name for name in system.equations if values is None or name in values]
        self.known.update(fixed_point(names, self._of_name))

    def holds(self, piece: Piece) -> bool:
        """Whether there is a step at which a piece of an equation holds."""
        return self._steps is None or bool(piece.domain.at(self._steps))

    def _of_name(self, name: Name, found: Known) -> Range | None:
        """The range of a name from its pieces; None where none of them has one yet."""
        known = {**self.known, **found}
        pieces = [piece for piece in self.system.equations[name] if self.holds(piece)]
        told = [p for p in pieces if all(r.name in known for r in reads(p.rhs))]
        ranges = [self.of(piece.rhs, known) for piece in told]
        if any(piece.total for piece in pieces):
            return REALS
        return None if not ranges else Range(min(r.low for r in ranges), max(r.high for r in ranges))

    # Expressions. -------------------------------------------------------------------------------------------------

    def constant(self, node: Expr) -> Array | None:
        """The value of an expression of given parameters alone, else None."""
        if node not in self._constants:
            found = list(leaves([node]))
            names = [leaf.attrs[0] for leaf in found]
            given = all(isinstance(n, Name) and n.role == Role.PARAM and n in self._values for n in names)
            if given and node.dtype == "float" and self._sized(part.shape for part in topological([node])):
                bound = {leaf: np.asarray(self._values[leaf.attrs[0]]) for leaf in found}  # type: ignore[index]
                self._constants[node] = run([node], bound, self._sizes)[0]
            else:
                self._constants[node] = None
        return self._constants[node]

    def of(self, node: Expr, known: Known | None = None, told: dict[Expr, Range] | None = None) -> Range:
        """The range of all entries of an expression."""
        known = self.known if known is None else known
        told = {} if told is None else told
        if node not in told:
            told[node] = self._of(node, known, told)
        return told[node]

    def _of(self, node: Expr, known: Known, told: dict[Expr, Range]) -> Range:
        if node.prim is LEAF:
            return known.get(node.attrs[0], REALS)  # type: ignore[call-overload, no-any-return]
        if node.prim is FULL:
            return Range(number_in(node), number_in(node))
        if (value := self.constant(node)) is not None:
            return hull_of(value)
        return self._by_parts(node, known, told).meet(self._whole(node, known, told))

    def _whole(self, node: Expr, known: Known, told: dict[Expr, Range]) -> Range:
        """The range of a sum or product as a polynomial."""
        if node.prim not in (ADD, MUL, POWER, NEG):
            return REALS
        if node not in self._polynomials:
            self._polynomials[node] = polynomial(node)
        found = self._polynomials[node]
        if found is None:
            return REALS
        atoms = {atom for monomial in found for atom, _ in monomial if atom is not node}
        return span(found, {atom: self.of(atom, known, told) for atom in atoms}) if node not in dict(found) else REALS

    def _by_parts(self, node: Expr, known: Known, told: dict[Expr, Range]) -> Range:
        args = [self.of(arg, known, told) for arg in node.args if arg.dtype == "float"]
        prim = node.prim
        if prim in MONOTONE:
            return _monotone(prim, args[0])
        if prim in SAME:
            return Range(min(a.low for a in args), max(a.high for a in args))
        if prim in WITH_ZERO:
            return args[0].hull(Range(0.0, 0.0))
        if prim in SHARES:
            return UNIT
        if prim is products.MATVEC:
            return self._matvec(node, args)
        rule = RULES.get(prim)
        return rule(self, node, args) if rule else REALS

    def _matvec(self, node: Expr, args: Sequence[Range]) -> Range:
        """A matrix of parameters row by row; else n products of entries."""
        matrix, (low, high) = self.constant(node.args[0]), args[1]
        if matrix is None or not args[1].finite:
            return self.sum_of(times(*args), node.args[1].shape)
        up, down = np.maximum(matrix, 0.0), np.minimum(matrix, 0.0)
        return Range(float((up * low + down * high).sum(-1).min()), float((up * high + down * low).sum(-1).max()))

    def count(self, shape: Shape) -> int:
        """The number of entries of a shape whose sizes are known."""
        return math.prod(dims.size(dim, self._sizes) for dim in shape)

    def entries(self, shape: Shape) -> Range:
        """The number of entries of a shape: any, where a size is not known."""
        if not self._sized([shape]):
            return Range(0.0, math.inf)
        return Range(float(self.count(shape)), float(self.count(shape)))

    def sum_of(self, each: Range, shape: Shape) -> Range:
        """The range of a sum of as many entries as `shape` has."""
        return times(self.entries(shape), each)

    def _sized(self, shapes: Iterable[Shape]) -> bool:
        return all(name in self._sizes for shape in shapes for dim in shape for name in dims.names_in(dim))


Rule = Callable[[Ranges, Expr, Sequence[Range]], Range]


def _absolute(a: Range) -> Range:
    return Range(max(a.low, -a.high, 0.0), a.size)


def _logsumexp(ranges: Ranges, node: Expr, args: Sequence[Range]) -> Range:
    return total([args[0], _monotone(fn.LOG, ranges.entries(node.args[0].shape))])


RULES: dict[Any, Rule] = {
    ADD: lambda ranges, node, args: total(args),
    MUL: lambda ranges, node, args: product(args),
    NEG: lambda ranges, node, args: Range(-args[0].high, -args[0].low),
    POWER: lambda ranges, node, args: power(args[0], float(node.attrs[0])),  # type: ignore[arg-type]
    DIVIDE: lambda ranges, node, args: times(args[0], inverse(args[1])),
    fn.ABSOLUTE: lambda ranges, node, args: _absolute(args[0]),
    fn.MINIMUM: lambda ranges, node, args: Range(min(a.low for a in args), min(a.high for a in args)),
    fn.MAXIMUM: lambda ranges, node, args: Range(max(a.low for a in args), max(a.high for a in args)),
    structure.SUM: lambda ranges, node, args: ranges.sum_of(args[0], node.args[0].shape),
    structure.OUTER: lambda ranges, node, args: times(*args),
    products.DOT: lambda ranges, node, args: ranges.sum_of(times(*args), node.args[0].shape),
    products.MATMUL: lambda ranges, node, args: ranges.sum_of(times(*args), node.args[0].shape[1:]),
    losses.LOG_SOFTMAX: lambda ranges, node, args: Range(-math.inf, 0.0),
    losses.LOGSUMEXP: _logsumexp,
}


def _monotone(prim: Any, a: Range) -> Range:
    assert isinstance(prim, Elementwise)
    with np.errstate(all="ignore"):
        low, high = (float(prim.kernel(np.array(end))) for end in a)
    return Range(-math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high)


def hull_of(array: Array) -> Range:
    """The range of the entries of an array; everything, where one is not finite."""
    found = np.asarray(array)
    if not np.isfinite(found).all():
        return REALS
    return Range(float(found.min()), float(found.max())) if found.size else Range(0.0, 0.0)
