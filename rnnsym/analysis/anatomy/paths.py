"""The step Jacobian in numbers, split by the paths through its named equations, and where each path leads in time.

A path is called by the quantities at which it could have been another one: in an LSTM ∂c_t/∂c_{t-1} = diag(f_t) is the
direct line, and what h_{t-1} sends into c_t comes through f, i or g. Over several steps c also acts on c through h: the
direct line is then one term among others, which `curves` sets beside each other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from rnnsym.analysis.products import logscale
from rnnsym.analysis.products.logscale import Scaled
from rnnsym.analysis.products.norms import log_norms
from rnnsym.analysis.stepping.slopes import unsaturated
from rnnsym.analysis.stepping.steps import chain_of
from rnnsym.api.network import Network
from rnnsym.core.dims import Shape
from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Name, Role
from rnnsym.core.system import Piece, Read, System
from rnnsym.derivation.states.chains import Chain
from rnnsym.derivation.states.paths import DIRECT, MOST_PATHS, Ways, ways_from
from rnnsym.derivation.states.pushing import Pieces, Pushing, push_piece
from rnnsym.derivation.states.story import Story
from rnnsym.engine.program import Function, function
from rnnsym.errors import unknown
from rnnsym.ops.leaves import ones
from rnnsym.ops.structure import diag
from rnnsym.transforms.derivatives import jvp

if TYPE_CHECKING:
    from rnnsym.analysis.jacobians import Jacobians

Array = Any
Key = tuple[Name, ...]
"""The quantities that a path is called by, in the order in which it passes them."""
ALL = "all"


class Paths:
    """`step[label]` is what one kind of path adds to the step Jacobians, (T, n, n); together they are `j.step`.

    Labels: `direct` for the lines without any gate, else the gates that the path passes, such as `f` or `r, n`. Where a
    block has more than a dozen kinds of paths, those with the same last gate are one.
    """

    def __init__(self, j: "Jacobians", step: Mapping[str, Array]) -> None:
        self._j, self.step = j, step

    def __repr__(self) -> str:
        return f"<Paths of {self._j.net.name}: {'; '.join(self.labels)}>"

    @property
    def labels(self) -> tuple[str, ...]:
        """The kinds of paths, the direct line first."""
        return tuple(self.step)

    def along(self, labels: Iterable[str]) -> Array:
        """The step Jacobians with these kinds of paths alone, (T, n, n). Raises UnknownNameError."""
        found = np.zeros_like(self._j.step)
        for label in labels:
            if label not in self.step:
                raise unknown("path", label, self.labels)
            found += self.step[label]
        return found

    def norms(self, state: str | None = None) -> dict[str, Array]:
        """The 2-norm of what each kind of path adds at each step, (T,); in the block of one state, if one is named."""
        part = self._part(state)
        blocks = {label: array[:, part, part] for label, array in self.step.items()}
        return {label: np.exp(log_norms(Scaled(block, np.zeros(self._j.T)))) for label, block in blocks.items()}

    def curve(self, labels: Iterable[str], state: str | None = None, t: int | None = None) -> Array:
        """log‖∂s_t/∂s_{t-lag}‖₂ for lag = 0…t-1 if there were only these kinds of paths at every step, natural; of the
        block of one state in itself, if one is named. t is T where it is not given; in a chain that runs backward it is
        1, and the steps are t + lag. Raises InputError for a t that there is not."""
        part, steps = self._part(state), self.along(labels)
        steps = (steps if self._j.forward else steps[::-1])[: self._j.T if t is None else self._j.place(t)]
        found = logscale.running(np.ascontiguousarray(np.swapaxes(steps[:0:-1], 1, 2)))
        mantissas = np.concatenate([np.eye(self._j.n)[None], np.swapaxes(found.mantissa, 1, 2)])
        logs = np.concatenate([[0.0], found.log])
        return log_norms(Scaled(mantissas[:, part, part], logs))

    def curves(self, state: str | None = None) -> dict[str, Array]:
        """The curves of the direct line alone, of the direct line with each other kind of path, and of all paths."""
        direct = (DIRECT,) if DIRECT in self.step else ()
        found = {DIRECT: self.curve(direct, state)} if direct else {}
        for label in self.labels:
            if label != DIRECT:
                found[" + ".join((*direct, label))] = self.curve((*direct, label), state)
        return {**found, ALL: self.curve(self.labels, state)}

    def _part(self, state: str | None) -> slice:
        return slice(None) if state is None else self._j.part(state)


def paths(j: "Jacobians", direct: bool = False) -> Paths:
    """The step Jacobians of `j` split by paths; with `direct` the direct line alone, which is much less work."""
    split = _split(j.net, chain_of(j.net, j.states[0]))
    known = split.program(j.values, j.T) if split.program else {}
    sums: dict[Key, Array] = {}
    for ways in split.ways:
        for key, state, block in _blocks(split, ways, known, j, direct):
            whole = sums.setdefault(key, np.zeros_like(j.step))
            whole[:, j.part(state), j.part(ways.source.label)] += block
    order = list(j.net.system.equations)
    ordered = sorted(sums, key=lambda key: (len(key), [order.index(name) for name in key]))
    return Paths(j, {", ".join(name.label for name in key) or DIRECT: sums[key] for key in ordered})


# The derivative of each named quantity in each one that its equation reads. ---------------------------------------


@dataclass(frozen=True)
class _Split:
    """`program` gives the partial derivatives on all ways from each state of the chain."""

    chain: Chain
    ways: tuple[Ways, ...]
    program: Function | None


_KNOWN: WeakKeyDictionary[Network, dict[tuple[Name, ...], _Split]] = WeakKeyDictionary()


def _split(net: Network, chain: Chain) -> _Split:
    """The partial derivatives inside a step of a chain, with their program; made on first use."""
    known = _KNOWN.setdefault(net, {})
    if chain.carries not in known:
        every = tuple(ways_from(net.system, chain, source) for source in chain.carries)
        story = Story(net.system)
        names: dict[Name, None] = {}
        for ways in every:
            for name, mover in ((name, mover) for name, movers in ways.into.items() for mover in movers):
                partial = _partial(ways, name, mover)
                if partial not in names and _define(story, ways, name, mover):
                    names[partial] = None
        system = unsaturated(story.system, names)
        program = function(system, tuple(names), f"Paths of {net.name}.") if names else None
        known[chain.carries] = _Split(chain, every, program)
    return known[chain.carries]


def _partial(ways: Ways, name: Name, mover: Name | None) -> Name:
    """∂name_t/∂mover_t, or ∂name_t/∂source_{t-1} where there is no mover."""
    if mover is None:
        return name.derived(Role.JACOBIAN, ways.source, via=("before",))
    return name.derived(Role.JACOBIAN, mover, via=("within",))


def _define(story: Story, ways: Ways, name: Name, mover: Name | None) -> bool:
    """Add the equation of a partial derivative; False for one that is zero."""
    shape = story.system.shape(mover or ways.source)
    how = Pushing(
        seed=ways.how.seed if mover is None else _seed(mover, shape),
        live=lambda read: False,
        name=ways.how.name,
        shape=lambda event: (*event, *shape),
        push=lambda rhs, tangents: jvp([rhs], list(tangents), list(tangents.values()))[0],
    )
    partial = _partial(ways, name, mover)
    if pieces := _pushed(ways.system, name, how):
        story.define({partial: pieces}, {partial: how.shape(story.system.shape(name))})
    return bool(pieces)


def _seed(mover: Name, shape: Shape) -> Callable[[Read], Expr | None]:
    one: Expr = diag(ones(shape)) if shape else ones(())
    return lambda read: one if (read.name, read.time) == (mover, NOW) else None


def _pushed(system: System, name: Name, how: Pushing) -> Pieces:
    values = [(piece, push_piece(system, name, piece, how, ())) for piece in system.equations[name]]
    return tuple(Piece(piece.domain, value) for piece, value in values if value is not None)


# Sums over the paths. ---------------------------------------------------------------------------------------------


def _blocks(
    split: _Split, ways: Ways, known: Mapping[Name, Array], j: "Jacobians", direct: bool
) -> Iterable[tuple[Key, str, Array]]:
    """What each kind of path adds to each block from one source: its key, the state, and (T, rows, columns)."""
    found: dict[Name, dict[Key, Array]] = {}
    carries = split.chain.carries
    for name, movers in ways.into.items():
        sums: dict[Key, Array] = {}
        ends: dict[Key, Array] = {}
        for mover in movers:
            if _partial(ways, name, mover) not in known:
                continue
            gate = (mover,) if mover is not None and mover not in carries else ()
            for key, value in found[mover].items() if mover else [((), None)]:
                within = (*key, *gate) if len(movers) > 1 else key
                if direct and within:
                    continue
                partial = _matrix(known[_partial(ways, name, mover)], j, name, mover or ways.source)
                term = partial if value is None else partial @ value
                _add(sums, within, term)
                _add(ends, (*key, *gate) if len(movers) > 1 or not key else key, term)
        found[name] = _merged(sums)
        if name in carries:
            yield from ((key, name.label, value) for key, value in _merged(ends).items() if not (direct and key))


def _add(sums: dict[Key, Array], key: Key, term: Array) -> None:
    sums[key] = sums[key] + term if key in sums else term


def _merged(sums: dict[Key, Array]) -> dict[Key, Array]:
    """Those with the same last quantity as one, where there are very many."""
    if len(sums) <= MOST_PATHS:
        return sums
    merged: dict[Key, Array] = {}
    for key, value in sums.items():
        _add(merged, key[-1:], value)
    return merged


def _matrix(value: Array, j: "Jacobians", name: Name, source: Name) -> Array:
    """A partial derivative at the steps 1…T as matrices."""
    rows = np.zeros((j.T, *np.shape(value)[1:]), np.asarray(value).dtype)
    told = np.asarray(value)[1 : j.T + 1]
    rows[: len(told)] = told
    size = int(np.prod([1, *np.shape(j.values[source])[1:]]))
    return rows.reshape(j.T, -1, size)
