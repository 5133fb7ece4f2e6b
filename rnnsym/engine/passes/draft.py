"""A System while a pass rewrites it, and facts about expressions that passes ask for again and again."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache, reduce

from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr
from rnnsym.core.names import FREE, NOW, START, Interval, Name, Role
from rnnsym.core.system import Piece, Read, System, reads
from rnnsym.derivation.adjoint import shift
from rnnsym.engine.passes.made import made
from rnnsym.ops.arithmetic import NEG, add, mul
from rnnsym.ops.leaves import leaf
from rnnsym.transforms.rewrite import flatten


@lru_cache(maxsize=1 << 14)
def reading(expr: Expr) -> tuple[Read, ...]:
    """The named leaves of `expr`, each once."""
    return tuple(reads(expr))


@lru_cache(maxsize=1 << 14)
def names_in(expr: Expr) -> frozenset[Name]:
    """The names that `expr` reads."""
    return frozenset(read.name for read in reading(expr))


@lru_cache(maxsize=1 << 14)
def moved(expr: Expr, k: int) -> Expr:
    """`expr` with every time t replaced by t + k."""
    return shift(expr, k) if k else expr


@lru_cache(maxsize=1 << 14)
def of_parameters(expr: Expr) -> bool:
    """Whether `expr` is made of parameters and numbers alone: no example and no step has a value of its own."""
    return not any(name.batched for name in names_in(expr))


def flattened(node: Expr) -> Expr:
    """A sum of sums, or a product of products, as one."""
    flat = flatten(node)
    return node if flat is None else flat


def sum_of(terms: Iterable[Expr]) -> Expr:
    """The flat sum of `terms`."""
    return flattened(add(*terms))


def product_of(factors: Iterable[Expr]) -> Expr:
    """The flat product of `factors`."""
    product = mul(*factors)
    return -flattened(product.args[0]) if product.prim is NEG else flattened(product)


class Draft:
    """`equations` may be changed; `make` adds a name; `system` is the result."""

    def __init__(self, system: System) -> None:
        self.base = system
        self.equations = dict(system.equations)
        self.shapes = dict(system.shapes)
        self.in_time = set(system.timed_adjoints)

    @property
    def system(self) -> System:
        return replace(self.base, equations=self.equations, shapes=self.shapes, timed_adjoints=frozenset(self.in_time))

    def make(self, symbol: str, pieces: Iterable[Piece], like: Expr, timed: bool = True) -> Expr:
        """A new part of the shape of `like`; the leaf that reads it, at step t where it is in time."""
        name = made({*self.base.given, *self.equations}, Role.PART, symbol.replace(".", "_"))
        return self._added(name, tuple(pieces), like.shape, timed)

    def weight(self, symbol: str, value: Expr) -> Expr:
        """A new name for what is made of parameters; the leaf that reads it."""
        name = made({*self.base.given, *self.equations}, Role.WEIGHT, symbol.replace(".", "_"))
        return self._added(name, (Piece(START, value),), value.shape, timed=False)

    def ahead(self, symbol: str, value: Expr, domain: Interval) -> Expr:
        """A new name for `value` at the steps of `domain`, or without time where it has none; its leaf."""
        if of_parameters(value):
            return self.weight(symbol, value)
        timed = any(self.timed(name) for name in names_in(value))
        return self.make(symbol, [Piece(domain if timed else START, value)], value, timed)

    def timed(self, name: Name) -> bool:
        """Whether the name has a time axis."""
        if name in self.in_time or name not in self.equations:
            return name in self.in_time or name in self.base.timed_given
        pieces = self.equations[name]
        return not any(piece.total for piece in pieces) and not self.hull(name).single

    def hull(self, name: Name) -> Interval:
        """An interval that holds every step at which the name has a value."""
        return reduce(Interval.hull, (piece.domain for piece in self.equations[name]))

    def _added(self, name: Name, pieces: tuple[Piece, ...], shape: Shape, timed: bool) -> Expr:
        self.equations[name] = pieces
        self.shapes[name] = shape
        if timed:
            self.in_time.add(name)
        return leaf(name, NOW if timed else FREE, shape)
