"""Real-time recurrent learning: the total derivative of the state in a parameter, carried forward in time.

Π_t = J_t Π_{t-1} + ∂⁺s_t/∂θ (Williams and Zipser 1989), for all states of a chain; θ is read row by row.
"""

from collections.abc import Iterable, Sequence

from rnnsym.core.dims import Dim, Shape, product
from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import Number
from rnnsym.core.names import NOW, START, Interval, Name, Role
from rnnsym.core.system import Piece, System
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.chains import Chain
from rnnsym.derivation.entering import Entering, direct, entering, names_of_entering
from rnnsym.derivation.equations import Equation, Line
from rnnsym.derivation.form import Form, equals
from rnnsym.derivation.immediate import Immediate, immediate, immediate_lines
from rnnsym.derivation.jacobians import StepJacobian, chains_of, jacobian_lines, remarks, step_jacobian_of
from rnnsym.derivation.story import Story, free_name
from rnnsym.errors import DisconnectedError
from rnnsym.notation import Words, tree_of
from rnnsym.ops.arithmetic import add, mul
from rnnsym.ops.kronecker import unvec
from rnnsym.ops.leaves import leaf, zeros
from rnnsym.ops.structure import outer, transpose
from rnnsym.transforms.flat import flat_shape


def chained(block: Expr, state: Shape, source: Shape, inner: Expr) -> Expr:
    """The block ∂s/∂p times the derivatives of p in N entries, where s and p are vectors or scalars."""
    if state and source:
        return block @ inner
    if source:
        return transpose(inner) @ block
    return outer(block, inner) if state else mul(block, inner)
