"""What is worked out about a form of a network: its lines, then its numbers, then the check of each line."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from rnnsym.api.choices import FormChoice
from rnnsym.api.derivation import Derivation, derive
from rnnsym.api.forms import FormView
from rnnsym.checks.lines import LineCheck, check_lines
from rnnsym.core import dims
from rnnsym.core.names import Name, Role
from rnnsym.errors import RnnsymError
from rnnsym.walk.walk import Walk
from rnnsym.wiring import TARGET
from rnnsym_tui.model.derive.numbers import MOST, Numbers, amount, entries
from rnnsym_tui.model.derive.reader import Choice
from rnnsym_tui.model.view import first_recurrent

MOST_CHECKED, MOST_WORK = 40, 4e8
"""Steps of a sequence that the lines are checked on, and multiplications that this may take: about a second."""


@dataclass(frozen=True)
class Reading:
    """A form with what is known about it so far. `trouble` says why there are no numbers, `unchecked` why no checks;
    `note` what the numbers are taken for."""

    choice: Choice
    view: FormView
    numbers: Numbers | None = None
    checks: Mapping[int, LineCheck] | None = None
    checked_steps: int = 0
    steps: int = 0
    trouble: str = ""
    unchecked: str = ""
    note: str = ""


class Study:
    """The derivation of one walk, and its readings; each form is worked out once."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self._known: dict[Choice, Reading] = {}

    @cached_property
    def derivation(self) -> Derivation:
        return derive(self.walk.net)

    @property
    def forms(self) -> tuple[FormChoice, ...]:
        """The forms that there are for this network."""
        return self.derivation.forms

    def known(self, choice: Choice) -> Reading | None:
        return self._known.get(choice)

    def stages(self, choice: Choice) -> Iterator[Reading]:
        """The reading of a form as it grows: lines, numbers, checks. Raises RnnsymError for what is no form here."""
        reading = self._known.get(choice) or self._begin(choice)
        yield self._keep(reading)
        if reading.numbers is None and not reading.trouble:
            reading = self._with_numbers(reading)
            yield self._keep(reading)
        if reading.checks is None and not reading.unchecked and reading.numbers is not None:
            yield self._keep(self._with_checks(reading))

    def _keep(self, reading: Reading) -> Reading:
        self._known[reading.choice] = reading
        return reading

    def _begin(self, choice: Choice) -> Reading:
        view = self.derivation.form_view(choice.form, wrt=choice.wrt, window=choice.window, per=choice.per)
        directions = [name for name in view.system.given if name.role == Role.TANGENT]
        if not directions:
            return Reading(choice, view, steps=self.walk.steps)
        supplied = {**view.form.supplied, **{name: self._direction(name) for name in directions}}
        view = FormView(replace(view.form, supplied=supplied), view.title, view.notation, view.net)
        return Reading(choice, view, steps=self.walk.steps, note="the direction is the gradient")

    def _direction(self, tangent: Name) -> Callable[[int], Any]:
        """The value of a direction that comes from outside: the gradient, and zero for what has none."""
        moved = tangent.of[0]
        found = self.walk.run.grads.get(moved.label) if moved.role == Role.PARAM else None
        shape = tuple(dims.size(dim, self.walk.net.sizes) for dim in self.walk.system.shape(moved))
        return lambda steps: np.zeros(shape) if found is None else found

    def _with_numbers(self, reading: Reading) -> Reading:
        walk, view = self.walk, reading.view
        entries = amount(view.system, walk.net.sizes, walk.steps)
        if entries > MOST:
            return replace(reading, trouble=f"{entries:.1g} numbers are too many to show here: take a shorter text")
        try:
            values = view.values(*self._problem(walk.steps))
        except RnnsymError as error:
            return replace(reading, trouble=str(error))
        return replace(reading, numbers=Numbers(view.system, values, walk.net.sizes, walk.steps))

    def _with_checks(self, reading: Reading) -> Reading:
        steps = steps_to_check(self.walk)
        try:
            found = check_lines(reading.view, *self._problem(steps))
        except RnnsymError as error:
            return replace(reading, unchecked=str(error))
        return replace(reading, checks=found, checked_steps=steps)

    def _problem(self, steps: int) -> tuple[Mapping[str, Any], Any, Any, dict[str, Any]]:
        """Parameters, inputs, targets and initial carry of the walk's first steps, as `Network.run` takes them."""
        walk, held = self.walk, self.walk.run.arrays
        given = walk.system.given
        every = {n: np.asarray(held[n]) for n in given if n.role == Role.INPUT}
        inputs = {n.label: x[1 : steps + 1] if walk.system.timed(n) else x for n, x in every.items()}
        carry = {n.label: np.asarray(held[n]) for n in given if n.role == Role.INITIAL}
        x = inputs if len(inputs) > 1 else next(iter(inputs.values()))
        targets = np.asarray(held[TARGET])
        return walk.params, x, targets[1 : steps + 1] if walk.system.timed(TARGET) else targets, carry


def steps_to_check(walk: Walk) -> int:
    """Fewer steps for larger networks: a small push on each number takes a run of its own."""
    sizes, system = walk.net.sizes, walk.net.system
    weights = sum(entries(system.shape(name), sizes) for name in system.given if name.role == Role.PARAM)
    states = sum(entries(system.shape(name), sizes) for name in system.equations)
    steps = min(walk.steps, MOST_CHECKED)
    while steps > 2 and (weights + states * steps) * steps * weights > MOST_WORK:
        steps -= 1
    return steps


def parameters(walk: Walk) -> list[str]:
    """The parameters that a form can be about."""
    return [line.name.label for line in walk.lines.gradients]


def usual_parameter(walk: Walk) -> str | None:
    """The parameter to begin with: the first one that is applied to a value of the step before."""
    name = first_recurrent(walk)
    return name.label if name else None


def line_number(walk: Walk, name: Name) -> int | None:
    """The number of the line of the walk that computes a quantity."""
    lines = (*walk.lines.forward, *walk.lines.backward, *walk.lines.gradients)
    return next((line.number for line in lines if line.name == name), None)
