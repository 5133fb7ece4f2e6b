"""What a formula may speak of: the names of a System, each with its shape and the times at which it is read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from rnnsym.core.dims import Dim, Shape, names_in
from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Free, Name, Role, TimeMap
from rnnsym.core.system import System, reads
from rnnsym.notation.profile import Notation
from rnnsym.ops.leaves import leaf

PLAIN_ROLES = (
    Role.CARRY, Role.EQUATION, Role.INPUT, Role.PARAM, Role.TARGET, Role.LOSS, Role.VARIABLE, Role.MASK, Role.COUNT,
    Role.TOTAL, Role.INITIAL, Role.KEEP,
)  # fmt: skip
"""Roles whose label alone names the quantity; where two have one label, the first of these is meant."""


ANY_LOSS = Name(Role.LOSS, "L")
"""The loss of a cell alone, of which only the slope at each step is given."""


BARS, BARRED = {Role.ADJOINT, Role.GRADIENT}, {Role.PARAM, Role.CARRY, Role.EQUATION, Role.LOSS}
"""With backward equations, every quantity has an adjoint to speak of, be it zero."""


class Known(NamedTuple):
    """A name with its shape; `timed` and `free`: whether it is read at a step, and without one."""

    name: Name
    shape: Shape
    dtype: str
    timed: bool
    free: bool

    def at(self, time: TimeMap) -> Expr:
        return leaf(self.name, time, self.shape, self.dtype)


@dataclass(frozen=True)
class Scope:
    """The names that a formula may use and the dimensions of their shapes. Made by `scope_of` or `scope_from`."""

    known: tuple[Known, ...]
    dims: frozenset[str]
    labels: Mapping[Name, Dim] = field(default_factory=dict)
    """How many values each integer has, where that is known."""
    memory: dict[object, tuple[object, Any]] = field(default_factory=dict, compare=False, repr=False)

    def remembered(self, key: tuple[object, ...], notation: Notation, make: Callable[[], Any]) -> Any:
        """What `make` gives for this key and notation, made once."""
        whole = (notation.name, *key)
        if whole not in self.memory or self.memory[whole][0] != notation:
            self.memory[whole] = (notation, make())
        return self.memory[whole][1]


def scope_of(system: System) -> Scope:
    """The names of `system`: those with equations, and those that are given."""
    shapes = {**system.given, **system.shapes}
    seen = [read for _, piece in system.pieces() for read in reads(piece.rhs)]
    names = dict.fromkeys([*system.equations, *system.given, *(read.name for read in seen)])
    if any(name.role == Role.SEED for name in system.given):
        names[ANY_LOSS], shapes[ANY_LOSS] = None, ()
    for name in list(names) if BARS & {name.role for name in system.equations} else ():
        bar = name.as_role(Role.GRADIENT if name.role == Role.PARAM else Role.ADJOINT)
        if name.role in BARRED and bar not in names:
            names[bar], shapes[bar] = None, shapes[name]
    dtypes = {read.name: read.leaf.dtype for read in seen}
    shapes.update({read.name: read.leaf.shape for read in seen if read.name not in shapes})
    timed = {name for name in names if name in shapes and _timed(system, name)}
    timed |= {ANY_LOSS, *(read.name for read in seen if not isinstance(read.time, Free))}
    free = {name for name in names if name not in timed} | {r.name for r in seen if isinstance(r.time, Free)}
    free |= {name for name, pieces in system.equations.items() if any(piece.total for piece in pieces)}
    return replace(_scope(names, shapes, dtypes, timed, free), labels=system.labels)


def scope_from(exprs: Iterable[Expr]) -> Scope:
    """The names that `exprs` read."""
    roots = list(exprs)
    seen = [read for expr in roots for read in reads(expr)]
    shapes = {read.name: read.leaf.shape for read in seen}
    dtypes = {read.name: read.leaf.dtype for read in seen}
    timed = {read.name for read in seen if not isinstance(read.time, Free)}
    scope = _scope(shapes, shapes, dtypes, timed, {read.name for read in seen if isinstance(read.time, Free)})
    dims = {name for node in topological(roots) for dim in node.shape for name in names_in(dim)}
    return replace(scope, dims=scope.dims | dims)


def _timed(system: System, name: Name) -> bool:
    if name.role == Role.ADJOINT and name not in system.equations:
        return any(_timed(system, n) for n in system.equations if n.role in BARRED and n.as_role(name.role) == name)
    return name.role == Role.CARRY or system.timed(name)


def _scope(
    names: Iterable[Name], shapes: Mapping[Name, Shape], dtypes: Mapping[Name, str], timed: set[Name], free: set[Name]
) -> Scope:
    known = (
        Known(name, shapes[name], dtypes.get(name, "float"), name in timed, name in free)
        for name in names
        if name in shapes
    )
    order = tuple(sorted(known, key=_precedence))
    return Scope(order, frozenset(dim for entry in order for part in entry.shape for dim in names_in(part)))


def _precedence(entry: Known) -> int:
    """Plain quantities first: where two are spelt alike, the first one is meant."""
    return PLAIN_ROLES.index(entry.name.role) if entry.name.role in PLAIN_ROLES else len(PLAIN_ROLES)
