"""A quantity that is read once becomes part of the equation that reads it."""

from collections.abc import Sequence

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Name, Offset
from rnnsym.core.system import System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.draft import Draft, moved, names_in, reading
from rnnsym.engine.passes.loops import loops
from rnnsym.ops.products import MATVEC
from rnnsym.ops.structure import OUTER
from rnnsym.transforms.rewrite import flatten, transform

LARGEST = 300
"""The number of operations up to which an equation grows."""

Use = tuple[Name, int, Expr]


def inlined(system: System, wanted: Sequence[Name], choices: Choices) -> System:
    """Equations grow by those that they alone read, where no work moves into a loop."""
    draft, found = Draft(system), loops(system)
    uses: dict[Name, dict[Use, None]] = {name: {} for name in system.equations}
    for name, pieces in system.equations.items():
        for i, piece in enumerate(pieces):
            for read in reading(piece.rhs):
                if read.name in uses:
                    uses[read.name][(name, i, read.leaf)] = None
    for name in system.equations:
        if name in wanted or len(uses[name]) != 1:
            continue
        ((reader, i, leaf),) = uses[name]
        if found.get(name) is found.get(reader) and (new := _grown(draft, name, reader, i, leaf)) is not None:
            _record(draft, uses, name, reader, i, new)
    return draft.system


def _grown(draft: Draft, name: Name, reader: Name, i: int, leaf: Expr) -> Expr | None:
    """The right-hand side of piece `i` of `reader` with `name` written out; None where it must stay a name."""
    pieces, target = draft.equations[name], draft.equations[reader][i]
    time = leaf.attrs[1]
    if len(pieces) > 1 or pieces[0].total or not isinstance(time, Offset) or name in names_in(pieces[0].rhs):
        return None
    value = pieces[0].rhs
    if draft.timed(name):
        if not pieces[0].domain.covers(target.domain.shift(time.k)):
            return None
        value = moved(value, time.k)
    elif time.k or pieces[0].domain != target.domain:
        return None
    if value.args and any(node.prim in (MATVEC, OUTER) and leaf in node.args for node in topological([target.rhs])):
        return None
    grown = transform([target.rhs], flatten, {leaf: value})[0]
    return grown if len(topological([grown])) <= LARGEST else None


def _record(draft: Draft, uses: dict[Name, dict[Use, None]], name: Name, reader: Name, i: int, new: Expr) -> None:
    """`reader` reads now what `name` read, and `name` is gone."""
    pieces = list(draft.equations[reader])
    for rhs in (pieces[i].rhs, draft.equations[name][0].rhs):
        for read in reading(rhs):
            uses.get(read.name, {}).pop((reader, i, read.leaf), None)
            uses.get(read.name, {}).pop((name, 0, read.leaf), None)
    pieces[i] = pieces[i]._replace(rhs=new)
    draft.equations[reader] = tuple(pieces)
    del draft.equations[name], draft.shapes[name]
    draft.in_time.discard(name)
    for read in reading(new):
        if read.name in uses:
            uses[read.name][(reader, i, read.leaf)] = None
