"""The plan of a network's fast program: which equation went where and why, and what each part of it costs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from rnnsym.api.network import Network
from rnnsym.api.plan_page import page
from rnnsym.api.plan_text import equation, label
from rnnsym.api.prepared import Fast
from rnnsym.cells.base import Cell
from rnnsym.core.system import System
from rnnsym.engine.fast.costs import Features, augment, factors_ahead, features, scale
from rnnsym.engine.fast.counting import Cost
from rnnsym.engine.fast.plan import Plan
from rnnsym.engine.fast.report import Change, Costs, Item, Stage, changes, costs, readable_costs, stages
from rnnsym.engine.passes.choices import Choices
from rnnsym.errors import InputError
from rnnsym.notation import Style
from rnnsym.wiring import STANDARD, Body, Options, as_body, wire

STEPS = 100
SIZES, OTHER_SIZE = {"X": 32, "H": 64, "C": 32}, 2
"""The sizes of a cell that stands for no network yet, and that of a dimension which only it has."""
WORDS = {
    "factors_ahead": (
        "Factors that a loop does not change are made ahead of it, for all steps at once.",
        "Each step makes its own factors: they stay in the cache.",
    ),
    "augment": (
        "Inputs and biases stand in the product of the loop: [U W b] [h, x, 1].",
        "W x + b is one product for all steps, ahead of the loop, which adds it.",
    ),
    "scale": (
        "A product that is scaled has a matrix for each step, scaled ahead of the loop.",
        "Each step makes its product and scales it.",
    ),
    "padding": (
        "A matrix may hold this many zeros where one product then does the work of two.",
        "No zeros stand in a matrix of a loop.",
    ),
    "share": (
        "At least this share of a product of gradients must be wanted.",
        "Any gradients may be one product.",
    ),
}
"""What each choice of a plan means: where it is taken, and where it is not."""

Record = dict[str, Any]


class Reason(NamedTuple):
    """A choice that sizes make, and why: nanoseconds a step with it and without, where the cost model weighs both."""

    choice: str
    value: bool | int | float
    about: str
    with_it: float | None
    without: float | None


@dataclass(frozen=True)
class ProgramPlan:
    """How a network computes its loss and gradients for T = `steps`, with `batch` examples or, if None, for one.

    `str(plan)` is a page of 80 columns, `page(width)` one of another width.
    """

    net: Network
    steps: int
    batch: int | None

    @cached_property
    def _plan(self) -> Plan:
        axes = () if self.batch is None else (self.batch,)
        return Fast(self.net.sizes).plan(self.net.derived(), axes, "float64", self.steps)

    @property
    def system(self) -> System:
        """The equations as the program computes them."""
        return self._plan.system

    @property
    def source(self) -> str:
        """The generated module."""
        return self._plan.program.source

    @property
    def least(self) -> int:
        """The smallest T for which this program is right; shorter sequences take the readable one."""
        return self._plan.program.least

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """The choices, each with the numbers that decided it."""
        what = features(self.net.derived().system)
        return tuple(_reasons(self._plan.choices, what, self.net.sizes, self._rows, self.steps))

    @cached_property
    def passes(self) -> tuple[Change, ...]:
        """What each pass changed, with the equations before and after it."""
        return changes(self.net.derived().system, self._plan.program.wanted, self.net.sizes, self._plan)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The program from top to bottom: data, weights, and the loops with what stands between them."""
        return stages(self._plan, self.net.sizes, self._rows, self.steps)

    @cached_property
    def costs(self) -> Costs:
        """What the program costs: calls of NumPy, operations, bytes."""
        return costs(self.stages)

    @cached_property
    def readable_costs(self) -> Costs:
        """The same of the readable program, which computes the equations one by one."""
        return readable_costs(self.net.program(), self.net.sizes, self._rows, self.steps)

    @property
    def _rows(self) -> int | None:
        return None if self.batch == 1 else self.batch

    def page(self, width: int = 80, style: Style = "text", with_changes: bool = False) -> str:
        """The plan as text; style "ascii": no character beyond ASCII; `with_changes`: every pass, before and after."""
        return page(self, width, style, with_changes)

    def __str__(self) -> str:
        return self.page()

    def to_json(self) -> Record:
        """The plan as plain data; `FLOPs` and `bytes` of a loop are those of one step."""
        return {
            "network": self.net.name,
            "sizes": {"T": self.steps, "B": self.batch, **self.net.sizes},
            "least_steps": self.least,
            "choices": [each._asdict() for each in self.reasons],
            "passes": [_pass_record(change) for change in self.passes],
            "stages": [_stage_record(stage, self.system) for stage in self.stages],
            "costs": {"fast": _costs_record(self.costs), "readable": _costs_record(self.readable_costs)},
        }


def plan(
    what: Network | Body | Cell | type[Cell] | str,
    steps: int = STEPS,
    batch: int | None = None,
    sizes: Mapping[str, int] | None = None,
) -> ProgramPlan:
    """The plan of a network's fast program for T = `steps`; of a cell or a composition, for `sizes` of its dimensions.

    Raises UnknownNameError and MisuseError for what is no cell, InputError for sizes that cannot be.
    """
    for name, number in (("steps", steps), ("batch", 1 if batch is None else batch)):
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise InputError(f"{name} must be a whole number of 1 or more, not {number!r}.")
    if isinstance(what, Network):
        if sizes:
            raise InputError("a network has its sizes already: leave `sizes` out.")
        return ProgramPlan(what, steps, batch)
    body = as_body(what)
    given = dict(sizes or {})
    named = wire(body, Options()).dimensions
    found = {name: SIZES.get(name, OTHER_SIZE) for name in (*STANDARD, *named)}
    return ProgramPlan(Network.sized(body, Options(), {**found, **given}), steps, batch)


def _reasons(
    taken: Choices, what: Features, sizes: Mapping[str, int], batch: int | None, steps: int
) -> Iterator[Reason]:
    """The choices of a plan in words, each with its estimate where there is one."""
    estimates = {
        "factors_ahead": factors_ahead(what, sizes, batch, steps),
        "augment": augment(what, sizes, batch),
        "scale": scale(what, sizes, batch, steps),
    }
    for choice, (yes, no) in WORDS.items():
        value = getattr(taken, choice)
        found = estimates.get(choice)
        weighed = (found.with_it, found.without) if found else (None, None)
        yield Reason(choice, value, yes if value else no, *weighed)


def _pass_record(change: Change) -> Record:
    return {
        "name": change.name,
        "about": change.about,
        **{key: [name.plain for name in getattr(change, key)] for key in ("changed", "made", "removed")},
    }


def _stage_record(stage: Stage, system: System) -> Record:
    return {
        "kind": stage.kind,
        "steps": None if stage.steps is None else str(stage.steps),
        "direction": stage.direction,
        "times": stage.times,
        **_cost_record(stage.cost),
        "items": [_item_record(item, system) for item in stage.items],
    }


def _item_record(item: Item, system: System) -> Record:
    texts = [equation(system, item.name, piece) for piece in item.pieces if item.name]
    return {"name": label(item.name), "equations": texts, "source": list(item.lines), **_cost_record(item.cost)}


def _cost_record(cost: Cost) -> Record:
    return {"calls": cost.calls, "FLOPs": cost.flops, "bytes": cost.bytes}


def _costs_record(found: Costs) -> Record:
    return {name: _cost_record(cost) for name, cost in vars(found).items()}
