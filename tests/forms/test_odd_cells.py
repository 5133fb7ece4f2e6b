"""Every form of cells that nobody would teach: each line and each gradient against other paths."""

import pytest

import rnnsym as rs
from rnnsym.core.names import Role
from rnnsym.errors import RnnsymError
from support.forms import assert_right, explicit_gradients
from support.networks import NETWORKS, data_for
from support.odd_cells import Bent, Letters, NoRecurrence, OddMatrices, OneWayIn, ScalarState, Stopped, TwoChains

CASES = [
    (TwoChains, "tagging"),
    (TwoChains, "stacked"),
    (TwoChains, "bidirectional"),
    (OneWayIn, "stacked"),
    (Bent, "bidirectional below"),
    (Letters, "tagging"),
    (Stopped, "many_to_one"),
    (OddMatrices, "bidirectional"),
    (ScalarState, "tagging, mean"),
    (NoRecurrence, "bidirectional"),
]


@pytest.mark.parametrize(("cell", "wiring"), CASES, ids=[f"{cell.__name__} {wiring}" for cell, wiring in CASES])
def test_every_line_of_every_form_is_right(cell, wiring):
    net = NETWORKS[wiring](cell())
    derivation = rs.derive(net)
    data = data_for(net, 3, seed=3)
    truth = explicit_gradients(net, 3, data)
    for choice in derivation.forms:
        for wrt in parameters(derivation) if choice.needs_parameter else [None]:
            try:
                text = derivation.form_view(choice.key, wrt=wrt).pretty(detail="chain")
            except RnnsymError:
                assert cell is NoRecurrence
            else:
                assert text
                assert_right(derivation, choice.key, data, truth, wrt)


def parameters(derivation):
    """Those of one layer, for short."""
    found = [bar.as_role(Role.PARAM) for bar in derivation.adjoint.gradients]
    return [name.label for name in found if name.path == found[0].path]
