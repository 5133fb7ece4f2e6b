"""A plain sentence for a line of a derivation, made from its structure: no cell is known by name."""

from collections.abc import Sequence

from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Name, Role
from rnnsym.core.system import System
from rnnsym.derivation.equations import Equation, Words
from rnnsym.ops.arithmetic import ADD, MUL, NEG
from rnnsym.ops.elementwise import RELU, SIGMOID, TANH
from rnnsym.ops.leaves import FULL, LEAF
from rnnsym.ops.products import MATVEC

SQUASHERS = {
    SIGMOID: " squashed to between 0 and 1: a gate, 0 shut and 1 open.",
    TANH: " squashed to between −1 and 1 by tanh.",
    RELU: " where it is positive, and 0 elsewhere.",
}


def sentence(system: System, equation: Equation, phase: str) -> Words:
    """What the line does, as text and expressions for the notation to set."""
    if phase != "forward":
        return equation.because
    if equation.name.role in (Role.LOSS, Role.TOTAL):
        return (equation.lhs, " is ", *equation.because)
    body = equation.rhs
    if body.prim in SQUASHERS and body.args[0].prim is LEAF:
        return (equation.lhs, " is ", body.args[0], SQUASHERS[body.prim])
    terms = body.args if body.prim is ADD else (body,)
    if any(_unsigned(term).prim is MATVEC for term in terms):
        return _weighted_sum(equation, terms)
    if len(terms) > 1:
        return _mixture(system, equation, terms)
    return _product(system, equation, body)


def _unsigned(term: Expr) -> Expr:
    return term.args[0] if term.prim is NEG else term


def _weighted_sum(equation: Equation, terms: Sequence[Expr]) -> Words:
    """`Each unit of a adds up x weighted by W and h weighted by U, shifted by b.`"""
    words: list[str | Expr] = ["Each unit of ", equation.lhs, " adds up "]
    parts: list[list[str | Expr]] = []
    for term in map(_unsigned, terms):
        if term.prim is MATVEC and term.args[0].prim is LEAF:
            parts.append([term.args[1], " weighted by ", term.args[0]])
        else:
            parts.append([term])
    for i, part in enumerate(parts):
        words += [("" if i == 0 else ", " if i < len(parts) - 1 else " and "), *part]
    return (*words, ".")


def _mixture(system: System, equation: Equation, terms: Sequence[Expr]) -> Words:
    """`f says how much of c_{t-1} goes into c, i how much of g.`"""
    words: list[str | Expr] = []
    for term in map(_unsigned, terms):
        gate, rest = _gate(system, term)
        if gate is None:
            words += [", and " if words else "", term, " is added"]
        else:
            words += [", and " if words else "", gate, " says how much of ", *_listed(rest)]
            words += [" goes into ", equation.lhs] if len(words) < 6 else []
    return (*words, ".")


def _product(system: System, equation: Equation, body: Expr) -> Words:
    gate, rest = _gate(system, body)
    if gate is None:
        return (equation.lhs, " is ", body, ".")
    return (gate, " says how much of ", *_listed(rest), " is let through as ", equation.lhs, ".")


def _listed(factors: Sequence[Expr]) -> Words:
    words: list[str | Expr] = []
    for factor in factors:
        words += [" times ", factor] if words else [factor]
    return tuple(words)


def _gate(system: System, term: Expr) -> tuple[Expr | None, tuple[Expr, ...]]:
    """The factor of a product that lies between 0 and 1, and the other factors."""
    factors = term.args if term.prim is MUL else (term,)
    for factor in factors:
        if len(factors) > 1 and _is_gate(system, factor):
            return factor, tuple(other for other in factors if other is not factor)
    return None, (term,)


def _is_gate(system: System, expr: Expr) -> bool:
    """Whether `expr` is a sigmoid, the name of one, or one minus such a thing."""
    if expr.prim is ADD and len(expr.args) == 2 and expr.args[0].prim is FULL:
        return expr.args[1].prim is NEG and _is_gate(system, expr.args[1].args[0])
    if expr.prim is SIGMOID:
        return True
    if expr.prim is not LEAF or expr.attrs[1] != NOW:
        return False
    name = expr.attrs[0]
    assert isinstance(name, Name)
    return name in system.equations and all(piece.rhs.prim is SIGMOID for piece in system.equations[name])
