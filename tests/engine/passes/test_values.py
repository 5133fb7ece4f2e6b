"""Every pass keeps the loss and the gradients, of any cell in any wiring, and all of them leave single operations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.cells.registry import catalogue
from rnnsym.engine.passes.choices import Choices
from support import odd_cells, random_cells
from support.networks import NETWORKS
from support.passes import Passed, check_single

CHOICES = (Choices(), Choices(factors_ahead=False, augment=False), Choices(augment=False))
CELLS = [entry.cell for entry in catalogue()]
ODD = [getattr(odd_cells, name)() for name in dir(odd_cells) if isinstance(getattr(odd_cells, name), type)]
TIMES = [(1, None), (2, 3), (5, None)]


def check(key, cell, choices, times=TIMES, only_last=True):
    passed = Passed(NETWORKS[key](cell), choices)
    check_single(passed.last, choices.augment)
    for steps, batch in times:
        passed.check_values(steps, batch, only_last)


@pytest.mark.parametrize(("place", "cell"), list(enumerate([*CELLS, *ODD])), ids=repr)
def test_each_pass_alone_on_every_cell(place, cell):
    """The choices take turns."""
    check("tagging, labels, mean", cell, CHOICES[place % len(CHOICES)], only_last=False)


@pytest.mark.parametrize("key", NETWORKS)
def test_every_wiring(key):
    """Cells and choices rotate over the wirings."""
    place = list(NETWORKS).index(key)
    check(key, CELLS[place % len(CELLS)], CHOICES[place % len(CHOICES)])


@pytest.mark.parametrize("key", ["many_to_one", "stacked", "encoder_decoder, soft, context, mean"])
@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_each_pass_alone_where_pieces_are_many(cell, key):
    check(key, cell, Choices(), only_last=False)


@settings(deadline=None)
@given(random_cells.cells(), st.sampled_from(["tagging", "bidirectional"]), st.sampled_from(CHOICES))
def test_cells_that_nobody_wrote(cell, key, choices):
    with np.errstate(all="ignore"):
        check(key, cell, choices, [(3, 2)])


def test_a_cell_that_multiplies_by_its_input():
    """Its adjoint would read the input of step T + 1, which does not exist."""

    class Gated(rs.Cell):
        params = {"W": ("X", "X")}
        carry = {"h": ("X",)}

        def step(self, p, prev, x, now):
            now.h = x * prev.h + rs.tanh(p.W @ x)

    for choices in CHOICES:
        passed = Passed(rs.Network(Gated(), 3, 3, 2), choices)
        check_single(passed.last, choices.augment)
        for steps, batch in TIMES:
            passed.check_values(steps, batch)
