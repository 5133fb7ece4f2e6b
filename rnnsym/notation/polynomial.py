"""Polynomials in dimensions as layout trees: numbers of parameters, of operations."""

from collections.abc import Sequence

from rnnsym.core import dims
from rnnsym.core.dims import Dim
from rnnsym.core.mathtree import Infix, MathTree, Number, Superscript, Word


def polynomial(dim: Dim) -> MathTree:
    """A dimension as a formula: `2H⁴ + H²X + 3H`, the highest power first."""
    terms, constant = dims.parts(dim)
    ordered = sorted(terms, key=lambda term: -len(term[0].split("*")))
    parts = [scaled(count, monomial(term)) for term, count in ordered]
    return added([*parts, *([Number(constant)] if constant else [])])


def powers(product: str) -> dict[str, int]:
    names = product.split("*") if product else []
    return {name: names.count(name) for name in names}


def monomial(product: str) -> MathTree:
    factors: list[MathTree] = []
    for name, power in powers(product).items():
        letters = name.rstrip("0123456789")
        word = Word(name if letters == name else f"{letters}_{name.removeprefix(letters)}")
        factors.append(Superscript(word, Number(power)) if power > 1 else word)
    if not factors:
        return Number(1)
    return factors[0] if len(factors) == 1 else Infix("juxtaposed", tuple(factors))


def scaled(factor: int, tree: MathTree) -> MathTree:
    if factor == 1:
        return tree
    return Number(factor) if tree == Number(1) else Infix("juxtaposed", (Number(factor), tree))


def added(trees: Sequence[MathTree]) -> MathTree:
    return trees[0] if len(trees) == 1 else Infix("add", tuple(trees)) if trees else Number(0)
