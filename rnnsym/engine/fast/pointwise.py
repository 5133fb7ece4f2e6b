"""Sums and products of entries, two operands a call."""

from dataclasses import replace
from typing import TYPE_CHECKING

from rnnsym.core.expr import Expr
from rnnsym.engine.fast.scope import Kind, Operand, Scope
from rnnsym.ops.arithmetic import ADD, NEG
from rnnsym.ops.indexing import CONCAT
from rnnsym.ops.leaves import FULL, LEAF

if TYPE_CHECKING:
    from rnnsym.engine.fast.lowering import Lowering

Term = tuple[bool, Expr]


def fold(low: "Lowering", scope: Scope, node: Expr, dest: Operand) -> None:
    """a + b − c…, or a ⊙ b ⊙ c…, into `dest`."""
    if _folded(low, scope, node, dest):
        return
    terms = _terms(node)
    clean = not low.reads(scope, node, dest)
    target = dest if clean or len(terms) == 2 else low.scratch(scope, low.event(node))
    operands = _operands(low, scope, terms, None if target is dest and not clean else target)
    function = "np.add" if node.prim is ADD else "np.multiply"
    minus, so_far = operands[0]
    if minus:
        scope.call("np.negative", so_far.text, target.text)
        so_far = target
    for i, (minus, other) in enumerate(operands[1:], 2):
        out = dest if i == len(operands) else target
        scope.call("np.subtract" if minus else function, so_far.text, other.text, out.text)
        so_far = out


def _terms(node: Expr) -> list[Term]:
    """What is added or multiplied, with its minus."""
    terms = [(arg.prim is NEG and node.prim is ADD, arg) for arg in node.args]
    return [(minus, arg.args[0] if minus else arg) for minus, arg in terms]


def _operands(low: "Lowering", scope: Scope, terms: list[Term], room: Operand | None) -> list[tuple[bool, Operand]]:
    """The operands in the order in which they are combined; one that is computed in `room` takes part at once."""
    inside = next((i for i, (_, arg) in enumerate(terms) if room and _is_nested(low, scope, arg)), None)
    values = [(minus, low.operand(scope, arg)) for i, (minus, arg) in enumerate(terms) if i != inside]
    values.sort(key=lambda value: value[0])
    if inside is not None and room is not None:
        minus, arg = terms[inside]
        values.insert(int(minus and bool(values) and not values[0][0]), (minus, low.inner(scope, arg, room)))
    return values


def _is_nested(low: "Lowering", scope: Scope, node: Expr) -> bool:
    """Whether `node` must be computed first."""
    return bool(node.args) and node not in scope.known and low.part(scope, node) is None and not low.is_weight(node)


def tiled(node: Expr) -> int:
    """How often one leaf is repeated, if `node` is nothing but its repetition."""
    same = node.prim is CONCAT and node.args[0].prim is LEAF and all(arg is node.args[0] for arg in node.args)
    return len(node.args) if same and len(node.shape) == 1 else 0


def _folded(low: "Lowering", scope: Scope, node: Expr, dest: Operand) -> bool:
    """One operand repeated for several parts of the others: `[a, b, c] ⊙ [d, d, d]` is one call, on parts as rows."""
    times = next((tiled(arg) for arg in node.args if tiled(arg)), 0)
    if not times or len(node.args) != 2 or dest.view is None or any(arg.prim in (NEG, FULL) for arg in node.args):
        return False
    words = []
    for arg in node.args:
        if tiled(arg) == times:
            part = low.part(scope, arg.args[0])
            assert part is not None
            words.append(low.viewed(scope, replace(part, axes=int(scope.kind is Kind.ALL))).text)
            continue
        part = low.part(scope, arg)
        if part is None or part.store.name in low.outside:
            return False
        words.append(low.viewed(scope, replace(part, fold=times)).text)
    out = low.viewed(scope, replace(dest.view, fold=times))
    scope.call("np.add" if node.prim is ADD else "np.multiply", *words, out.text)
    return True
