"""Truncated backpropagation per loss: errors by their age, which is how many steps they have gone back.

An error of age j has passed j borders between steps since it came from its loss. Errors of each age have equations of
their own, which read younger ones; those that get older than K - 1 go on among the cut ones. Where an error leaves its
chain (down a seam, or into a layer that runs the other way), it starts anew: the chain that it enters counts again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, START, Interval, Name, Role, T
from rnnsym.core.system import Piece
from rnnsym.derivation.adjoint import Adjoint, Contribution
from rnnsym.derivation.states.chains import chains
from rnnsym.derivation.truncation.chunks import CUT, Split, aged, crossed, marked, pieces_of, renamed, senders, split
from rnnsym.errors import ScheduleError
from rnnsym.ops.arithmetic import add
from rnnsym.ops.leaves import leaf, zeros

Terms = Iterable[tuple[Piece, Expr | None]]
BEYOND = Interval(T.shift(1), T.shift(1))
ROLES = (Role.CARRY, Role.EQUATION, Role.LOSS)


def per_loss(derived: Adjoint, window: int) -> Split:
    """The gradient with what each loss sends back for `window` steps: its own, and window - 1 before it."""
    aged = _Aged(derived, window)
    system, equations = derived.system, derived.system.equations
    cut = {bar: marked(bar, CUT, equations) for bar in aged.overdue_names()}
    truncated = {bar: equations[bar] for bar in derived.gradients}
    truncated.update({bar: (aged.whole(bar),) for bar in aged.adjoints})
    dropped = {cut[bar]: aged.hulled(bar, pieces_of(aged.overdue(bar, cut))) for bar in cut}
    found = split(derived, truncated, dropped, cut)
    every = [(j, bar, name) for j, names in enumerate(aged.names) for bar, name in names.items()]
    levels = {name: aged.hulled(bar, pieces_of(aged.at_age(bar, j))) for j, bar, name in every}
    timed = found.system.timed_adjoints | {name for _, bar, name in every if system.timed(bar)}
    shapes = {name: system.shape(bar) for _, bar, name in every}
    whole = replace(found.system.with_equations(levels, shapes), timed_adjoints=timed)
    return replace(found, system=whole, ages=tuple(aged.names))


def chain_of(derived: Adjoint) -> dict[Name, int]:
    """The chain of each quantity that is in one. Where chains cannot be told apart, all are one."""
    told = {name: derived.system.equations[name] for name in derived.forward}
    story = replace(derived.system, equations=told, timed_adjoints=frozenset())
    try:
        return {name: i for i, chain in enumerate(chains(story)) for name in chain.names}
    except ScheduleError:
        return dict.fromkeys(story.equations, 0)


def _at_the_start(use: Contribution) -> Iterable[Contribution]:
    """`use`, with what reaches a state before the first step (or after the last, in reversed time) apart."""
    domain = use.piece.domain
    edge = domain.meet(START if use.lag > 0 else BEYOND) if use.lag else None
    if edge is None or domain.single:
        return (use,)
    rest = Interval(domain.lo.shift(1), domain.hi) if use.lag > 0 else Interval(domain.lo, domain.hi.shift(-1))
    return tuple(use._replace(piece=use.piece._replace(domain=part)) for part in (edge, rest))


class _Aged:
    """`names[j]` has, for each adjoint with a part of age j, the name of that part."""

    def __init__(self, derived: Adjoint, window: int) -> None:
        self.derived, self.window = derived, window
        self.uses = {bar: [part for use in uses for part in _at_the_start(use)] for bar, uses in derived.uses.items()}
        self.adjoints = [bar for bar in derived.uses if bar not in derived.gradients]
        self.chain = chain_of(derived)
        self.originals = {bar: bar.as_role(role) for bar in self.adjoints for role in ROLES
                          if bar.as_role(role) in self.chain}  # fmt: skip
        self.names: list[dict[Name, Name]] = []
        for age in range(window):
            self.names.append({})
            while new := [bar for bar in self.adjoints if bar not in self.names[age] and self._has_age(bar, age)]:
                self.names[age].update({bar: aged(bar, age) for bar in new})

    def _borders(self, bar: Name, use: Contribution) -> int:
        """How many borders between two of the steps 1…T an error passes."""
        passed = len(crossed(self.derived, bar, use))
        return passed - 1 if passed and use.piece.domain in (START, BEYOND) else passed

    def _starts_anew(self, bar: Name, use: Contribution) -> bool:
        """Whether the error leaves the chain of the user."""
        home = self.chain.get(use.user)
        return home is not None and self.chain.get(self.originals.get(bar, bar)) != home

    def _of_age(self, bar: Name, use: Contribution, age: int) -> Mapping[Name, Name]:
        """By the adjoint that a contribution reads, the name of its part of this age."""
        if self._starts_anew(bar, use):
            return {sender: sender for sender in senders(use)} if age == 0 else {}
        return self.names[age] if age >= 0 else {}

    def _has_age(self, bar: Name, age: int) -> bool:
        return next(iter(self.at_age(bar, age)), None) is not None

    def at_age(self, bar: Name, age: int) -> Terms:
        """The contributions to the part of `bar` of this age."""
        for use in self.uses[bar]:
            younger = age - self._borders(bar, use)
            if younger == 0 and not senders(use):
                yield use.piece, None
            elif (passed := renamed(use.piece, (self._of_age(bar, use, younger), None))) is not None:
                yield passed, None

    def whole(self, bar: Name) -> Piece:
        """The truncated adjoint: the sum over all ages."""
        shape = self.derived.system.shape(bar)
        parts = [leaf(names[bar], NOW, shape) for names in self.names if bar in names]
        return Piece(self.derived.system.hull(bar), add(*parts) if parts else zeros(shape))

    def overdue(self, bar: Name, cut: Mapping[Name, Name]) -> Terms:
        """The contributions to what is cut from `bar`: from errors that were cut, and from those that get too old."""
        for use in self.uses[bar]:
            steps = self._borders(bar, use)
            oldest = [self._of_age(bar, use, age) for age in range(max(0, self.window - steps), self.window)]
            if (passed := renamed(use.piece, *((names, None) for names in (*oldest, cut)))) is not None:
                yield passed, None
            if not senders(use) and steps >= self.window:
                yield use.piece, None

    def overdue_names(self) -> list[Name]:
        """The adjoints and gradients of which something is cut."""
        found: dict[Name, Name] = {}
        while new := [b for b in self.derived.uses if b not in found and any(True for _ in self.overdue(b, found))]:
            found.update({bar: bar for bar in new})
        return [bar for bar in self.derived.uses if bar in found]

    def hulled(self, bar: Name, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        """`pieces`, with an explicit zero so that the name has a value on every step that `bar` has one."""
        hull = self.derived.system.hull(bar)
        if any(piece.total or piece.domain.covers(hull) for piece in pieces):
            return pieces
        return (Piece(hull, zeros(self.derived.system.shape(bar))), *pieces)
