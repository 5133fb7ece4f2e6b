"""Products of a matrix and vectors, as BLAS calls: one vector, the rows of a batch, or those of all steps."""

from typing import TYPE_CHECKING

from rnnsym.core.expr import Expr
from rnnsym.engine.fast.scope import Kind, Operand, Scope
from rnnsym.ops.structure import TRANSPOSE

if TYPE_CHECKING:
    from rnnsym.engine.fast.lowering import Lowering


def product(low: "Lowering", scope: Scope, node: Expr, dest: Operand) -> None:
    """A v into `dest`."""
    matrix, vector = node.args
    if scope.kind is not Kind.WEIGHT and low.is_weight(node):
        scope.copy(dest.text, low.operand(scope, node).text)
        return
    if not low.is_weight(matrix):
        _of_each_step(low, scope, node, dest)
        return
    if scope.kind is Kind.ALL and (part := low.part(scope, vector)) and part.store.steps is None:
        _without_time(low, scope, node, dest)
        return
    value = low.filled(scope, vector)
    target = dest if dest.solid and value.text != dest.text else low.scratch(scope, low.event(node))
    if scope.kind is not Kind.ALL:
        scope.call(_method(low, matrix), value.text, target.text)
    elif low.batch:
        scope.call("np.matmul", low.weight(matrix).text, value.text, target.text)
    else:
        scope.call(low.once(f"{value.text}.dot"), _transposed(low, matrix), target.text)
    if target is not dest:
        scope.copy(dest.text, target.text)


def _method(low: "Lowering", matrix: Expr) -> str:
    return low.once(f"{low.weight(matrix).text}.dot")


def _transposed(low: "Lowering", matrix: Expr) -> str:
    if matrix.prim is TRANSPOSE:
        return low.weight(matrix.args[0]).text
    return low.once(f"{low.weight(matrix).text}.T")


def _of_each_step(low: "Lowering", scope: Scope, node: Expr, dest: Operand) -> None:
    """A product whose matrix has a value at each step."""
    part = low.part(scope, node.args[0])
    if part is not None and part.offset is not None and not low.batch and dest.solid and scope.loop is not None:
        value = low.operand(scope, node.args[1])
        scope.call(scope.loop.bind(part, "dot"), value.text, dest.text)
    else:
        low.say(scope, node, dest)


def _without_time(low: "Lowering", scope: Scope, node: Expr, dest: Operand) -> None:
    """The same vectors at every step: one product, repeated."""
    plain = Scope(Kind.PLAIN, scope.lines)
    scope.copy(dest.text, low.operand(plain, node).text)
    low.release(plain)
