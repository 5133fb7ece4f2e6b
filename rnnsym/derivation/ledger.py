"""The ledger G_{t,k}: the part of the gradient that the loss of step t sends through step k.

The loss of every step gets a factor e_t, 1 for the loss that is looked at and 0 for the others. The backward equations
of that System, with a gradient that keeps its terms apart instead of adding them up, are the ledger: run once for each
unit vector e (a batch axis), they give every G_{t,k}.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any

import numpy as np

from rnnsym.core.mathtree import BigSum, Indicator, MathTree, Superscript, Symbol, Word
from rnnsym.core.names import END, FREE, NOW, Fixed, Interval, Name, Role
from rnnsym.core.system import Piece, System, reads
from rnnsym.derivation.adjoint import Adjoint, adjoint
from rnnsym.derivation.equations import Equation, Statement, lines
from rnnsym.derivation.form import Form, Section, equals, recurrence
from rnnsym.derivation.states.story import free_name
from rnnsym.derivation.truncation.chunks import marked
from rnnsym.notation import Words, tree_of
from rnnsym.notation.trees import map_symbols
from rnnsym.ops.arithmetic import add, mul
from rnnsym.ops.leaves import leaf

ENTRY = Symbol(Name(Role.EQUATION, "G"), NOW, "t,k")


@dataclass(frozen=True)
class LedgerSystem:
    """`selector` is e_t, given and in time; `entry` the name in time that is G_{t,k} at step k where e selects t.

    `gradient` is its sum over k. `losses` are the steps at which there is a loss.
    """

    derived: Adjoint
    system: System
    selector: Name
    entry: Name
    gradient: Name
    losses: tuple[Interval, ...]


def ledger_system(derived: Adjoint, loss: Name, gradient: Name) -> LedgerSystem:
    """The System of the ledger of one gradient."""
    selected, selector = select(derived, loss)
    again = adjoint(selected, loss)
    entry = marked(gradient, "G", again.system.equations)
    domains = tuple(piece.domain for piece in selected.equations[loss])
    return LedgerSystem(again, _apart(again, gradient, entry), selector, entry, gradient, domains)


def select(derived: Adjoint, loss: Name) -> tuple[System, Name]:
    """The forward equations with a factor e_t for the loss of each step, and the name of e."""
    forward = replace(
        derived.system,
        equations={name: derived.system.equations[name] for name in derived.forward},
        timed_adjoints=frozenset(),
    )
    selector = free_name(forward, Name(Role.VARIABLE, "e"))
    pieces = forward.equations[loss]
    one = leaf(selector, NOW, ())
    chosen = tuple(Piece(piece.domain, mul(one, piece.rhs), piece.total) for piece in pieces)
    selected = replace(
        forward.with_equations({loss: chosen}, {}),
        given={**forward.given, selector: ()},
        timed_given=forward.timed_given | {selector},
    )
    return selected, selector


def _apart(derived: Adjoint, gradient: Name, entry: Name) -> System:
    """The backward equations with the terms of `gradient` apart in time, and without the other gradients."""
    system, shape = derived.system, derived.system.shape(gradient)
    terms = tuple(piece._replace(total=False) for piece in system.equations[gradient])
    whole = Piece(system.hull(gradient), leaf(entry, NOW, shape), total=True)
    dropped = set(derived.gradients) - {gradient}
    equations = {name: pieces for name, pieces in system.equations.items() if name not in dropped}
    return replace(
        system,
        equations={**equations, entry: terms, gradient: (whole,)},
        shapes={**system.shapes, entry: shape},
        timed_adjoints=system.timed_adjoints | {entry},
    )


def ledger_form(derived: Adjoint, loss: Name, gradient: Name) -> Form:
    """The ledger of one gradient as lines: the errors of one loss, G_{t,k}, and the double sum.

    Run with numbers, the lines are those of all losses at once: the errors of the recurrence, and Σ_t G_{t,k}.
    """
    told = ledger_system(derived, loss, gradient)
    writing = _Writing(told, recurrence(derived, replace(lines(derived, ()), zeros=())).sections)
    sections = (*writing.forward, writing.one_loss(), writing.entries())
    computed = {line.name: partial(_known, line.name) for section in sections[-2:] for line in section.lines}
    supplied = {told.selector: _ones}
    return Form("ledger", "ledger of the gradient", sections, told.system, computed, supplied=supplied)


def _known(name: Name, values: Mapping[Name, Any]) -> Any:
    return values[name]


def _ones(steps: int) -> Any:
    return np.ones(steps + 1)


class _Writing:
    """The lines of a ledger, with k for the step and t for the loss."""

    def __init__(self, told: LedgerSystem, forward: tuple[Section, ...]) -> None:
        self.told, self.system, self.forward = told, told.system, forward
        plain = lines(told.derived, [told.gradient])
        self.back, self.rule = plain.backward, plain.gradients[0].rule
        order = [*(line.name for line in (*plain.forward, *plain.backward)), told.entry, told.gradient]
        self.numbers = dict(zip(order, count(1), strict=False))

    def one_loss(self) -> Section:
        """The error that one loss alone sends to every step."""
        only = all(domain == END for domain in self.told.losses)
        remarks = (("the error that loss t alone sends to step k",), *([("t = T only",)] if only else []))
        return Section("One loss", remarks, tuple(self._error(line) for line in self.back))

    def _error(self, line: Equation) -> Statement:
        left, right = (self._of_one_loss(tree_of(side)) for side in (line.lhs, line.rhs))
        because = (left, " is the part of the error that comes from loss t: the same line, with one loss only.")
        return Statement(line.number, line.name, left, right, line.shape, line.domain, line.rule, because, line.uses)

    def _of_one_loss(self, tree: MathTree) -> MathTree:
        return map_symbols(tree, self._marked)

    def _marked(self, symbol: Symbol) -> MathTree:
        """An error as that of loss t, the selector as [k = t], and every step as k."""
        if symbol.name == self.told.selector:
            return Indicator(equals(Word("k"), Word("t")))
        moved = replace(symbol, index="k")
        return Superscript(moved, Word("(t)")) if symbol.name.role == Role.ADJOINT else moved

    def entries(self) -> Section:
        """G_{t,k}, and the gradient as its double sum."""
        told, system = self.told, self.system
        number, shape = self.numbers[told.entry], system.shape(told.entry)
        body = add(*(piece.rhs for piece in system.equations[told.entry]))
        domain = system.hull(told.entry)
        uses = tuple(sorted({self.numbers[r.name] for r in reads(body) if r.name in self.numbers}))
        because: Words = (ENTRY, " is what step k adds to the gradient, with the error of loss t alone.")
        right = self._of_one_loss(tree_of(body))
        entry = Statement(number, told.entry, ENTRY, right, shape, domain, self.rule, because, uses)
        left = leaf(told.gradient, FREE, shape)
        because = (left, " is the sum of all entries: rows add up over the steps k, and over the losses t.")
        double = BigSum(BigSum(ENTRY, "k", str(domain.lo), self._last()), "t", "1", "T")
        total = Statement(
            number + 1, told.gradient, left, double, shape, domain, "sum over losses and steps", because, (number,)
        )
        return Section("Ledger", (("what loss t sends through step k",),), (entry, total))

    def _last(self) -> str:
        """The last step that the loss of step t reaches: t, where no error goes forward in time."""
        lags = {use.lag for bar, uses in self.told.derived.uses.items() for use in uses}
        seams = any(isinstance(read.time, Fixed) for name, piece in self.system.pieces() for read in reads(piece.rhs))
        return "t" if min(lags) >= 0 and not seams else str(self.system.hull(self.told.entry).hi)
