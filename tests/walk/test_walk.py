"""The walk: what a gradient has gathered so far, and what a line reads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.core.names import BEFORE, END, FREE, NOW, Fixed
from rnnsym.walk.drawing.numbers import drawn_walk
from rnnsym.walk.sums import GradientSums
from rnnsym.walk.walk import Walk

OPTIONS = [{}, {"pattern": "many_to_one"}, {"reduction": "mean"}, {"loss": "cross_entropy"}]


def terms_since(walk, line, since):
    """The terms of the steps since…T, added one by one."""
    moves = [move for move in walk if move.phase == "gradient" and move.equation == line and move.t >= since]
    return sum((walk.result(move) for move in moves), np.zeros_like(walk.value(line.name, 0)))


@pytest.mark.parametrize("block", [1, 2, 3, 64])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("cell", ["elman", "gru", "lstm"])
def test_sums_by_blocks_are_the_sums_of_the_terms(cell, options, block):
    walk = drawn_walk(rs.Network(cell, 2, 3, 2, **options), 5, seed=0)
    sums = GradientSums(walk.system, walk.run.arrays, walk.steps, walk.net.sizes, block)
    for line in walk.lines.gradients:
        for since in (3, walk.steps + 1, 1, walk.steps, 2):
            found = sums.so_far(line.name, since)
            assert found == pytest.approx(terms_since(walk, line, since), rel=1e-12, abs=1e-15), (line.number, since)


@settings(max_examples=20)
@given(rs.testing.cells(), st.integers(1, 4), st.data())
def test_a_gradient_gathers_its_terms_in_any_order_of_visits(cell, steps, data):
    walk = drawn_walk(rs.Network(cell, 2, 2, 2), steps, seed=1)
    for since in data.draw(st.lists(st.integers(1, steps + 1), max_size=4)):
        for line in walk.lines.gradients:
            assert walk.gradient_so_far(line.name, since) == pytest.approx(terms_since(walk, line, since), rel=1e-10)


def test_the_sum_over_many_steps_is_the_gradient_of_the_run():
    walk = drawn_walk(rs.Network("gru", 2, 2, 2), 200, seed=0)
    for line in walk.lines.gradients:
        whole = walk.run.grads[line.name.label]
        assert walk.gradient_so_far(line.name, 1) == pytest.approx(whole, rel=1e-10, abs=1e-12)


def test_what_a_line_reads_is_at_a_step():
    walk = drawn_walk(rs.Network("elman", 2, 2, 2), 3, seed=0)
    read = [walk.step_read(time, 2) for time in (NOW, BEFORE, Fixed(END.lo), FREE)]
    assert read == [2, 1, 3, 2]


def test_a_batch_cannot_be_walked():
    net = rs.Network("elman", 2, 2, 2)
    with pytest.raises(rs.errors.InputError, match="one example"):
        Walk(net, net.init(), np.zeros((3, 4, 2)), np.zeros((3, 4, 2)))
