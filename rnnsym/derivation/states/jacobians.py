"""The Jacobian of one step of a chain: ∂s_t/∂s_{t-1}, block by block for every state that is carried.

Directions are pushed through the named equations of the step; the states, and what would make a formula too wide, keep
their names on the way (for an LSTM ∂c_t/∂h_{t-1} inside ∂h_t/∂h_{t-1}).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rnnsym.core.dims import Dim, plus, product, show
from rnnsym.core.expr import Expr
from rnnsym.core.mathtree import MathTree, Matrix, Number, Symbol
from rnnsym.core.names import NOW, STEP_AFTER, Name, Role
from rnnsym.core.system import System, reads
from rnnsym.derivation.equations import Equation, Line, Statement
from rnnsym.derivation.form import Form, equals
from rnnsym.derivation.states.chains import Chain, chains
from rnnsym.derivation.states.products import stacked_jacobian
from rnnsym.derivation.states.push_rules import PLAIN, push_rules
from rnnsym.derivation.states.pushing import Pieces, Pushing, in_order, push_through, written_out
from rnnsym.derivation.states.story import Story, free_name
from rnnsym.errors import InputError, ShapeError
from rnnsym.notation import Words, tree_of
from rnnsym.ops.leaves import leaf, ones
from rnnsym.ops.structure import diag
from rnnsym.transforms.derivatives import jvp


@dataclass(frozen=True)
class StepJacobian:
    """The derivatives of one chain's step: `pieces` of every name that is needed, by its Jacobian name; `blocks` gives
    the name of ∂s_t/∂p_{t-1} for those pairs of states (s, p) for which it is not zero everywhere."""

    chain: Chain
    pieces: Mapping[Name, Pieces]
    blocks: Mapping[tuple[Name, Name], Name]


def step_jacobian_of(system: System, chain: Chain, cut: Collection[Name] = ()) -> StepJacobian:
    """The derivatives of a step of `chain`; those of the names in `cut` keep their name in every formula.

    Raises ShapeError for a state that is a matrix.
    """
    check_states(system, chain)
    found: dict[Name, Pieces] = {}
    blocks: dict[tuple[Name, Name], Name] = {}
    for source in chain.carries:
        how = pushing(system, chain, source)
        order = in_order(chain.names, system, how.live)
        moving = push_through(system, order, how)
        kept = written_out(
            system, moving, how, [n for n in moving if n in chain.carries], [n for n in moving if n in cut]
        )
        found.update({how.name(name): pieces for name, pieces in kept.items()})
        blocks.update({(name, source): how.name(name) for name in kept if name in chain.carries})
    return StepJacobian(chain, found, blocks)


def check_states(system: System, chain: Chain) -> None:
    """Raises ShapeError for a state that is a matrix."""
    for name in chain.carries:
        if len(system.shape(name)) > 1:
            raise ShapeError(
                f"the state {name.label} has the shape {show(system.shape(name))}: a Jacobian is a matrix only between "
                "vectors, so carry it as a vector, or one vector for each row."
            )


def jacobian_name(chain: Chain, name: Name, source: Name, via: tuple[str, ...] = ()) -> Name:
    """∂n_t/∂p_{t-1}, or ∂n_t/∂p_{t+1} in a chain that runs down; `via` says through what."""
    return name.derived(Role.JACOBIAN, source, via=(*((STEP_AFTER,) if chain.direction < 0 else ()), *via))


def pushing(system: System, chain: Chain, source: Name) -> Pushing:
    """Directions in the state `source` one step before."""
    shape = system.shape(source)
    seed = diag(ones(shape)) if shape else ones(())
    inside = set(chain.names)
    return Pushing(
        seed=lambda read: seed if (read.name, read.time) == (source, chain.past) else None,
        live=lambda read: read.name in inside and read.time == NOW,
        name=lambda name: jacobian_name(chain, name, source),
        shape=lambda event: (*event, *shape),
        push=lambda rhs, tangents: jvp([rhs], list(tangents), list(tangents.values()))[0],
    )


# The form. ------------------------------------------------------------------------------------------------------


def step_jacobian(system: System, order: Sequence[Name] = (), cut: Collection[Name] = ()) -> Form:
    """∂s_t/∂s_{t-1} of every chain of `system`, as blocks and as a matrix of them.

    `order` are states in the order in which they are stacked; `cut` are quantities whose derivatives are to keep their
    name. Raises InputError for a system without a recurrence, ShapeError for a state that is a matrix.
    """
    found = chains_of(system, order)
    steps = [step_jacobian_of(system, chain, cut) for chain in found]
    story = Story(system)
    story.forward({name for chain in found for name in chain.carries})
    for step in steps:
        states = ", ".join(name.label for name in step.chain.carries)
        title = "Step Jacobian" if len(steps) == 1 else f"Step Jacobian of {states}"
        lines: list[Line] = [*jacobian_lines(story, step)]
        if len(step.chain.carries) > 1:
            lines.append(jacobian_matrix(story, step, stack_of(story.system, step.chain)))
        story.section(title, remarks(story.system, step.chain), lines)
    return story.form("jacobian", "step Jacobian")


def chains_of(system: System, order: Sequence[Name]) -> tuple[Chain, ...]:
    """The chains of a system that has some. Raises InputError otherwise."""
    found = chains(system, order)
    if not found:
        raise InputError("no equation of this system reads an earlier or a later step: there is no recurrence.")
    return found


def remarks(system: System, chain: Chain) -> list[Words]:
    """What holds for all lines of a step: how states are stacked, and that time runs down."""
    said: list[Words] = []
    if len(chain.carries) > 1:
        states = tuple((tree_of(leaf(name, NOW, system.shape(name))),) for name in chain.carries)
        said.append((equals(Symbol(stack_of(system, chain), NOW), Matrix(states)),))
    return [*said, *([("this chain runs from T down to 1",)] if chain.direction < 0 else [])]


def define(story: Story, step: StepJacobian) -> None:
    """Add the equations of a step's derivatives to the story."""
    shapes = {name: (*story.system.shape(name.of[0]), *story.system.shape(name.of[1])) for name in step.pieces}
    story.define(step.pieces, shapes)


def jacobian_lines(story: Story, step: StepJacobian) -> list[Equation]:
    """The lines of a step's derivatives; adds their equations to the story."""
    define(story, step)
    return [_line(story, step.chain, name) for name in step.pieces]


def _line(story: Story, chain: Chain, name: Name) -> Equation:
    of, source = name.of
    how = pushing(story.system, chain, source)
    movers = {
        read.leaf: read.name
        for piece in story.system.equations[of]
        for read in reads(piece.rhs)
        if how.seed(read) is not None or (how.live(read) and moves(story.system, chain, read.name, source))
    }
    bodies = [piece.rhs for piece in story.system.equations[of]]
    rules = dict.fromkeys(rule for body in bodies for rule in push_rules(body, movers))
    return story.equation(name, "; ".join(rules) or PLAIN, _because(story, chain, name, list(movers)), [of])


def moves(system: System, chain: Chain, name: Name, source: Name) -> bool:
    """Whether `name` depends on the state `source` one step before, within the step."""
    waiting, seen = [name], set[Name]()
    while waiting:
        current = waiting.pop()
        seen.add(current)
        for piece in system.equations[current]:
            for read in reads(piece.rhs):
                if (read.name, read.time) == (source, chain.past):
                    return True
                if read.name in chain.names and read.time == NOW and read.name not in seen:
                    waiting.append(read.name)
    return False


def _because(story: Story, chain: Chain, name: Name, movers: Sequence[Expr]) -> Words:
    """`c_t depends on h_{t-1} through f_t, i_t and g_t: what comes through each adds up.`"""
    of, source = name.of
    before = story.leaf(source, chain.past)
    through = [mover for mover in movers if mover is not before]
    words: list[str | Expr] = [story.leaf(of), " depends on ", before]
    if before in movers:
        words.append(" directly" + (" and" if through else ""))
    for i, mover in enumerate(through):
        words += [" through " if i == 0 else " and " if i == len(through) - 1 else ", ", mover]
    return (*words, "; what comes each way adds up." if len(movers) > 1 else ".")


def stack_of(system: System, chain: Chain) -> Name:
    """The name of all states of a chain, one above the other."""
    paths = [name.path for name in chain.carries]
    path = paths[0] if len(set(paths)) == 1 else ()
    return free_name(system, Name(Role.CARRY, "s", path))


def jacobian_matrix(story: Story, step: StepJacobian, stack: Name) -> Statement:
    """∂s_t/∂s_{t-1} as a matrix of blocks."""
    carries = step.chain.carries
    rows = tuple(tuple(_block(story, step.blocks.get((s, p))) for p in carries) for s in carries)
    name = jacobian_name(step.chain, stack, stack)
    stacked: list[str | Expr] = []
    for i, carry in enumerate(carries):
        stacked += [" above " if i else "", story.leaf(carry)]
    because = (Symbol(stack, NOW), " is ", *stacked, ": one block for each pair of states, zero where none depends.")
    size = rows_of(story.system, carries)
    return story.statement(
        name, (Symbol(name, NOW), Matrix(rows)), lambda known: stacked_jacobian(known, carries, step.blocks),
        "all blocks", because, step.blocks.values(), shape=(size, size),
    )  # fmt: skip


def _block(story: Story, name: Name | None) -> MathTree:
    return Number(0) if name is None else tree_of(story.leaf(name))


def rows_of(system: System, carries: Sequence[Name]) -> Dim:
    """The number of entries of all states together."""
    total: Dim = 0
    for name in carries:
        total = plus(total, product(system.shape(name)))
    return total
