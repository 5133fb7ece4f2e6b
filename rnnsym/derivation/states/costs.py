"""What the gradient in a parameter costs: backpropagation through time beside real-time recurrent learning.

Counted from the equations, by their primitives, for one step of one example. A product of an (m, k) and a (k, n) matrix
is 2 m k n operations, a matrix times a vector 2 m n; a diagonal matrix times a matrix scales its rows, m n; everything
else that computes is one operation for each entry of its result. Moving, repeating and transposing cost nothing. A
subexpression that an equation shares is counted once. Memory is what must be kept from step to step: for
backpropagation the values of the forward pass that the backward pass reads, at every step; for real-time recurrent
learning the sensitivities, once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rnnsym.core import dims
from rnnsym.core.dims import Dim, plus, product, times
from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Name, Role
from rnnsym.core.system import System, reads
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.form import Section
from rnnsym.derivation.states.sensitivity import rtrl
from rnnsym.notation import Words, text
from rnnsym.notation.polynomial import polynomial
from rnnsym.ops.indexing import CONCAT, EMBED, INDEX, PLACE, SLICE
from rnnsym.ops.kronecker import RESHAPE
from rnnsym.ops.products import DOT, MATMUL, MATVEC
from rnnsym.ops.structure import BROADCAST, DIAG, DIAGONAL, STOP_GRADIENT, SUM, TRANSPOSE

FREE_OF_CHARGE = {
    prim.name
    for prim in (BROADCAST, TRANSPOSE, DIAG, DIAGONAL, STOP_GRADIENT, RESHAPE, CONCAT, EMBED, INDEX, PLACE, SLICE)
} | {"leaf", "constant", "full", "size"}


@dataclass(frozen=True)
class Cost:
    """`operations` for each step, and the numbers kept: `memory`, for each step if `every_step`, else once."""

    operations: Dim
    memory: Dim
    every_step: bool

    def total(self, sizes: Mapping[str, int], steps: int) -> tuple[int, int]:
        """The operations of a whole sequence, and the numbers kept at its end. Raises UnknownNameError for a size."""
        kept = dims.size(self.memory, sizes)
        return dims.size(self.operations, sizes) * steps, kept * steps if self.every_step else kept


@dataclass(frozen=True)
class Costs:
    """What the gradient in one parameter costs in two ways."""

    backpropagation: Cost
    rtrl: Cost


def costs(system: System, derived: Adjoint, parameter: Name, order: Sequence[Name] = ()) -> Costs:
    """The costs of ∂L/∂θ for θ = `parameter`, in the system's own dimensions. Raises as `rtrl` does."""
    gradient = parameter.as_role(Role.GRADIENT)
    needed = derived.system.ancestors([gradient])
    backward = [name for name in (*derived.backward, *derived.gradients) if name in needed]
    told = [name for name in derived.system.equations if name in needed]
    kept = [name for name in derived.forward if name in _read_by(derived.system, backward)]
    forward_mode = rtrl(system, derived, parameter, order).system
    used = forward_mode.ancestors([gradient])
    every = [name for name in forward_mode.equations if name in used]
    carried = [name for name in every if name.role == Role.SENSITIVITY]
    return Costs(
        Cost(_per_step(derived.system, told), _entries(derived.system, kept), True),
        Cost(_per_step(forward_mode, every), _entries(forward_mode, carried), False),
    )


def _read_by(system: System, names: Iterable[Name]) -> set[Name]:
    return {read.name for name in names for piece in system.equations[name] for read in reads(piece.rhs)}


def _entries(system: System, names: Iterable[Name]) -> Dim:
    total: Dim = 0
    for name in names:
        if system.timed(name):
            total = plus(total, product(system.shape(name)))
    return total


def _per_step(system: System, names: Iterable[Name]) -> Dim:
    """The operations of one step in the middle: what holds at the first or the last step alone is left out."""
    total: Dim = 0
    for name in names:
        pieces = [piece for piece in system.equations[name] if not piece.domain.single]
        for i, piece in enumerate(pieces):
            total = plus(total, operations(piece.rhs))
            if i or piece.total:
                total = plus(total, product(system.shape(name)))
    return total


def operations(expr: Expr) -> Dim:
    """The operations that `expr` takes, each shared subexpression once."""
    total: Dim = 0
    for node in topological([expr]):
        total = plus(total, _own(node))
    return total


def _own(node: Expr) -> Dim:
    """The operations of a node itself."""
    if node.prim.name in FREE_OF_CHARGE:
        return 0
    if node.prim is MATMUL and node.args[0].prim is DIAG:
        return product(node.shape)
    if node.prim is MATMUL:
        return times(2, times(product(node.shape), node.args[0].shape[1]))
    if node.prim is MATVEC:
        return times(2, product(node.args[0].shape))
    if node.prim is DOT:
        return times(2, node.args[0].shape[0])
    if node.prim is SUM:
        return product(node.args[0].shape)
    return times(max(len(node.args) - 1, 1), product(node.shape))


def told(found: Costs) -> Section:
    """The costs as a section of remarks: the operations of a step, and the numbers kept."""
    remarks: list[Words] = []
    for way, cost in (("backpropagation: ", found.backpropagation), ("RTRL: ", found.rtrl)):
        kept = " numbers kept for every step" if cost.every_step else " numbers kept"
        remarks += [(way, polynomial(cost.operations), " operations a step"), (polynomial(cost.memory), kept)]
    return Section("Costs", tuple(remarks), ())


def spelled(dim: Dim) -> str:
    """A polynomial in dimensions as text: `2H⁴ + H²X + 3H`, the highest power first."""
    return text(polynomial(dim))


def leading(dim: Dim) -> str:
    """The terms of the highest degree, which decide for large sizes: `2H⁴`."""
    terms, constant = dims.parts(dim)
    degree = max((len(term.split("*")) for term, _ in terms), default=0)
    top: Dim = 0 if terms else constant
    for term, count in terms:
        if len(term.split("*")) == degree:
            top = plus(top, times(count, term))
    return spelled(top)
