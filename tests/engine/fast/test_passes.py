"""Each pass alone and all together: after every one of them, the readable and the fast program give the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsym.cells.registry import catalogue
from rnnsym.engine.fast.program import compiled
from rnnsym.engine.packing.layout import Layout
from rnnsym.engine.passes.choices import Choices
from support import random_cells
from support.fast import outcome, same
from support.networks import NETWORKS, data_for
from support.passes import Passed
from support.problems import BUILT_IN

CHOICES = (Choices(), Choices(factors_ahead=False, augment=False))
CELLS = [entry.cell for entry in catalogue()]


def check(net, choices, steps, batch):
    """The system after each prefix of the passes, by the Writer and by the fast emitter without any banks."""
    passed, data = Passed(net, choices), data_for(net, steps, 0, batch)
    passed.check_values(steps, batch)
    run = net.run(*data)
    for name, system in passed.after.items():
        program = compiled(system, passed.wanted, Layout(), net.sizes, batch, "float64", name)
        if steps >= program.least:
            same(outcome(net, program, data, steps), (run.loss, run.grads), f"after {name}")


@pytest.mark.parametrize("key", list(NETWORKS)[::2])
def test_every_wiring(key):
    place = list(NETWORKS).index(key)
    check(NETWORKS[key](CELLS[place % len(CELLS)]), CHOICES[place // 2 % 2], *((3, 2), (2, None))[place // 4 % 2])


@pytest.mark.parametrize("batch", [None, 3])
@pytest.mark.parametrize("cell", BUILT_IN[::2], ids=repr)
def test_built_in_cells(cell, batch):
    check(NETWORKS["tagging, labels, mean"](cell), CHOICES[batch is None], 4, batch)


@settings(max_examples=max(10, settings().max_examples // 2))
@given(random_cells.cells(), st.sampled_from(CHOICES), st.sampled_from([None, 1, 2]))
def test_cells_that_nobody_wrote(cell, choices, batch):
    with np.errstate(all="ignore"):
        check(NETWORKS["tagging"](cell), choices, 3, batch)
