"""What every form about one parameter is made of, chain by chain: e_t, the step Jacobian, and ∂⁺s_t/∂θ.

The loss feels θ through the first state that θ reaches: ∂L/∂θ is, summed over the chains, what comes through the states
of each, and what reaches the loss through no state at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rnnsym.core.names import START, Interval, Name, Role
from rnnsym.core.system import System
from rnnsym.derivation.adjoint import Adjoint
from rnnsym.derivation.chains import Chain
from rnnsym.derivation.entering import Entering, direct, entering, names_of_entering
from rnnsym.derivation.equations import Line
from rnnsym.derivation.immediate import Immediate, immediate, immediate_lines
from rnnsym.derivation.jacobians import (
    StepJacobian,
    chains_of,
    jacobian_lines,
    remarks,
    step_jacobian_of,
)
from rnnsym.derivation.story import Story
from rnnsym.errors import DisconnectedError
from rnnsym.notation import Words


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
        return any(piece.domain == START for name in self.immediate.parts.values() for piece in self.immediate.pieces[name])

    @property
    def title(self) -> str:
        return ", ".join(name.label for name in self.chain.carries)


@dataclass(frozen=True)
class Ingredients:
    """A story with everything defined and told that the parts need; `direct` is the name of what passes no state."""

    story: Story
    parameter: Name
    parts: tuple[Part, ...]
    direct: Name | None


def ingredients(system: System, derived: Adjoint, parameter: Name, order: Sequence[Name]) -> Ingredients:
    """Raises InputError without a recurrence, DisconnectedError where the loss does not depend on `parameter` through a
    state, ShapeError for a state that is a matrix."""
    every, loss = chains_of(system, order), next(name for name in system.equations if name.role == Role.TOTAL)
    names = names_of_entering(system, every)
    parts = []
    for chain in every:
        found = immediate(system, chain, every, parameter)
        enters = entering(system, chain, loss, names) if found.parts else None
        if enters is not None and enters.parts:
            parts.append(Part(chain, step_jacobian_of(system, chain), found, enters))
    if not parts:
        raise DisconnectedError(
            f"{parameter.label} reaches the loss through no state that is carried: its gradient is a sum over t of what "
            "each step gives, as in the backward recurrence."
        )
    story = Story(system)
    story.forward(_forward_roots(system, parts))
    past = direct(system, every, loss, parameter)
    _tell_entering(story, derived, [*(part.entering for part in parts), past], names)
    for part in parts:
        ending = "" if len(parts) == 1 else f" of {part.title}"
        story.section(f"Step Jacobian{ending}", remarks(part.chain), jacobian_lines(story, part.step))
        held: Words = ("the state of the step before is held",)
        story.section(f"Immediate derivative{ending}", (held,), immediate_lines(story, part.immediate, every))
    return Ingredients(story, parameter, tuple(parts), _direct_name(parameter) if past.parts else None)
