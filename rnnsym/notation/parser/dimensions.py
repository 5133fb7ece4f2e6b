"""Numbers and dimensions inside a formula: `½`, `-1`; `3`, `H`, `H-1`, `2 H`, `N H`."""

from functools import reduce

from rnnsym.core.dims import Dim, canonical, plus, times
from rnnsym.errors import ShapeError
from rnnsym.notation.parser import syntax as tree
from rnnsym.notation.parser.syntax import Node


def dimension(node: Node) -> Dim | None:
    """The dimension that a part of a formula says, or None for what is none."""
    try:
        found = _dimension(node)
        return None if found is None else canonical(found)
    except ShapeError:
        return None


def _dimension(node: Node) -> Dim | None:
    match node:
        case tree.Number():
            return int(node.value) if abs(node.value) < 1e9 and float(node.value).is_integer() else None
        case tree.Count():
            return node.dim
        case tree.Group():
            return _dimension(node.body)
        case tree.Chain() | tree.Times():
            factors = [_dimension(factor) for factor in node.factors]
            known = [factor for factor in factors if factor is not None]
            return reduce(times, known) if len(known) == len(factors) else None
        case tree.Sum():
            return _sum(node)
    return None


def _sum(node: tree.Sum) -> Dim | None:
    total: Dim = 0
    for minus, term in node.terms:
        dim = _dimension(term)
        if dim is None:
            return None
        total = plus(total, dim, -1 if minus else 1)
    return total


def constant(node: Node) -> float | None:
    """The number that a node is, if it is one."""
    match node:
        case tree.Number():
            return node.value
        case tree.Group():
            return constant(node.body)
        case tree.Negative():
            value = constant(node.body)
            return None if value is None else -value
        case tree.Quotient():
            top, bottom = constant(node.top), constant(node.bottom)
            return top / bottom if top is not None and bottom else None
    return None
