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

TRIES = 120
"""How many arrangements are looked at, at most."""

Order = tuple[int, ...]


class Arrangement(NamedTuple):
    """For each product the order of its rows and of its columns (numbers of places in `rows`, in `columns`)."""

    rows: tuple[Order, ...]
    columns: tuple[Order, ...]
    eager: bool


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
    """A loop as the search sees it. `stages[i]` are the products of wave i, none where it is elementwise.

    `closed`: the result of a product must be a bank by itself.
    """

    plan: Plan
    order: Sequence[Wave]
    stages: Sequence[Sequence[int]]
    products: Sequence[Product]
    closed: bool

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
    found: Result | None = None
    for arrangement in itertools.islice(_arrangements(problem), TRIES):
        limit = found.cost if found else math.inf
        result = evaluate(problem, arrangement, least, limit)
        if result and result.cost < limit:
            found = result
            if found.cost == least[0]:
                break
    assert found is not None
    return found


def evaluate(problem: Problem, arrangement: Arrangement, least: Sequence[int], limit: float) -> Result | None:
    """What an arrangement comes to; None where it comes to `limit` or more."""
    places = Places(len(problem.plan.placed))
    result = Result(arrangement, places)
    result.cost = _place_products(problem, arrangement, places)
    for i, (wave, stage) in enumerate(zip(problem.order, problem.stages, strict=True)):
        if result.cost + least[i] >= limit:
            return None
        if stage:
            result.steps.append(Step(tuple(stage), ()))
            result.cost += len(stage)
            continue
        calls = calls_of(wave, problem.plan, places, arrangement.eager)
        result.steps.append(Step((), tuple(calls)))
        result.cost += len(calls)
    for step in result.steps:
        for call in step.calls:
            for member in call:
                settle_alone(member.value, problem.plan, places)
    return result


def _place_products(problem: Problem, arrangement: Arrangement, places: Places) -> int:
    """Give rows and columns of products their places; the number of products for which something must be copied."""
    copied = 0
    for product, order in zip(problem.products, arrangement.rows, strict=True):
        rows = [product.rows[i] for i in order]
        if len(rows) > 1 or problem.closed:
            copied += not places.line(rows, [0] * len(rows))
            if problem.closed and places.column[rows[0]] >= 0:
                places.close(places.column[rows[0]])
    for product, order in zip(problem.products, arrangement.columns, strict=True):
        columns = [product.columns[i] for i in order]
        if len(columns) > 1:
            copied += not all(problem.plan.placed[column.value] for column in columns) or not places.line(
                [column.value for column in columns], [column.k for column in columns]
            )
    return copied


def _arrangements(problem: Problem) -> Iterator[Arrangement]:
    rows = [range(len(product.rows)) for product in problem.products]
    movable = [product.own + (product.own < len(product.columns)) for product in problem.products]
    count = math.prod([*(math.factorial(len(r)) for r in rows), *map(math.factorial, movable)])
    orders = [*map(len, rows), *movable]
    if count <= TRIES * 2:
        every: Iterator[tuple[Order, ...]] = _all_orders(orders)
        listed = list(every)
        for eager in (True, False):
            for chosen in listed:
                yield _arrangement(problem, chosen, eager)
    else:
        yield from (_arrangement(problem, chosen, i % 4 != 3) for i, chosen in enumerate(_drawn(orders)))


def _all_orders(lengths: Sequence[int]) -> Iterator[tuple[Order, ...]]:
    """Every choice of orders, without mirror images."""
    mirrored = next((i for i, length in enumerate(lengths) if length > 1), None)
    for chosen in itertools.product(*(itertools.permutations(range(length)) for length in lengths)):
        if mirrored is None or chosen[mirrored][0] < chosen[mirrored][-1]:
            yield chosen


def _drawn(lengths: Sequence[int]) -> Iterator[tuple[Order, ...]]:
    """Orders as they stand, then orders by lot, the same ones in every run."""
    lot = random.Random(0)
    chosen = [list(range(length)) for length in lengths]
    while True:
        yield tuple(tuple(order) for order in chosen)
        for order in chosen:
            lot.shuffle(order)


def _arrangement(problem: Problem, chosen: Sequence[Order], eager: bool) -> Arrangement:
    """Copies move together, as one of the columns."""
    count = len(problem.products)
    columns = []
    for product, order in zip(problem.products, chosen[count:], strict=True):
        copies = tuple(range(product.own, len(product.columns)))
        columns.append(tuple(i for j in order for i in ((j,) if j < product.own else copies)))
    return Arrangement(tuple(chosen[:count]), tuple(columns), eager)
