"""How many parameters a network has: as a formula in its dimensions, 4(HX + H² + H), and as a number."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import NamedTuple

from rnnsym.api.network import Network
from rnnsym.cells.base import Cell
from rnnsym.core import dims
from rnnsym.core.dims import Dim, Shape, show
from rnnsym.core.mathtree import MathTree
from rnnsym.core.names import Name, Role
from rnnsym.core.system import System
from rnnsym.notation import load
from rnnsym.notation.lower import lower
from rnnsym.notation.polynomial import added, monomial, powers, scaled
from rnnsym.wiring import Body, EncoderDecoder, Options, as_body, described, wire

Polynomial = dict[str, int]
"""The coefficient of each product of dimensions, such as `H*X`; that of the empty product is the constant."""

OUTPUTS = "C"
RAISED, LOWERED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"), str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Count(NamedTuple):
    """One parameter: its shape by names, the number of its entries as a formula, and as a number where it is known."""

    label: str
    shape: Shape
    formula: str
    number: int | None


class Term(NamedTuple):
    """factor · (products added up)."""

    factor: int
    inner: Polynomial


@dataclass(frozen=True)
class ParameterCount:
    """The parameters of a cell or a network, counted. `sizes` is empty for a cell alone."""

    title: str
    params: Mapping[Name, Shape]
    sizes: Mapping[str, int]

    @property
    def table(self) -> tuple[Count, ...]:
        """Every parameter with its shape and its number of entries."""
        return tuple(
            Count(name.label, shape, _sum_text(_polynomial([shape])), self._number(dims.product(shape)))
            for name, shape in self.params.items()
        )

    @property
    def total(self) -> int | None:
        """The number of parameters; None where the sizes are not known."""
        counts = [self._number(dims.product(shape)) for shape in self.params.values()]
        return None if None in counts else sum(count for count in counts if count is not None)

    @property
    def formula(self) -> str:
        """The number of parameters as text, such as `4(HX + H² + H) + CH + C`: equal blocks once, the readout last."""
        return " + ".join(_term_text(factor, inner) for factor, inner in self.terms) or "0"

    @property
    def tree(self) -> MathTree:
        """The same formula as a layout tree."""
        return added([tree for factor, inner in self.terms for tree in _term_trees(factor, inner)])

    @property
    def latex(self) -> str:
        return lower(self.tree, load("default"), "latex")

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The formula as a sum: the gates of a layer together, equal layers together, the readout last."""
        layers: dict[tuple[bool, tuple[str, ...]], dict[Name, Shape]] = {}
        for name, shape in self.params.items():
            layers.setdefault((_is_readout(shape), name.path), {})[name] = shape
        terms: dict[tuple[tuple[str, int], ...], int] = {}
        for key in sorted(layers, key=lambda key: key[0]):
            for factor, inner in _factored(layers[key]):
                block = tuple(inner.items())
                terms[block] = terms.get(block, 0) + factor
        return tuple(Term(factor, dict(block)) for block, factor in terms.items())

    def __str__(self) -> str:
        known = ", ".join(f"{name} = {size}" for name, size in self.sizes.items())
        total = f" = {self.total}" if self.total is not None else ""
        head = f"{self.title}: {self.formula}{total} parameters" + (f", with {known}" if known else "")
        rows = [(c.label, show(c.shape), c.formula, "" if c.number is None else str(c.number)) for c in self.table]
        widths = [max(len(row[i]) for row in rows) for i in range(4)] if rows else []
        lines = [
            f"  {a:{widths[0]}}  {b:{widths[1]}}  {c:{widths[2]}}  {d:>{widths[3]}}".rstrip() for a, b, c, d in rows
        ]
        return "\n".join([head, *lines])

    def _number(self, dim: Dim) -> int | None:
        return dims.size(dim, self.sizes) if set(dims.names_in(dim)) <= self.sizes.keys() else None


def count_parameters(what: Network | Body | Cell | type[Cell] | str) -> ParameterCount:
    """The parameters of a network; or of a cell (its class, its name) or a composition of cells, in formulas only.

    Raises UnknownNameError and MisuseError for what is no cell.
    """
    if isinstance(what, Network):
        return ParameterCount(what.name, _params(what.system), what.sizes)
    body = as_body(what)
    wired = wire(body, Options(readout=isinstance(body, EncoderDecoder)))
    return ParameterCount(described(body), _params(wired.system), {})


def _params(system: System) -> dict[Name, Shape]:
    return {name: shape for name, shape in system.given.items() if name.role == Role.PARAM}


def _is_readout(shape: Shape) -> bool:
    """Whether it has a row for each output."""
    return OUTPUTS in dims.names_in(shape[0]) if shape else False


def _polynomial(shapes: Iterable[Shape]) -> Polynomial:
    """How many entries arrays of these shapes have together, products in the order in which they first occur."""
    total: Polynomial = {}
    for shape in shapes:
        terms, constant = dims.parts(dims.product(shape))
        for product, count in (*terms, *([("", constant)] if constant else [])):
            total[product] = total.get(product, 0) + count
    return {product: count for product, count in total.items() if count}


def _factored(layer: Mapping[Name, Shape]) -> list[Term]:
    """The largest block that most gates have (b_f belongs to the gate f) as often as it occurs, and the rest."""
    total = _polynomial(layer.values())
    gates: dict[str, list[Shape]] = {}
    for name, shape in layer.items():
        gates.setdefault(name.symbol.partition("_")[2], []).append(shape)
    blocks = [_polynomial(shapes) for shapes in gates.values()]
    often = [sum(all(other.get(p, 0) >= n for p, n in block.items()) for other in blocks) for block in blocks]
    i = max(range(len(blocks)), key=lambda i: (often[i] * sum(blocks[i].values()), often[i]))
    block, times = (blocks[i], often[i]) if often[i] > 1 else (total, 1)
    rest = {product: count - times * block.get(product, 0) for product, count in total.items()}
    rest = {product: count for product, count in rest.items() if count}
    return [_reduced(times, block), *([_reduced(1, rest)] if rest else [])]


def _reduced(factor: int, inner: Polynomial) -> Term:
    common = reduce(math.gcd, inner.values())
    return Term(factor * common, {product: count // common for product, count in inner.items()})


# As text. -------------------------------------------------------------------------------------------------------


def _product_text(product: str) -> str:
    found = powers(product)
    names = [
        name.translate(LOWERED) + (str(power).translate(RAISED) if power > 1 else "") for name, power in found.items()
    ]
    return ("" if all(len(name.rstrip("0123456789")) == 1 for name in found) else "·").join(names)


def _sum_text(polynomial: Polynomial) -> str:
    return " + ".join(_scaled_text(count, _product_text(product)) for product, count in polynomial.items()) or "0"


def _scaled_text(factor: int, product: str) -> str:
    return (str(factor) if factor != 1 or not product else "") + product


def _term_text(factor: int, inner: Polynomial) -> str:
    if factor == 1 or len(inner) == 1:
        return _sum_text({product: factor * count for product, count in inner.items()})
    return f"{factor}({_sum_text(inner)})"


# As a layout tree. ----------------------------------------------------------------------------------------------


def _term_trees(factor: int, inner: Polynomial) -> list[MathTree]:
    products = [scaled(count, monomial(product)) for product, count in inner.items()]
    return products if factor == 1 else [scaled(factor, added(products))]
