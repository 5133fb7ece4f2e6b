"""How much the loss of each step says about each earlier state, and what reaches a parameter by lag."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from rnnsym.analysis.blocks import MOST
from rnnsym.analysis.products import logscale
from rnnsym.analysis.stepping.steps import chain_of
from rnnsym.api.ledger import Ledger
from rnnsym.api.network import Network
from rnnsym.core.names import Name, Point, Role
from rnnsym.core.system import System
from rnnsym.derivation.adjoint import Adjoint, adjoint
from rnnsym.derivation.ledger import select
from rnnsym.derivation.states.chains import Chain
from rnnsym.derivation.states.entering import HELD, held
from rnnsym.engine.program import Function, Values, function
from rnnsym.engine.source import last_rows
from rnnsym.errors import InputError
from rnnsym.wiring import TOTAL_LOSS

if TYPE_CHECKING:
    from rnnsym.analysis.jacobians import Jacobians

Array = Any
BLOCK = 6.4e7
"""Bytes of what enters a chain, and of what is pushed back through it, that are computed at once."""


@dataclass(frozen=True)
class LossGradients:
    """`log_norms`: log‖∂L_t/∂s_k‖₂ for t, k = 1…T, (T, T), [t - 1, k - 1], natural; -inf where loss t does not feel
    step k, and where there is no loss t. Where only some losses were asked for, it has a row for each of those.
    `sums`: Σ_t ∂L_t/∂s_k for k = 1…T, (T, m); `initial`: the same for the initial carry, (m,). m counts the entries of
    the state, or of the whole carry.

    The states of a carry are apart: what an LSTM's c_k sends into h_k within the same step is counted at h_k.
    """

    log_norms: Array
    sums: Array
    initial: Array

    def __repr__(self) -> str:
        losses, steps = self.log_norms.shape
        return f"<LossGradients: {losses} losses, T = {steps}, m = {len(self.initial)}>"


def loss_gradients(
    j: "Jacobians", targets: Any, state: str | None = None, mask: Any = None, losses: Sequence[int] | None = None
) -> LossGradients:
    """∂L_t/∂s_k for every loss, or those of the steps `losses`, and every step k, of one state or of the whole carry.

    What the loss of step t says about the states directly is pushed back through the step Jacobians, as vectors that
    are brought back to size at every step: no number vanishes before it is written down. targets, mask: as in
    `Network.run`. Raises as `Network.run` and `j.part` do, and InputError for a table that is too large.
    """
    part = slice(None) if state is None else j.part(state)
    if targets is None:
        raise InputError("∂L_t/∂s_k needs targets: without them there is no loss.")
    wanted = _chosen(j, losses)
    known, program = _known(j, targets, mask), _program(j.net, j.states[0], mask is not None)
    log_norms = np.full((len(wanted), j.T), -np.inf)
    sums, initial = np.zeros((j.T, j.n)), np.zeros(j.n)
    for rows in _blocks(j, len(wanted)):
        for place, (vectors, logs) in _pushed(j, program(known, wanted[rows], j)):
            total = _total(vectors, logs)
            if place == 0:
                initial += total
                continue
            k = place - 1 if j.forward else j.T - place
            with np.errstate(divide="ignore"):
                log_norms[rows, k] = np.log(np.linalg.norm(vectors[:, part], axis=1)) + logs
            sums[k] += total
    return LossGradients(log_norms, sums[:, part], initial[part])


def _chosen(j: "Jacobians", losses: Sequence[int] | None) -> list[int]:
    """The steps whose losses are wanted."""
    wanted = list(range(1, j.T + 1) if losses is None else losses)
    for t in wanted:
        if isinstance(t, bool) or not isinstance(t, (int, np.integer)) or not 1 <= t <= j.T:
            raise InputError(f"there is no loss of step {t!r}: t runs from 1 to {j.T}.")
    if len(wanted) * j.T > MOST:
        raise InputError(
            f"the table of {len(wanted)} losses and {j.T} steps is too large: choose some, losses=[{j.T // 2}, {j.T}]."
        )
    return wanted


def _blocks(j: "Jacobians", count: int) -> Iterator[slice]:
    """The chosen losses, as many at once as fit."""
    size = max(1, int(BLOCK // (8 * (j.T + 2) * j.n)))
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def _pushed(j: "Jacobians", entering: Array) -> Iterator[tuple[int, tuple[Array, Array]]]:
    """∂L/∂s at every place of the chain, the last first, as vectors · e^logs: (losses, n) and (losses,).

    `entering` is what enters at each place, (T + 1, losses, n).
    """
    vectors, logs = _scaled(entering[j.T], np.zeros(entering.shape[1]))
    yield j.T, (vectors, logs)
    for place in range(j.T - 1, -1, -1):
        vectors, logs = _scaled(vectors @ j.ordered[place], logs)
        if (enters := entering[place].any(axis=1)).any():
            most = np.where(enters, np.maximum(logs, 0.0), np.where(np.isfinite(logs), logs, 0.0))
            with np.errstate(under="ignore"):
                share = np.where(enters, np.exp(-np.maximum(most, 0.0)), 0.0)
                both = vectors * np.exp(logs - most)[:, None] + entering[place] * share[:, None]
            vectors, logs = _scaled(both, most)
        yield place, (vectors, logs)


def _scaled(vectors: Array, logs: Array) -> tuple[Array, Array]:
    """Rows brought to a largest entry of 1; a zero row has the log -inf."""
    size = np.max(np.abs(vectors), axis=1, initial=0.0)
    with np.errstate(divide="ignore"):
        return vectors / np.where(size > 0, size, 1.0)[:, None], np.where(size > 0, np.log(size) + logs, -np.inf)


def _total(vectors: Array, logs: Array) -> Array:
    """Σ vectors · e^logs; entries beyond the range of floats are inf or 0."""
    most = np.max(logs, initial=-np.inf)
    if most == -np.inf:
        return np.zeros(vectors.shape[1])
    with np.errstate(over="ignore", under="ignore"):
        mantissa = (vectors * np.exp(logs - most)[:, None]).sum(axis=0)
        return logscale.scaled(mantissa[None, :], most).value[0]


# What enters the chain. -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Entering:
    """The program of ∂L_t/∂s with the states of a chain held, for the loss that a selector picks.

    `held` is the name under which a state is held, `parts` the name of what enters it; `last` the last row of what is
    timed."""

    system: System
    last: Mapping[Name, Point]
    selector: Name
    held: Mapping[Name, Name]
    parts: Mapping[Name, Name]
    function: Function | None

    def __call__(self, known: Values, times: Sequence[int], j: "Jacobians") -> Array:
        """What the losses of these steps send into each place of the chain: (T + 1, losses, n)."""
        out = np.zeros((j.T + 1, len(times), j.n))
        if self.function is None:
            return out
        chosen = np.zeros((j.T + 1, len(times)))
        chosen[list(times), np.arange(len(times))] = 1.0
        states = {held: known[state][: self.last[held].at(j.T) + 1] for state, held in self.held.items()}
        spread = {name: _spread(self.system, name, value, len(times)) for name, value in {**known, **states}.items()}
        found = self.function({**spread, self.selector: chosen}, j.T)
        for state, part in self.parts.items():
            rows = np.asarray(found[part]).reshape(-1, len(times), j.values[state][0].size)
            for step, row in enumerate(rows):
                place = step if j.forward else j.T + 1 - step
                if 0 <= place <= j.T:
                    out[place, :, j.part(state.label)] = row
        return out


_KNOWN: WeakKeyDictionary[Network, dict[tuple[tuple[Name, ...], bool], _Entering]] = WeakKeyDictionary()


def _program(net: Network, state: str, masked: bool) -> _Entering:
    """What enters the chain of `state`, made on first use."""
    chain = chain_of(net, state)
    known = _KNOWN.setdefault(net, {})
    if (chain.carries, masked) not in known:
        known[chain.carries, masked] = _entering(net.derived(masked), chain, net.name)
    return known[chain.carries, masked]


def _entering(derived: Adjoint, chain: Chain, title: str) -> _Entering:
    selected, selector = select(derived, TOTAL_LOSS)
    apart = adjoint(held(selected, chain.carries), TOTAL_LOSS)
    names = {state: Name(Role.INPUT, state.symbol, (*state.path, HELD)) for state in chain.carries}
    bars = {state: name.as_role(Role.ADJOINT) for state, name in names.items()}
    parts = {state: bar for state, bar in bars.items() if bar in apart.system.equations}
    needed = apart.system.ancestors(parts.values())
    wanted = tuple(name for name in dict.fromkeys((*apart.backward, *parts.values())) if name in needed)
    program = function(apart.system, wanted, f"What enters the states of {title}.") if wanted else None
    return _Entering(apart.system, last_rows(apart.system), selector, names, parts, program)


def _known(j: "Jacobians", targets: Any, mask: Any) -> Values:
    """Every forward value of the network of `j` with targets; raises for targets that do not fit."""
    system, steps = j.net.system, j.T
    by_role: dict[Role, dict[str, Any]] = {Role.PARAM: {}, Role.INPUT: {}, Role.INITIAL: {}}
    for name in system.given:
        if name.role in by_role:
            value = j.values[name]
            by_role[name.role][name.label] = value[1:] if name in system.timed_given else value
    given = j.net.given(by_role[Role.PARAM], by_role[Role.INPUT], targets, by_role[Role.INITIAL], mask, steps)
    return {**given, **j.net.program(mask is not None).forward(given, steps)}


def _spread(system: System, name: Name, value: Any, count: int) -> Any:
    """`value` for each of `count` losses, as a view with a batch axis."""
    if not name.batched:
        return value
    axis = 1 if system.timed(name) else 0
    array = np.expand_dims(np.asarray(value), axis)
    return np.broadcast_to(array, (*array.shape[:axis], count, *array.shape[axis + 1 :]))


# The ledger by lag. ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LagNorms:
    """What travels `lags` steps back in a gradient: `summed` is ‖Σ_t G_{t,t-lag}‖, `mean` the mean of ‖G_{t,t-lag}‖.

    Where `summed` is much less than the mean times the number of terms, terms of that lag cancel each other.
    """

    lags: Array
    summed: Array
    mean: Array
    count: Array


def lag_norms(ledger: Ledger) -> LagNorms:
    """The Frobenius norms of a ledger by lag t - k, for every lag that some loss feels."""
    norms = ledger.norms
    lags = np.arange(1, ledger.T + 1)[:, None] - np.array(ledger.steps)[None, :]
    felt = norms > 0
    kept = np.unique(lags[felt])
    summed = np.array([np.linalg.norm(ledger.lag(int(lag))) for lag in kept])
    count = np.array([np.count_nonzero(felt & (lags == lag)) for lag in kept])
    mean = np.array([norms[felt & (lags == lag)].mean() for lag in kept])
    return LagNorms(kept, summed, mean, count)
