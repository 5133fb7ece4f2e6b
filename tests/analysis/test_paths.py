"""The step Jacobian split by paths: the parts are what one writes by hand, and add up to the whole."""

from functools import cache

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.anatomy.paths import paths
from rnnsym.cells import LSTM
from rnnsym.errors import UnknownNameError
from support.networks import NETWORKS, data_for
from support.odd_cells import NothingLeft, OddMatrices, OneWayIn, ScalarState

T, H = 5, 3


@cache
def split(cell, key="tagging", chain=None, seed=1):
    net = NETWORKS[key](cell)
    data = data_for(net, T, seed)
    j = rs.jacobians(net, data.params, data.x, data.carry, chain=chain)
    return paths(j), j, net.run(data.params, data.x, carry=data.carry), data.params


def test_the_parts_of_an_lstm():
    found, j, run, p = split("lstm")
    assert found.labels == ("direct", "i", "f", "g", "o")
    h, c = j.part("h"), j.part("c")
    before = np.stack([run.at("c", t) for t in range(T)])
    f, i, o = run["f"], run["i"], run["o"]
    forget = (before * f * (1 - f))[:, :, None] * p["U_f"]
    assert np.allclose(found.step["f"][:, c, h], forget, atol=1e-14)
    slope = o * (1 - np.tanh(run["c"]) ** 2)
    assert np.allclose(found.step["f"][:, h, h], slope[:, :, None] * forget, atol=1e-14)
    assert np.allclose(found.step["i"][:, c, h], (run["g"] * i * (1 - i))[:, :, None] * p["U_i"], atol=1e-14)
    assert np.allclose(found.step["o"][:, h, h], (np.tanh(run["c"]) * o * (1 - o))[:, :, None] * p["U_o"], atol=1e-14)
    assert np.allclose(found.step["direct"][:, c, c], np.eye(H) * f[:, None, :], atol=1e-14)
    assert np.allclose(found.step["direct"][:, h, c], np.eye(H) * (slope * f)[:, None, :], atol=1e-14)
    assert not found.step["direct"][:, :, h].any()


CASES = [
    ("elman", "tagging", None, ("a",)),
    ("gru", "tagging", None, ("direct", "z", "r, n", "q, n")),
    (LSTM(variant="peephole"), "tagging", None, ("direct", "i", "f", "g", "o", "i, o", "f, o", "g, o")),
    (ScalarState, "tagging", None, None),
    (OddMatrices, "tagging", None, None),
    (OneWayIn, "tagging", None, None),
    (NothingLeft, "tagging", None, ("direct",)),
    ("lstm", "stacked", None, None),
    ("elman", "encoder_decoder, soft", "decoder.h", None),
    ("mgu", "bidirectional", "backward", None),
]


@pytest.mark.parametrize(("cell", "key", "chain", "labels"), CASES, ids=str)
def test_the_parts_add_up_to_the_step_jacobian(cell, key, chain, labels):
    found, j, _, _ = split(cell, key, chain)
    assert labels in (None, found.labels)
    assert np.allclose(found.along(found.labels), j.step, atol=1e-14)
    last, steps = (T, range(T, 0, -1)) if j.forward else (1, range(1, T + 1))
    every = found.curves()
    assert np.allclose(every["all"], [j.log_norm(last, k) for k in steps], atol=1e-12)


def test_the_direct_line_is_the_block_of_an_lstm_for_one_step_and_not_for_three():
    found, j, run, _ = split("lstm")
    f = run["f"]
    curves = found.curves("c")
    assert set(curves) == {"direct", "direct + i", "direct + f", "direct + g", "direct + o", "all"}
    direct = [np.log(np.prod(f[T - lag :], axis=0).max()) for lag in range(T)]
    assert np.allclose(curves["direct"], direct, atol=1e-13)
    assert curves["direct"][1] == pytest.approx(curves["all"][1], abs=1e-13)
    assert abs(curves["direct"][3] - curves["all"][3]) > 1e-3
    product = j.block("c", "c").product(T, T - 3)
    assert not np.allclose(product, np.diag(np.prod(f[T - 3 :], axis=0)), atol=1e-3)


def test_a_direct_line_and_one_gate_are_the_product_of_those_alone():
    found, j, _, _ = split("lstm")
    alone = found.step["direct"] + found.step["f"]
    c = j.part("c")
    product = np.eye(2 * H)
    for lag in range(T):
        expected = np.log(np.linalg.norm(product[c, c], 2))
        assert found.curve(["direct", "f"], "c")[lag] == pytest.approx(expected, abs=1e-12)
        product = product @ alone[T - 1 - lag]


def test_the_direct_line_of_a_gru_is_what_its_gate_keeps():
    found, _, run, _ = split("gru")
    assert np.allclose(found.step["direct"], np.eye(H) * run["z"][:, None, :], atol=1e-14)
    norms = found.norms()
    assert np.allclose(norms["direct"], run["z"].max(axis=1), atol=1e-13)


class Constant(rs.Cell):
    """Nothing is read, and no derivative changes."""

    params = {"w": ()}
    carry = {"c": ("H",)}
    inputs = {}

    def step(self, p, prev, x, now):
        now.n = -prev.c
        now.c = p.w * prev.c + now.n


def test_derivatives_of_parameters_alone():
    j = rs.jacobians(Constant, {"w": 0.25}, None, {"c": np.ones(2)}, steps=3)
    assert np.array_equal(paths(j).step["direct"], np.tile(0.25 * np.eye(2), (3, 1, 1)))
    assert np.array_equal(paths(j).step["n"], np.tile(-np.eye(2), (3, 1, 1)))


def test_a_path_that_there_is_not_is_refused():
    found = split("gru")[0]
    with pytest.raises(UnknownNameError, match="unknown path 'f'"):
        found.along(["direct", "f"])
    with pytest.raises(UnknownNameError, match="unknown state 'c'"):
        found.curve(["direct"], "c")
