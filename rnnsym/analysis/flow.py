"""Where the gradient of one network goes on one sequence: what the pictures, the command line and the app show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from rnnsym.analysis.anatomy.bounds import Bound, bound
from rnnsym.analysis.anatomy.direct import direct_curve
from rnnsym.analysis.blocks import Block
from rnnsym.analysis.jacobians import Jacobians
from rnnsym.analysis.pictures.magnitudes import magnitude, threshold_text
from rnnsym.analysis.stepping.steps import chain_of
from rnnsym.api.network import Network
from rnnsym.core.names import Name
from rnnsym.core.system import System
from rnnsym.derivation.states.chains import Chain
from rnnsym.derivation.states.direct import entries_of
from rnnsym.derivation.states.jacobians import pushing
from rnnsym.derivation.states.pushing import push_piece

Array = Any
THRESHOLD = 1e-3
"""Below this norm little is left of a state; above 1 / THRESHOLD it has exploded."""
QUIET = ("", "")
LONGEST_WORD = 20
"""Longer words are not quoted."""


@dataclass(frozen=True)
class Flow:
    """`state` is the state that is followed, None for the whole carry; `reads` says what is read at each step: the
    characters of a text, or nothing."""

    label: str
    jacobians: Jacobians
    state: str | None = None
    reads: tuple[str, ...] = ()

    @property
    def T(self) -> int:
        """The number of steps."""
        return self.jacobians.T

    @property
    def block(self) -> Block:
        """The products that are shown."""
        return self.jacobians.whole if self.state is None else self.jacobians.block(self.state, self.state)

    @property
    def symbol(self) -> str:
        """What is followed: the label of a state, or s for a carry of several."""
        states = self.jacobians.states
        return self.state or (states[0] if len(states) == 1 else "s")

    @property
    def end(self) -> int:
        """The last step of the chain: T, or 1 in a chain that runs backward."""
        return self.T if self.jacobians.forward else 1

    def step_at(self, lag: int) -> int:
        """The step that is `lag` steps before the end of the chain."""
        return self.T - lag if self.jacobians.forward else 1 + lag

    @cached_property
    def curve(self) -> Array:
        """log‖∂s_T/∂s_{T-lag}‖₂ for lag = 0…T-1, natural: how much of each earlier state is left at the end. In a chain
        that runs backward the end is step 1. nan where a step Jacobian on the way is not finite."""
        return self.block.log_norm_table([self.end], [self.step_at(lag) for lag in range(self.T)])[0]

    @property
    def by_step(self) -> Array:
        """The curve in the order of the steps 1…T."""
        return self.curve[::-1] if self.jacobians.forward else self.curve

    @cached_property
    def fan(self) -> Array:
        """The logarithms of the singular values of ∂s_T/∂s_{T-lag} for lag = 0…T-1, of the whole carry, (T, n),
        descending, natural."""
        earlier = self.jacobians.whole.fan(t=self.end)[: self.T - 1]
        return np.concatenate([np.zeros((1, self.jacobians.n)), earlier])

    @cached_property
    def bound(self) -> Bound:
        """The sufficient bound on the products."""
        return bound(self.jacobians)

    @cached_property
    def bound_line(self) -> Array | None:
        """The logarithm of the sufficient bound on the norm, per lag, natural; None where no bound is known."""
        found = self.bound.line(self.T - 1, self.state)
        return found if np.isfinite(found).all() else None

    @property
    def telling_bound(self) -> Array | None:
        """The bound where pictures draw it: where it comes down below 1, or ends within a factor of ten of the greatest
        norm. One that grows beyond tells nothing of the curve."""
        line = self.bound_line
        if line is None or (line[-1] >= 0 and not line[-1] <= np.nanmax(self.curve) + np.log(10.0)):
            return None
        return line

    @cached_property
    def direct_line(self) -> Array | None:
        """The logarithm of what the direct line alone leaves of the state, such as max ∏ f in an LSTM, per lag; None
        where a state enters itself through gates and matrices only."""
        system, chain = self.jacobians.net.system, chain_of(self.jacobians.net, self.jacobians.states[0])
        followed = [name for name in chain.carries if self.state in (None, name.label)]
        if not any(has_direct_line(system, chain, name) for name in followed):
            return None
        return direct_curve(self.jacobians, self.state)

    def falls_below(self, threshold: float = THRESHOLD) -> int | None:
        """The first lag at which the norm is below `threshold`; None where it never is."""
        return _first(self.curve < np.log(threshold))

    def grows_beyond(self, limit: float = 1 / THRESHOLD) -> int | None:
        """The first lag at which the norm is above `limit`; None where it never is."""
        return _first(self.curve > np.log(limit))

    @cached_property
    def broken_at(self) -> int | None:
        """The first step, in the order of the chain, whose Jacobian has an entry that is inf or nan; None where all are
        finite."""
        place = _first(~np.isfinite(self.jacobians.ordered).all(axis=(1, 2)))
        return None if place is None else (place + 1 if self.jacobians.forward else self.T - place)


def _first(found: Array) -> int | None:
    places = np.flatnonzero(found)
    return int(places[0]) if len(places) else None


def chain_label(net: Network, chain: str | None = None) -> str:
    """The names of the cells whose states a chain has: `LSTM`; in a stack of different ones `LSTM + GRU`. Raises as
    `chain_of`."""
    paths = {carry.path for carry in chain_of(net, chain).carries}
    found = [place.cell.name for place in net.placements if place.path in paths]
    return " + ".join(dict.fromkeys(found or [place.cell.name for place in net.placements]))


# The state that is followed. ------------------------------------------------------------------------------------------


def main_state(jacobians: Jacobians) -> str | None:
    """The state to follow where none is asked for: the only one with a direct line, such as the LSTM's c; None, the
    whole carry, where there is one state, no line, or several of them."""
    system, chain = jacobians.net.system, chain_of(jacobians.net, jacobians.states[0])
    lines = [name.label for name in chain.carries if has_direct_line(system, chain, name)]
    return lines[0] if len(chain.carries) > 1 and len(lines) == 1 else None


def has_direct_line(system: System, chain: Chain, state: Name) -> bool:
    """Whether the state before enters `state` entry by entry, without a matrix and through no other quantity."""
    alone = replace(pushing(system, chain, state), live=lambda read: False)
    found = [push_piece(system, state, piece, alone, ()) for piece in system.equations[state]]
    values = [value for value in found if value is not None]
    return bool(values) and all(entries_of(value) is not None for value in values)


# The finding. ---------------------------------------------------------------------------------------------------------


def finding(flows: Sequence[Flow], threshold: float = THRESHOLD, ascii_only: bool = False) -> str:
    """Which of the networks falls below `threshold`, or grows beyond 1 / threshold, and at which step, in one sentence.

    `after 11 steps` means the 11th step before the end of the sequence, counted along the chain.
    """
    words = _Words(threshold, ascii_only, tuple(distinct([flow.label for flow in flows])))
    alike: dict[tuple[str, str], list[int]] = {}
    for i, flow in enumerate(flows):
        alike.setdefault(words.events(flow), []).append(i)
    quiet = alike.pop(QUIET, [])
    clauses = [f"{words.names(those)} {told[len(those) > 1]}" for told, those in alike.items()]
    if quiet:
        clauses.append(words.quiet(flows, quiet, clauses))
    sentence = "; ".join(clauses)
    return f"T{sentence[1:]}." if sentence.startswith("the ") else f"{sentence}."


def distinct(labels: Sequence[str]) -> list[str]:
    """`labels`, those that occur several times with a number behind: LSTM 1, LSTM 2."""
    return [
        f"{label} {labels[: i + 1].count(label)}" if labels.count(label) > 1 else label
        for i, label in enumerate(labels)
    ]


@dataclass(frozen=True)
class _Words:
    threshold: float
    ascii_only: bool
    labels: tuple[str, ...]

    def names(self, those: Sequence[int]) -> str:
        """`the LSTM and Elman`: an article for what is spelt in capitals, none for a name."""
        labels = [self.labels[i] for i in those]
        return listed([f"the {label}" if label.isalpha() and label.isupper() else label for label in labels])

    def events(self, flow: Flow) -> tuple[str, str]:
        """What happens to a network, said of one and of several; QUIET where it stays within bounds."""
        if flow.broken_at is not None:
            at = f"of t = {flow.broken_at}"
            return (
                f"cannot be followed, as its Jacobian {at} is not finite",
                f"cannot be followed, as their Jacobians {at} are not finite",
            )
        found = [(flow.falls_below(self.threshold), ("falls", "fall"), f"below {self._low}"),
                 (flow.grows_beyond(1 / self.threshold), ("grows", "grow"), f"beyond {self._high}")]  # fmt: skip
        met = sorted((lag, verbs, where) for lag, verbs, where in found if lag is not None)
        one, many = (
            ", and ".join(
                f"{verbs[i]} {where} after {counted(lag)}, {place_of(flow, lag)}" for lag, verbs, where in met
            )
            for i in (0, 1)
        )
        return one, many

    def quiet(self, flows: Sequence[Flow], quiet: Sequence[int], others: Sequence[str]) -> str:
        """The networks that stay within bounds."""
        who, many = self.names(quiet), len(quiet) > 1
        where = "on this text" if flows[quiet[0]].reads else "on this sequence"
        if all(flows[i].T == 1 for i in quiet):
            return f"{who} {'have' if many else 'has'} one step only, and no gradient flows between steps"
        if others and all(f" below {self._low}" in each and " beyond " not in each for each in others):
            return f"{who} never {'do' if many else 'does'} {where}"
        left = listed([magnitude(float(flows[i].curve[-1])) for i in quiet])
        tail = "" if others else f": {left} from end to end"
        return f"{who} {'stay' if many else 'stays'} between {self._low} and {self._high} {where}{tail}"

    @property
    def _low(self) -> str:
        return threshold_text(self.threshold, self.ascii_only)

    @property
    def _high(self) -> str:
        return threshold_text(1 / self.threshold, self.ascii_only)


def counted(steps: int) -> str:
    return f"{steps} step{'s' * (steps != 1)}"


def listed(words: Sequence[str]) -> str:
    """`a, b and c`"""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def place_of(flow: Flow, lag: int) -> str:
    """`at the 'a' of "sat"`, `at the space after "cat"`, with the step where that is not the only one; `at t = 10`."""
    step = flow.step_at(lag)
    if not 0 < step <= len(flow.reads):
        return f"at t = {step}"
    spoken = [_spoken(flow.reads, i) for i in range(len(flow.reads))]
    once = spoken.count(spoken[step - 1]) == 1
    return f"at {spoken[step - 1]}" if once else f"at {spoken[step - 1]} (t = {step})"


def _spoken(reads: Sequence[str], i: int) -> str:
    """One of the symbols that are read, with the word that it is in."""
    if reads[i] == " ":
        before = _word(reads, i - 1) if i else ""
        return f'the space after "{before}"' if before else "a space"
    word = _word(reads, i)
    shown = reads[i] if reads[i].isprintable() else repr(reads[i])[1:-1]
    return f"the '{shown}' of \"{word}\"" if 1 < len(word) <= LONGEST_WORD else f"'{shown}'"


def _word(reads: Sequence[str], i: int) -> str:
    """The word around the character at `i`; nothing where there is none."""
    if not _in_word(reads[i]):
        return ""
    first, last = i, i
    while first > 0 and _in_word(reads[first - 1]):
        first -= 1
    while last + 1 < len(reads) and _in_word(reads[last + 1]):
        last += 1
    return "".join(reads[first : last + 1])


def _in_word(symbol: str) -> bool:
    return len(symbol) == 1 and symbol.isalnum()
