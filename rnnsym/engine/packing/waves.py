"""The order within a step: operations of one kind that do not need each other come together, as waves."""

from collections.abc import Sequence

from rnnsym.engine.packing.loop import OUTSIDE, Loop

Wave = tuple[int, ...]


def waves(loop: Loop) -> list[Wave]:
    """The operations of a loop in an order in which they can run, those of a wave at once.

    Of the kinds that are ready, one is taken that no later operation could join; if there is none, the most numerous.
    """
    needs = [set(operation.now) for operation in loop.operations]
    below = _descendants(needs)
    waiting = list(range(len(needs)))
    found: list[Wave] = []
    while waiting:
        ready: dict[object, list[int]] = {}
        blocked: dict[object, list[int]] = {}
        for v in waiting:
            table = blocked if any(w in needs[v] for w in waiting) else ready
            table.setdefault(loop.operations[v].kind, []).append(v)
        complete = [group for kind, group in ready.items()
                    if all(v in below[w] for v in blocked.get(kind, ()) for w in group)]  # fmt: skip
        chosen = complete[0] if complete else max(ready.values(), key=len)
        found.append(tuple(chosen))
        waiting = [v for v in waiting if v not in chosen]
    return found


def _descendants(needs: Sequence[set[int]]) -> list[set[int]]:
    """For each value, those that need it at the same step, directly or not. A value comes after those it needs."""
    below: list[set[int]] = [set() for _ in needs]
    for v in reversed(range(len(needs))):
        for w in needs[v]:
            below[w] |= below[v] | {v}
    return below


def last_reads(
    loop: Loop, order: Sequence[Wave], mortal: Sequence[bool], whole: Sequence[bool]
) -> list[tuple[int, ...]]:
    """For each operation, the positions of operands over which its result may be written.

    `mortal`: the values that nobody reads but operations of the loop, at their own step. `whole`: those that have no
    step outside the loop. Result and operand need equal steps; every other reader must come in an earlier wave.
    """
    when = {v: i for i, wave in enumerate(order) for v in wave}
    readers: list[list[int]] = [[] for _ in loop.operations]
    for v, operation in enumerate(loop.operations):
        for w in operation.now:
            readers[w].append(v)
    return [
        tuple(
            position
            for position, operand in enumerate(operation.operands)
            if whole[v]
            and operand.value != OUTSIDE
            and operand.k == 0
            and mortal[operand.value]
            and whole[operand.value]
            and loop.operations[operand.value].domain == operation.domain
            and all(reader == v or when[reader] < when[v] for reader in readers[operand.value])
        )
        for v, operation in enumerate(loop.operations)
    ]
