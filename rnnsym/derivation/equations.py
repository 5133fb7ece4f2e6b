"""The lines of a derivation: each equation with its rule, its reason, and the lines that it uses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from rnnsym.core.expr import Expr
from rnnsym.core.names import FREE, NOW, START, Interval, Name, Offset, Role, T
from rnnsym.core.system import System, reads
from rnnsym.derivation.adjoint import Adjoint, Contribution
from rnnsym.derivation.rules import forward_rule, rules_between
from rnnsym.ops.arithmetic import add
from rnnsym.ops.leaves import leaf

Words = tuple[str | Expr, ...]
"""A sentence: text, and expressions that the notation sets."""


@dataclass(frozen=True)
class Equation:
    """One line: lhs = rhs on the steps of `domain`; with `total`, lhs = Σ_t rhs over them.

    `rule` names what was applied, `because` says why in a sentence, `uses` are the numbers of the lines that it rests
    on, `note` what holds at the ends of time.
    """

    number: int
    name: Name
    lhs: Expr
    rhs: Expr
    domain: Interval
    total: bool
    rule: str
    because: Words
    uses: tuple[int, ...]
    note: Words = ()


@dataclass(frozen=True)
class Lines:
    """All lines of a derivation, numbered through: forward, backward, gradients."""

    forward: tuple[Equation, ...]
    backward: tuple[Equation, ...]
    gradients: tuple[Equation, ...]


def lines(derived: Adjoint, wanted: Iterable[Name] | None = None) -> Lines:
    """The lines of `derived`; with `wanted` (gradients), only the adjoints and gradients that they need."""
    system = derived.system
    adjoints = [name for name in derived.backward if name.as_role(Role.INPUT) not in system.given]
    gradients = [name for name in derived.gradients if wanted is None or name in set(wanted)]
    if wanted is not None:
        needed = system.ancestors(gradients)
        adjoints = [name for name in adjoints if name in needed]
    order = [*derived.forward, *adjoints, *gradients]
    numbers = dict(zip(order, count(1)))
    forward = tuple(_forward(system, name, numbers) for name in derived.forward)
    back = [_backward(derived, name, numbers) for name in (*adjoints, *gradients)]
    return Lines(forward, tuple(back[: len(adjoints)]), tuple(back[len(adjoints) :]))


def _whole(system: System, name: Name) -> tuple[Expr, Interval, bool]:
    """The right-hand side at a general step, the steps it holds on, and whether it is summed over them."""
    pieces = [piece for piece in system.equations[name] if piece.domain != START or piece.total]
    rhs = add(*(piece.rhs for piece in pieces))
    if pieces[0].total:
        return rhs, pieces[0].domain, True
    steps = system.steps_of(name)
    return rhs, steps, False


def _left(system: System, name: Name) -> Expr:
    timeless = any(piece.total for piece in system.equations[name])
    return leaf(name, FREE if timeless else NOW, system.shape(name))


def _uses(rhs: Expr, numbers: Mapping[Name, int]) -> tuple[int, ...]:
    return tuple(sorted({numbers[r.name] for r in reads(rhs) if r.name in numbers}))


def _forward(system: System, name: Name, numbers: Mapping[Name, int]) -> Equation:
    rhs, domain, total = _whole(system, name)
    rule, because = forward_rule(name, rhs)
    return Equation(numbers[name], name, _left(system, name), rhs, domain, total, rule, because, _uses(rhs, numbers))


def _backward(derived: Adjoint, bar: Name, numbers: Mapping[Name, int]) -> Equation:
    system, uses = derived.system, derived.uses[bar]
    rhs, domain, total = _whole(system, bar)
    if not total:
        domain = Interval(max(domain.lo, START.lo.shift(1)), min(domain.hi, T))
    rules = tuple(dict.fromkeys(rule for use in uses for rule in _rules(system, bar, use)))
    rule = rules[0] if len(uses) == 1 and len(rules) == 1 else "; ".join(rules)
    lines_used = sorted({*_uses(rhs, numbers), *(numbers[use.user] for use in uses if use.user in numbers)})
    because = _because(system, bar, uses, numbers)
    left = _left(system, bar)
    return Equation(
        numbers[bar], bar, left, rhs, domain, total, rule, because, tuple(lines_used), _note(system, bar, uses)
    )


def _original(system: System, bar: Name) -> Name:
    """The quantity whose adjoint or gradient `bar` is."""
    roles = (Role.PARAM,) if bar.role == Role.GRADIENT else (Role.CARRY, Role.EQUATION, Role.INPUT, Role.LOSS)
    known = (*system.given, *system.equations)
    return next(bar.as_role(role) for role in roles if bar.as_role(role) in known)


def _rules(system: System, bar: Name, use: Contribution) -> list[str]:
    original = _original(system, bar)
    time = FREE if bar.role == Role.GRADIENT else Offset(-use.lag)
    found = []
    for piece in system.equations[use.user]:
        for read in reads(piece.rhs):
            if read.name == original and read.time == time:
                found += rules_between(piece.rhs, read.leaf)
    return found


def _because(system: System, bar: Name, uses: Sequence[Contribution], numbers: Mapping[Name, int]) -> Words:
    """`h_t is used in line 1 (a_{t+1}) and in line 3 (y_t); the shares that they send back add up.`"""
    original = _original(system, bar)
    subject = leaf(original, FREE if bar.role == Role.GRADIENT else NOW, system.shape(original))
    words: list[str | Expr] = [subject, " is used "]
    for i, use in enumerate(uses):
        words += [("" if i == 0 else ", " if i < len(uses) - 1 else " and "), *_place(system, use, numbers)]
    if bar.role == Role.GRADIENT:
        words.append(", at every step: the gradient is the sum over all of them." if not uses[0].piece.domain.single else ".")
    else:
        words.append("." if len(uses) == 1 else "; the loss feels it in each place, and the shares add up.")
    return tuple(words)


def _place(system: System, use: Contribution, numbers: Mapping[Name, int]) -> Words:
    if use.user.role == Role.TOTAL:
        return ("directly in the loss",)
    time = FREE if any(p.total for p in system.equations[use.user]) else Offset(use.lag)
    return (f"in line {numbers[use.user]} (", leaf(use.user, time, system.shape(use.user)), ")")


def _note(system: System, bar: Name, uses: Sequence[Contribution]) -> Words:
    """What happens at the last step, where nothing comes back from a later one."""
    if bar.role == Role.GRADIENT:
        return ()
    later = [use for use in uses if use.lag > 0]
    last = [use for use in uses if use.lag == 0 and use.piece.domain.single]
    words: list[str | Expr] = []
    for use in last:
        words += ["the term with ", leaf(use.user, NOW, system.shape(use.user)), " only at t = T"]
    if later:
        words += ["; " if words else "", "at t = T nothing comes back from t + 1"]
    return tuple(words)
