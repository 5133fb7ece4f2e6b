"""Packed systems against the systems that they came from: by the readable program, and in the banks of the layout."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.cells.registry import catalogue
from rnnsym.derivation.adjoint import adjoint
from rnnsym.engine.passes.choices import Choices
from rnnsym.engine.passes.pipeline import single_operations
from rnnsym.wiring import TOTAL_LOSS
from support import random_cells
from support.banks import check, numbers_for
from support.hand_forms import FORMS, SIZES
from support.networks import NETWORKS, data_for

PLANS = (Choices(), Choices(augment=False), Choices(factors_ahead=False, augment=False))
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
CELLS = [entry.cell for entry in catalogue()]


def check_network(net, choices, steps, seed=0, batch=None):
    """The loss and the gradients of a network, packed."""
    found = adjoint(net.system, TOTAL_LOSS)
    wanted = (TOTAL_LOSS, *found.gradients)
    known = net.given(*data_for(net, steps, seed, batch), None)
    system = single_operations(found.system, wanted, choices)
    return check(system, wanted, choices, net.sizes, known, steps, batch)


@pytest.mark.parametrize(("steps", "batch"), [(1, None), (2, 2), (5, 2)])
@pytest.mark.parametrize("augment", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_forms_by_hand_keep_their_values(form, augment, batch, steps):
    made = FORMS[form](augment)
    system, choices = made.system(), Choices(augment=augment)
    check(system, made.wanted(), choices, SIZES, numbers_for(system, steps, batch, SIZES), steps, batch)


@pytest.mark.parametrize(("place", "cell"), list(enumerate(CELLS)), ids=repr)
def test_every_cell_keeps_its_values(place, cell):
    """Plans take turns."""
    check_network(NETWORKS["tagging"](cell), PLANS[place % len(PLANS)], steps=3, batch=2)


@pytest.mark.parametrize("wiring", NETWORKS)
def test_every_wiring_keeps_its_values(wiring):
    """Cells and plans take turns, and so do two of the lengths."""
    place = list(NETWORKS).index(wiring)
    cells = ["lstm", "gru", "mgu", rs.cells.LSTM(variant="peephole"), "jordan"]
    net = NETWORKS[wiring](cells[place % len(cells)])
    times = [(1, 2), (2, None), (5, 2)]
    for i, (steps, batch) in enumerate((times * 2)[place % 3 :][: 3 if DEEP else 2]):
        check_network(net, PLANS[(place + i) % len(PLANS)], steps, seed=i, batch=batch)


@settings(deadline=None)
@given(random_cells.cells(), st.sampled_from(PLANS), st.integers(1, 3), st.sampled_from(["tagging", "many_to_one"]))
def test_cells_nobody_wrote_keep_their_values(cell, choices, steps, wiring):
    check_network(NETWORKS[wiring](cell), choices, steps)
