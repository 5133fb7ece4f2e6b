"""The worked problem: h_t = σ(0.6 x_t + 0.4 h_{t-1}), y = 0.5 h, x = 1, 2, 3, and a target 4 at t = 3 only."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.cells import Elman

PARAMS = {"W": [[0.6]], "U": [[0.4]], "b": [0.0], "V": [[0.5]], "b_y": [0.0]}
X = [[1.0], [2.0], [3.0]]


def sigma(a):
    return 1 / (1 + np.exp(-a))


def by_hand():
    """h_1 … h_3 and ∂L/∂U, written out."""
    h = [0.0]
    for (x,) in X:
        h.append(sigma(0.6 * x + 0.4 * h[-1]))
    delta = 0.5 * (0.5 * h[3] - 4) * h[3] * (1 - h[3])
    gradient = delta * h[2]
    for t in (2, 1):
        delta = 0.4 * delta * h[t] * (1 - h[t])
        gradient += delta * h[t - 1]
    return h[1:], gradient


@pytest.fixture
def net():
    return rs.Network(Elman("sigmoid"), inputs=1, hidden=1, outputs=1)


@pytest.fixture
def run(net):
    return net.run(PARAMS, X, targets=[[0.0], [0.0], [4.0]], mask=[0, 0, 1])


def test_the_states_are_those_of_the_sheet(run):
    np.testing.assert_allclose(run["h"][:, 0], [0.6457, 0.8113, 0.8933], atol=5e-5)
    np.testing.assert_allclose(run["h"][:, 0], by_hand()[0], rtol=1e-14)


def test_the_gradient_is_that_of_the_sheet(run):
    assert run.grads["U"].item() == pytest.approx(-0.1441, abs=5e-5)
    assert run.grads["U"].item() == pytest.approx(by_hand()[1], rel=1e-13)
    assert run.loss == pytest.approx(0.5 * (0.5 * by_hand()[0][2] - 4) ** 2, rel=1e-14)


def test_what_stands_at_a_masked_step_does_not_matter(net, run):
    other = net.run(PARAMS, X, targets=[[7.0], [-9.0], [4.0]], mask=[0, 0, 1])
    assert other.grads["U"] == run.grads["U"]
    assert other.loss == run.loss


def test_a_loss_at_the_last_step_only_is_the_same(run):
    last = rs.Network(Elman("sigmoid"), 1, 1, 1, pattern="many_to_one").run(PARAMS, X, targets=[4.0])
    assert last.loss == pytest.approx(run.loss, rel=1e-15)
    for name, gradient in run.grads.items():
        np.testing.assert_allclose(last.grads[name], gradient, rtol=1e-13)
