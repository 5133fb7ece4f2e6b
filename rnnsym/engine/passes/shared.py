"""What several equations compute is computed once, where the first of them does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import NOW, Interval, Name, Offset
from rnnsym.core.system import System
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.draft import Draft, moved, of_parameters, reading
from rnnsym.engine.passes.joined import support
from rnnsym.engine.passes.keys import Keys
from rnnsym.engine.passes.loops import Loop, loops
from rnnsym.engine.passes.trimmed import clip
from rnnsym.ops.arithmetic import ADD, NEG
from rnnsym.ops.indexing import CONCAT, SLICE
from rnnsym.ops.leaves import leaf
from rnnsym.ops.lookups import ONE_HOT
from rnnsym.ops.structure import BROADCAST, DIAG, TRANSPOSE
from rnnsym.transforms.rewrite import substitute

CHEAP = (ADD, NEG, BROADCAST, CONCAT, SLICE, TRANSPOSE, ONE_HOT)


@dataclass
class Found:
    """An expression up to shifts in time: where it stands (equation, steps, node), and in which larger ones."""

    places: list[tuple[Name, Interval, Expr]] = field(default_factory=list)
    above: set[int | None] = field(default_factory=set)

    @property
    def users(self) -> set[Name]:
        return {name for name, _, _ in self.places}


def shared(system: System, wanted: Sequence[Name], choices: Choices) -> System:
    """Costly expressions of more than one equation get a name; what another equation is as a whole, has one."""
    draft, keys, inside = Draft(system), Keys(), loops(system)
    found = _occurrences(system, keys)
    several = {n: one for n, one in found.items() if len(one.users) > 1 and one.places[0][2].prim is not DIAG}
    costly = {n for n, one in several.items() if _costs(one.places[0][2])}
    owners = {n: owner for n, one in several.items() if (owner := _owner(draft, keys, one)) is not None}
    free = {n for n in owners if not any(name in inside for name in several[n].users)}
    common = [n for n in several if n in costly or n in free]
    apart = [n for n in common if len(several[n].above) > 1 or not several[n].above <= set(common)]
    parts = {n: leaf(owners[n], NOW, several[n].places[0][2].shape) for n in apart if n in owners}
    owned = dict(parts)
    for number in apart:
        if number not in owned:
            parts[number] = _part(draft, keys, several[number], inside, owned)
    return _renamed(draft, keys, parts) if parts else system


def _occurrences(system: System, keys: Keys) -> dict[int, Found]:
    """Every expression of the system that has operands and is not made of parameters alone."""
    found: dict[int, Found] = {}
    for name, piece in system.pieces():
        nodes = [node for node in topological([piece.rhs]) if node.args and not of_parameters(node)]
        for node in nodes:
            found.setdefault(keys[node].number, Found()).places.append((name, piece.domain, node))
        for node in nodes:
            for arg in node.args:
                if keys[arg].number in found:
                    found[keys[arg].number].above.add(keys[node].number)
        if nodes:
            found[keys[piece.rhs].number].above.add(None)
    return found


def _costs(expr: Expr) -> bool:
    return any(node.args and node.prim not in CHEAP for node in topological([expr]))


def _steps(keys: Keys, one: Found) -> Interval:
    """The steps at which the expression is needed, if it is read without a shift."""
    return reduce(Interval.hull, (domain.shift(keys[node].at or 0) for _, domain, node in one.places))


def _owner(draft: Draft, keys: Keys, one: Found) -> Name | None:
    """A name in time whose equation is the expression, at every step at which that is needed."""
    for name, domain, node in one.places:
        (piece, *others) = draft.equations[name]
        whole = not others and piece.rhs is node and not piece.total and draft.timed(name)
        if whole and keys[node].at == 0 and domain.covers(_steps(keys, one)):
            return name
    return None


def _part(draft: Draft, keys: Keys, one: Found, inside: Mapping[Name, Loop], owned: Mapping[int, Expr]) -> Expr:
    """A new name for the expression; the leaf that reads it as it is without a shift."""
    name, _, node = one.places[0]
    at, late = keys[node].at or 0, _late(draft, keys, one, inside, owned)
    value, steps = moved(node, -at - late), _steps(keys, one).shift(late)
    set_steps = support(draft, value)
    steps = steps if set_steps is None else clip(steps, set_steps) or steps
    return moved(draft.ahead(f"{name.plain}_part", value, steps), late)


def _late(draft: Draft, keys: Keys, one: Found, inside: Mapping[Name, Loop], owned: Mapping[int, Expr]) -> int:
    """By how many steps the new name comes after the expression without a shift.

    What a loop both computes and reads becomes a member, and comes when all that it reads of the loop is known.
    """
    _, _, whole = one.places[0]
    node = substitute([whole], _named(whole, keys, owned))[0]
    for loop in dict.fromkeys(inside[name] for name, _, _ in one.places if name in inside):
        if lags := _lags([node], loop):
            own = _lags((piece.rhs for name in loop.names for piece in draft.equations[name]), loop)
            return (min(lags) if max(own) > 0 else max(lags)) - (keys[whole].at or 0)
    return 0


def _lags(exprs: Iterable[Expr], loop: Loop) -> set[int]:
    """The shifts at which `exprs` read members of the loop."""
    reads = (read for expr in exprs for read in reading(expr) if read.name in loop.members)
    return {read.time.k for read in reads if isinstance(read.time, Offset)}


def _named(expr: Expr, keys: Keys, parts: Mapping[int, Expr]) -> dict[Expr, Expr]:
    """What stands in `expr` for each expression that has a name."""
    return {
        node: moved(parts[keys[node].number], keys[node].at or 0)
        for node in topological([expr])
        if keys[node].number in parts
    }


def _renamed(draft: Draft, keys: Keys, parts: Mapping[int, Expr]) -> System:
    """Every expression by its name, except in the equation of that name."""
    owners = {part.attrs[0]: number for number, part in parts.items()}
    for name, pieces in draft.equations.items():
        new = []
        for piece in pieces:
            rhs = piece.rhs
            names = _named(rhs, keys, parts)
            if rhs in names and owners.get(name) == keys[rhs].number:
                rhs = rhs.prim(*substitute(rhs.args, names), attrs=rhs.attrs)
            else:
                rhs = substitute([rhs], names)[0]
            new.append(piece._replace(rhs=rhs))
        draft.equations[name] = tuple(new)
    return draft.system
