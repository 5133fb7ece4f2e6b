"""Intervals of real numbers, and the range of a polynomial over a box of them.

A sum or product of intervals forgets that two operands are the same number: s (1 − s) with s in [0, 1] would come out
as [0, 1]. A polynomial is therefore taken as a whole: it is monotone in every quantity of degree one, so that the ends
of these decide, and in a single quantity of higher degree its stationary points are found.
"""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from rnnsym.core.expr import Expr
from rnnsym.ops.arithmetic import ADD, MUL, NEG, POWER
from rnnsym.ops.leaves import FULL, number_in
from rnnsym.ops.structure import BROADCAST, STOP_GRADIENT


class Range(NamedTuple):
    """The numbers from `low` to `high`; an end that is not known is infinite."""

    low: float
    high: float

    @property
    def finite(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def size(self) -> float:
        """The largest absolute value."""
        return max(abs(self.low), abs(self.high))

    def hull(self, other: "Range") -> "Range":
        return Range(min(self.low, other.low), max(self.high, other.high))

    def meet(self, other: "Range") -> "Range":
        """What two true statements say together."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Range(low, high) if low <= high else self

    def __str__(self) -> str:
        return f"[{self.low:.4g}, {self.high:.4g}]".replace("-inf", "−∞").replace("inf", "∞").replace("-", "−")


REALS = Range(-math.inf, math.inf)
UNIT = Range(0.0, 1.0)


def total(ranges: Iterable[Range]) -> Range:
    """The range of a sum."""
    found = list(ranges)
    return Range(sum(r.low for r in found), sum(r.high for r in found))


def times(a: Range, b: Range) -> Range:
    """The range of a product; zero times what is not known is zero."""
    ends = [0.0 if 0.0 in (x, y) else x * y for x in a for y in b]
    return Range(min(ends), max(ends))


def product(ranges: Iterable[Range]) -> Range:
    found = Range(1.0, 1.0)
    for each in ranges:
        found = times(found, each)
    return found


def power(a: Range, n: float) -> Range:
    """The range of x ** n."""
    if not float(n).is_integer():
        a = Range(max(a.low, 0.0), max(a.high, 0.0))
    if n < 0:
        return times(Range(1.0, 1.0), inverse(power(a, -n)))
    ends = [_end(x, n) for x in a]
    if a.low < 0.0 < a.high and n % 2 == 0:
        ends.append(0.0)
    return Range(min(ends), max(ends))


def _end(x: float, n: float) -> float:
    try:
        return float(x**n)
    except OverflowError:
        return math.inf if x > 0 or n % 2 == 0 else -math.inf


def inverse(a: Range) -> Range:
    """The range of 1 / x; everything, where x may be zero."""
    if a.low <= 0.0 <= a.high:
        return REALS
    return Range(1.0 / a.high, 1.0 / a.low)


# Polynomials. ---------------------------------------------------------------------------------------------------

Monomial = tuple[tuple[Expr, int], ...]
"""Quantities with their degrees."""
Polynomial = Mapping[Monomial, float]
MOST_TERMS, MOST_ENDS, HIGHEST = 48, 8, 6


def polynomial(node: Expr) -> Polynomial | None:
    """`node` as a polynomial in what is not made by sums and products, entry by entry; None where it is too long."""
    if node.prim is FULL:
        return {(): number_in(node)}
    if node.prim is BROADCAST or node.prim is STOP_GRADIENT:
        return polynomial(node.args[0])
    if node.prim is NEG:
        return _scaled(polynomial(node.args[0]), -1.0)
    if node.prim is ADD:
        return _short(_plus(map(polynomial, node.args)))
    if node.prim is MUL:
        return _multiplied([polynomial(arg) for arg in node.args])
    if node.prim is POWER and (n := float(node.attrs[0])).is_integer() and 0 < n <= HIGHEST:  # type: ignore[arg-type]
        return _multiplied([polynomial(node.args[0])] * int(n))
    return {((node, 1),): 1.0}


def _short(found: Polynomial | None) -> Polynomial | None:
    return found if found is not None and len(found) <= MOST_TERMS else None


def _scaled(found: Polynomial | None, by: float) -> Polynomial | None:
    return None if found is None else {monomial: by * value for monomial, value in found.items()}


def _plus(parts: Iterable[Polynomial | None]) -> Polynomial | None:
    out: dict[Monomial, float] = {}
    for part in parts:
        if part is None:
            return None
        for monomial, value in part.items():
            out[monomial] = out.get(monomial, 0.0) + value
    return {monomial: value for monomial, value in out.items() if value}


def _multiplied(parts: list[Polynomial | None]) -> Polynomial | None:
    out: Polynomial | None = {(): 1.0}
    for part in parts:
        if out is None or part is None:
            return None
        out = _short(_plus({_joined(a, b): x * y} for a, x in out.items() for b, y in part.items()))
    return out


def _joined(a: Monomial, b: Monomial) -> Monomial:
    degrees = dict(a)
    for node, degree in b:
        degrees[node] = degrees.get(node, 0) + degree
    return tuple(sorted(degrees.items(), key=lambda item: item[0].serial))


def span(found: Polynomial, box: Mapping[Expr, Range]) -> Range:
    """The range of a polynomial over a box: exact where at most one quantity has a degree above one."""
    degrees: dict[Expr, int] = {}
    for monomial in found:
        for node, degree in monomial:
            degrees[node] = max(degree, degrees.get(node, 0))
    if not all(box[node].finite for node in degrees):
        return REALS
    if straight := [node for node, degree in degrees.items() if degree == 1]:
        if len(straight) > MOST_ENDS:
            return REALS
        low, high = (span(_at(found, straight[0], end), box) for end in box[straight[0]])
        return low.hull(high)
    if len(degrees) == 1:
        (node,) = degrees
        return _of_one(found, degrees[node], box[node])
    return total(times(Range(v, v), product(power(box[n], k) for n, k in m)) for m, v in found.items())


def _at(found: Polynomial, node: Expr, value: float) -> Polynomial:
    """A polynomial with a number in the place of a quantity of degree one."""
    parts = []
    for monomial, factor in found.items():
        rest = tuple(item for item in monomial if item[0] is not node)
        parts.append({rest: factor if len(rest) == len(monomial) else factor * value})
    return _plus(parts) or {}


def _of_one(found: Polynomial, degree: int, over: Range) -> Range:
    """The range of a polynomial in one quantity: its ends and its stationary points."""
    factors = [0.0] * (degree + 1)
    for monomial, value in found.items():
        factors[degree - (monomial[0][1] if monomial else 0)] = value
    turns = [float(root.real) for root in np.roots(np.polyder(factors)) if abs(root.imag) < 1e-9]
    points = [*over, *(turn for turn in turns if over.low < turn < over.high)]
    values = np.polyval(factors, points)
    return Range(float(values.min()), float(values.max()))
