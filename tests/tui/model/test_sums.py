import numpy as np
import pytest

from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup
from rnnsym_tui.model.sums import GradientSums


@pytest.mark.parametrize("block", [1, 2, 3, 64])
def test_sums_by_blocks_are_those_of_the_walk(setup_of_any_cell, block):
    walk = Session(setup_of_any_cell).walk
    sums = GradientSums(walk, block)
    for line in walk.lines.gradients:
        for since in (3, walk.steps + 1, 1, walk.steps, 2):
            expected = walk.gradient_so_far(line.name, since)
            assert np.allclose(sums.so_far(line, since), expected, rtol=1e-12, atol=1e-15), (line.number, since)


def test_the_sum_over_all_steps_is_the_gradient_of_the_run():
    walk = Session(Setup(cell="gru", text="abcab" * 40, hidden=2)).walk
    sums = GradientSums(walk)
    for line in walk.lines.gradients:
        assert np.allclose(sums.so_far(line, 1), walk.run.grads[line.name.label], rtol=1e-10, atol=1e-12)
