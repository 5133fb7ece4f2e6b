"""A problem sheet, worked out and printed: forward, backward, gradients, and one step of gradient descent."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnnsym.cli.tables import Group, array_text, blocks, number, quantity, short, words
from rnnsym.cli.writing import Writing, indented
from rnnsym.core.names import FREE, NOW, Name, Role
from rnnsym.core.system import System
from rnnsym.derivation.equations import Equation
from rnnsym.ops.leaves import leaf
from rnnsym.walk.sheet import MISSING, Sheet
from rnnsym.walk.walk import Walk
from rnnsym.wiring import TARGET

Array = np.ndarray[Any, Any]


def report(sheet: Sheet, writing: Writing, rate: float | None, steps: range) -> Iterator[str]:
    """All lines of the sheet. The tables show the rows of `steps`; `rate` is the learning rate, None for no update."""
    yield from _header(sheet, writing)
    yield ""
    yield from _forward(sheet, writing, steps)
    if not any(sheet.present):
        yield ""
        yield "No target was given, so there is no loss and no backward pass."
        return
    yield ""
    yield from _backward(sheet, writing, steps)
    yield ""
    yield from _gradients(sheet, writing, steps)
    if rate is not None:
        yield ""
        yield from _update(sheet, writing, rate)


def _header(sheet: Sheet, writing: Writing) -> Iterator[str]:
    walk, given = sheet.walk, sheet.given
    sizes = ", ".join(f"{dim} = {size}" for dim, size in walk.net.sizes.items())
    yield f"{walk.net.cell.name} on numbers of your own: T = {walk.steps}, {sizes}"
    yield ""
    for name in walk.params:
        if name not in sheet.unset:
            yield f"  {name} = {array_text(walk.params[name])}"
    if sheet.unset:
        how = "zero" if given.seed is None else f"drawn with seed {given.seed}"
        names = f"not set, so {how}: {', '.join(sheet.unset)}"
        yield from textwrap.wrap(names, writing.width, initial_indent="  ", subsequent_indent="    ")
    if not walk.net.options.readout:
        yield f"  no V, so no readout: the output is {walk.net.cell.output_name} itself"


def _at_step(system: System, name: Name, writing: Writing) -> str:
    """`hₜ`; a name without a time axis keeps its plain symbol."""
    timed = system.timed(name) or name in system.equations
    return writing.formula(leaf(name, NOW if timed else FREE, system.shape(name)))


def _table(writing: Writing, steps: Sequence[str], groups: Sequence[Group]) -> Iterator[str]:
    return indented(blocks(words("t", steps), groups, writing.width - 2))


def _values(walk: Walk, name: Name, steps: Sequence[int]) -> list[Array | None]:
    """The value at each step, None where the name has none."""
    if name not in walk.system.equations:
        return [None if t == 0 else walk.value(name, t) for t in steps]
    known = walk.system.hull(name).at(walk.steps)
    return [walk.value(name, t) if t in known else None for t in steps]


def _forward(sheet: Sheet, writing: Writing, shown: range) -> Iterator[str]:
    walk = sheet.walk
    scored = any(sheet.present)
    lines = [line for line in walk.lines.forward if scored or line.name.role not in (Role.LOSS, Role.TOTAL)]
    yield writing.plain(f"FORWARD   t = 1…{walk.steps}")
    yield from writing.equations(lines)
    if scored and not all(sheet.present):
        yield "      m is 1 where there is a target, and 0 where there is none."
    yield ""
    steps = [shown[0] - 1, *shown]
    groups = [
        quantity(_at_step(walk.system, name, writing), _values(walk, name, steps))
        for name in walk.system.given
        if name.role == Role.INPUT
    ]
    if scored:
        targets = [walk.value(TARGET, t) if t and sheet.present[t - 1] else None for t in steps]
        blank = ["" if t == 0 or sheet.present[t - 1] else MISSING for t in steps]
        groups.append(quantity(_at_step(walk.system, TARGET, writing), targets, blank))
    groups += [
        quantity(_at_step(walk.system, line.name, writing), _values(walk, line.name, steps))
        for line in lines
        if not line.total
    ]
    yield from _table(writing, [str(t) for t in steps], groups)
    if scored:
        yield ""
        yield f"  total loss L = {number(walk.run.loss)}"


def _backward(sheet: Sheet, writing: Writing, shown: range) -> Iterator[str]:
    walk = sheet.walk
    yield writing.plain(f"BACKWARD   t = {walk.steps}…1")
    yield from writing.equations(walk.lines.backward)
    yield ""
    steps = shown[::-1]
    groups = [
        quantity(_at_step(walk.system, line.name, writing), [walk.value(line.name, t) for t in steps])
        for line in walk.lines.backward
    ]
    yield from _table(writing, [str(t) for t in steps], groups)


def _gradients(sheet: Sheet, writing: Writing, shown: range) -> Iterator[str]:
    """The term of each step, and their sum."""
    walk = sheet.walk
    yield writing.plain("GRADIENTS   the term that each step adds, and their sum")
    yield from writing.equations(walk.lines.gradients)
    yield ""
    keys = [*(str(t) for t in shown[::-1]), writing.plain("Σ")]
    groups = [_terms(walk, line, writing, shown) for line in walk.lines.gradients]
    yield from _table(writing, keys, groups)


def _terms(walk: Walk, line: Equation, writing: Writing, shown: range) -> Group:
    terms: list[Array | None] = []
    for t in shown[::-1]:
        held = t in line.domain.at(walk.steps)
        terms.append(walk.result(walk[walk.find("gradient", t, line.number)]) if held else None)
    return quantity(writing.formula(line.lhs), [*terms, walk.value(line.name, 0)])


def _update(sheet: Sheet, writing: Writing, rate: float) -> Iterator[str]:
    """One row for each entry of each parameter."""
    before, grads, after = sheet.walk.params, sheet.walk.run.grads, sheet.updated(rate)
    yield writing.plain(f"UPDATE   one step of gradient descent: new = old − {short(rate)} · gradient")
    yield ""
    names = [_entry(name, place, before[name]) for name in before for place in np.ndindex(before[name].shape)]
    columns = [words("", names)]
    for head, arrays in (("old", before), ("gradient", grads), ("new", after)):
        entries: list[Array | None] = [np.asarray(arrays[name][place]) for name in before for place in np.ndindex(before[name].shape)]
        columns.append(quantity(head, entries))
    yield from indented(blocks(columns[0], columns[1:], writing.width - 2))


def _entry(name: str, place: tuple[int, ...], array: Array) -> str:
    """`U[1,2]`; the name alone for an array of one entry."""
    return name if array.size == 1 else f"{name}[{','.join(str(i + 1) for i in place)}]"
