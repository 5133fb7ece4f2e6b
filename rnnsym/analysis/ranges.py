"""The ranges of the quantities of a network: what holds for every input, and what was met on one sequence.

The range of a name follows from its equation: a logistic function lies in [0, 1], (1 − z) ⊙ n + z ⊙ h_{t-1} between n
and h. For states this is a fixed point, found by iteration from the initial carry; a state whose range keeps growing
(an LSTM's c) has none. Method: interval analysis with widening and narrowing (Cousot and Cousot 1977).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rnnsym.analysis.intervals import (
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
from rnnsym.core import dims
from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import Interval, Name, Role
from rnnsym.core.system import System, reads
from rnnsym.interpreters.numeric import run
from rnnsym.ops import elementwise as fn
from rnnsym.ops import indexing, lookups, losses, products, structure
from rnnsym.ops.arithmetic import ADD, DIVIDE, MUL, NEG, POWER
from rnnsym.ops.families import Elementwise
from rnnsym.ops.leaves import FULL, LEAF, number_in

Array = Any
Known = Mapping[Name, Range]
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

ROUNDS, WIDER, FARTHEST, NARROWINGS, CLOSE = 3, 256.0, 1e6, 60, 1e-12


class Ranges:
    """The ranges of expressions whose leaves are names of `system`, entry by entry.

    `values` are the arrays of one sequence of `steps` steps. `known` has the range of every name for every sequence
    that might be read, from its equation; `met` what this one has met.
    """

    def __init__(self, system: System, sizes: Mapping[str, int], values: Mapping[Name, Array], steps: int) -> None:
        self.system, self.sizes, self.values, self.steps = system, sizes, values, steps
        self._polynomials: dict[Expr, Any] = {}
        self._constants: dict[Expr, Array] = {}
        self.known: dict[Name, Range] = {
            name: _hull(values[name]) if name.role in FIXED and name in values else REALS for name in system.given
        }
        names = [name for name in system.equations if name in values]
        self.known.update(_fixed_point(names, self._of_name))

    def met(self, name: Name) -> Range:
        """The range of a name on this sequence."""
        return _hull(self._rows(name))

    @property
    def all_met(self) -> dict[Name, Range]:
        """What this sequence has met of everything that is not fixed before it."""
        return {name: self.met(name) for name in self.known if name in self.values and name.role not in FIXED}

    def _rows(self, name: Name) -> Array:
        array = np.asarray(self.values[name])
        if not self.system.timed(name):
            return array
        span = self.system.hull(name).at(self.steps) if name in self.system.equations else range(1, self.steps + 1)
        return array[span.start : span.stop]

    def _of_name(self, name: Name, found: Known) -> Range | None:
        """The range of a name from its pieces; None where none of them has one yet."""
        known = {**self.known, **found}
        pieces = [piece for piece in self.system.equations[name] if _any(piece.domain, self.steps)]
        told = [p for p in pieces if all(r.name in known for r in reads(p.rhs))]
        ranges = [self.of(piece.rhs, known) for piece in told]
        if any(piece.total for piece in pieces):
            return REALS
        return None if not ranges else Range(min(r.low for r in ranges), max(r.high for r in ranges))

    # Expressions. -------------------------------------------------------------------------------------------------

    def constant(self, node: Expr) -> Array | None:
        """The value of an expression of parameters alone, else None."""
        if node not in self._constants:
            found = list(leaves([node]))
            names = [leaf.attrs[0] for leaf in found]
            if all(isinstance(name, Name) and name.role == Role.PARAM for name in names) and node.dtype == "float":
                bound = {leaf: np.asarray(self.values[leaf.attrs[0]]) for leaf in found}  # type: ignore[index]
                self._constants[node] = run([node], bound, self.sizes)[0]
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
            return _hull(value)
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
        """The number of entries of a shape."""
        return math.prod(dims.size(dim, self.sizes) for dim in shape)

    def sum_of(self, each: Range, shape: Shape) -> Range:
        """The range of a sum of as many entries as `shape` has."""
        number = float(self.count(shape))
        return times(Range(number, number), each)


Rule = Callable[[Ranges, Expr, Sequence[Range]], Range]


def _absolute(a: Range) -> Range:
    return Range(max(a.low, -a.high, 0.0), a.size)


def _logsumexp(ranges: Ranges, node: Expr, args: Sequence[Range]) -> Range:
    more = math.log(ranges.count(node.args[0].shape))
    return Range(args[0].low + more, args[0].high + more)


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


def _hull(array: Array) -> Range:
    found = np.asarray(array)
    if not np.isfinite(found).all():
        return REALS
    return Range(float(found.min()), float(found.max())) if found.size else Range(0.0, 0.0)


def _any(domain: Interval, steps: int) -> bool:
    return bool(domain.at(steps))


# Fixed points. --------------------------------------------------------------------------------------------------

Step = Callable[[Name, Known], Range | None]


def _fixed_point(names: Sequence[Name], of: Step) -> dict[Name, Range]:
    """Ranges that hold at every step: the smallest that were found that their own equations lead into.

    What still grows after some rounds is widened: first what the states go into, to what it can be whatever they are (a
    gate to [0, 1]), for between such limits a state often comes to rest; then the states too.
    """
    found: dict[Name, Range] = {}
    for count in range(len(names) * 2 + 10 * ROUNDS):
        if count == ROUNDS:
            _loosen(names, found, of)
        changed = False
        for name in names:
            new = of(name, found)
            old = found.get(name)
            if new is None or (old is not None and _inside(new, old)):
                continue
            joined = new if old is None else old.hull(new)
            found[name] = joined if old is None or count < 2 * ROUNDS else _widened(old, joined)
            changed = True
        if not changed:
            return _narrowed(names, found, of)
    return dict.fromkeys(names, REALS)


def _loosen(names: Sequence[Name], found: dict[Name, Range], of: Step) -> None:
    """Widen what is no state to its range for any state, where that has ends."""
    free = {**found, **{name: REALS for name in names if name.role == Role.CARRY}}
    for name in names:
        if name.role != Role.CARRY and (new := of(name, free)) is not None:
            free[name] = new
            if new.finite:
                found[name] = new.hull(found.get(name, new))


def _inside(new: Range, old: Range) -> bool:
    slack = CLOSE * (old.size if old.finite else 1.0)
    return new.low >= old.low - slack and new.high <= old.high + slack


def _widened(old: Range, new: Range) -> Range:
    """A range that grows, much larger at once; beyond `FARTHEST` without an end."""
    low = new.low if new.low >= old.low else -_farther(new.low)
    return Range(low, new.high if new.high <= old.high else _farther(new.high))


def _farther(end: float) -> float:
    reach = WIDER * max(abs(end), 1.0)
    return reach if reach < FARTHEST else math.inf


def _narrowed(names: Sequence[Name], found: dict[Name, Range], of: Step) -> dict[Name, Range]:
    """Ranges that hold, drawn in as far as their equations allow."""
    for _ in range(NARROWINGS):
        before = dict(found)
        for name in names:
            new = of(name, found)
            if new is not None:
                found[name] = new.meet(found[name])
        if all(_inside(before[name], found[name]) for name in found):
            break
    return found
