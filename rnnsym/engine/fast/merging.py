"""Neighbouring parts that are computed alike, as one computation: [1 − i, 1 − f] is 1 − [i, f]."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rnnsym.core.expr import Expr
from rnnsym.engine.fast.scope import Scope
from rnnsym.ops.arithmetic import NEG
from rnnsym.ops.indexing import CONCAT
from rnnsym.ops.leaves import FULL, full, number_in
from rnnsym.ops.products import MATVEC

if TYPE_CHECKING:
    from rnnsym.engine.fast.operands import Operands


def runs(low: "Operands", scope: Scope, parts: Sequence[Expr]) -> Iterator[Expr]:
    """The parts in their order, as few expressions as possible."""
    start = 0
    while start < len(parts):
        found = parts[start]
        stop = start + 1
        while stop < len(parts) and (longer := merged(low, scope, parts[start : stop + 1])) is not None:
            found, stop = longer, stop + 1
        yield found
        start = stop


def merged(low: "Operands", scope: Scope, nodes: Sequence[Expr]) -> Expr | None:
    """One expression for the concatenation of `nodes` that needs no more operations than one of them, or None."""
    first = nodes[0]
    if not first.shape:
        return None
    if all(node.prim is FULL for node in nodes):
        same = len({number_in(node) for node in nodes}) == 1
        return full(number_in(first), CONCAT(*nodes).shape) if same else None
    if all(low.is_weight(node) for node in nodes):
        return CONCAT(*nodes)
    if all(low.part(scope, node) is not None for node in nodes):
        joined = CONCAT(*nodes)
        return joined if low.part(scope, joined) is not None else None
    if any(node.prim is not first.prim or node.attrs != first.attrs for node in nodes):
        return None
    if first.prim is MATVEC:
        matrices = [node.args[0] for node in nodes]
        alike = all(node.args[1] is first.args[1] for node in nodes) and all(map(low.is_weight, matrices))
        return MATVEC(CONCAT(*matrices), first.args[1]) if alike else None
    return _entrywise(low, scope, nodes)


def _entrywise(low: "Operands", scope: Scope, nodes: Sequence[Expr]) -> Expr | None:
    first = nodes[0]
    if first.prim.family != "elementwise" and first.prim is not NEG:
        return None
    if any(len(node.args) != len(first.args) for node in nodes):
        return None
    args = [merged(low, scope, column) for column in zip(*(node.args for node in nodes), strict=True)]
    return None if any(arg is None for arg in args) else first.prim(*args, attrs=first.attrs)  # type: ignore[arg-type]
