"""∂⁺s_t/∂θ: the derivative of one whole step in the entries of a parameter, with the states of the step before held.

The entries of θ are read row by row: θ of shape (H, X) has H*X of them, and ∂⁺s_t/∂θ one column for each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rnnsym.core.dims import product, show
from rnnsym.core.expr import Expr
from rnnsym.core.names import NOW, Name, Role
from rnnsym.core.system import Read, System, reads
from rnnsym.derivation.equations import Equation
from rnnsym.derivation.states.chains import Chain
from rnnsym.derivation.states.push_rules import PLAIN, push_rules
from rnnsym.derivation.states.pushing import Pieces, Pushing, in_order, push_through, written_out
from rnnsym.derivation.states.story import Story
from rnnsym.errors import ShapeError
from rnnsym.notation import Words
from rnnsym.transforms.flat import flat_identity, flat_jvp, flat_shape


@dataclass(frozen=True)
class Immediate:
    """`pieces` of ∂⁺n_t/∂θ for every name n that is needed, by the name of the derivative; `parts` are the names of
    ∂⁺s_t/∂θ for those states s of the chain that θ enters."""

    chain: Chain
    pieces: Mapping[Name, Pieces]
    parts: Mapping[Name, Name]


def immediate(system: System, chain: Chain, every: Sequence[Chain], parameter: Name) -> Immediate:
    """∂⁺s_t/∂θ for the states of `chain`; the states of all chains in `every` are held.

    Raises ShapeError for a parameter that is used in a way that cannot be written entry by entry.
    """
    how = pushing(system, chain, every, parameter)
    names = _within(system, chain.carries, how)
    try:
        moving = push_through(system, in_order(names, system, how.live), how)
    except ShapeError as error:
        shape = show(system.shape(parameter))
        raise ShapeError(
            f"∂⁺s_t/∂{parameter.label} cannot be written out in the entries of {parameter.label} {shape}: {error} "
            f"The backward recurrence gives ∂L/∂{parameter.label}."
        ) from None
    kept = written_out(system, moving, how, [name for name in moving if name in chain.carries])
    parts = {name: how.name(name) for name in chain.carries if name in kept}
    return Immediate(chain, {how.name(name): pieces for name, pieces in kept.items()}, parts)


def pushing(system: System, chain: Chain, every: Sequence[Chain], parameter: Name) -> Pushing:
    """Directions in all entries of `parameter`."""
    shape = system.shape(parameter)
    held = {name for other in every for name in other.carries}

    def live(read: Read) -> bool:
        own = read.name in chain.carries and read.time == NOW
        return read.name in system.equations and (own or read.name not in held)

    return Pushing(
        seed=lambda read: flat_identity(shape) if read.name == parameter else None,
        live=live,
        name=lambda name: name.derived(Role.IMMEDIATE, parameter),
        shape=lambda event: flat_shape(event, product(shape)),
        push=flat_jvp,
    )


def _within(system: System, roots: Sequence[Name], how: Pushing) -> set[Name]:
    """The names that `roots` depend on within one step, with themselves."""
    found: set[Name] = set()
    stack = list(roots)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(r.name for piece in system.equations[name] for r in reads(piece.rhs) if how.live(r))
    return found


def immediate_lines(story: Story, found: Immediate, every: Sequence[Chain]) -> list[Equation]:
    """The lines of ∂⁺; adds their equations to the story."""
    system = story.system
    shapes = {name: flat_shape(system.shape(name.of[0]), product(system.shape(name.of[1]))) for name in found.pieces}
    story.define(found.pieces, shapes)
    return [_line(story, found, every, name) for name in found.pieces]


def _line(story: Story, found: Immediate, every: Sequence[Chain], name: Name) -> Equation:
    of, parameter = name.of
    how = pushing(story.system, found.chain, every, parameter)
    movers = _movers(story.system, of, how)
    bodies = [piece.rhs for piece in story.system.equations[of]]
    rules = dict.fromkeys(rule for body in bodies for rule in push_rules(body, movers))
    return story.equation(name, "; ".join(rules) or PLAIN, _because(story, found.chain, name, movers), [of])


def _movers(system: System, of: Name, how: Pushing) -> list[Expr]:
    """The leaves of an equation that move with the parameter."""
    every = [read for piece in system.equations[of] for read in reads(piece.rhs)]
    return [r.leaf for r in every if how.seed(r) is not None or (how.live(r) and _depends(system, r.name, how))]


def _depends(system: System, name: Name, how: Pushing) -> bool:
    below = _within(system, (name,), how)
    every = (read for other in below for piece in system.equations[other] for read in reads(piece.rhs))
    return any(how.seed(read) is not None for read in every)


def _because(story: Story, chain: Chain, name: Name, movers: Sequence[Expr]) -> Words:
    """`h_t depends on a_t; h_{t-1} is held.`"""
    words: list[str | Expr] = [story.leaf(name.of[0]), " depends on "]
    for i, mover in enumerate(movers):
        words += [" and " if i == len(movers) - 1 else ", "] * (i > 0) + [mover]
    words.append("; the state of the step before is held: ")
    for i, carry in enumerate(chain.carries):
        words += [", "] * (i > 0) + [story.leaf(carry, chain.past)]
    return (*words, ".")
