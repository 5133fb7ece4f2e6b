"""∂L_t/∂s_k for each loss alone, against runs in which all other losses are masked; ledgers by lag."""

from functools import cache

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.anatomy.losses import lag_norms, loss_gradients
from rnnsym.errors import InputError, ShapeError
from support.networks import NETWORKS, data_for
from support.odd_cells import NothingLeft

T = 4
CASES = [
    ("gru", "tagging, labels, mean", None, "h"),
    ("elman", "many_to_one", None, "h"),
    ("elman", "one_to_many", None, "h"),
    ("elman", "language_model", None, "h"),
    ("gru", "stacked", None, "layer2.h"),
    ("gru", "bidirectional", "backward", "backward.h"),
    ("elman", "bidirectional below", "layer1.backward", "layer1.backward.h"),
    ("elman", "encoder_decoder", "encoder", "encoder.h"),
    ("gru", "encoder_decoder", "decoder", "decoder.h"),
    (NothingLeft, "bidirectional", "backward", "backward.h"),
]


@cache
def made(cell, key, chain=None):
    net = NETWORKS[key](cell)
    data = data_for(net, T)
    return net, data, rs.jacobians(net, data.params, data.x, data.carry, chain, T)


@pytest.mark.parametrize(("cell", "key", "chain", "state"), CASES)
def test_sums_over_the_losses_are_the_adjoints_of_a_run(cell, key, chain, state):
    net, data, j = made(cell, key, chain)
    run = net.run(*data)
    found = loss_gradients(j, data.targets, state)
    assert np.allclose(found.sums, run.adjoint[state].reshape(T, -1), rtol=0, atol=1e-14)
    whole = loss_gradients(j, data.targets)
    for label in j.states:
        if label in run.carry_grad:
            assert np.allclose(whole.initial[j.part(label)], run.carry_grad[label], rtol=0, atol=1e-14)


@pytest.mark.parametrize(("cell", "key", "chain", "state"), [CASES[0], CASES[5], CASES[6], CASES[7]])
def test_each_row_is_the_gradient_of_one_loss(cell, key, chain, state):
    net, data, j = made(cell, key, chain)
    mean = net.options.reduction == "mean"
    found = loss_gradients(j, data.targets, state)
    for t in range(1, T + 1):
        alone = net.run(*data, mask=np.eye(T)[t - 1]).adjoint[state] / (T if mean else 1)
        with np.errstate(divide="ignore"):
            assert np.allclose(found.log_norms[t - 1], np.log(np.linalg.norm(alone, axis=1)), rtol=1e-9)


def test_a_mask_takes_losses_out():
    _, data, j = made("gru", "tagging")
    found = loss_gradients(j, data.targets, mask=[1, 0, 1, 1])
    assert (found.log_norms[1] == -np.inf).all()
    assert np.isfinite(found.log_norms[2, :3]).all()


def test_the_two_states_of_an_lstm_are_apart():
    net, data, j = made("lstm", "tagging")
    found = loss_gradients(j, data.targets, "c")
    assert (np.diag(found.log_norms) == -np.inf).all()
    for k in range(1, T):
        start = {label: net.run(*data).at(label, k) for label in ("h", "c")}
        rest = net.run(data.params, data.x[k:], data.targets[k:], start)
        assert np.allclose(found.sums[k - 1], rest.carry_grad["c"], rtol=0, atol=1e-14)


@pytest.mark.parametrize("gain", [0.1, 10.0])
def test_a_long_sequence_neither_overflows_nor_underflows(gain):
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    net = rs.Network("linear", inputs=1, hidden=3)
    steps = 350
    params = {"W": np.zeros((3, 1)), "U": gain * rotation, "b": np.zeros(3)}
    j = rs.jacobians(net, params, np.zeros((steps, 1)))
    found = loss_gradients(j, np.ones((steps, 3)))
    t, k = np.tril_indices(steps)
    expected = np.log(np.sqrt(3)) + (t - k) * np.log(gain)
    assert np.allclose(found.log_norms[t, k], expected, rtol=1e-10, atol=1e-10)
    assert (found.log_norms[np.triu_indices(steps, 1)] == -np.inf).all()
    assert not np.isnan(found.sums).any()


def test_some_losses_are_rows_of_all():
    _, data, j = made("gru", "tagging, labels, mean")
    whole, some = (loss_gradients(j, data.targets, "h", losses=losses) for losses in (None, [4, 2]))
    assert np.array_equal(some.log_norms, whole.log_norms[[3, 1]])
    parts = [loss_gradients(j, data.targets, losses=[t]).sums for t in range(1, T + 1)]
    assert np.allclose(sum(parts), loss_gradients(j, data.targets).sums, rtol=0, atol=1e-15)
    for losses in ([0], [5], [1.5], [True]):
        with pytest.raises(InputError, match="there is no loss of step"):
            loss_gradients(j, data.targets, losses=losses)


def test_a_table_that_is_too_large_is_refused():
    net = rs.Network("linear", inputs=1, hidden=1)
    j = rs.jacobians(net, {"W": [[0.0]], "U": [[0.9]], "b": [0.0]}, np.zeros((2001, 1)))
    with pytest.raises(InputError, match="2001 losses and 2001 steps is too large"):
        loss_gradients(j, np.ones((2001, 1)))
    last = loss_gradients(j, np.ones((2001, 1)), losses=[2001]).log_norms
    expected = np.log(1.0) + np.arange(2000, -1, -1) * np.log(0.9)
    assert np.allclose(last[0], expected, rtol=1e-11, atol=1e-12)


def test_targets_are_needed_and_must_fit():
    _, data, j = made("elman", "tagging")
    with pytest.raises(InputError, match="needs targets"):
        loss_gradients(j, None)
    with pytest.raises(ShapeError, match="target has shape"):
        loss_gradients(j, data.targets[:, :1])


# Ledgers by lag. ------------------------------------------------------------------------------------------------


def test_norms_by_lag_are_those_of_the_entries():
    net, data, _ = made("gru", "tagging")
    ledger = rs.derive(net).ledger(data.params, data.x, data.targets, wrt="U_n", carry=data.carry)
    found = lag_norms(ledger)
    assert found.lags.tolist() == [0, 1, 2, 3]
    for lag in range(T):
        entries = [ledger[t, t - lag] for t in range(1 + lag, T + 1)]
        assert found.summed[lag] == pytest.approx(np.linalg.norm(sum(entries)), rel=1e-12)
        assert found.mean[lag] == pytest.approx(np.mean([np.linalg.norm(e) for e in entries]), rel=1e-12)
        assert found.count[lag] == len(entries)


def test_what_travels_forward_in_time_has_a_negative_lag():
    net, data, _ = made("elman", "bidirectional", "forward")
    ledger = rs.derive(net).ledger(data.params, data.x, data.targets, wrt="backward.U", carry=data.carry)
    assert lag_norms(ledger).lags.tolist() == [-3, -2, -1, 0]
