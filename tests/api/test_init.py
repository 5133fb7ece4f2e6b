"""Initial parameters: shapes, seeds, and what each scheme promises."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.api.init import SCHEMES
from rnnsym.cells import LSTM


@pytest.fixture
def net():
    return rs.Network("elman", inputs=4, hidden=6, outputs=3)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_same_seed_same_numbers(net, scheme):
    first, again, other = net.init(1, scheme), net.init(1, scheme), net.init(2, scheme)
    assert {name: value.shape for name, value in first.items()} == net.params
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert any(not np.array_equal(first[name], other[name]) for name in first)


def test_glorot_stays_in_its_bound(net):
    params = net.init(0)
    bound = np.sqrt(6 / (4 + 6))
    assert np.abs(params["W"]).max() <= bound
    assert np.abs(params["W"]).max() > 0.7 * bound
    assert not params["b"].any()


def test_orthogonal_is_orthogonal(net):
    U = net.init(0, "orthogonal")["U"]
    np.testing.assert_allclose(U.T @ U, np.eye(6), atol=1e-14)


def test_identity_is_the_identity(net):
    assert np.array_equal(net.init(0, "identity")["U"], np.eye(6))


def test_uniform_is_pytorchs(net):
    params = net.init(0, "uniform")
    assert all(np.abs(value).max() <= 1 / np.sqrt(6) for value in params.values())
    assert params["b"].any()


@pytest.mark.parametrize("radius", [0.5, 1.2])
def test_the_spectral_radius_is_that_asked_for(net, radius):
    U = net.init(0, spectral_radius=radius)["U"]
    assert np.max(np.abs(np.linalg.eigvals(U))) == pytest.approx(radius, rel=1e-12)


def test_a_cell_may_ask_for_a_start_of_its_own():
    class Remembering(LSTM):
        starts = {"b_f": 1.0}

    params = rs.Network(Remembering(), 2, 3).init()
    assert np.array_equal(params["b_f"], np.ones(3))
    assert not params["b_i"].any()
