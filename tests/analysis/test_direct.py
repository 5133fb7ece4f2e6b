"""The direct line as vectors: what the paths give as matrices, closed forms, and no matrix in between."""

import tracemalloc

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.anatomy.direct import direct_curve
from rnnsym.analysis.anatomy.paths import paths
from rnnsym.analysis.flow import Flow
from rnnsym.errors import UnknownNameError
from support.networks import NETWORKS, data_for
from support.odd_cells import NothingLeft
from support.two_carries import TwoCarries

T = 6


class Handed(rs.Cell):
    """A state that is handed on as it is, multiplied by what it was before; a scalar that leaks; one state behind a
    quantity of its own, which is no direct line."""

    params = {"U": ("H", "H"), "W": ("H", "X"), "a": ()}
    carry = {"k": ("H",), "m": ("H",), "n": (), "q": ("H",)}

    def step(self, p, prev, x, now):
        now.m = prev.k - p.a * prev.m
        now.n = 0.5 * prev.n
        now.e = 0.5 * (prev.q - prev.k)
        now.q = rs.tanh(now.e)
        now.k = 0.3 * prev.k + rs.tanh(prev.k) * prev.m - prev.k * now.m + rs.tanh(p.W @ x + prev.n + prev.q) * 0.1


CASES = [
    ("lstm", "tagging", None),
    ("gru", "tagging", None),
    (TwoCarries, "tagging", None),
    (TwoCarries, "stacked", None),
    (NothingLeft, "tagging", None),
    (Handed, "bidirectional", "backward"),
    ("mgu", "bidirectional", "backward"),
    ("lstm", "encoder_decoder, soft", "decoder.h"),
    ("linear", "tagging", None),
]


@pytest.mark.parametrize(("cell", "key", "chain"), CASES, ids=str)
def test_it_is_what_the_paths_give(cell, key, chain):
    net = NETWORKS[key](cell)
    data = data_for(net, T, 1)
    j = rs.jacobians(net, data.params, data.x, data.carry, chain=chain)
    split = paths(j)
    for state in (None, *j.states):
        np.testing.assert_allclose(direct_curve(j, state), split.curve(["direct"], state), rtol=0, atol=1e-11)


@pytest.mark.parametrize(("cell", "chain", "t"), [(TwoCarries, "forward", 4), ("linear", "backward", 3)], ids=str)
def test_it_ends_at_any_step(cell, chain, t):
    net = NETWORKS["bidirectional"](cell)
    data = data_for(net, T, 1)
    j = rs.jacobians(net, data.params, data.x, data.carry, chain=chain)
    steps, product, logs = paths(j).step["direct"], np.eye(j.n), []
    for i in range(t, 0, -1) if j.forward else range(t, T + 1):
        with np.errstate(divide="ignore"):
            logs.append(np.log(np.linalg.norm(product, 2)))
        product = product @ steps[i - 1]
    np.testing.assert_allclose(direct_curve(j, t=t), logs, rtol=0, atol=1e-11)


def constant_lstm(steps, hidden, forget):
    """An LSTM whose forget gates are σ(forget) at every step."""
    net = rs.Network("lstm", inputs=1, hidden=hidden)
    params = {name: np.zeros(shape) for name, shape in net.params.items()}
    return rs.jacobians(net, {**params, "b_f": np.asarray(forget, float)}, np.ones((steps, 1)))


def test_a_product_of_twenty_thousand_gates():
    j = constant_lstm(20_000, 2, [3.0, -3.0])
    lags = np.arange(20_000)
    np.testing.assert_allclose(Flow("LSTM", j, "c").direct_line, -lags * np.log1p(np.exp(-3.0)), rtol=1e-10)
    # Of the whole carry: h_T reads c_T through diag(o ⊙ tanh′(c)) = ½, since c is 0.
    both = -lags[1:] * np.log1p(np.exp(-3.0)) + 0.5 * np.log(1.25)
    np.testing.assert_allclose(Flow("LSTM", j).direct_line[1:], both, rtol=1e-10, atol=1e-10)


def test_no_matrix_is_made():
    j = constant_lstm(200, 32, np.linspace(-1, 2, 32))
    direct_curve(j, "c")
    tracemalloc.start()
    try:
        direct_curve(j, "c")
        assert tracemalloc.get_traced_memory()[1] < j.step.nbytes / 8
    finally:
        tracemalloc.stop()


def test_closed_gates_leave_nothing_and_what_is_not_finite_no_number():
    closed = constant_lstm(4, 2, [-1e4, -2e4])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(direct_curve(closed, "c"), [0.0, -np.inf, -np.inf, -np.inf])
        np.testing.assert_array_equal(direct_curve(closed), [0.0, -np.inf, -np.inf, -np.inf])
        net = rs.Network(Handed, inputs=2, hidden=3)
        j = rs.jacobians(net, {**net.init(0), "a": 1e300}, np.ones((4, 2)), carry={"k": [1.0, 1.0, 1.0]})
        assert np.isnan(direct_curve(j)[-1])
        assert direct_curve(j, "n") == pytest.approx(np.arange(4) * np.log(0.5))


def test_a_state_that_there_is_not_is_refused():
    with pytest.raises(UnknownNameError, match="unknown state 'd'"):
        direct_curve(constant_lstm(2, 1, [0.0]), "d")
