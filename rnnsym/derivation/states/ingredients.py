"""What every form about one parameter is made of, chain by chain: e_t, the step Jacobian, and ∂⁺s_t/∂θ.

The loss feels θ through the first state that θ reaches: ∂L/∂θ is, summed over the chains, what comes through the states
of each, and what reaches the loss through no state at all. That is everything for a θ that enters no state, as in a
readout.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rnnsym.core.dims import Shape
from rnnsym.core.mathtree import Number
from rnnsym.core.names import FREE, NOW, START, Name, Role
from rnnsym.core.system import System, reads
from rnnsym.derivation.adjoint import DIFFERENTIATED, Adjoint
from rnnsym.derivation.equations import Line
from rnnsym.derivation.form import boundary, equals
from rnnsym.derivation.states.chains import Chain
from rnnsym.derivation.states.entering import Entering, direct, entering, names_of_entering
from rnnsym.derivation.states.immediate import Immediate, immediate, immediate_lines
from rnnsym.derivation.states.jacobians import (
    StepJacobian,
    chains_of,
    jacobian_lines,
    remarks,
    step_jacobian_of,
)
from rnnsym.derivation.states.story import Story
from rnnsym.derivation.truncation.chunks import marked
from rnnsym.errors import DisconnectedError
from rnnsym.notation import Words, tree_of
from rnnsym.ops.leaves import leaf


@dataclass(frozen=True)
class Part:
    """One chain that θ enters, and the steps at which it does: with START where the initial state depends on θ."""

    chain: Chain
    step: StepJacobian
    immediate: Immediate
    entering: Entering

    @property
    def starts(self) -> bool:
        """Whether θ enters the state from which the chain starts."""
        found = (self.immediate.pieces[name] for name in self.immediate.parts.values())
        return any(piece.domain == START for pieces in found for piece in pieces)

    @property
    def title(self) -> str:
        return ", ".join(name.label for name in self.chain.carries)

    @property
    def layer(self) -> tuple[str, ...]:
        return self.chain.carries[0].path


@dataclass(frozen=True)
class Ingredients:
    """A story with everything defined and told that the parts need; `direct` is the name of what passes no state.

    Where θ enters no state there are no parts, and the story has told the whole gradient.
    """

    story: Story
    parameter: Name
    parts: tuple[Part, ...]
    direct: Name | None

    @property
    def gradients(self) -> tuple[Name, ...]:
        """What the gradient in θ is made of, a name for each part: called after its layer, or after its first state."""
        layers = [part.layer for part in self.parts]
        return tuple(
            _part_name(self.story.system, self.parameter, "_".join(layer) if layers.count(layer) == 1 and layer
                       else part.chain.carries[0].symbol)
            for part, layer in zip(self.parts, layers, strict=True)
        )  # fmt: skip


def ingredients(system: System, derived: Adjoint, parameter: Name, order: Sequence[Name]) -> Ingredients:
    """Raises InputError without a recurrence, DisconnectedError where the loss does not depend on `parameter`,
    ShapeError for a state that is a matrix."""
    every, loss = chains_of(system, order), next(name for name in system.equations if name.role == Role.TOTAL)
    names = names_of_entering(system, every)
    parts = []
    for chain in every:
        found = immediate(system, chain, every, parameter)
        enters = entering(system, chain, loss, names) if found.parts else None
        if enters is not None and enters.parts:
            parts.append(Part(chain, step_jacobian_of(system, chain), found, enters))
    past = direct(system, every, loss, parameter)
    if not parts and not past.parts:
        raise DisconnectedError(f"the loss does not depend on {parameter.label}: its gradient is exactly zero.")
    story = Story(system)
    told = [*(part.entering for part in parts), past]
    story.forward({name for part in parts for name in part.chain.carries} | _read_by(derived, told))
    if not parts:
        lines = _entering_lines(story, derived, told, names)
        remark: Words = (story.leaf(parameter, FREE), " acts through no state that is carried")
        story.section("Gradient", (remark, *boundary(lines)), lines)
        return Ingredients(story, parameter, (), None)
    passing = _part_name(system, parameter, "direct")
    lines = _entering_lines(story, derived, told, names, passing)
    story.section("What enters from outside", (*boundary(lines), *_elsewhere(lines)), lines)
    for part in parts:
        ending = "" if len(parts) == 1 else f" of {part.title}"
        story.section(f"Step Jacobian{ending}", remarks(story.system, part.chain), jacobian_lines(story, part.step))
        held: Words = ("the state of the step before is held",)
        story.section(f"Immediate derivative{ending}", (held,), immediate_lines(story, part.immediate, every))
    return Ingredients(story, parameter, tuple(parts), passing if past.parts else None)


def _elsewhere(lines: Iterable[Line]) -> Iterator[Words]:
    """`eₜ = 0 at every other step`, of what enters at one step only."""
    for line in lines:
        if line.domain.single and line.name.role == Role.EQUATION and not line.total:
            entering = tree_of(leaf(line.name, NOW, line.shape))
            yield (equals(entering, Number(0)), " at every other step")


def _part_name(system: System, parameter: Name, label: str) -> Name:
    """A part of the gradient in `parameter`: `U_direct`, apart from the gradients of other parameters."""
    others = [name.as_role(Role.GRADIENT) for name in system.given if name.role == Role.PARAM]
    return marked(parameter.as_role(Role.GRADIENT), label, others)


def _read_by(derived: Adjoint, told: Sequence[Entering]) -> set[Name]:
    """The forward quantities that the adjoints read, and those that their reasons name."""
    pieces = (piece for found in told for pieces in found.pieces.values() for piece in pieces)
    read = {r.name for piece in pieces for r in reads(piece.rhs)}
    users = {use.user for found in told for bar in found.shared for use in derived.uses[bar]}
    return {name for name in read | users if name in derived.forward}


def _entering_lines(
    story: Story, derived: Adjoint, told: Sequence[Entering], names: Mapping[Name, Name], direct: Name | None = None
) -> list[Line]:
    """The lines of e_t: the adjoints that it needs, as in the backward recurrence, and e_t for every state. A gradient
    is called `direct`; it is told as in the recurrence where it is None."""
    lines: list[Line] = []
    states = {bar: state for state, bar in names.items()}
    for found in told:
        new = {name: pieces for name, pieces in found.pieces.items() if name not in story.numbers}
        renamed = {name: direct if direct and name.role == Role.GRADIENT else name for name in new}
        shapes = {bar: _shape(story.system, name, states) for name, bar in renamed.items()}
        story.define({renamed[name]: pieces for name, pieces in new.items()}, shapes)
        for name in new:
            if name in found.shared or (name.role == Role.GRADIENT and direct is None):
                lines.append(story.backward(derived, name))
            else:
                lines.append(story.equation(renamed[name], "from outside the chain", _because(story, name, states)))
    return lines


def _shape(system: System, name: Name, states: Mapping[Name, Name]) -> Shape:
    if name in states:
        return system.shape(states[name])
    return system.shape(_original(system, name))


def _original(system: System, bar: Name) -> Name:
    """The quantity whose adjoint or gradient `bar` is, with or without a label."""
    for symbol in (bar.symbol, bar.symbol.rpartition("_")[0]):
        for name in (*system.equations, *system.given):
            if (name.symbol, name.path) == (symbol, bar.path) and name.role in DIFFERENTIATED:
                return name
    raise KeyError(bar)


def _because(story: Story, name: Name, states: Mapping[Name, Name]) -> Words:
    if name in states:
        state = story.leaf(states[name])
        return ("What the loss feels of ", state, " apart from what comes through the next state of the chain.")
    return ("What the loss feels of it while the states of the chain are held.",)
