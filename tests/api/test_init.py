"""Initial parameters: shapes, seeds, and what each scheme promises."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.api.init import SCHEMES
from rnnsym.cells import LSTM
from rnnsym.errors import InputError


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


def test_gaussian_is_another_word_for_normal(net):
    assert all(np.array_equal(net.init(0, "gaussian")[name], value) for name, value in net.init(0, "normal").items())


@pytest.mark.parametrize(("cell", "bias"), [("lstm", "b_f"), ("gru", "b_z"), ("mgu", "b_f")])
def test_the_forget_bias_is_set_beside_any_scheme(cell, bias):
    net = rs.Network(cell, 2, 3)
    plain, found = net.init(0, "orthogonal"), net.init(0, "orthogonal", forget_bias=1.0)
    assert np.array_equal(found[bias], np.full(3, -1.0 if cell == "mgu" else 1.0))
    assert all(np.array_equal(plain[name], found[name]) for name in plain if name != bias)


def test_chrono_spreads_the_times_to_remember_evenly():
    net = rs.Network("lstm", 1, 400)
    params, plain = net.init(0, chrono=101), net.init(0)
    times = np.exp(params["b_f"])
    assert times.min() >= 1
    assert times.max() <= 100
    np.testing.assert_allclose(np.quantile(times, [0.25, 0.5, 0.75]), [25.75, 50.5, 75.25], rtol=0.12)
    assert np.array_equal(params["b_i"], -params["b_f"])
    assert all(np.array_equal(params[name], plain[name]) for name in plain if name not in ("b_f", "b_i"))
    assert np.array_equal(net.init(0, chrono=101)["b_f"], params["b_f"])


def test_chrono_follows_the_sense_of_the_gate_and_needs_one():
    kept, renewed = (rs.Network(rs.cells.get("gru", variant=v), 1, 5).init(0, chrono=50)["b_z"]
                     for v in ("cho2014", "chung2014"))  # fmt: skip
    assert np.array_equal(kept, -renewed)
    assert (kept >= 0).all()
    for options, words in [
        ({"chrono": 10}, "no gate with a bias keeps the state"),
        ({"forget_bias": 1.0}, "no gate with a bias keeps the state"),
        ({"chrono": 10, "forget_bias": 1.0}, "give one of them"),
    ]:
        with pytest.raises(InputError, match=words):
            rs.Network("elman", 2, 3).init(**options)
    with pytest.raises(InputError, match="must be 2 or more"):
        rs.Network("lstm", 2, 3).init(chrono=1)
