"""Cells that read nothing: maps of their own state alone, whose length is told by `steps` or by the targets."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.errors import InputError, ShapeError, UnknownNameError
from support.maps import Autonomous, Henon, Logistic

START = {"h": 0.3}


@pytest.fixture(scope="module")
def net():
    return rs.Network(Logistic, inputs=1, hidden=1)


@pytest.mark.parametrize("x", [{}, None])
def test_a_map_runs_for_as_many_steps_as_it_is_told(net, x):
    expected, h = [], 0.3
    for _ in range(5):
        expected.append(h := 4 * h * (1 - h))
    assert np.allclose(net.run({"r": 4.0}, x, carry=START, steps=5)["h"], expected, rtol=1e-14)


def test_its_gradient_is_that_of_the_unrolled_graph(net):
    loss, grads = net.value_and_grad({"r": 3.0}, {}, np.full(4, 0.5), carry=START)
    graph = rs.unroll(net, steps=4)
    bound = graph.bind({"r": 3.0}, {}, np.full(4, 0.5), carry=START)
    assert rs.evaluate(graph.loss, bound) == pytest.approx(loss, rel=1e-14)
    assert rs.evaluate(rs.grad(graph.loss, graph.params["r"]), bound) == pytest.approx(grads["r"], rel=1e-13)
    assert net.run({"r": 3.0}, {}, np.full(4, 0.5), carry=START).input_grad == {}


@pytest.mark.parametrize("cell", [Henon, Autonomous])
def test_its_gradients_are_checked_as_those_of_any_cell(cell):
    assert "All right." in str(rs.check_gradients(cell, examples=3))


def test_its_initial_state_tells_the_batch(net):
    run = net.run({"r": 4.0}, {}, carry={"h": [0.3, 0.6]}, steps=3)
    alone = net.run({"r": 4.0}, {}, carry={"h": 0.6}, steps=3)
    assert run["h"].shape == (3, 2)
    assert np.array_equal(run["h"][:, 1], alone["h"])


def test_it_is_derived_and_printed():
    assert "hₜ = tanh(aₜ)" in rs.pretty(rs.derive(Autonomous))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda net: net.run({"r": 4.0}, {}), InputError, r"say how many there are \(steps=…\)"),
        (
            lambda _: rs.Network(Autonomous, 1, 2, pattern="many_to_one").value_and_grad(
                {"U": np.eye(2)}, {}, np.ones(2)
            ), InputError, "no input tells the number of steps",
        ),
        (lambda net: net.run({"r": 4.0}, np.ones(3), steps=3), InputError, "this network reads nothing: let x be {}"),
        (lambda net: net.run({"r": 4.0}, {"x": [1.0]}, steps=1), UnknownNameError, "unknown input 'x'"),
        (
            lambda net: net.run({"r": 4.0}, {}, carry={"h": np.ones((2, 2))}, steps=1), ShapeError,
            r"initial carry h has shape \(2, 2\)",
        ),
        (
            lambda _: rs.Network(Henon, 1, 1).run(
                {"a": 1.4, "b": 0.3}, {}, carry={"u": np.ones(2), "v": np.ones(3)}, steps=1
            ), ShapeError, "the initial carries have different batch sizes",
        ),
        (lambda _: rs.stacked(["elman", Logistic], inputs=2, hidden=2), InputError, "can be fed nothing"),
        (lambda _: rs.encoder_decoder("elman", Autonomous, inputs=2, hidden=2), InputError, "reads nothing"),
    ],
)  # fmt: skip
def test_what_it_cannot_do_is_said(net, call, error, message):
    with pytest.raises(error, match=message):
        call(net)
