"""What theory.md 1.8 says of compositions, on the derived lines and in numbers."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.core.names import Fixed, Offset
from rnnsym.core.system import reads
from support.networks import data_for


def line(derivation, label):
    return next(each for each in derivation.backward if each.name.label == label)


def read_by(derivation, label):
    """What the line of an adjoint reads, in each of its cases: labels, with the step where it is not t."""
    found = line(derivation, label)
    cases = [case.rhs for case in found.cases] or [found.rhs]
    return [{_spelt(read) for read in reads(rhs)} for rhs in cases]


def _spelt(read):
    at = {Offset: lambda time: f"[{time.k:+d}]" if time.k else "", Fixed: lambda time: f"[{time.at}]"}
    return read.name.plain + at.get(type(read.time), lambda time: "")(read.time)


def test_the_encoder_has_one_immediate_gradient_the_seam():
    """g_T = Ud' δd_1 is all that reaches the encoder at once, and only at T."""
    net = rs.encoder_decoder("elman", "elman", inputs=2, hidden=3, outputs=4)
    derivation = rs.derive(net)
    assert read_by(derivation, "encoder.h") == [{"ddecoder.h[0]"}, {"encoder.U", "dencoder.a[+1]"}]
    run = net.run(*data_for(net, 4, 1))
    expected = run.adjoint["decoder.a"][0] @ data_for(net, 4, 1).params["decoder.U"]
    np.testing.assert_allclose(run.adjoint["encoder.h"][-1], expected, rtol=1e-12)
    assert "seam" in line(derivation, "encoder.h").rule


def test_soft_feedback_adds_the_softmax_jacobian():
    """δo_t += (diag p_t − p_t p_tᵀ) W_dᵀ δd_{t+1}."""
    net = rs.encoder_decoder("elman", inputs=2, hidden=3, outputs=4, feedback="soft", loss="cross_entropy")
    data = data_for(net, 4, 2)
    run = net.run(*data)
    logits = run["y"][1]
    p = np.exp(logits) / np.exp(logits).sum()
    seen = p - np.eye(4)[data.targets[1]]
    fed_back = (np.diag(p) - np.outer(p, p)) @ data.params["decoder.W"].T @ run.adjoint["decoder.a"][2]
    np.testing.assert_allclose(run.adjoint["y"][1], seen + fed_back, rtol=1e-12)


@pytest.mark.parametrize("feedback", ["hard", "teacher"])
def test_what_is_no_function_of_the_output_sends_nothing_back(feedback):
    net = rs.encoder_decoder("gru", inputs=2, hidden=3, outputs=4, feedback=feedback)
    data = data_for(net, 4, 2)
    run = net.run(*data)
    np.testing.assert_allclose(run.adjoint["y"], run["y"] - data.targets, rtol=1e-12)
    assert read_by(rs.derive(net), "y") == [{"y", "target"}]


def test_hard_feedback_feeds_the_largest_score():
    net = rs.encoder_decoder("elman", inputs=2, hidden=3, outputs=4, feedback="hard")
    run = net.run(*data_for(net, 4, 5))
    np.testing.assert_array_equal(run["decoder.u"][1:], np.eye(4)[run["y"][:-1].argmax(-1)])
    np.testing.assert_array_equal(run["decoder.u"][0], data_for(net, 4, 5).params["decoder.start"])


def test_both_directions_share_the_gradient_of_the_input():
    """dx_t is the sum over the forward and the backward chain; the backward chain is an RNN on the reversed x."""
    net = rs.bidirectional("elman", 2, 3, outputs=4)
    params, x, targets, carry = data_for(net, 4, 0)
    run = net.run(params, x, targets, carry)
    sums = sum(run.adjoint[f"{way}.a"] @ params[f"{way}.W"] for way in ("forward", "backward"))
    np.testing.assert_allclose(run.input_grad, sums, rtol=1e-12)
    alone = rs.Network("elman", 2, 3)
    own = {label: params[f"backward.{label}"] for label in "WUb"}
    reversed_run = alone.run(own, x[::-1], carry={"h": carry["backward.h"]})
    np.testing.assert_allclose(run["backward.h"], reversed_run["h"][::-1], rtol=1e-12)
    np.testing.assert_array_equal(run["h"], np.concatenate([run["forward.h"], run["backward.h"]], -1))


def test_many_to_one_reads_forward_at_the_end_and_backward_at_the_beginning():
    net = rs.bidirectional("elman", 2, 3, outputs=4, pattern="many_to_one")
    params, x, _, carry = data_for(net, 4, 0)
    run = net.run(params, x, carry=carry)
    seen = np.concatenate([run["forward.h"][-1], run["backward.h"][0]])
    np.testing.assert_allclose(run["y"], params["V"] @ seen + params["b_y"], rtol=1e-12)
    assert read_by(rs.derive(net), "backward.h") == [{"dh[T]"}, {"backward.U", "dbackward.a[-1]"}]


def test_the_immediate_gradient_of_a_layer_comes_from_the_one_above():
    """g(1)_t = W2ᵀ δ(2)_t."""
    derivation = rs.derive(rs.stacked(["elman", "elman"], 2, 3, outputs=4))
    assert read_by(derivation, "layer1.h") == [{"layer2.W", "dlayer2.a", "layer1.U", "dlayer1.a[+1]"}]


def test_a_language_model_reads_what_came_before():
    net = rs.Network("elman", 2, 3, 4, loss="cross_entropy", pattern="language_model")
    params, x, targets, carry = data_for(net, 4, 0, batch=2)
    run = net.run(params, x, targets, carry)
    np.testing.assert_array_equal(run["u"][1:], x[:-1])
    np.testing.assert_array_equal(run["u"][0], [params["start"]] * 2)
    np.testing.assert_array_equal(run.input_grad[-1], np.zeros((2, 2)))
    np.testing.assert_allclose(run.grads["start"], run.adjoint["u"][0].sum(0), rtol=1e-12)


def test_a_vector_is_read_at_every_step():
    one, many = (rs.Network("gru", 2, 3, 4, pattern=pattern) for pattern in ("vector_to_sequence", "tagging"))
    params, x, targets, carry = data_for(one, 4, 0, batch=2)
    repeated = many.run(params, np.broadcast_to(x, (4, 2, 2)), targets, carry)
    run = one.run(params, x, targets, carry)
    np.testing.assert_allclose(run["y"], repeated["y"], rtol=1e-12)
    np.testing.assert_allclose(run.input_grad, repeated.input_grad.sum(0), rtol=1e-12)
    np.testing.assert_allclose(one.run(params, x, carry=carry, steps=4)["y"], run["y"], rtol=1e-12)
    assert one.run(params, x, carry=carry, steps=1)["y"].shape == (1, 2, 4)


def test_the_decoder_starts_from_the_encoders_states_by_name():
    net = rs.encoder_decoder("lstm", "lstm", inputs=2, hidden=3, outputs=4)
    data = data_for(net, 3, 0)
    run = net.run(*data)
    for symbol in "hc":
        np.testing.assert_array_equal(run.at(f"decoder.{symbol}", 0), run.at(f"encoder.{symbol}", 3))
    assert data.carry.keys() == {"encoder.h", "encoder.c"}
    mixed = rs.encoder_decoder("gru", "lstm", inputs=2, hidden=3, outputs=4)
    assert data_for(mixed, 3, 0).carry.keys() == {"encoder.h", "decoder.c"}


def test_an_encoder_in_both_directions_hands_over_what_each_has_read_last():
    net = rs.encoder_decoder(rs.Bidirectional("lstm"), "lstm", inputs=2, hidden=3, outputs=4, context=True)
    run = net.run(*data_for(net, 4, 0))
    for symbol in "hc":
        ends = [run[f"encoder.forward.{symbol}"][-1], run[f"encoder.backward.{symbol}"][0]]
        np.testing.assert_array_equal(run.at(f"decoder.{symbol}", 0), np.concatenate(ends))
    np.testing.assert_array_equal(run["context"], run.at("decoder.h", 0))


def test_names_are_prefixed_by_where_a_cell_stands():
    net = rs.stacked([rs.Bidirectional("elman"), "elman"], 2, 3, outputs=4)
    assert net.params["layer1.backward.W"] == (3, 2)
    assert net.params["layer2.W"] == (3, 6)
    assert rs.bidirectional("elman", 2, 3, outputs=4).params["V"] == (4, 6)
    assert rs.stacked(["elman", "elman"], 2, [3, 5], outputs=4).params["layer2.W"] == (5, 3)
    assert [str(place) for place in net.placements][1:] == ["layer1.backward (Elman)", "layer2 (Elman)"]
