"""What became of every equation: the passes one by one, the stages of the fast program, and what each costs."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from rnnsym.core import dims
from rnnsym.core.names import Interval, Name
from rnnsym.core.system import Piece, System
from rnnsym.engine.fast.counting import Cost, array, counted
from rnnsym.engine.fast.loops import holds
from rnnsym.engine.fast.plan import Plan, rewritten
from rnnsym.engine.fast.scope import REMARK, code
from rnnsym.engine.fast.writer import FastWriter
from rnnsym.engine.program import Program


class Change(NamedTuple):
    """A pass: the System before and after it, and the names whose equations it changed, made and removed."""

    name: str
    about: str
    before: System
    after: System
    changed: tuple[Name, ...]
    made: tuple[Name, ...]
    removed: tuple[Name, ...]


@dataclass(frozen=True)
class Item:
    """The calls of one equation: `pieces` are those that hold there. What no equation says has no name."""

    name: Name | None
    pieces: tuple[Piece, ...]
    lines: tuple[str, ...]
    cost: Cost


@dataclass(frozen=True)
class Stage:
    """A stretch of the program. `kind`: "data" (once for given data), "weights" (once a run), "loop", or "outside".

    `cost` is that of one step in a loop, and elsewhere that of all T. `times`: how often it is paid in a run.
    """

    kind: str
    items: tuple[Item, ...]
    cost: Cost
    times: int = 1
    steps: Interval | None = None
    direction: int = 0


@dataclass(frozen=True)
class Costs:
    """A form of the program in a few numbers: one step of its loops, up and down in time, and all that is outside."""

    data: Cost
    weights: Cost
    outside: Cost
    upward: Cost
    downward: Cost
    run: Cost
    """One run over all steps, on data that are there already."""


def changes(system: System, wanted: Sequence[Name], sizes: Mapping[str, int], plan: Plan) -> tuple[Change, ...]:
    """Every pass between a System and its program."""
    found: list[Change] = []

    def watch(name: str, about: str, after: System) -> None:
        before = found[-1].after if found else system
        old, new = before.equations, after.equations
        changed = tuple(each for each in new if each in old and old[each] != new[each])
        made, removed = (tuple(n for n in a if n not in b) for a, b in ((new, old), (old, new)))
        found.append(Change(name, about, before, after, changed, made, removed))

    rewritten(system, wanted, sizes, plan.choices, watch)
    return tuple(found)


def stages(plan: Plan, sizes: Mapping[str, int], batch: int | None, steps: int) -> tuple[Stage, ...]:
    """The stages of a fast program for T = `steps`."""
    program = plan.program
    writer = FastWriter(plan.system, program.wanted, plan.layout, sizes, batch, program.kind)

    def use(T: int, module: dict[str, Any]) -> None:
        load, run = module["prepare"](T)
        load(*(_given(plan.system, name, sizes, batch, T) for name in program.data))
        run(*(_given(plan.system, name, sizes, batch, T) for name in program.params))

    counts = _at(program.source, use, program.least, steps)
    return tuple(_stages(_Read(program.source, counts, writer), steps))


def costs(found: Sequence[Stage]) -> Costs:
    """The numbers of a fast program."""

    def each(kind: str, direction: int = 0) -> Cost:
        return _sum(stage.cost for stage in found if stage.kind == kind and stage.direction == direction)

    run = Cost()
    for stage in found:
        run = run.plus(stage.cost, stage.times if stage.kind != "data" else 0)
    return Costs(each("data"), each("weights"), each("outside"), each("loop", 1), each("loop", -1), run)


def readable_costs(program: Program, sizes: Mapping[str, int], batch: int | None, steps: int) -> Costs:
    """The same numbers of the readable program, which computes the equations one by one."""
    system = program.adjoint.system

    def use(T: int, module: dict[str, Any]) -> None:
        known = {name: _given(system, name, sizes, batch, T) for name in system.given}
        for function in (program.forward, program.backward):
            told = {} if function.written.clock else {"T": T}
            args = {function.identifiers[name]: known[name] for name in function.written.takes}
            out = module[function.written.text.split("(")[0].split()[1]](**told, **args)
            known |= {name: out[function.identifiers[name]] for name in function.gives}

    counts = _at(program.source, use, 1, steps)
    outside, upward, downward, run = Cost(), Cost(), Cost(), _sum(at for at, _ in counts.values())
    for function in ("forward", "backward"):
        for statement in _body(program.source, function):
            at, step = _within(counts, function, statement)
            if not isinstance(statement, ast.For):
                outside = outside.plus(at)
            elif ast.unparse(statement.iter).endswith("-1)"):
                downward = downward.plus(step)
            else:
                upward = upward.plus(step)
    return Costs(Cost(), Cost(), outside, upward, downward, run)


# Counting. --------------------------------------------------------------------------------------------------------

Line = tuple[str, int]
Measured = dict[Line, tuple[Cost, Cost]]
"""For each line what it costs for all T, and how much of it one more step adds."""


def _at(source: str, use: Any, least: int, steps: int) -> Measured:
    """What every line costs for T = `steps`: all costs are linear in T, so two short runs tell."""
    short = least + 2
    first, second = (counted(source, partial(use, T)) for T in (short, short + 1))
    found: Measured = {}
    for line in dict.fromkeys([*first, *second]):
        one, more = first.get(line, Cost()), second.get(line, Cost())
        step = more.plus(one, -1)
        found[line] = one.plus(step, steps - short), step
    return found


def _given(system: System, name: Name, sizes: Mapping[str, int], batch: int | None, steps: int) -> Any:
    """An array as it would be given; in time it has T + 1 rows."""
    shape = [dims.size(dim, sizes) for dim in system.given[name]]
    lead = [steps + 1] if name in system.timed_given else []
    lead += [batch] if batch is not None and name.batched else []
    return array((*lead, *shape), "int" if name in system.labels else "float64")


def _sum(costs: Any) -> Cost:
    total = Cost()
    for cost in costs:
        total = total.plus(cost)
    return total


def _within(counts: Measured, function: str, statement: ast.stmt) -> tuple[Cost, Cost]:
    """What a statement costs, for all T and for one more step."""
    lines = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
    found = [counts[function, line] for line in lines if (function, line) in counts]
    return _sum(at for at, _ in found), _sum(step for _, step in found)


def _body(source: str, function: str) -> list[ast.stmt]:
    nodes = ast.walk(ast.parse(source))
    return next(node.body for node in nodes if isinstance(node, ast.FunctionDef) and node.name == function)


# Stages. ----------------------------------------------------------------------------------------------------------


class _Read(NamedTuple):
    """A fast program as text, what its lines cost, and the writer that knows which equation each is about."""

    source: str
    counts: Measured
    writer: FastWriter


def _stages(read: _Read, steps: int) -> Iterator[Stage]:
    spans = iter(read.writer.loops.spans)
    yield _stage(read, "data", "load", _body(read.source, "load"))
    body = _body(read.source, "run")
    weights = len(read.writer.low.head)
    yield _stage(read, "weights", "run", body[:weights])
    waiting: list[ast.stmt] = []
    for statement in body[weights:]:
        if not isinstance(statement, ast.For):
            waiting.append(statement)
            continue
        yield from [_stage(read, "outside", "run", waiting)] if waiting else []
        waiting = []
        span, direction = next(spans)
        times = len(span.at(steps))
        yield _stage(read, "loop", "run", statement.body, times, span, direction)
    yield _stage(read, "outside", "run", waiting)


def _stage(
    read: _Read, kind: str, function: str, body: Sequence[ast.stmt], times: int = 1, steps: Interval | None = None,
    direction: int = 0,
) -> Stage:  # fmt: skip
    items = tuple(_items(read, function, body, times if kind == "loop" else 0, steps))
    return Stage(kind, items, _sum(item.cost for item in items), times, steps, direction)


def _items(read: _Read, function: str, body: Sequence[ast.stmt], times: int, steps: Interval | None) -> Iterator[Item]:
    """Neighbouring calls of one equation together; calls that do not say what they are about belong to the next."""
    lines = read.source.splitlines()
    names = {label: name for name, label in read.writer.stores.labels.items()}
    waiting: list[ast.stmt] = []
    for i, statement in enumerate(body):
        waiting.append(statement)
        about = _about(lines[statement.lineno - 1])
        following = _about(lines[body[i + 1].lineno - 1]) if i + 1 < len(body) else None
        if (about not in names and following is not None) or about == following:
            continue
        found = [_within(read.counts, function, each) for each in waiting]
        cost = _sum(at for at, _ in found)
        if cost.calls:
            name = names.get(about)
            texts = tuple(code(lines[each.lineno - 1]).strip() for each in waiting)
            pieces = _holding(read.writer, name, function, steps)
            yield Item(name, pieces, texts, cost.over(times) if times else cost)
        waiting = []


def _about(line: str) -> str:
    """What a line says that it computes: its remark, or what it gives a value."""
    before, _, remark = line.strip().partition(REMARK)
    return remark or before.partition(" = ")[0].partition("[")[0]


def _holding(writer: FastWriter, name: Name | None, function: str, steps: Interval | None) -> tuple[Piece, ...]:
    """The pieces of an equation that are computed in one stage: on the steps of a loop, or outside it."""
    pieces = writer.system.equations.get(name, ()) if name else ()
    if steps is not None:
        return tuple(piece for piece in pieces if holds(piece, steps))
    early = tuple(piece for piece in pieces if name and writer.stores.early(name, piece))
    if function == "load":
        return early
    late = tuple(piece for piece in pieces if piece not in early)
    recurrent = name in writer.order.home and writer.order.home[name].direction
    return tuple(piece for piece in late if piece.domain.single) or late if recurrent else late
