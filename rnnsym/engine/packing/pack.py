"""Packing of a System: fewer calls in a step of each loop, and where vectors live so that they suffice."""

from collections.abc import Mapping, Sequence
from functools import cache

from rnnsym.core.expr import Expr
from rnnsym.core.names import Interval, Name, Offset
from rnnsym.core.system import System
from rnnsym.engine.packing.build import Builder, banks_of
from rnnsym.engine.packing.draft import Draft, Pieces, in_time
from rnnsym.engine.packing.groups import APART, BESIDE, COPIED, REPEATED, WRITTEN, Modes, plan_of
from rnnsym.engine.packing.layout import Layout
from rnnsym.engine.packing.loop import OUTSIDE, Loop, read_loop
from rnnsym.engine.packing.reading import Use, uses_of, widened
from rnnsym.engine.packing.search import Problem, best
from rnnsym.engine.packing.stacks import Product, products_of
from rnnsym.engine.packing.waves import last_reads, waves
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.schedule import Block, schedule


def pack(
    system: System, wanted: Sequence[Name], choices: Choices, sizes: Mapping[str, int]
) -> tuple[System, Layout]:  # fmt: skip
    """`system`, in single operations, with equal values and fewer operations in a step of each loop; and the layout.

    `wanted` are the names whose values are asked for. The names of a loop stand in the order in which they must run.
    """
    blocks = schedule(system, list(system.equations))
    uses = uses_of(system)
    loops = [block for block in blocks if block.direction]
    asked = frozenset(wanted)
    inside = {name for block in loops for name in block.names}
    ahead = frozenset(name for name in system.equations if name not in inside and name not in asked)
    draft = Draft(system, uses, ahead, not choices.factors_ahead, {*system.given, *system.equations})
    written: dict[Name, Mapping[Name, Pieces]] = {}
    for block in loops:
        first = next(name for name in system.equations if name in block.names)
        written[first] = _pack_loop(draft, block, asked, choices, sizes)
    return draft.system_with(written), Layout(tuple(draft.banks))


def _pack_loop(
    draft: Draft, block: Block, wanted: frozenset[Name], choices: Choices, sizes: Mapping[str, int]
) -> Mapping[Name, Pieces]:
    """The equations of one loop, packed; its banks go to the draft."""
    domains = widened(draft.system, block.names, draft.uses, wanted)
    loop = read_loop(draft.system, block.names, block.direction, domains)
    order = waves(loop)
    products: list[Product] = []
    stages = []
    extra = 0
    for wave in order:
        linear = bool(loop.operations[wave[0]].terms)
        found = products_of(loop, wave, len(loop.operations) + extra, sizes, choices.padding) if linear else []
        stages.append(range(len(products), len(products) + len(found)))
        products += found
        extra += sum(len(product.columns) - product.own for product in found)
    inside = frozenset(block.names) - loop.joined
    mortal = [name not in wanted and _mortal(draft.uses[name], inside) for name in block.names]
    whole = [len(draft.system.equations[name]) == 1 for name in block.names]
    outer = cache(lambda v, w: _outer(draft, loop, v, w))
    plan = plan_of(loop, last_reads(loop, order, mortal, whole), extra, outer)
    result = best(Problem(plan, order, stages, products))
    builder = Builder(draft, loop, products)
    builder.write(result)
    draft.settle(banks_of(result.places, builder.names))
    return builder.equations


def _mortal(uses: Sequence[Use], inside: frozenset[Name]) -> bool:
    """Whether nobody reads a name but the names `inside` a loop, at its own step."""
    return all(use.reader in inside and use.time == Offset(0) and not use.domain.single for use in uses)


def _outer(draft: Draft, loop: Loop, v: int, w: int) -> Modes:
    """How what two operations of one kind read from outside the loop can become one operand, for each such operand."""
    first, second = loop.operations[v], loop.operations[w]
    return tuple(
        _outside(draft, a.expr, b.expr, first.domain)
        for a, b in zip(first.operands, second.operands, strict=True)
        if a.value == OUTSIDE
    )


def _outside(draft: Draft, a: Expr, b: Expr, domain: Interval) -> int:
    if not draft.lean or not (in_time(a) or in_time(b)):
        return COPIED
    if a is b:
        return REPEATED
    if draft.beside(a, b):
        return BESIDE
    known = all(not in_time(part) or draft.instead(part, domain, domain) is not None for part in (a, b))
    return WRITTEN if known else APART
