"""The names of the rules that a derivation applies, and the reasons for forward equations: data, by primitive."""

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Name, Role

RULES = {
    "matvec": ("matrix product: its transpose sends back", "matrix product: error times input, transposed"),
    "matmul": ("matrix product", "matrix product"),
    "mul": ("product rule",),
    "divide": ("quotient rule",),
    "power": ("power rule",),
    "tanh": ("tanh′ = 1 − tanh²",),
    "sigmoid": ("σ′ = σ (1 − σ)",),
    "relu": ("relu′ = 1 where positive, 0 at 0",),
    "exp": ("exp′ = exp",),
    "log": ("log′ x = 1/x",),
    "softmax": ("softmax: p ⊙ (e − pᵀe)",),
    "squared_error": ("squared error: prediction − target",),
    "cross_entropy": ("cross-entropy: softmax − one-hot",),
    "dot": ("immediate gradient of the loss",),
}
SILENT = frozenset({"leaf", "add", "neg", "broadcast", "transpose", "full"})
PLAIN_SUM = "a sum passes the gradient on"

ROLE_REASONS = {
    Role.LOSS: ("loss of one step", "how far the output is from its target at step t."),
    Role.TOTAL: ("total loss", "the losses of all steps added up."),
}


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
            texts = RULES.get(node.prim.name, (f"derivative of {node.prim.name}",))
            by_weight = node.prim.name == "matvec" and 0 in inside
            rules.insert(0, texts[1] if by_weight else texts[0])
    return list(dict.fromkeys(rules)) or [PLAIN_SUM]


def forward_rule(name: Name, body: Expr) -> tuple[str, tuple[str | Expr, ...]]:
    """The rule and the reason of a forward equation."""
    if name.role in ROLE_REASONS:
        rule, reason = ROLE_REASONS[name.role]
        return rule, (reason,)
    if name == Name(Role.EQUATION, "y") and body.prim.name == "add":
        return "readout", ("the output is read from the hidden state.",)
    return "definition", ("given: one line of the cell's step.",)
