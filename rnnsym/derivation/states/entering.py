"""What enters a chain from outside: the derivative of the loss in a state, apart from what comes through later states.

Every read of the chain's states is replaced by the read of a quantity that is held; the adjoint of these is e_t. It
holds for any wiring: what a decoder sends back to the last state of an encoder enters the encoder at t = T.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rnnsym.core.expr import Expr, leaves
from rnnsym.core.names import Name, Role
from rnnsym.core.system import Piece, System
from rnnsym.derivation.adjoint import Adjoint, adjoint
from rnnsym.derivation.states.chains import Chain
from rnnsym.derivation.states.story import free_name
from rnnsym.ops.leaves import leaf
from rnnsym.transforms.rewrite import substitute

HELD, OUTSIDE, DIRECT = "held", "out", "direct"


@dataclass(frozen=True)
class Entering:
    """`parts`: the name of e_t for every state that something enters; `pieces`: the equations of these, and of the
    adjoints that they need; `shared` are those of them that are adjoints of the whole system as well."""

    parts: Mapping[Name, Name]
    pieces: Mapping[Name, tuple[Piece, ...]]
    shared: tuple[Name, ...]


def held(system: System, names: Iterable[Name]) -> System:
    """`system` in which every read of `names` is one of a given quantity with their value."""
    fixed = {name: _held(name) for name in names}
    equations = {
        name: tuple(piece._replace(rhs=_renamed(piece.rhs, fixed)) for piece in pieces)
        for name, pieces in system.equations.items()
    }
    given = {fixed[name]: system.shape(name) for name in fixed}
    return replace(
        system,
        equations=equations,
        given={**system.given, **given},
        timed_given=system.timed_given | given.keys(),
    )


def _held(name: Name) -> Name:
    return Name(Role.INPUT, name.symbol, (*name.path, HELD))


def _renamed(expr: Expr, names: Mapping[Name, Name]) -> Expr:
    """`expr` with other names at the same times."""
    moved = {
        node: leaf(names[node.attrs[0]], node.attrs[1], node.shape, node.dtype)  # type: ignore[index, arg-type]
        for node in leaves([expr])
        if node.attrs[0] in names
    }
    return substitute([expr], moved)[0] if moved else expr


def entering(system: System, chain: Chain, loss: Name, names: Mapping[Name, Name]) -> Entering:
    """What enters `chain`, where e_t of a state is called as `names` says."""
    apart = adjoint(held(system, chain.carries), loss)
    bars = {name: _held(name).as_role(Role.ADJOINT) for name in chain.carries}
    parts = {name: names[name] for name, bar in bars.items() if bar in apart.system.equations}
    new = {bars[name]: part for name, part in parts.items()}
    new |= {name.as_role(Role.ADJOINT): _labelled(name, OUTSIDE) for name in chain.names}
    return _told(apart, [bars[name] for name in parts], parts, new, chain.carries)


def direct(system: System, every: Sequence[Chain], loss: Name, parameter: Name) -> Entering:
    """The derivative of the loss in `parameter` with the states of all chains held: its `parts` are empty, or have the
    name of the gradient under that of the parameter."""
    carries = [name for chain in every for name in chain.carries]
    apart = adjoint(held(system, carries), loss)
    bar = parameter.as_role(Role.GRADIENT)
    parts = {parameter: bar} if bar in apart.system.equations else {}
    before = system.ancestors(carries)
    new = {name.as_role(Role.ADJOINT): _labelled(name, DIRECT) for name in system.equations if name in before}
    return _told(apart, list(parts.values()), parts, new, carries)


def _told(
    apart: Adjoint, bars: Sequence[Name], parts: Mapping[Name, Name], new: dict[Name, Name], carries: Sequence[Name]
) -> Entering:
    """The equations of `bars` and of the adjoints that they need, with the `new` names, and the states themselves."""
    new = {**new, **{_held(name): name for name in carries}}
    needed = apart.system.ancestors(bars)
    told = dict.fromkeys(name for name in (*apart.backward, *bars) if name in needed)
    pieces = {new.get(name, name): _renamed_pieces(apart.system, name, new) for name in told}
    return Entering(parts, pieces, tuple(name for name in told if name not in new and name not in bars))


def _labelled(name: Name, label: str) -> Name:
    """The adjoint of a quantity in a system where some states are held."""
    return Name(Role.ADJOINT, f"{name.symbol}_{label}", name.path)


def _renamed_pieces(system: System, name: Name, names: Mapping[Name, Name]) -> tuple[Piece, ...]:
    return tuple(piece._replace(rhs=_renamed(piece.rhs, names)) for piece in system.equations[name])


def names_of_entering(system: System, every: Sequence[Chain]) -> dict[Name, Name]:
    """e for a state that is the only one of its layer, e_h and e_c for several."""
    carries = [name for chain in every for name in chain.carries]
    found = {}
    for name in carries:
        alone = sum(other.path == name.path for other in carries) == 1
        found[name] = free_name(system, Name(Role.EQUATION, "e" if alone else f"e_{name.symbol}", name.path))
    return found
