"""The reason of a forward line in a plain sentence, made from its structure: no cell is known by name."""

from collections.abc import Sequence

from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import NOW, Fixed, Name, Offset, Point, Role
from rnnsym.core.system import System, reads
from rnnsym.derivation.cases import Case
from rnnsym.ops.arithmetic import ADD, MUL, NEG
from rnnsym.ops.elementwise import RELU, SIGMOID, TANH
from rnnsym.ops.leaves import FULL, LEAF, leaf
from rnnsym.ops.products import MATVEC
from rnnsym.transforms.rewrite import substitute

Words = tuple[str | Expr, ...]
"""A sentence: text, and expressions that the notation sets."""

SQUASHERS = {
    SIGMOID: " squashed to between 0 and 1: a gate, 0 shut and 1 open.",
    TANH: " squashed to between −1 and 1 by tanh.",
    RELU: " where it is positive, and 0 elsewhere.",
}
TOTAL, LAST_ONLY = " is the losses of all steps added up.", " is the loss of the last step, the only one."
BACKWARD_TIME = ". Time runs from T to 1 here: what is read at t + 1 came before."
LOSS, ONLY_LOSS = " is how far the output is from its target at step t.", " is how far the output is from its target."


def reason(system: System, name: Name, lhs: Expr, body: Expr, single: bool) -> Words:
    """What the line lhs = body does; `single`: it holds at one step only."""
    if name.role == Role.TOTAL:
        return (lhs, LAST_ONLY if single else TOTAL)
    if name.role == Role.LOSS:
        return (lhs, ONLY_LOSS if single else LOSS)
    if body.prim in SQUASHERS:
        return (lhs, " is ", body.args[0], SQUASHERS[body.prim])
    terms = body.args if body.prim is ADD else (body,)
    if any(_unsigned(term).prim is MATVEC for term in terms):
        return _weighted_sum(lhs, terms)
    if len(terms) > 1:
        return _mixture(system, lhs, terms)
    return _product(system, lhs, body)


def by_case(lhs: Expr, cases: Sequence[Case]) -> Words:
    """The reason of a line that says the first step apart from the others."""
    words: list[str | Expr] = [lhs, " is "]
    for i, case in enumerate(cases):
        edge = case.domain.single
        words += [", and " * bool(i), *(at_step((case.rhs,), case.domain.lo) if edge else (case.rhs,))]
        words.append(f" at t = {case.domain.lo}" if edge else " at every other step")
    return (*words, ".")


def at_step(words: Words, step: Point) -> Words:
    """`words` with the one step on which they hold in the place of t."""
    exprs = [word for word in words if isinstance(word, Expr)]
    fixed = {
        node: leaf(node.attrs[0], Fixed(step.shift(node.attrs[1].k)), node.shape, node.dtype)  # type: ignore[arg-type]
        for node in leaves(exprs)
        if isinstance(node.attrs[1], Offset)
    }
    moved = iter(substitute(exprs, fixed))
    return tuple(next(moved) if isinstance(word, Expr) else word for word in words)


def _unsigned(term: Expr) -> Expr:
    return term.args[0] if term.prim is NEG else term


def _weighted_sum(lhs: Expr, terms: Sequence[Expr]) -> Words:
    """`Each unit of a adds up x weighted by W, h weighted by U, and b.`"""
    words: list[str | Expr] = ["Each unit of ", lhs, " adds up "]
    parts: list[list[str | Expr]] = []
    for term in map(_unsigned, terms):
        if term.prim is MATVEC and term.args[0].prim is LEAF:
            parts.append([term.args[1], " weighted by ", term.args[0]])
        else:
            parts.append([term])
    for i, part in enumerate(parts):
        words += [("" if i == 0 else ", " if i < len(parts) - 1 else ", and "), *part]
    later = any(read.time == Offset(1) for term in terms for read in reads(term))
    return (*words, BACKWARD_TIME if later else ".")


def _mixture(system: System, lhs: Expr, terms: Sequence[Expr]) -> Words:
    """`f says how much of c_{t-1} goes into c, i how much of g.`"""
    words: list[str | Expr] = []
    for term in map(_unsigned, terms):
        gate, rest = _gate(system, term)
        if gate is None:
            words += [", and " if words else "", term, " is added"]
        else:
            words += [", and " if words else "", gate, " says how much of ", *_listed(rest)]
            words += [" goes into ", lhs] if len(words) < 6 else []
    return (*words, ".")


def _product(system: System, lhs: Expr, body: Expr) -> Words:
    gate, rest = _gate(system, body)
    if gate is None:
        return (lhs, " is ", body, ".")
    return (gate, " says how much of ", *_listed(rest), " is let through as ", lhs, ".")


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
