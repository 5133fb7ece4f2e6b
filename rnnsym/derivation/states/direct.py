"""The direct line of a chain: how each state acts on the next ones through no gate, as vectors where that can be.

Where a state enters another entry by entry, as c_{t-1} enters c_t = f_t ⊙ c_{t-1} + …, the derivative is a diagonal
matrix, and its diagonal tells all of it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Name
from rnnsym.core.system import Piece, Read, System
from rnnsym.derivation.states.chains import Chain
from rnnsym.derivation.states.jacobians import jacobian_name
from rnnsym.derivation.states.paths import DIRECT, Ways, ways_from
from rnnsym.derivation.states.pushing import Pieces, push_piece
from rnnsym.derivation.states.story import Story
from rnnsym.ops.arithmetic import ADD, MUL, NEG, add, mul
from rnnsym.ops.products import MATMUL
from rnnsym.ops.structure import BROADCAST, DIAG, diag

Block = tuple[Name, Name]
"""Of ∂s_t/∂p_{t-1}: s and p."""


@dataclass(frozen=True)
class DirectLine:
    """`diagonals` are the names, in `system`, of the diagonals of those blocks that are diagonal matrices, or numbers
    between scalars; `others` are the blocks that are neither."""

    carries: tuple[Name, ...]
    system: System
    diagonals: Mapping[Block, Name]
    others: frozenset[Block]

    def around(self, state: Name) -> tuple[Name, ...]:
        """The states through which `state` acts on itself, with itself."""
        blocks = {*self.diagonals, *self.others}
        before = _reached(state, blocks)
        return tuple(name for name in self.carries if name in before and state in _reached(name, blocks))

    def apart(self) -> tuple[tuple[Name, ...], ...]:
        """All states in groups that do not act on each other."""
        blocks = {*self.diagonals, *self.others}
        both_ways = blocks | {(source, state) for state, source in blocks}
        groups = dict.fromkeys(frozenset(_reached(name, both_ways)) for name in self.carries)
        return tuple(tuple(name for name in self.carries if name in group) for group in groups)


def _reached(start: Name, blocks: Collection[Block]) -> set[Name]:
    found, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        new = {source for other, source in blocks if other == state} - found
        found |= new
        waiting += new
    return found


def direct_line(system: System, chain: Chain) -> DirectLine:
    """The direct line of `chain`, from the paths that pass no gate. Raises ShapeError as `ways_from`."""
    story = Story(system)
    diagonals: dict[Block, Name] = {}
    others: set[Block] = set()
    for source in chain.carries:
        ways = ways_from(system, chain, source)
        told = _told(story, ways)
        for state in chain.carries:
            if state in told and _ends(ways, state):
                if (name := told[state]) is None or len(system.shape(state)) != len(system.shape(source)):
                    others.add((state, source))
                else:
                    diagonals[state, source] = name
    return DirectLine(chain.carries, story.system, diagonals, frozenset(others))


def _ends(ways: Ways, state: Name) -> bool:
    """Whether a path that ends in `state` can be direct: one through a single gate is called by that."""
    movers = ways.into[state]
    return len(movers) > 1 or movers[0] is None or movers[0] in ways.chain.carries


def _told(story: Story, ways: Ways) -> dict[Name, Name | None]:
    """What the source moves along direct paths, with the name of its derivative; None for one that is a matrix, but no
    diagonal one."""
    told: dict[Name, Name | None] = {}
    for name, movers in ways.into.items():
        passed = [m for m in movers if len(movers) == 1 or m is None or m in ways.chain.carries]
        passed = [mover for mover in passed if mover is None or mover in told]
        if not passed:
            continue
        told[name] = None
        inner = {mover: told[mover] for mover in passed if mover is not None}
        pieces = None if None in inner.values() else _pieces(story, ways, name, inner, first=None in passed)
        if pieces == ():
            del told[name]
        elif pieces is not None:
            derivative = told[name] = jacobian_name(ways.chain, name, ways.source, (DIRECT,))
            story.define({derivative: pieces}, {derivative: ways.how.shape(story.system.shape(name))[:1]})
    return told


def _pieces(story: Story, ways: Ways, name: Name, inner: Mapping[Name, Name | None], first: bool) -> Pieces | None:
    """The derivative of `name` in the source through `inner`, whose derivatives are named, and in the source itself if
    `first`; None where it is a matrix, but no diagonal one."""

    def seed(read: Read) -> Expr | None:
        if read.time == NOW and (derivative := inner.get(read.name)) is not None:
            rank = len(ways.how.shape(read.leaf.shape))
            return diag(story.leaf(derivative)) if rank == 2 else story.leaf(derivative)
        return ways.how.seed(read) if first else None

    how = replace(ways.how, seed=seed, live=lambda read: False)
    found = []
    for piece in ways.system.equations[name]:
        value = push_piece(ways.system, name, piece, how, ())
        if value is not None:
            if (entries := entries_of(value)) is None:
                return None
            found.append(Piece(piece.domain, entries))
    return tuple(found)


def entries_of(value: Expr) -> Expr | None:
    """The diagonal of a matrix that is diagonal by its form, such as diag(f) or diag(f) diag(g); a vector or a number
    as it is; None for any other matrix."""
    if len(value.shape) < 2:
        return value
    if value.prim is DIAG:
        return value.args[0]
    parts = [entries_of(arg) for arg in value.args if not _repeats(arg)]
    known = [part for part in parts if part is not None]
    if value.prim is NEG and known:
        return -known[0]
    if value.prim is ADD and len(known) == len(value.args):
        return add(*known)
    if value.prim is MATMUL and len(known) == 2:
        return mul(*known)
    if value.prim is MUL and len(parts) == len(known) == 1:
        return mul(*(arg.args[0] for arg in value.args if _repeats(arg)), *known)
    return None


def _repeats(arg: Expr) -> bool:
    """Whether an array is one number everywhere."""
    return arg.prim is BROADCAST and not arg.args[0].shape
