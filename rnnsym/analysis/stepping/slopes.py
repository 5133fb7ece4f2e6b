"""Slopes of saturated units without cancellation.

A derivation writes tanh′ as 1 − h² and σ′ as s (1 − s), in terms of what the forward pass knows. Where h is close to ±1
the difference has lost its digits, and beyond |a| = 19 it is zero, while tanh′(a) = sech²(a) is a small number as exact
as any. One gradient does not feel that. A product over many steps, its determinant and its lowest exponents do.
"""

from collections.abc import Collection
from dataclasses import replace

from rnnsym.core.expr import Expr
from rnnsym.core.names import EVERY_STEP, NOW, Name
from rnnsym.core.primitive import Primitive
from rnnsym.core.system import System
from rnnsym.ops.arithmetic import ADD, NEG, POWER, div
from rnnsym.ops.elementwise import SIGMOID, TANH, absolute, exp, sigmoid
from rnnsym.ops.leaves import LEAF, is_number
from rnnsym.transforms.rewrite import transform


def unsaturated(system: System, names: Collection[Name]) -> System:
    """`system` with 1 − tanh²(a) as sech²(a), and 1 − σ(a) as σ(−a), in the equations of `names`: the same values,
    exact to rounding however large a is."""

    def rule(node: Expr) -> Expr | None:
        taken = _complement(node)
        if taken is None:
            return None
        if taken.prim is POWER and taken.attrs == (2.0,) and (a := _argument(system, TANH, taken.args[0])) is not None:
            return _sech_squared(a)
        a = _argument(system, SIGMOID, taken)
        return None if a is None else sigmoid(-a)

    changed = {
        name: tuple(piece._replace(rhs=transform([piece.rhs], rule)[0]) for piece in system.equations[name])
        for name in names
    }
    return replace(system, equations={**system.equations, **changed})


def _sech_squared(a: Expr) -> Expr:
    small = exp(-2 * absolute(a))
    return div(4 * small, (1 + small) ** 2)


def _argument(system: System, function: Primitive, node: Expr) -> Expr | None:
    """a, where `node` is function(a), or the name of it at this step."""
    if node.prim is LEAF and node.attrs[1] == NOW:
        name = node.attrs[0]
        assert isinstance(name, Name)
        pieces = system.equations.get(name, ())
        found = [piece.rhs for piece in pieces if piece.domain == EVERY_STEP and not piece.total]
        node = found[0] if len(found) == 1 else node
    return node.args[0] if node.prim is function else None


def _complement(node: Expr) -> Expr | None:
    """e, where `node` is 1 − e."""
    if node.prim is ADD and len(node.args) == 2:
        for one, other in (node.args, node.args[::-1]):
            if is_number(one, 1.0) and other.prim is NEG:
                return other.args[0]
    return None
