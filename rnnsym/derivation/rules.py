"""The short names of what a derivation does: rules of differentiation and kinds of forward lines, by primitive."""

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Name, Role

RULES = {
    "matvec": ("outer product", "transposed matrix"),
    "matmul": ("matrix product",),
    "mul": ("product rule",),
    "divide": ("quotient rule",),
    "power": ("power rule",),
    "tanh": ("tanh′ = 1 − tanh²",),
    "sigmoid": ("σ′ = σ (1 − σ)",),
    "relu": ("relu′ = 1 where positive, else 0",),
    "exp": ("exp′ = exp",),
    "log": ("log′ x = 1/x",),
    "sqrt": ("sqrt′ x = 1/(2 sqrt x)",),
    "softplus": ("softplus′ = σ",),
    "abs": ("abs′ = sign",),
    "minimum": ("the smaller one takes it all",),
    "maximum": ("the larger one takes it all",),
    "softmax": ("softmax: p ⊙ (e − p · e)",),
    "squared_error": ("squared error: prediction − target",),
    "cross_entropy": ("cross-entropy: softmax − one-hot",),
    "dot": ("dot product",),
    "sum": ("each entry of a sum alike",),
    "concat": ("its part of the joined vector",),
    "slice": ("back to its place",),
    "index": ("back to its place",),
    "take": ("back to the row that was read",),
}
"""By primitive, for each argument; the last text serves all arguments after it. In A x, A comes first, then x."""

SILENT = frozenset({"leaf", "add", "neg", "broadcast", "transpose", "full"})
PLAIN_SUM = "passes through the sum"
COPIED, SEAM, CASES = "passes unchanged", "seam", "start, then the step before"
FROM_LOSS = "loss at t"


LOSSES = {"squared_error": "squared error", "cross_entropy": "cross-entropy"}


def rules_between(body: Expr, leaf: Expr) -> list[str]:
    """The rules met on the way from `body` down to `leaf`, outermost first."""
    above = {leaf}
    rules: list[str] = []
    for node in topological([body]):
        inside = [i for i, arg in enumerate(node.args) if arg in above]
        if not inside:
            continue
        above.add(node)
        if node.prim.name not in SILENT:
            rules.insert(0, rule_of(node, inside[0]))
    return list(dict.fromkeys(rules)) or [PLAIN_SUM]


def rule_of(node: Expr, i: int) -> str:
    """What is done to go back from `node` to its argument i."""
    if any(isinstance(name := arg.attrs[0], Name) and name.role == Role.SEED for arg in node.args if arg.attrs):
        return FROM_LOSS
    texts = RULES.get(node.prim.name, (f"derivative of {node.prim.name}",))
    return texts[min(i, len(texts) - 1)]


def forward_rule(name: Name, body: Expr) -> str:
    """The short name of what a forward equation does."""
    if name.role == Role.TOTAL:
        return "total loss"
    if name.role == Role.LOSS:
        kinds = [LOSSES[node.prim.name] for node in topological([body]) if node.prim.name in LOSSES]
        return ", ".join(kinds) or "loss"
    return "readout" if name == Name(Role.EQUATION, "y") else _kind(name, body)


def _kind(name: Name, body: Expr) -> str:
    """What a line of the cell does, by its form."""
    if body.prim.family == "elementwise" and len(body.args) == 1 and body.args[0].prim.name == "leaf":
        return f"activation: {'σ' if body.prim.name == 'sigmoid' else body.prim.name}"
    terms = body.args if body.prim.name == "add" else (body,)
    if {term.prim.name for term in terms} <= {"matvec", "leaf"} and len(terms) > 1:
        return "weighted sum"
    return "new state" if name.role == Role.CARRY else "definition"
