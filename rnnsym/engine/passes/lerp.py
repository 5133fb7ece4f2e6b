"""(1 − s) ⊙ a + s ⊙ b as a + s ⊙ (b − a): one operation less."""

from collections.abc import Sequence

from rnnsym.core.expr import Expr
from rnnsym.core.names import Name
from rnnsym.core.system import System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.draft import Draft, names_in
from rnnsym.engine.passes.loops import loops
from rnnsym.ops.arithmetic import ADD, MUL, NEG, add, mul, sub
from rnnsym.ops.leaves import is_number
from rnnsym.transforms.rewrite import transform


def lerped(system: System, wanted: Sequence[Name], choices: Choices) -> System:
    """Weighted means of what a loop computes, in the form with fewer operations."""
    if not choices.lerp:
        return system
    draft = Draft(system)
    for name, loop in loops(system).items():

        def rule(node: Expr, members: frozenset[Name] = loop.members) -> Expr | None:
            return _mean(node, members)

        draft.equations[name] = tuple(
            piece._replace(rhs=transform([piece.rhs], rule)[0]) if loop.turns(piece) else piece
            for piece in draft.equations[name]
        )
    return draft.system


def _mean(node: Expr, members: frozenset[Name]) -> Expr | None:
    if node.prim is not ADD:
        return None
    for i, first in enumerate(node.args):
        for s, a in _complements(first, members):
            for j, second in enumerate(node.args):
                if j != i and second.prim is MUL and s in second.args:
                    rest = [term for k, term in enumerate(node.args) if k not in (i, j)]
                    return add(a, mul(s, sub(_without(second, s), a)), *rest)
    return None


def _complements(term: Expr, members: frozenset[Name]) -> list[tuple[Expr, Expr]]:
    """(s, a) for each way in which `term` is (1 − s) ⊙ a, with s from the loop."""
    if term.prim is not MUL:
        return []
    return [
        (s, _without(term, factor))
        for factor in term.args
        if (s := _complement(factor)) is not None and names_in(s) & members
    ]


def _complement(factor: Expr) -> Expr | None:
    """s, where `factor` is 1 − s."""
    if factor.prim is ADD and len(factor.args) == 2:
        for one, other in (factor.args, factor.args[::-1]):
            if is_number(one, 1.0) and other.prim is NEG:
                return other.args[0]
    return None


def _without(product: Expr, factor: Expr) -> Expr:
    """`product` without one of its factors."""
    place = product.args.index(factor)
    return mul(*(arg for i, arg in enumerate(product.args) if i != place))
