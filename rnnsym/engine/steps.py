"""Steps as source: which ones stand outside a loop, and the condition under which one belongs to a domain."""

from rnnsym.core.names import Interval, Point
from rnnsym.errors import ScheduleError


def inside(point: Point, domain: Interval) -> str:
    """The condition under which `point` belongs to `domain`."""
    return f"{domain.lo} <= {point} <= {domain.hi}"


def points(lo: Point, stop: Point) -> list[Point]:
    """The steps lo, …, stop - 1, which must be a fixed number of them."""
    if lo.times_T != stop.times_T:
        raise ScheduleError("the equations of a recurrence cover different steps: they cannot share a loop.")
    return [lo.shift(i) for i in range(stop.plus - lo.plus)]


def guard(domain: Interval, core: Interval) -> str:
    """The condition under which step t of the loop over `core` belongs to `domain`."""
    if domain.covers(core):
        return ""
    if domain.single:
        return f"t == {domain.lo}"
    low = f"t >= {domain.lo}" if domain.lo > core.lo else ""
    high = f"t < {domain.hi.shift(1)}" if domain.hi < core.hi else ""
    return " and ".join(filter(None, (low, high)))
