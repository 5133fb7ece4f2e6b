"""The logistic function as a scaled tanh, which NumPy computes faster: σ(x) = ½ tanh(½ x) + ½."""

from collections.abc import Sequence

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Name
from rnnsym.core.system import System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.draft import of_parameters
from rnnsym.engine.passes.lowered import rewritten
from rnnsym.ops.arithmetic import ADD, DIVIDE, MUL, NEG, POWER, add, mul
from rnnsym.ops.elementwise import EXP, LOG, SIGMOID, SOFTPLUS, SQRT, tanh
from rnnsym.ops.leaves import FULL, is_zero
from rnnsym.ops.losses import LOG_SOFTMAX, LOGSUMEXP, SOFTMAX
from rnnsym.ops.products import MATVEC

POSITIVE = (EXP, SOFTPLUS, SOFTMAX, LOG_SOFTMAX, LOGSUMEXP)
"""What does not become zero where its argument does, or where it does, does so by itself."""


def squashed(system: System, wanted: Sequence[Name], choices: Choices) -> System:
    """Every σ as a tanh, except where it matters that a small value is not zero: under a logarithm or a root, and below
    a quotient."""
    kept = _kept(system)

    def rule(node: Expr) -> Expr | None:
        if node.prim is not SIGMOID or node in kept:
            return None
        return add(mul(0.5, tanh(halved(node.args[0]))), 0.5)

    return rewritten(system, rule)


def halved(x: Expr) -> Expr:
    """½ x, with the number in the parameters where there are any."""
    if x.prim is ADD:
        return add(*(halved(term) for term in x.args))
    if x.prim is NEG:
        return -halved(x.args[0])
    if x.prim is MATVEC and of_parameters(x.args[0]):
        return MATVEC(mul(0.5, x.args[0]), x.args[1])
    if x.prim is MUL and (thin := [arg for arg in x.args if of_parameters(arg)]):
        return mul(*(mul(0.5, arg) if arg is thin[0] else arg for arg in x.args))
    return mul(0.5, x)


def _kept(system: System) -> set[Expr]:
    """The σ whose value reaches, through nothing that would keep it from zero, a place that zero must not reach."""
    roots = [piece.rhs for _, piece in system.pieces()]
    waiting = [arg for node in topological(roots) for arg in _sensitive(node)]
    seen: set[Expr] = set()
    names: set[Name] = set()
    while waiting:
        node = waiting.pop()
        if node in seen or node.prim in POSITIVE:
            continue
        seen.add(node)
        if node.prim.name == "leaf":
            name: Name = node.attrs[0]  # type: ignore[assignment]
            if name not in names:
                names.add(name)
                waiting.extend(piece.rhs for piece in system.equations.get(name, ()))
        elif not (node.prim is ADD and any(arg.prim is FULL and not is_zero(arg) for arg in node.args)):
            waiting.extend(node.args if node.prim is not SIGMOID else ())
    return {node for node in seen if node.prim is SIGMOID}


def _sensitive(node: Expr) -> tuple[Expr, ...]:
    """The operands of `node` that must not be zero."""
    if node.prim is DIVIDE:
        return node.args[1:]
    if node.prim in (LOG, SQRT) or (node.prim is POWER and not _whole(node.attrs[0])):
        return node.args
    return ()


def _whole(exponent: object) -> bool:
    return isinstance(exponent, float) and exponent >= 0 and exponent.is_integer()
