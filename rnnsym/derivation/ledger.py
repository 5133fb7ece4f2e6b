"""The ledger G_{t,k}: the part of the gradient that the loss of step t sends through step k.

The loss of every step gets a factor e_t, 1 for the loss that is looked at and 0 for the others. The backward equations
of that System, with a gradient that keeps its terms apart instead of adding them up, are the ledger: run once for each
unit vector e (a batch axis), they give every G_{t,k}.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rnnsym.core.names import NOW, Interval, Name, Role
from rnnsym.core.system import Piece, System
from rnnsym.derivation.adjoint import Adjoint, adjoint
from rnnsym.ops.arithmetic import mul
from rnnsym.ops.leaves import leaf


@dataclass(frozen=True)
class LedgerSystem:
    """`selector` is e_t, given and in time; `entry` the name in time whose value at step k is G_{t,k} where e selects t.

    `losses` are the steps at which there is a loss.
    """

    derived: Adjoint
    system: System
    selector: Name
    entry: Name
    losses: tuple[Interval, ...]


def ledger_system(derived: Adjoint, loss: Name, gradient: Name) -> LedgerSystem:
    """The System of the ledger of one gradient."""
    forward = replace(
        derived.system,
        equations={name: derived.system.equations[name] for name in derived.forward},
        timed_adjoints=frozenset(),
    )
    selector = _unused(Name(Role.MASK, "e"), forward)
    pieces = forward.equations[loss]
    one = leaf(selector, NOW, ())
    chosen = tuple(Piece(piece.domain, mul(one, piece.rhs), piece.total) for piece in pieces)
    selected = replace(
        forward.with_equations({loss: chosen}, {}),
        given={**forward.given, selector: ()},
        timed_given=forward.timed_given | {selector},
    )
    again = adjoint(selected, loss)
    return LedgerSystem(again, _apart(again, gradient), selector, gradient, tuple(piece.domain for piece in pieces))


def _apart(derived: Adjoint, gradient: Name) -> System:
    """The backward equations with the terms of `gradient` apart in time, and without the other gradients."""
    system = derived.system
    terms = tuple(piece._replace(total=False) for piece in system.equations[gradient])
    dropped = set(derived.gradients) - {gradient}
    equations = {name: pieces for name, pieces in system.equations.items() if name not in dropped}
    return replace(system, equations={**equations, gradient: terms}, timed_adjoints=system.timed_adjoints | {gradient})


def _unused(name: Name, system: System) -> Name:
    """`name`, or one with another symbol where the system has it."""
    taken: Iterable[Name] = (*system.given, *system.equations)
    while name in taken:
        name = name._replace(symbol=name.symbol + "_")
    return name
