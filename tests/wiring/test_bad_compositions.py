"""What cannot be wired is refused in one sentence that says why."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.errors import InputError, MisuseError, ShapeError, UnknownNameError
from support.networks import data_for


class Scalar(rs.Cell):
    params = {"w": (), "u": ()}
    carry = {"s": ()}
    inputs = {"x": ()}

    def step(self, p, prev, x, now):
        now.s = rs.tanh(p.w * x + p.u * prev.s)


class TwoInputs(rs.Cell):
    params = {"W": ("H", "X"), "K": ("H", "K")}
    carry = {"h": ("H",)}
    inputs = {"x": ("X",), "k": ("K",)}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.W @ x.x + p.K @ x.k) + prev.h


SIZES = {"inputs": 2, "hidden": 3, "outputs": 4}


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: rs.stacked("lstm", **SIZES), InputError, "takes a list of cells"),
        (lambda: rs.stacked([], **SIZES), InputError, "takes a list of cells"),
        (lambda: rs.stacked(["lstm", 3], **SIZES), MisuseError, "3 is no cell"),
        (lambda: rs.stacked(["lstm", "gur"], **SIZES), UnknownNameError, "gru"),
        (lambda: rs.stacked(["lstm", Scalar], **SIZES), ShapeError, r"layer2 \(Scalar\) reads x of shape \(\)"),
        (lambda: rs.stacked(["elman"] * 2, 2, [3], outputs=4), InputError, "2 layers need 2 hidden sizes"),
        (lambda: rs.Network("elman", 2, [3, 4]), InputError, "list of sizes for stacked layers only"),
        (lambda: rs.bidirectional(Scalar, **SIZES), ShapeError, "joined to one vector"),
        (lambda: rs.bidirectional("gru", pattern="language_model", **SIZES), InputError, "has seen it already"),
        (lambda: rs.encoder_decoder("gru", Scalar, **SIZES), ShapeError, "cannot start from|of shape"),
        (lambda: rs.encoder_decoder("gru", rs.Bidirectional("gru"), **SIZES), InputError, "step by step"),
        (lambda: rs.encoder_decoder("gru", feedback="sof", **SIZES), UnknownNameError, "Did you mean 'soft'"),
        (
            lambda: rs.encoder_decoder("gru", feedback="soft", decoder_inputs=3, **SIZES),
            InputError,
            "no inputs to size",
        ),
        (lambda: rs.encoder_decoder("gru", pattern="one_to_many", **SIZES), InputError, "says that itself"),
        (lambda: rs.encoder_decoder("gru", rs.Stacked(["gru"] * 2), **SIZES), InputError, "both need the same number"),
        (lambda: rs.Network("gru", pattern="taging", **SIZES), UnknownNameError, "Did you mean 'tagging'"),
        (lambda: rs.stacked(["elman", TwoInputs], **SIZES), InputError, r"layer2 \(TwoInputs\) has a dimension K"),
    ],
)
def test_it_is_refused(make, error, words):
    with pytest.raises(error, match=words) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_a_second_input_of_a_layer_above_is_data_of_its_own():
    net = rs.stacked(["elman", TwoInputs], dims={"K": 5}, **SIZES)
    data = data_for(net, 3, 0)
    assert {label: np.shape(value) for label, value in data.x.items()} == {"x": (3, 2), "layer2.k": (3, 5)}
    assert net.run(*data).input_grad["layer2.k"].shape == (3, 5)


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        (lambda x: x["encoder.x"], InputError, "input decoder.x is missing: give x as a dict"),
        (lambda x: {**x, "decoder.z": 0}, UnknownNameError, "Did you mean 'decoder.x'"),
        (lambda x: {**x, "decoder.x": x["decoder.x"][:2]}, ShapeError, "different numbers of steps"),
    ],
)
def test_inputs_are_named_by_label(x, error, words):
    net = rs.encoder_decoder("gru", **SIZES)
    data = data_for(net, 3, 0)
    with pytest.raises(error, match=words):
        net.run(data.params, x(data.x), data.targets)


def test_a_vector_needs_a_number_of_steps():
    net = rs.Network("gru", pattern="one_to_many", **SIZES)
    params, x, targets, _ = data_for(net, 3, 0)
    with pytest.raises(InputError, match=r"say how many there are \(steps=…\), or give targets"):
        net.run(params, x)
    with pytest.raises(InputError, match="steps = 2, but there are 3"):
        net.run(params, x, targets, steps=2)
    with pytest.raises(InputError, match="whole number of 1 or more, not 0"):
        net.run(params, x, steps=0)


def test_several_cells_are_no_single_cell():
    net = rs.bidirectional("gru", **SIZES)
    with pytest.raises(MisuseError, match=r"several cells, forward \(GRU\), backward \(GRU\)"):
        net.cell  # noqa: B018 - reading it is the test
