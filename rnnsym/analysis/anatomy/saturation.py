"""Saturation: which share of the units stands where a squashing function is flat, so that nothing passes it back.

No list of cells is needed. A squashing function is an elementwise function of one argument whose derivative is bounded
and comes down to zero; both are read off the derivative that its primitive states.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from rnnsym.api.network import Network
from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import EVERY_STEP, NOW, Name, Role
from rnnsym.core.system import Piece, System, reads
from rnnsym.derivation.ranges.intervals import Range
from rnnsym.derivation.ranges.quantities import Ranges
from rnnsym.engine.program import Function, function
from rnnsym.errors import InputError
from rnnsym.ops.families import Elementwise
from rnnsym.ops.leaves import leaf, var

if TYPE_CHECKING:
    from rnnsym.analysis.jacobians import Jacobians

Array = Any
THRESHOLD = 0.1
"""Of the largest |f′|: a unit is saturated below it, which is |tanh a| > 0.949, and σ(a) outside 0.025…0.975."""
SHORT = 16
"""Characters of a function that is called as it is printed."""


class Squashing(NamedTuple):
    """f(a) in one piece of an equation: `slope` is the name of f′(a), `largest` the supremum of f′."""

    label: str
    slope: Name
    largest: float
    piece: Piece


def saturation(j: "Jacobians", threshold: float = THRESHOLD) -> dict[str, Array]:
    """For every squashing function of the network the share of its units with |f′| below `threshold` · sup|f′|, at each
    step: (T,), nan where its equation does not hold.

    A function that is the whole of an equation is called as that (`i`, `h`), one inside an equation as it is printed
    (`tanh(cₜ)`), or by where it stands (`tanh in h`). Raises InputError for a threshold outside 0…1.
    """
    if isinstance(threshold, bool) or not isinstance(threshold, (int, float, np.number)) or not 0 < threshold <= 1:
        raise InputError(f"a threshold is a share of the largest slope, above 0 and up to 1, not {threshold!r}.")
    found, program = _squashings(j.net)
    shares: dict[str, Array] = {}
    slopes = program(j.values, j.T) if program else {}
    for each in found:
        low = np.abs(slopes[each.slope]) < threshold * each.largest
        here = [t for t in each.piece.domain.at(j.T) if 1 <= t <= j.T]
        share = shares.setdefault(each.label, np.full(j.T, np.nan))
        share[[t - 1 for t in here]] = low[here].reshape(len(here), -1).mean(axis=1)
    return shares


_KNOWN: WeakKeyDictionary[Network, tuple[list[Squashing], Function | None]] = WeakKeyDictionary()


def _squashings(net: Network) -> tuple[list[Squashing], Function | None]:
    """The squashing functions of a network, and the program of their slopes; made on first use."""
    if net not in _KNOWN:
        found = list(_found(net.system))
        slopes = {each.slope: (each.piece,) for each in found}
        system = net.system.with_equations(slopes, {name: told[0].rhs.shape for name, told in slopes.items()})
        system = replace(system, timed_adjoints=system.timed_adjoints | slopes.keys())
        title = f"Slopes of the squashing functions of {net.name}."
        _KNOWN[net] = found, function(system, tuple(slopes), title) if found else None
    return _KNOWN[net]


def _found(system: System) -> Iterator[Squashing]:
    numbers = count(1)
    for name in system.equations:
        if not system.timed(name) or _needs_target(system, name):
            continue
        for piece in system.equations[name]:
            if piece.domain.meet(EVERY_STEP) is None:
                continue
            labels: list[str] = []
            for node, most in _functions(piece.rhs):
                whole = node is piece.rhs
                labels.append(_label(name, node, whole, labels))
                out = leaf(name, NOW, node.shape) if whole else node
                slope = node.prim.partials[0](out, *node.args)
                yield Squashing(labels[-1], Name(Role.PART, f"slope{next(numbers)}"), most, piece._replace(rhs=slope))


def _needs_target(system: System, name: Name) -> bool:
    return any(found.role in (Role.TARGET, Role.SEED) for found in system.ancestors([name]))


def _functions(body: Expr) -> Iterator[tuple[Any, float]]:
    """The squashing functions of what changes in time, each with the supremum of its slope."""
    for node in topological([body]):
        prim = node.prim
        if (
            isinstance(prim, Elementwise)
            and len(node.args) == 1
            and any(r.name.role != Role.PARAM for r in reads(node))
        ):
            slope = _slope_range(prim)
            if slope.low == 0.0 < slope.high < math.inf:
                yield node, slope.high


def _moves(node: Expr) -> bool:
    return any(read.name.role != Role.PARAM for read in reads(node))


def _slope_range(prim: Elementwise) -> Range:
    argument = var("argument")
    return Ranges(System({}, {}, {})).of(prim.partials[0](prim(argument), argument))


def _label(name: Name, node: Expr, whole: bool, taken: list[str]) -> str:
    if whole:
        return name.label
    text = repr(node)
    if len(text) <= SHORT:
        return text
    place = f"{node.prim.name} in {name.label}"
    return place if place not in taken else f"{place} ({sum(label.startswith(place) for label in taken) + 1})"
