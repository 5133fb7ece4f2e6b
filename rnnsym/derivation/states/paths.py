"""The Jacobian of one step as a sum over the paths through its named equations: the direct line beside every gate.

Each path multiplies what its equations do to the one quantity that it comes through. Where a block has more than
`MOST_PATHS` paths, those that come through the same last quantity are told as one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Interval, Name
from rnnsym.core.system import Piece, System, reads
from rnnsym.derivation.equations import Equation
from rnnsym.derivation.form import Form
from rnnsym.derivation.states.chains import Chain
from rnnsym.derivation.states.jacobians import chains_of, check_states, jacobian_name, pushing
from rnnsym.derivation.states.pushing import Pieces, Pushing, in_order, push_piece, push_through, written_out
from rnnsym.derivation.states.story import Story
from rnnsym.notation import Words
from rnnsym.ops.arithmetic import add

MOST_PATHS = 12
DIRECT = "direct"

Path = tuple[Name, ...]
"""The quantities that a path passes, the state at its end last; the state before, where it begins, is left out."""


@dataclass(frozen=True)
class Ways:
    """All ways from the state `source` one step before to the quantities of a step: `into` gives for each quantity what
    moves it, None for the state before itself."""

    system: System
    chain: Chain
    source: Name
    how: Pushing
    moving: Mapping[Name, Pieces]
    into: Mapping[Name, tuple[Name | None, ...]]

    def count(self, name: Name) -> int:
        """The number of paths to `name`."""
        counts: dict[Name | None, int] = {None: 1}
        for other, before in self.into.items():
            counts[other] = sum(counts[mover] for mover in before)
        return counts[name]

    def paths(self, name: Name) -> Iterator[Path]:
        """Every path to `name`."""
        for mover in self.into[name]:
            yield from ([(name,)] if mover is None else ((*path, name) for path in self.paths(mover)))

    def label(self, path: Path) -> tuple[str, ...]:
        """The quantities at which the path could have been another one: `f` for h → a_f → f → c, `direct` for c → c."""
        passed = [n for n, after in pairwise(path) if len(self.into[after]) > 1] or path[-2:-1]
        return tuple(n.symbol for n in passed) or (DIRECT,)


def path_decomposition(system: System, order: Sequence[Name] = ()) -> Form:
    """Every block ∂s_t/∂p_{t-1} as the sum of its paths, for every chain of `system`.

    `order` are states in the order in which they are told. Raises InputError for a system without a recurrence,
    ShapeError for a state that is a matrix.
    """
    found = chains_of(system, order)
    story = Story(system)
    story.forward({name for chain in found for name in chain.carries})
    for chain in found:
        check_states(system, chain)
        for source in chain.carries:
            ways = ways_from(system, chain, source)
            for state in chain.carries:
                if state in ways.into:
                    _tell(story, ways, state)
    return story.form("paths", "paths of a step")


def ways_from(system: System, chain: Chain, source: Name) -> Ways:
    """All ways from the state `source` one step before. Raises ShapeError where one goes through a matrix."""
    how = pushing(system, chain, source)
    order = in_order(chain.names, system, how.live)
    moving = push_through(system, order, how)
    into = {name: tuple(_movers(system, name, how, moving)) for name in moving}
    return Ways(system, chain, source, how, moving, into)


def _movers(system: System, name: Name, how: Pushing, moving: Mapping[Name, Pieces]) -> dict[Name | None, None]:
    """What moves `name`: None for the state before itself, then the quantities of the step."""
    every = [read for piece in system.equations[name] for read in reads(piece.rhs)]
    names = [None if how.seed(r) is not None else r.name for r in every if how.tangent(system, r, moving) is not None]
    return dict.fromkeys(sorted(names, key=lambda name: name is not None))


def _tell(story: Story, ways: Ways, state: Name) -> None:
    """The section of one block: a line for each path, and their sum."""
    block, shape = ways.how.name(state), ways.how.shape(story.system.shape(state))
    before = story.leaf(ways.source, ways.chain.past)
    remarks: list[Words] = [("from ", before, " to ", story.leaf(state))]
    lines: list[Equation] = []
    if (count := ways.count(state)) <= MOST_PATHS:
        every = list(ways.paths(state))
        labels = _unlike([ways.label(path) for path in every], every)
        told = {label: (path, along(ways, path)) for label, path in zip(labels, every, strict=True)}
    else:
        remarks.append((f"{count} paths: those that pass the same last quantity are told as one",))
        lines += _inner_lines(story, ways, state)
        movers = ways.into[state]
        labels = _unlike(
            [_last(mover) for mover in movers], [(mover, state) if mover else (state,) for mover in movers]
        )
        told = {label: _merged(ways, state, mover) for label, mover in zip(labels, movers, strict=True)}
    names: list[Name] = []
    for label, (path, pieces) in told.items():
        name = jacobian_name(ways.chain, state, ways.source, label) if len(told) > 1 else block
        story.define({name: pieces}, {name: shape})
        lines.append(story.equation(name, _rule(label), _because(story, before, path), path))
        names.append(name)
    if len(names) > 1:
        spans = [piece.domain for _, pieces in told.values() for piece in pieces]
        whole = Interval(min(span.lo for span in spans), max(span.hi for span in spans))
        story.define({block: (Piece(whole, add(*map(story.leaf, names))),)}, {block: shape})
        lines.append(story.equation(block, "all paths", ("What comes along each path adds up.",)))
    story.section("Paths", remarks, lines)


def _unlike(labels: list[tuple[str, ...]], paths: Sequence[Path]) -> list[tuple[str, ...]]:
    """`labels`, if no two are alike; else all that each path passes, with the layer where that is needed."""
    full = ([tuple(spell(name) for name in path[:-1]) or (DIRECT,) for path in paths] for spell in (_symbol, _label))
    return next(found for found in (labels, *full) if len(set(found)) == len(paths))


def _symbol(name: Name) -> str:
    return name.symbol


def _label(name: Name) -> str:
    return name.label


def along(ways: Ways, path: Path) -> Pieces:
    """The derivative of the end of a path, where each quantity on it moves by the one before it alone."""
    found: Pieces = ()
    for i, name in enumerate(path):
        if i == 0:
            found = _pushed(ways, name, replace(ways.how, live=lambda read: False))
        else:
            steps = [_pushed(ways, name, _alone(ways.how, path[i - 1], p.rhs), p.domain) for p in found]
            found = tuple(piece for pieces in steps for piece in pieces)
    return found


def _alone(how: Pushing, mover: Name, tangent: Expr) -> Pushing:
    """Only `mover` moves, at the same step."""
    return replace(
        how,
        seed=lambda read: tangent if (read.name, read.time) == (mover, NOW) else None,
        live=lambda read: False,
    )


def _pushed(ways: Ways, name: Name, how: Pushing, within: Interval | None = None) -> Pieces:
    """The derivative of every piece of `name`, on its steps that lie `within` others."""
    found = []
    for piece in ways.system.equations[name]:
        domain = piece.domain if within is None else piece.domain.meet(within)
        value = push_piece(ways.system, name, piece, how, ()) if domain else None
        if domain and value is not None:
            found.append(Piece(domain, value))
    return tuple(found)


# Many paths. ----------------------------------------------------------------------------------------------------


def _last(mover: Name | None) -> tuple[str, ...]:
    return (DIRECT,) if mover is None else (mover.symbol,)


def _merged(ways: Ways, state: Name, mover: Name | None) -> tuple[Path, Pieces]:
    """All paths to `state` that pass `mover` last; its own derivative keeps its name."""
    if mover is None:
        return (state,), along(ways, (state,))
    return (mover, state), _pushed(ways, state, _alone(ways.how, mover, ways.how.leaf(ways.system, mover)))


def _inner_lines(story: Story, ways: Ways, state: Name) -> list[Equation]:
    """The whole derivatives of what moves `state`, where they have no line yet."""
    wanted = [name for name in ways.into[state] if name is not None]
    kept = written_out(ways.system, ways.moving, ways.how, wanted)
    lines = []
    for name, pieces in kept.items():
        derivative = ways.how.name(name)
        if derivative not in story.numbers:
            story.define({derivative: pieces}, {derivative: ways.how.shape(story.system.shape(name))})
            lines.append(story.equation(derivative, "all paths", ("What comes along each path adds up.",), [name]))
    return lines


# Words. ---------------------------------------------------------------------------------------------------------


def _rule(label: tuple[str, ...]) -> str:
    return "the direct line" if label == (DIRECT,) else f"through {', '.join(label)}"


def _because(story: Story, before: Expr, path: Path) -> Words:
    """`The path h_{t-1} → a_f,t → f_t → c_t.`"""
    words: list[str | Expr] = ["The path ", before]
    for name in path:
        words += [" → ", story.leaf(name)]
    return (*words, ".")
