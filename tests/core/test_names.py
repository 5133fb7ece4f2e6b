"""Steps and intervals whose ends depend on T: what is said of them holds for every T >= 1."""

from itertools import product

import pytest

from rnnsym.core.names import Interval, Point, earliest, latest

POINTS = [Point(times, plus) for times in (0, 1) for plus in (-1, 0, 1, 2)]
INTERVALS = [Interval(lo, hi) for lo, hi in product(POINTS, POINTS)]
LENGTHS = range(1, 7)


@pytest.mark.parametrize("points", [(a, b) for a in POINTS for b in POINTS], ids=str)
def test_the_earliest_and_the_latest_are_so_at_every_length(points):
    for steps in LENGTHS:
        assert earliest(points).at(steps) <= min(p.at(steps) for p in points)
        assert latest(points).at(steps) >= max(p.at(steps) for p in points)
    assert min(abs(earliest(points).at(steps) - min(p.at(steps) for p in points)) for steps in LENGTHS) == 0
    assert min(abs(latest(points).at(steps) - max(p.at(steps) for p in points)) for steps in LENGTHS) == 0


def test_intervals_that_cover_or_lie_apart_do_so_at_every_length():
    covering = separate = 0
    for one, other in product(INTERVALS, INTERVALS):
        for steps in LENGTHS:
            mine, theirs = set(one.at(steps)), set(other.at(steps))
            assert mine | theirs <= set(one.hull(other).at(steps))
            if one.covers(other):
                assert theirs <= mine or one.lo.at(steps) > one.hi.at(steps)
            if one.apart(other):
                assert not mine & theirs
        covering, separate = covering + one.covers(other), separate + one.apart(other)
    assert covering > 100
    assert separate > 100
