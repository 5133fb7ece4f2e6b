"""Gain, spectral radius and the bias of a gate: the effect of each is seen in the step Jacobians."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.api.adjusting import adjusted, has_input_gate, has_keep_gate, recurrent_weights
from rnnsym.cells.registry import catalogue
from rnnsym.errors import InputError
from support.networks import NETWORKS, data_for
from support.own_cell import MGU
from support.two_carries import TwoCarries

CELLS = {" ".join([entry.name, *entry.options.values()]): entry.cell for entry in catalogue()}
GATED = {name: cell for name, cell in CELLS.items() if name.split()[0] in ("lstm", "gru", "mgu") and "1997" not in name}


def small(cell, **options):
    net = rs.Network(cell, 2, 3, **options)
    return net, data_for(net, 4)


def radius(matrix):
    return np.max(np.abs(np.linalg.eigvals(matrix)))


@pytest.mark.parametrize("name", CELLS)
def test_without_recurrent_weights_only_the_direct_line_is_left(name):
    """Each state is then moved by itself alone, entry by entry; cells without a line forget everything."""
    net, data = small(CELLS[name])
    before = {label: value.copy() for label, value in data.params.items()}
    still = adjusted(net, data.params, gain=0.0)
    assert all(np.array_equal(before[label], data.params[label]) for label in before)
    j = rs.jacobians(net, still, data.x, data.carry)
    line = {"lstm": ("c", "f"), "gru": ("h", "z"), "mgu": ("h", "f")}.get(name.split()[0])
    kept = np.zeros_like(j.step)
    if line is not None:
        state, gate = line
        values = np.ones((4, 3)) if "1997" in name else net.run(still, data.x, carry=data.carry)[gate]
        values = 1 - values if name in ("gru chung2014", "mgu") else values
        part = j.part(state)
        kept[:, part, part] = values[:, :, None] * np.eye(3)
        if state == "c":
            run = net.run(still, data.x, carry=data.carry)
            slope = 1 - np.tanh(run["c"]) ** 2
            factor = run["o"] * slope * values
            if "peephole" in name:
                factor += values * still["p_o"] * run["o"] * (1 - run["o"]) * np.tanh(run["c"])
            kept[:, j.part("h"), part] = factor[:, :, None] * np.eye(3)
    np.testing.assert_allclose(j.step, kept, atol=1e-14)


@pytest.mark.parametrize("name", CELLS)
def test_gain_acts_on_recurrent_weights_alone(name):
    net, data = small(CELLS[name])
    twice = adjusted(net, data.params, gain=2.0)
    changed = {label for label in twice if not np.array_equal(twice[label], data.params[label])}
    assert changed == set(recurrent_weights(net))
    for label in changed - {"W"}:
        assert np.array_equal(twice[label], 2 * data.params[label])


def test_gain_2_doubles_the_jacobian_of_a_linear_cell():
    net, data = small("linear")
    once, twice = (rs.jacobians(net, adjusted(net, data.params, gain=g), data.x).step for g in (1.0, 2.0))
    assert np.array_equal(twice, 2 * once)


def test_of_a_fused_matrix_the_columns_of_the_input_stay():
    net, data = small("fused")
    W, twice = data.params["W"], adjusted(net, data.params, gain=2.0, spectral_radius=0.5)["W"]
    assert radius(twice[:, :3]) == pytest.approx(1.0)
    assert np.array_equal(twice[:, 3:], W[:, 3:])


@pytest.mark.parametrize("kind", ["stacked", "bidirectional", "encoder_decoder", "encoder_decoder, soft"])
def test_the_spectral_radius_is_that_of_every_layer(kind):
    net = NETWORKS[kind](rs.cells.get("elman"))
    params = adjusted(net, net.init(3), spectral_radius=0.7)
    labels = recurrent_weights(net)
    assert len(labels) == 2
    assert [radius(params[label]) for label in labels] == pytest.approx([0.7, 0.7])
    assert all(np.array_equal(params[label], net.init(3)[label]) for label in params if label not in labels)


@pytest.mark.parametrize("name", GATED)
@pytest.mark.parametrize("bias", [-1.0, 2.5])
def test_with_all_else_zero_the_state_is_kept_by_sigma_of_the_bias(name, bias):
    net, data = small(GATED[name])
    assert has_keep_gate(net)
    nothing = {label: np.zeros(shape) for label, shape in net.params.items()}
    j = rs.jacobians(net, adjusted(net, nothing, forget_bias=bias), data.x)
    state = "c" if "lstm" in name else "h"
    np.testing.assert_allclose(j.block(state, state).step, [np.eye(3) / (1 + np.exp(-bias))] * 4, rtol=1e-14)


def test_the_input_gate_of_an_lstm_has_a_bias_of_its_own():
    net, data = small("lstm")
    assert has_input_gate(net)
    found = adjusted(net, data.params, forget_bias=2.0, input_bias=-2.0)
    assert np.array_equal(found["b_f"], np.full(3, 2.0))
    assert np.array_equal(found["b_i"], np.full(3, -2.0))
    assert np.array_equal(found["b_g"], data.params["b_g"])
    assert not has_input_gate(rs.Network("gru", 2, 3))


def test_two_biases_of_one_gate_are_the_value_together():
    class Twice(rs.cells.MGU):
        params = {**rs.cells.MGU.params, "d_f": ("H",)}

        def step(self, p, prev, x, now):
            now.f = rs.sigmoid(p.W_f @ x + p.b_f + p.U_f @ prev.h + p.d_f)
            now.n = rs.tanh(p.W_n @ x + p.U_n @ (now.f * prev.h) + p.b_n)
            now.h = (1 - now.f) * prev.h + now.f * now.n

    net, data = small(Twice)
    found = adjusted(net, data.params, forget_bias=1.5)
    assert np.array_equal(found["b_f"] + found["d_f"], np.full(3, -1.5))


class Packed(rs.Cell):
    """Two gates in one matrix, as libraries store them."""

    params = {"W": ("2H", "X"), "U": ("2H", "H"), "b": ("2H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.a = p.W @ x + p.U @ prev.h + p.b
        now.f = rs.sigmoid(now.a["H":])
        now.h = now.f * prev.h + rs.tanh(now.a[:"H"])


def test_of_a_packed_bias_only_the_rows_of_the_gate_are_set():
    net, data = small(Packed)
    found = adjusted(net, data.params, forget_bias=1.5)["b"]
    assert np.array_equal(found, [*data.params["b"][:3], 1.5, 1.5, 1.5])


def test_an_own_cell_from_a_file(own_cell):
    assert "p.b" not in MGU.partition("rs.sigmoid")[2].partition("\n")[0]
    net = rs.Network(own_cell, 2, 3)
    assert recurrent_weights(net) == ("U_f", "U")
    assert not has_keep_gate(net)


class Wide(rs.cells.Elman):
    params = {"W": ("H", "X"), "U": ("H", "H+1"), "b": ("H",)}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.W @ x + p.U @ rs.concat(prev.h, 1.0) + p.b)


class Flat(rs.cells.Elman):
    params = {"W": ("H", "X"), "U": ("2H", "H"), "b": ("H",)}

    def step(self, p, prev, x, now):
        now.a = p.U @ prev.h
        now.h = rs.tanh(p.W @ x + now.a[:"H"] * now.a["H":] + p.b)


def test_what_cannot_be_done_is_said():
    net, data = small("elman")
    gru = rs.Network("gru", 2, 3)
    flat = rs.Network(Flat, 2, 3)
    for call, words in [
        (lambda: adjusted(net, data.params, forget_bias=1.0), "no gate with a bias keeps the state"),
        (lambda: adjusted(net, data.params, input_bias=1.0), "no gate with a bias lets new content in"),
        (lambda: adjusted(gru, gru.init(), input_bias=1.0), "no gate of its own with a bias lets new content in"),
        (lambda: adjusted(net, data.params, gain=np.nan), "the gain is not finite"),
        (lambda: adjusted(net, data.params, gain="2"), "the gain must be a number"),
        (lambda: adjusted(net, data.params, spectral_radius=-1.0), "spectral radius must be"),
        (lambda: adjusted(net, {**data.params, "U": np.zeros((3, 3))}, spectral_radius=1.0), "U has spectral radius 0"),
        (lambda: adjusted(flat, flat.init(), spectral_radius=1.0), r"part of U has the shape \(6, 3\)"),
        (lambda: adjusted(net, {"U": np.eye(3)}), "parameter W is missing"),
    ]:
        with pytest.raises(InputError, match=words):
            call()


def test_the_square_part_of_a_matrix_that_is_not_square_is_rescaled():
    net = rs.Network(Wide, 2, 3)
    assert radius(net.init(spectral_radius=0.5)["U"][:, :3]) == pytest.approx(0.5)
    twice, once = (adjusted(net, net.init(), gain=g)["U"] for g in (2.0, 1.0))
    assert np.array_equal(twice[:, :3], 2 * once[:, :3])
    assert np.array_equal(twice[:, 3], once[:, 3])


def test_no_gate_of_two_carries_has_a_bias():
    assert not has_keep_gate(rs.Network(TwoCarries, 2, 3))
