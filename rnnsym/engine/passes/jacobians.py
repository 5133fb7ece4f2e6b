"""What pays in a System that holds Jacobians of steps, before the other passes."""

from collections.abc import Sequence

from rnnsym.core.expr import Expr
from rnnsym.core.names import Name
from rnnsym.core.system import System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.draft import product_of
from rnnsym.engine.passes.inlined import inlined
from rnnsym.engine.passes.lowered import rewritten
from rnnsym.engine.passes.trimmed import trimmed
from rnnsym.ops.arithmetic import ADD, NEG, add, div
from rnnsym.ops.elementwise import SIGMOID, exp
from rnnsym.ops.products import MATMUL
from rnnsym.ops.structure import DIAG


def with_jacobians(system: System, wanted: Sequence[Name]) -> System:
    """`system` with equal values of `wanted`: each matrix is scaled once, by the product of all factors of its rows.

    The logistic function is written as a quotient, which keeps the digits of a small value, as a tanh would not.
    """
    plain = Choices()
    grown = inlined(trimmed(system, wanted, plain), wanted, plain)
    return rewritten(rewritten(grown, _quotient), _rows_scaled)


def _quotient(node: Expr) -> Expr | None:
    """1 / (1 + e⁻ˣ) for σ(x). Where e⁻ˣ overflows, the quotient is zero, as it should be."""
    return div(1.0, add(1.0, exp(-node.args[0]))) if node.prim is SIGMOID else None


def _rows_scaled(node: Expr) -> Expr | None:
    """diag(a) (diag(b) A + diag(c) B) as diag(a ⊙ b) A + diag(a ⊙ c) B."""
    if node.prim is not MATMUL or node.args[0].prim is not DIAG:
        return None
    factor, inner = node.args[0].args[0], node.args[1]
    if inner.prim is NEG:
        return -_scaled(factor, inner.args[0])
    if inner.prim is ADD and all(_takes_factor(term) for term in inner.args):
        return add(*(_scaled(factor, term) for term in inner.args))
    return _scaled(factor, inner) if _takes_factor(inner) else None


def _takes_factor(node: Expr) -> bool:
    inner = node.args[0] if node.prim is NEG else node
    return inner.prim is DIAG or (inner.prim is MATMUL and inner.args[0].prim is DIAG)


def _scaled(factor: Expr, node: Expr) -> Expr:
    if node.prim is NEG:
        return -_scaled(factor, node.args[0])
    if node.prim is DIAG:
        return DIAG(product_of([factor, node.args[0]]))
    if node.prim is MATMUL and node.args[0].prim is DIAG:
        return MATMUL(DIAG(product_of([factor, node.args[0].args[0]])), node.args[1])
    return MATMUL(DIAG(factor), node)
