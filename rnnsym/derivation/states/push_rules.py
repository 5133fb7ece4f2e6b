"""The short names of what is done to push a derivative forward through an operation."""

from collections.abc import Collection

from rnnsym.core.expr import Expr, topological
from rnnsym.derivation.rules import RULES, SILENT

PUSHED = {
    "matvec": ("θ x, row by row: I ⊗ xᵀ", ""),
    "mul": ("product rule",),
    "divide": ("quotient rule",),
    "softmax": ("softmax: diag p − p pᵀ",),
    "log_softmax": ("log softmax: I − 1 pᵀ",),
    "dot": ("dot product",),
    "concat": ("its block of the joined vector",),
    "slice": ("its rows",),
    "index": ("its row",),
    "take": ("the row that is read",),
}
"""By primitive, for each argument; the last text serves all arguments after it; empty for what needs no word."""

PLAIN = "linear"


def push_rules(body: Expr, moving: Collection[Expr]) -> list[str]:
    """The rules met on the way from the leaves `moving` up to `body`, outermost first."""
    above = set(moving)
    rules: list[str] = []
    for node in topological([body]):
        inside = [i for i, arg in enumerate(node.args) if arg in above]
        if not inside or not node.prim.flows(node, inside[0]):
            continue
        above.add(node)
        if node.prim.name not in SILENT:
            rules.insert(0, _rule(node, inside[0]))
    return [rule for rule in dict.fromkeys(rules) if rule]


def _rule(node: Expr, i: int) -> str:
    texts = PUSHED.get(node.prim.name) or RULES.get(node.prim.name, (f"derivative of {node.prim.name}",))
    return texts[min(i, len(texts) - 1)]
