"""Shares of saturated units against the slopes as one writes them by hand."""

from functools import cache

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.anatomy.saturation import saturation
from rnnsym.cells import LSTM, Elman
from rnnsym.errors import InputError
from support.networks import NETWORKS, data_for
from support.odd_cells import OddMatrices


@cache
def network(cell, hidden):
    return rs.Network(cell, inputs=2, hidden=hidden)


def measured(cell, threshold=0.1, hidden=5):
    net = network(cell, hidden)
    x = 6 * np.random.default_rng(3).normal(size=(7, 2))
    params = net.init(4, "normal")
    return saturation(rs.jacobians(net, params, x), threshold), net.run(params, x)


def share(slope, largest, threshold=0.1):
    return (np.abs(slope) < threshold * largest).mean(axis=1)


def test_gates_and_what_is_squashed_inside_an_equation():
    found, run = measured(LSTM())
    assert list(found) == ["i", "f", "g", "o", "tanh(cₜ)"]
    for gate in "ifo":
        assert np.array_equal(found[gate], share(run[gate] * (1 - run[gate]), 0.25))
    assert np.array_equal(found["g"], share(1 - run["g"] ** 2, 1))
    assert np.array_equal(found["tanh(cₜ)"], share(1 - np.tanh(run["c"]) ** 2, 1))
    assert 0 < found["f"].mean() < 1


def test_the_threshold_is_a_share_of_the_largest_slope():
    (low, run), (high, _) = measured("gru", 0.02), measured("gru", 0.9)
    assert np.array_equal(low["z"], share(run["z"] * (1 - run["z"]), 0.25, 0.02))
    assert all((low[gate] <= high[gate]).all() for gate in "rzn")
    assert low["n"].sum() < high["n"].sum()


def test_a_dead_relu_is_saturated_and_a_linear_network_never():
    found, run = measured(Elman("relu"))
    assert np.array_equal(found["h"], (run["a"] <= 0).mean(axis=1))
    assert measured("linear")[0] == {}


def test_a_squashing_with_another_range_is_found_inside_its_equation():
    found, run = measured(LSTM(variant="gers", squashing="original"))
    content = (run["g"] + 2) / 4
    assert np.array_equal(found["σ(a_g,ₜ)"], share(content * (1 - content), 0.25))


def test_functions_are_found_in_any_cell():
    found, run = measured(OddMatrices, hidden=3)
    assert set(found) == {"twice", "relu(Uᵀ hₜ₋₁)", "h"}
    assert np.array_equal(found["h"], share(1 - run["h"] ** 2, 1))
    assert np.array_equal(found["twice"], share(1 - run["twice"] ** 2, 1))


class Long(rs.Cell):
    params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.U @ prev.h + p.W @ x) * rs.tanh(p.W @ x - p.U @ prev.h) * rs.tanh(p.b)


def test_long_functions_are_called_by_where_they_stand_and_constants_are_none():
    assert list(measured(Long)[0]) == ["tanh in h", "tanh in h (2)"]


def test_layers_and_both_directions_are_apart_and_steps_are_those_of_the_equations():
    net = NETWORKS["bidirectional below"]("elman")
    data = data_for(net, 5)
    params = {name: 4 * value for name, value in data.params.items()}
    found = saturation(rs.jacobians(net, params, data.x, data.carry, chain="layer1.backward"))
    run = net.run(params, data.x, carry=data.carry)
    assert set(found) == {"layer1.forward.h", "layer1.backward.h", "layer2.h"}
    for label, told in found.items():
        assert np.array_equal(told, share(1 - run[label] ** 2, 1))


@pytest.mark.parametrize("threshold", [0, -0.1, 1.5, np.nan, True, "0.1"])
def test_a_threshold_that_is_no_share_is_refused(threshold):
    with pytest.raises(InputError, match="a threshold is a share"):
        measured("elman", threshold)
