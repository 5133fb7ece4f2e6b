"""A problem sheet, worked out and printed: forward, backward, gradients, and one step of gradient descent."""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnsym.cli.tables import Group, blocks, quantity, words
from rnnsym.cli.writing import INDENT, Writing, indented
from rnnsym.core.names import NOW, Name, Role
from rnnsym.core.system import reads
from rnnsym.derivation.equations import Equation
from rnnsym.notation.figures import decimal, listed, short
from rnnsym.ops.leaves import leaf
from rnnsym.walk.sheet import MISSING, Sheet, readout_labels
from rnnsym.walk.walk import Walk
from rnnsym.wiring import TARGET, predicted

Array = np.ndarray[Any, Any]
SCORE = (Role.LOSS, Role.TOTAL)


@dataclass(frozen=True)
class Report:
    """The sheet as lines. The tables show the rows of `steps`; `rate` is the learning rate, None for no update."""

    sheet: Sheet
    writing: Writing
    steps: range
    rate: float | None = None

    @property
    def walk(self) -> Walk:
        return self.sheet.walk

    def lines(self) -> Iterator[str]:
        """The whole report."""
        yield from self._header()
        yield from self._forward()
        if not any(self.sheet.present):
            yield ""
            yield "No target was given, so there is no loss and no backward pass."
            return
        yield from self._backward()
        yield from self._gradients()
        if self.rate is not None:
            yield from self._update(self.rate)

    def _header(self) -> Iterator[str]:
        walk, sheet = self.walk, self.sheet
        sizes = ", ".join(f"{dim} = {size}" for dim, size in walk.net.sizes.items())
        yield f"{walk.net.name} on numbers of your own: T = {walk.steps}, {sizes}"
        yield ""
        for name in walk.params:
            if name not in sheet.unset:
                yield f"{INDENT}{name} = {listed(walk.params[name], short)}"
        if sheet.unset:
            how = "zero" if sheet.given.seed is None else f"drawn with seed {sheet.given.seed}"
            yield from self._wrapped(f"not set, so {how}: {', '.join(sheet.unset)}")
        if not walk.net.options.readout:
            weights, (output, *_) = readout_labels(walk.net.body)[0], reads(predicted(walk.net.system))
            yield from self._wrapped(f"{weights} not set, so no readout: the output is {output.name.label} itself")

    def _wrapped(self, sentence: str) -> list[str]:
        return textwrap.wrap(sentence, self.writing.width, initial_indent=INDENT, subsequent_indent=INDENT * 2)

    def _forward(self) -> Iterator[str]:
        scored = any(self.sheet.present)
        lines = [line for line in self.walk.lines.forward if scored or line.name.role not in SCORE]
        yield from self._section(f"FORWARD   t = 1…{self.walk.steps}", lines)
        if scored and not all(self.sheet.present):
            yield f"{INDENT * 3}m is 1 where there is a target, and 0 where there is none."
        yield ""
        steps = [self.steps[0] - 1, *self.steps]
        inputs = [name for name in self.walk.system.given if name.role == Role.INPUT]
        groups = [self._quantity(name, steps) for name in inputs]
        if scored:
            groups.append(self._targets(steps))
        groups += [self._quantity(line.name, steps) for line in lines if not line.total]
        yield from self._table([str(t) for t in steps], groups)
        if scored:
            yield ""
            yield f"{INDENT}total loss L = {decimal(self.walk.run.loss)}"

    def _backward(self) -> Iterator[str]:
        lines = self.walk.lines.backward
        yield from self._section(f"BACKWARD   t = {self.walk.steps}…1", lines)
        yield ""
        steps = self.steps[::-1]
        yield from self._table([str(t) for t in steps], [self._quantity(line.name, steps) for line in lines])

    def _gradients(self) -> Iterator[str]:
        lines = self.walk.lines.gradients
        yield from self._section("GRADIENTS   the term that each step adds, and the sum over all steps", lines)
        yield ""
        keys = [*(str(t) for t in self.steps[::-1]), "sum" if self.writing.ascii else "Σ"]
        yield from self._table(keys, [self._terms(line) for line in lines])

    def _update(self, rate: float) -> Iterator[str]:
        """One row for each entry of each parameter."""
        before = self.walk.params
        yield from self._section(f"UPDATE   gradient descent: new = old − {short(rate)} × gradient", [])
        yield ""
        places = [(name, place) for name in before for place in np.ndindex(before[name].shape)]
        keys = words("", [_entry(name, place, before[name]) for name, place in places])
        columns = (("old", before), ("gradient", self.walk.run.grads), ("new", self.sheet.updated(rate)))
        groups = [quantity(head, [np.asarray(held[name][place]) for name, place in places]) for head, held in columns]
        yield from indented(blocks(keys, groups, self.writing.width - len(INDENT)))

    def _section(self, title: str, lines: Iterable[Equation]) -> Iterator[str]:
        yield ""
        yield self.writing.plain(title)
        yield from self.writing.equations(list(lines))

    def _table(self, keys: Iterable[str], groups: Iterable[Group]) -> Iterator[str]:
        return indented(blocks(words("t", list(keys)), list(groups), self.writing.width - len(INDENT)))

    def _quantity(self, name: Name, steps: Iterable[int]) -> Group:
        """The values of a name, empty at steps where it has none."""
        system = self.walk.system
        first = system.hull(name).lo.at(self.walk.steps) if name in system.equations else 1
        head = self.writing.formula(leaf(name, NOW, system.shape(name)))
        return quantity(head, [self.walk.value(name, t) if t >= first else None for t in steps])

    def _targets(self, steps: Iterable[int]) -> Group:
        """The targets, with `_` where one is missing, as on the sheet."""
        present = dict(enumerate(self.sheet.present, 1))
        values = [self.walk.value(TARGET, t) if present.get(t) else None for t in steps]
        blanks = [MISSING if t in present and not present[t] else "" for t in steps]
        return quantity(self.writing.formula(leaf(TARGET, NOW, self.walk.system.shape(TARGET))), values, blanks)

    def _terms(self, line: Equation) -> Group:
        """What each step adds to a gradient, and the whole gradient."""
        moves = [self.walk[self.walk.find("gradient", t, line.number)] for t in self.steps[::-1]]
        terms = [self.walk.result(move) for move in moves]
        return quantity(self.writing.formula(line.lhs), [*terms, self.walk.value(line.name, 0)])


def _entry(name: str, place: tuple[int, ...], array: Array) -> str:
    """`U[1,2]`; the name alone for an array of one entry."""
    return name if array.size == 1 else f"{name}[{','.join(str(i + 1) for i in place)}]"
