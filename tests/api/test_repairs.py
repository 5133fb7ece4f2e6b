"""Sizes that are not H, arrays that are the caller's own, pickles, first values, and arguments of the wrong kind."""

import pickle

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.errors import InputError, MisuseError


class Wide(rs.Cell):
    params = {"W": ("V", "X")}
    carry = {"h": ("V",)}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.W @ x) + prev.h


class Scalar(rs.Cell):
    params = {"w": (), "u": (), "b": ()}
    carry = {"h": ()}
    inputs = {"x": ()}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.w * x + p.u * prev.h + p.b)


def test_a_mean_divides_by_the_entries_of_the_output():
    net = rs.Network(Wide, 2, 3, dims={"V": 5}, reduction="mean")
    run = net.run(net.init(), np.ones((4, 2)), np.zeros((4, 5)))
    assert run.loss == pytest.approx(np.mean(run["h"] ** 2) / 2)
    one = rs.Network(Scalar, 1, 3, reduction="mean")
    run = one.run(one.init(), [1.0, 2.0], [0.0, 0.0])
    assert run.loss == pytest.approx(np.mean(run["h"] ** 2) / 2)


def test_labels_are_bounded_by_the_output_that_there_is():
    net = rs.Network(Wide, 2, 3, dims={"V": 5}, loss="cross_entropy")
    assert net.run(net.init(), np.ones((1, 2)), [4]).loss > 0
    with pytest.raises(InputError, match="outside 0…4"):
        net.run(net.init(), np.ones((1, 2)), [5])


def test_a_run_does_not_feel_what_is_done_to_its_arrays():
    net = rs.Network("lstm", 2, 3, 2, loss="cross_entropy", pattern="many_to_one")
    params, x, labels = net.init(), np.ones((4, 2)), np.array(1)
    expected = net.run(params, x, labels).grads
    run = net.run(params, x, labels)
    run["h"][:] = 7
    labels[...] = 0
    for name, value in params.items():
        value[...] = 0
        assert run.grads[name].tobytes() == expected[name].tobytes()
    with pytest.raises(ValueError, match="read-only"):
        run.at("h", 1)[:] = 0
    assert dict(zip(run.keys(), run.values(), strict=True)).keys() == set(run)


def test_a_used_network_and_a_derivation_pickle():
    net = rs.Network("gru", 2, 3, 2)
    params, x = net.init(), np.ones((3, 2))
    before = net.run(params, x)["y"]
    assert np.array_equal(pickle.loads(pickle.dumps(net)).run(params, x)["y"], before)
    derivation = rs.derive("gru")
    assert str(pickle.loads(pickle.dumps(derivation))) == str(derivation)


def test_sizes_that_happen_to_be_equal_do_not_make_a_matrix_recurrent():
    net, plain = rs.Network("elman", 3, 3, 3), rs.Network("elman", 3, 3, 3).init()
    scaled = net.init(spectral_radius=0.1)
    assert np.array_equal(scaled["W"], plain["W"])
    assert np.array_equal(scaled["V"], plain["V"])
    assert not np.array_equal(net.init(scheme="identity")["W"], np.eye(3))
    assert np.max(np.abs(np.linalg.eigvals(scaled["U"]))) == pytest.approx(0.1)


@pytest.mark.parametrize("scheme", ["glorot", "normal", "orthogonal", "identity"])
def test_only_what_is_added_begins_at_zero(scheme):
    params = rs.Network(Scalar, 1, 1).init(scheme=scheme)
    assert params["w"] != 0
    assert params["u"] != 0
    assert params["b"] == 0


def test_uniform_reaches_nearly_to_its_bound():
    params = rs.Network("elman", 40, 64).init(scheme="uniform")
    assert np.abs(params["W"]).max() == pytest.approx(1 / 8, rel=0.01)


def test_orthogonal_has_no_preferred_sign():
    """QR without the sign fix has a diagonal of R below zero only, which tells on the first entry of Q."""
    firsts = [rs.Network("elman", 1, 2).init(seed, "orthogonal")["U"][0, 0] for seed in range(20)]
    assert 0 < sum(first > 0 for first in firsts) < 20


def test_a_recurrent_matrix_of_zeros_cannot_be_rescaled():
    class Still(rs.cells.Elman):
        starts = {"U": 0.0}

    with pytest.raises(InputError, match="spectral radius 0"):
        rs.Network(Still, 2, 2).init(spectral_radius=0.9)


def test_a_class_stands_for_its_cell():
    assert rs.Network(rs.cells.LSTM, 2, 3).cell.name == "LSTM"
    assert str(rs.derive(rs.cells.GRU)) == str(rs.derive("gru"))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda net: rs.Network(3, 2, 2), MisuseError, "3 is no cell"),
        (lambda net: rs.derive(None), MisuseError, "None is no cell"),
        (lambda net: rs.unroll("elman", 2), MisuseError, "unroll takes a network"),
        (lambda net: rs.unroll(net, 2.5), InputError, "whole number"),
        (lambda net: net.init(-1), InputError, "the seed must be a whole number"),
        (lambda net: net.init(spectral_radius=-1), InputError, "spectral radius must be"),
        (lambda net: net.run(net.init(), np.ones((2, 2)), carry=np.ones(3)), InputError, "carry must be a dict"),
        (lambda net: net.run(np.ones(3), np.ones((2, 2))), InputError, "params must be a dict"),
        (lambda net: rs.Network("elman", 2, 3, dims={"H": 7}), InputError, "size of H is given"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_reported(call, error, message):
    with pytest.raises(error, match=message):
        call(rs.Network("elman", 2, 3))


def test_a_cell_with_one_equation_prints():
    class One(rs.Cell):
        params, carry = {}, {"h": ("X",)}

        def step(self, p, prev, x, now):
            now.h = prev.h + x

    derivation = rs.derive(One)
    assert "hₜ = hₜ₋₁ + xₜ" in derivation.pretty()
    assert derivation.latex()
    assert derivation.markdown()
