"""The equation of any name of a System as a line of a derivation."""

from collections.abc import Mapping

from rnnsym.core.expr import Expr
from rnnsym.core.names import FREE, START, Interval, Name, Offset, Role, T
from rnnsym.core.system import System, reads
from rnnsym.derivation.equations import Equation, _cases, _left, _uses, _whole
from rnnsym.derivation.reasons import Words
from rnnsym.ops.arithmetic import add
from rnnsym.ops.leaves import leaf

BACKWARD = (Role.ADJOINT, Role.GRADIENT)


def left_side(system: System, name: Name) -> Expr:
    """The name at step t, or without time."""
    return _left(system, name)


def is_backward(name: Name) -> bool:
    """Whether the name is an adjoint or a gradient, or the tangent of one."""
    return (name.of[0] if name.of else name).role in BACKWARD


def equation(system: System, name: Name, numbers: Mapping[Name, int], rule: str, because: Words) -> Equation:
    """The line of `name`, at a general step."""
    if system.hull(name) == START and not system.timed(name):
        return _timeless(system, name, numbers, rule, because)
    rhs, domain, total = _whole(system, name)
    cases, beyond = (), ()
    if is_backward(name):
        cases = _cases(system.equations[name])
        domain = domain if total else Interval(max(domain.lo, START.lo.shift(1)), min(domain.hi, T))
    if is_backward(name) and not cases:
        beyond = tuple(r.leaf for r in reads(rhs) if is_backward(r.name) and r.time == Offset(1))
    left, uses = left_side(system, name), _uses(rhs, numbers)
    return Equation(numbers[name], name, left, rhs, domain, total, rule, because, uses, beyond, cases)


def _timeless(system: System, name: Name, numbers: Mapping[Name, int], rule: str, because: Words) -> Equation:
    """The line of a name that is computed once, without a sum."""
    rhs = add(*(piece.rhs for piece in system.equations[name]))
    left = leaf(name, FREE, system.shape(name))
    return Equation(numbers[name], name, left, rhs, START, False, rule, because, _uses(rhs, numbers))
