"""Every cell in every wiring, in every form: each line, run with numbers, against paths that share no code with it.

The lines are run by the generated program; they are compared with small pushes on the equations, and the gradients with
reverse mode over the explicit unrolled graph.
"""

import os
from functools import cache

import pytest

import rnnsym as rs
from rnnsym import cells
from rnnsym.core.names import Name, Role
from rnnsym.derivation.tangent import along
from support.forms import assert_right, explicit_gradients
from support.networks import NETWORKS, data_for
from support.two_carries import TwoCarries

CELLS = {
    **{" ".join([entry.name, *entry.options.values()]): entry.cell for entry in cells.catalogue()},
    "two carries, three gates": TwoCarries(),
}
TWO_ENTRIES = "parentheses"
"""Its state has two entries, so that it cannot start from the four that an encoder of both ways ends with."""
EVERY_PAIR = [
    (cell, wiring)
    for cell in CELLS
    for wiring in NETWORKS
    if cell != TWO_ENTRIES or "bidirectional encoder" not in wiring
]
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
PAIRS = EVERY_PAIR if DEEP else EVERY_PAIR[::24]
LENGTHS = range(1, 9)


@pytest.mark.parametrize(("cell", "wiring"), PAIRS)
def test_every_line_of_every_form_is_right(cell, wiring):
    net = NETWORKS[wiring](CELLS[cell])
    derivation = rs.derive(net)
    steps = LENGTHS[PAIRS.index((cell, wiring)) % len(LENGTHS)]
    data = data_for(net, steps, seed=steps)
    truth = explicit_gradients(net, steps, data)
    for choice in derivation.forms:
        assert_right(derivation, choice.key, data, truth)


@cache
def derivation_of(cell):
    """Derived once for all lengths."""
    return rs.derive(rs.Network(CELLS[cell], 3, 4, 2, loss="cross_entropy"))


@pytest.mark.parametrize("steps", LENGTHS)
@pytest.mark.parametrize("cell", ["elman", "lstm pytorch", "two carries, three gates"])
def test_at_every_length(cell, steps):
    derivation = derivation_of(cell)
    net = derivation.net
    data = data_for(net, steps, seed=steps)
    truth = explicit_gradients(net, steps, data)
    for choice in derivation.forms:
        assert_right(derivation, choice.key, data, truth)


def test_a_direction_is_given_for_each_parameter():
    view = rs.derive(rs.Network("elman", 2, 3, 2)).form_view("hessian")
    moved = {name for name in view.system.given if name.role == Role.TANGENT}
    assert moved == {along(Name(Role.PARAM, label)) for label in ("W", "U", "b", "V", "b_y")}
