"""The arrangement with the fewest calls: orders of the rows and columns of products are tried, the rest follows."""

import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rnnsym.engine.packing.chains import Places
from rnnsym.engine.packing.groups import Call, Plan, calls_of, settle_alone
from rnnsym.engine.packing.stacks import Product
from rnnsym.engine.packing.waves import Wave

WORK = 4000
"""So many operations are placed, in all arrangements together, before the best one so far is taken."""

FEW = 240
"""So many arrangements are tried one after the other; where there are more, those near the best one are drawn."""

Order = tuple[int, ...]


class Arrangement(NamedTuple):
    """For each product the order of its rows and of its columns, by their numbers in the product.

    `eager`: when results go over operands, see `calls_of`. `chosen` are the orders as the search sees them.
    """

    rows: tuple[Order, ...]
    columns: tuple[Order, ...]
    eager: bool
    chosen: tuple[Order, ...]


@dataclass(frozen=True)
class Step:
    """One stage of a step of the loop: the products of a wave, or its calls."""

    products: tuple[int, ...]
    calls: tuple[Call, ...]


@dataclass
class Result:
    """What an arrangement comes to: its stages, where everything lives, and the number of calls and copies."""

    arrangement: Arrangement
    places: Places
    steps: list[Step] = field(default_factory=list)
    cost: int = 0


@dataclass(frozen=True)
class Problem:
    """A loop as the search sees it. `stages[i]` are the products of wave i, none where it is elementwise."""

    plan: Plan
    order: Sequence[Wave]
    stages: Sequence[Sequence[int]]
    products: Sequence[Product]

    def least(self) -> list[int]:
        """For each wave the number of calls that it needs if no other wave has a say; from here to the end."""
        alone = [
            len(stage) or len(calls_of(wave, self.plan, Places(len(self.plan.placed)), True))
            for wave, stage in zip(self.order, self.stages, strict=True)
        ]
        return [*[*itertools.accumulate(alone[::-1])][::-1], 0]


def best(problem: Problem) -> Result:
    """The best arrangement that was found; the first one among equals."""
    least = problem.least()
    found: list[Result] = []
    work = 0
    for arrangement in _arrangements(problem, found):
        limit = found[-1].cost if found else math.inf
        result = _begun(problem, arrangement)
        work += len(problem.products)
        while result.cost + least[len(result.steps)] < limit and len(result.steps) < len(problem.order):
            work += _advance(problem, result)
        if result.cost < limit and len(result.steps) == len(problem.order):
            found.append(result)
        if found and (work > WORK or found[-1].cost == least[0]):
            break
    _settle(problem, found[-1])
    return found[-1]


def _begun(problem: Problem, arrangement: Arrangement) -> Result:
    """An arrangement of which the products alone have their places."""
    result = Result(arrangement, Places(len(problem.plan.placed)))
    result.cost = _place_products(problem, arrangement, result.places)
    return result


def _advance(problem: Problem, result: Result) -> int:
    """Place the next wave; the number of its operations."""
    i = len(result.steps)
    wave, stage = problem.order[i], problem.stages[i]
    calls = [] if stage else calls_of(wave, problem.plan, result.places, result.arrangement.eager)
    result.steps.append(Step(tuple(stage), tuple(calls)))
    result.cost += len(stage) + len(calls)
    return len(wave)


def _settle(problem: Problem, result: Result) -> None:
    """Results that have no place yet go over what they may go over."""
    for step in result.steps:
        for call in step.calls:
            for member in call:
                settle_alone(member.value, problem.plan, result.places)


def _place_products(problem: Problem, arrangement: Arrangement, places: Places) -> int:
    """Give rows and columns of products their places; the number of products for which something must be copied."""
    copied = 0
    for product, order in zip(problem.products, arrangement.rows, strict=True):
        rows = [product.rows[i] for i in order]
        if len(rows) > 1:
            copied += not places.line(rows, [0] * len(rows))
    for product, order in zip(problem.products, arrangement.columns, strict=True):
        columns = [product.columns[i] for i in order]
        if len(columns) > 1:
            copied += not all(problem.plan.placed[column.value] for column in columns) or not places.line(
                [column.value for column in columns], [column.k for column in columns]
            )
    return copied


def _arrangements(problem: Problem, found: Sequence[Result]) -> Iterator[Arrangement]:
    """Arrangements to try. `found` grows meanwhile: its last one is the best so far."""
    movable = [product.own + (product.own < len(product.columns)) for product in problem.products]
    lengths = [*(len(product.rows) for product in problem.products), *movable]
    if math.prod(map(math.factorial, lengths)) <= FEW:
        listed = list(itertools.product(*(itertools.permutations(range(length)) for length in lengths)))
        for eager in (True, False):
            yield from (_arrangement(problem, chosen, eager) for chosen in listed)
        return
    lot = random.Random(0)
    first: tuple[Order, ...] = tuple(tuple(range(length)) for length in lengths)
    long = [i for i, length in enumerate(lengths) if length > 1]
    while True:
        chosen = _moved(found[-1].arrangement.chosen, long, lot) if found else first
        yield _arrangement(problem, chosen, lot.random() < 0.75)


def _moved(start: Sequence[Order], long: Sequence[int], lot: random.Random) -> tuple[Order, ...]:
    """Orders near others: up to four times, two in one of the orders change places."""
    orders = [list(order) for order in start]
    for _ in range(lot.randint(1, 4)):
        order = orders[lot.choice(long)]
        i, j = lot.sample(range(len(order)), 2)
        order[i], order[j] = order[j], order[i]
    return tuple(map(tuple, orders))


def _arrangement(problem: Problem, chosen: Sequence[Order], eager: bool) -> Arrangement:
    """Copies move together, as one of the columns."""
    count = len(problem.products)
    columns = []
    for product, order in zip(problem.products, chosen[count:], strict=True):
        copies = tuple(range(product.own, len(product.columns)))
        columns.append(tuple(i for j in order for i in ((j,) if j < product.own else copies)))
    return Arrangement(tuple(chosen[:count]), tuple(columns), eager, tuple(chosen))
