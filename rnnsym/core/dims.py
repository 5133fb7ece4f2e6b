"""Dimensions: numbers, or names such as `H`, or sums and products of both such as `H+X`, `N-K+1` or `4H*X`.

A dimension is an `int` or a `str` in canonical form (terms in alphabetical order, the number last; the names of a
product in alphabetical order), so that equal dimensions are equal Python values.
"""

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rnnsym.errors import ShapeError, unknown

Dim = int | str
Shape = tuple[Dim, ...]

_TERM = re.compile(r"\s*([+-]?)\s*(\d*)\s*\*?\s*([A-Za-z_]\w*(?:\s*\*\s*[A-Za-z_]\w*)*)?")


@lru_cache(maxsize=4096)
def parts(dim: Dim) -> tuple[tuple[tuple[str, int], ...], int]:
    """The coefficients of the names, and products of names, in `dim`, and its constant."""
    if isinstance(dim, int):
        return (), dim
    coefficients: dict[str, int] = {}
    text, constant, position = dim.strip(), 0, 0
    while position < len(text) or not text:
        match = _TERM.match(text, position)
        if match is None or not (match[2] or match[3]) or (position and not match[1]):
            raise ShapeError(f"'{dim}' is no dimension: write a number, a name such as H, or a sum such as H+X.")
        value = int(match[2] or 1) * (-1 if match[1] == "-" else 1)
        if match[3]:
            product = "*".join(sorted(match[3].replace(" ", "").split("*")))
            coefficients[product] = coefficients.get(product, 0) + value
        else:
            constant += value
        position = match.end()
    return tuple(sorted((n, c) for n, c in coefficients.items() if c)), constant


def _canonical(terms: Mapping[str, int], constant: int) -> Dim:
    text = ""
    for name, count in sorted(terms.items()):
        if count:
            text += ("-" if count < 0 else "+") + (str(abs(count)) if abs(count) != 1 else "") + name
    if not text:
        return constant
    if constant:
        text += f"{constant:+d}"
    return text.removeprefix("+")


def canonical(dim: Dim) -> Dim:
    """`dim` in canonical form. Raises ShapeError for what is no dimension, or below zero at every size."""
    terms, constant = parts(dim) if isinstance(dim, (int, str)) and not isinstance(dim, bool) else ((), -1)
    if all(count < 0 for _, count in terms) and (constant < 0 or (terms and constant == 0)):
        raise ShapeError(f"{dim!r} is no dimension: write a number >= 0, a name such as 'H', or a sum such as 'H+X'.")
    return _canonical(dict(terms), constant)


def as_shape(shape: Iterable[Dim]) -> Shape:
    """`shape` in canonical form. Raises ShapeError for what is no tuple of dimensions."""
    if isinstance(shape, str) or not isinstance(shape, Iterable):
        raise ShapeError(f"{shape!r} is no shape: write a tuple, such as () for a scalar, ('H',) or ('H', 3).")
    return tuple(canonical(dim) for dim in shape)


def plus(left: Dim, right: Dim, sign: int = 1) -> Dim:
    """left + sign * right."""
    (a, m), (b, n) = parts(left), parts(right)
    total = dict(a)
    for name, count in b:
        total[name] = total.get(name, 0) + sign * count
    return _canonical(total, m + sign * n)


def times(left: Dim, right: Dim) -> Dim:
    """left * right."""
    (a, m), (b, n) = parts(left), parts(right)
    total: dict[str, int] = {}
    constant = 0
    for first, p in (*a, ("", m)):
        for second, q in (*b, ("", n)):
            product = "*".join(sorted(name for name in (*first.split("*"), *second.split("*")) if name))
            if product:
                total[product] = total.get(product, 0) + p * q
            else:
                constant += p * q
    return _canonical(total, constant)


def product(shape: Iterable[Dim]) -> Dim:
    """The number of entries of an array of this shape."""
    entries: Dim = 1
    for dim in shape:
        entries = times(entries, dim)
    return entries


def replaced(dim: Dim, by: Mapping[str, Dim]) -> Dim:
    """`dim` with other dimensions in the place of names: 2X with X -> H+1 is 2H+2."""
    terms, constant = parts(canonical(dim))
    total: Dim = constant
    for term, count in terms:
        value: Dim = count
        for name in term.split("*"):
            value = times(value, by.get(name, name))
        total = plus(total, value)
    return total


def names_in(dim: Dim) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for term, _ in parts(dim)[0] for name in term.split("*")))


def size(dim: Dim, sizes: Mapping[str, int]) -> int:
    """The number that `dim` stands for, given a number for each name."""
    terms, constant = parts(dim)
    for name in names_in(dim):
        if name not in sizes:
            raise unknown("dimension", name, sizes)
    return constant + sum(count * math.prod(sizes[name] for name in term.split("*")) for term, count in terms)


def solve(dim: Dim, value: int, sizes: Mapping[str, int]) -> tuple[str, int] | None:
    """The one name in `dim` that `sizes` lacks and the number it must have for `dim` to be `value`, or None."""
    terms, constant = parts(dim)
    missing = [(term, count) for term, count in terms if any(name not in sizes for name in term.split("*"))]
    unknowns = [name for term, _ in missing for name in term.split("*") if name not in sizes]
    if len(unknowns) != 1:
        return None
    (term, count), name = missing[0], unknowns[0]
    count *= math.prod(sizes[other] for other in term.split("*") if other != name)
    rest = value - constant - sum(size(other, sizes) * c for other, c in terms if other != term)
    return (name, rest // count) if count and rest % count == 0 and rest // count >= 0 else None


def show(shape: Shape) -> str:
    """A shape as text: `(H, X)`, `(H,)`, `()`."""
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"
