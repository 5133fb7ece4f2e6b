"""The plan of a program as a page of text."""

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnnsym.api.plan_text import equation, range_of
from rnnsym.core.names import Name
from rnnsym.core.system import System
from rnnsym.engine.fast.counting import Cost
from rnnsym.engine.fast.report import Change, Item
from rnnsym.notation import Style

if TYPE_CHECKING:
    from rnnsym.api.plan import ProgramPlan

MOST_LINES = 2
"""How many lines of text one equation may have."""
TIED = "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"
ASCII = str.maketrans({"…": "...", "−": "-"})
WORDS = {
    "data": "Once for given data",
    "weights": "Once a run: what is made of parameters alone",
}
ROWS = (
    ("once for given data", "data"),
    ("once a run: weights", "weights"),
    ("outside the loops", "outside"),
    ("a step, t upward", "upward"),
    ("a step, t downward", "downward"),
    ("one run", "run"),
)


def page(plan: "ProgramPlan", width: int, style: Style, with_changes: bool) -> str:
    """Choices, passes, stages, costs: the page that `rnnsym plan` prints."""
    parts = [_heading(plan, width), _choices(plan, width), _passes(plan, width)]
    if with_changes:
        parts += [_change(change, width, style) for change in plan.passes]
    parts += [_stage(plan, i, width, style) for i in range(len(plan.stages))]
    parts.append(_table(plan))
    text = "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts)
    return text.translate(ASCII) if style == "ascii" else text


def _heading(plan: "ProgramPlan", width: int) -> Iterator[str]:
    examples = "one example" if plan.batch is None else f"B = {plan.batch}"
    sizes = [f"{name} = {size}" for name, size in plan.net.sizes.items()]
    told = ", ".join([f"T = {plan.steps}", examples, *sizes]).replace(" = ", TIED)
    title = f"How {plan.net.name} computes its loss and gradients: {told}"
    yield from (line.replace(TIED, " = ") for line in textwrap.wrap(title, width))
    if plan.steps < plan.least:
        why = f"This program is for T = {plan.least} and more; for T = {plan.steps} the readable one runs instead."
        yield from textwrap.wrap(why, width)


def _choices(plan: "ProgramPlan", width: int) -> Iterator[str]:
    yield "Choices that the sizes make (nanoseconds a step, from the cost model)"
    for each in plan.reasons:
        weighed = each.with_it is not None
        why = f" With it {each.with_it:,.0f} ns, without {each.without:,.0f} ns." if weighed else ""
        yield from _beside(f"  {each.choice:<13}  {_value(each.value):<6}  ", each.about + why, width)


def _value(value: bool | int | float) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"{value:.2g}"


def _passes(plan: "ProgramPlan", width: int) -> Iterator[str]:
    yield f"{'Passes':<12}  changed  made  removed"
    for each in plan.passes:
        numbers = f"{len(each.changed):>7}  {len(each.made):>4}  {len(each.removed):>7}"
        yield from _beside(f"  {each.name:<10}  {numbers}  ", each.about, width)


def _beside(head: str, said: str, width: int) -> list[str]:
    return textwrap.wrap(said, width, initial_indent=head, subsequent_indent=" " * len(head))


# Passes, before and after. ----------------------------------------------------------------------------------------


def _change(change: Change, width: int, style: Style) -> Iterator[str]:
    yield f"{change.name}: {change.about}"
    if not (change.changed or change.made or change.removed):
        yield "  Nothing to change."
    for name in (*change.removed, *change.changed, *change.made):
        yield from _told("  - ", name, change.before, change.after, width, style)
        yield from _told("  + ", name, change.after, change.before, width, style)


def _told(mark: str, name: Name, system: System, other: System, width: int, style: Style) -> Iterator[str]:
    """The pieces that a name has in one System and not in the other."""
    for piece in system.equations.get(name, ()):
        if piece not in other.equations.get(name, ()):
            several = len(system.equations[name]) > 1 and not piece.domain.single
            when = f"   ({piece.domain})" if several else ""
            yield from _wrapped(mark, equation(system, name, piece, style) + when, width)


def _wrapped(head: str, said: str, width: int) -> list[str]:
    return textwrap.wrap(
        said, width, initial_indent=head, subsequent_indent=" " * (len(head) + 2), max_lines=MOST_LINES,
        placeholder=" …", break_on_hyphens=False,
    )  # fmt: skip


# Stages. ----------------------------------------------------------------------------------------------------------


def _stage(plan: "ProgramPlan", index: int, width: int, style: Style) -> Iterator[str]:
    stage = plan.stages[index]
    room = width - 18
    yield f"{_stage_title(plan, index):<{room}} {'calls':>5}  {'FLOPs':>10}"
    for number, item in enumerate(stage.items, 1):
        lines = [line for said in _said(item, plan, style) for line in _wrapped("     ", said, room)]
        lines[0] = f"{number:>3}  {lines[0][5:]:<{room - 5}} {item.cost.calls:>5}  {_count(item.cost.flops):>10}"
        yield from lines


def _stage_title(plan: "ProgramPlan", index: int) -> str:
    stage = plan.stages[index]
    if stage.kind == "loop":
        assert stage.steps is not None
        return f"Each step of a loop over {range_of(stage.steps, stage.direction)}"
    if stage.kind in WORDS:
        return WORDS[stage.kind]
    before = any(each.kind == "loop" for each in plan.stages[:index])
    after = any(each.kind == "loop" for each in plan.stages[index:])
    where = "Between the loops" if before and after else "After the loops" if before else "Before the loops"
    return f"{where}, for all steps at once"


def _said(item: Item, plan: "ProgramPlan", style: Style) -> list[str]:
    """What a group of calls computes, in the words of the equations."""
    if item.name and item.pieces:
        found = [equation(plan.system, item.name, piece, style) for piece in item.pieces]
        return [_taken_over(each) for each in found]
    return [f"{item.name.plain} is copied" if item.name else f"in between: {'; '.join(item.lines)}"]


def _taken_over(text: str) -> str:
    left, _, right = text.partition(" = ")
    return f"{left} as given" if left == right else text


# Costs. -----------------------------------------------------------------------------------------------------------


def _table(plan: "ProgramPlan") -> Iterator[str]:
    yield f"{f'Costs, T = {plan.steps}':<22}{'fast program':>27}{'readable program':>28}"
    yield " " * 22 + " ".join([f"{'calls':>8} {'FLOPs':>9} {'bytes':>8}"] * 2)
    for title, key in ROWS:
        fast, readable = getattr(plan.costs, key), getattr(plan.readable_costs, key)
        if fast.calls or readable.calls:
            yield f"  {title:<20}{_numbers(fast)} {_numbers(readable)}"


def _numbers(cost: Cost) -> str:
    if not cost.calls:
        return f"{'':>27}"
    return f"{_count(cost.calls):>8} {_count(cost.flops):>9} {_short(cost.bytes, ('B', 'kB', 'MB', 'GB', 'TB')):>8}"


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**6 else _short(number, ("", "k", "M", "G", "T", "P"))


def _short(number: float, units: tuple[str, ...]) -> str:
    """Three digits and a unit."""
    power = 0
    while number >= 999.5 and power < len(units) - 1:
        number, power = number / 1000, power + 1
    digits = 0 if power == 0 or number >= 99.95 else 1 if number >= 9.995 else 2
    return f"{number:.{digits}f} {units[power]}".strip()
