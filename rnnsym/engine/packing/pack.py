"""Packing of a System: fewer calls in a step of each loop, and where vectors live so that they suffice."""

from collections.abc import Mapping, Sequence

from rnnsym.core.names import Name, Offset
from rnnsym.core.system import System
from rnnsym.engine.packing.build import Builder, banks_of
from rnnsym.engine.packing.draft import Draft, Pieces
from rnnsym.engine.packing.groups import plan_of
from rnnsym.engine.packing.layout import Column, Layout
from rnnsym.engine.packing.loop import read_loop
from rnnsym.engine.packing.reading import Uses, uses_of, widened
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
    draft = Draft(system, uses, ahead, {*system.given, *system.equations})
    banks: list[tuple[Column, ...]] = []
    written: dict[Name, Mapping[Name, Pieces]] = {}
    for block in loops:
        first = next(name for name in system.equations if name in block.names)
        written[first], own = _pack_loop(draft, block, asked, choices, sizes)
        banks += own
    return draft.system_with(written), Layout(tuple(banks))


def _pack_loop(
    draft: Draft, block: Block, wanted: frozenset[Name], choices: Choices, sizes: Mapping[str, int]
) -> tuple[Mapping[Name, Pieces], list[tuple[Column, ...]]]:
    """The equations of one loop, packed, and its banks."""
    domains = widened(draft.system, block.names, draft.uses, wanted)
    loop = read_loop(draft.system, block.names, block.direction, domains)
    order = waves(loop)
    products: list[Product] = []
    stages = []
    extra = 0
    for wave in order:
        found = products_of(loop, wave, len(loop.operations) + extra, sizes) if loop.operations[wave[0]].terms else []
        stages.append(range(len(products), len(products) + len(found)))
        products += found
        extra += sum(len(product.columns) - product.own for product in found)
    mortal = [_mortal(draft.uses, name, block, wanted) for name in block.names]
    whole = [len(draft.system.equations[name]) == 1 for name in block.names]
    plan = plan_of(loop, last_reads(loop, order, mortal, whole), extra)
    result = best(Problem(plan, order, stages, products, choices.batched))
    builder = Builder(draft, loop, products)
    builder.write(result)
    return builder.equations, banks_of(result.places, builder.names)


def _mortal(uses: Uses, name: Name, block: Block, wanted: frozenset[Name]) -> bool:
    """Whether nobody reads the name but the loop, at its own step."""
    return name not in wanted and all(
        use.reader in block.names and use.time == Offset(0) and not use.domain.single for use in uses[name]
    )
