"""Bad arrays and bad options: one clear sentence, in the names that the cell declares."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.errors import DisconnectedError, InputError, ShapeError, UnknownNameError

X, TARGETS, LABELS = np.ones((4, 2)), np.ones((4, 3)), [0, 1, 2, 0]


@pytest.fixture
def net():
    return rs.Network("elman", inputs=2, hidden=5, outputs=3)


@pytest.fixture
def tagger():
    return rs.Network("lstm", inputs=2, hidden=5, outputs=3, loss="cross_entropy")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "square"}, r"unknown loss 'square'\. Did you mean 'squared'\?"),
        ({"pattern": "many_to_on"}, r"unknown pattern 'many_to_on'\. Did you mean 'many_to_one'\?"),
        ({"reduction": "avg"}, r"unknown reduction 'avg'.*Known: sum, mean"),
        ({"cell": "gruu"}, r"unknown cell 'gruu'\. Did you mean 'gru'\?"),
        ({"dims": {"K": 3}}, r"unknown dimension of cell Elman: 'K'.*Known: X, H"),
    ],
)
def test_an_unknown_option_names_the_nearest(options, message):
    with pytest.raises(UnknownNameError, match=message):
        rs.Network(**{"cell": "elman", "inputs": 2, "hidden": 5, **options})


@pytest.mark.parametrize("size", [0, -1, 2.5, "3", True])
def test_a_size_must_be_a_positive_whole_number(size):
    with pytest.raises(InputError, match="the dimension H must be a whole number of 1 or more"):
        rs.Network("elman", inputs=2, hidden=size)


def test_a_dimension_without_a_size_is_named():
    class Wide(rs.Cell):
        params = {"A": ("K", "H"), "B": ("H", "K")}
        carry = {"h": ("H",)}
        inputs = {"x": ("H",)}

        def step(self, p, prev, x, now):
            now.k = p.A @ prev.h
            now.h = p.B @ now.k + x

    with pytest.raises(InputError, match=r"cell Wide has a dimension K: give its size, dims=\{'K': …\}"):
        rs.Network(Wide(), 2, 2)
    assert rs.Network(Wide(), 2, 2, dims={"K": 7}).params["A"] == (7, 2)


def test_an_unknown_scheme_names_the_nearest(net):
    with pytest.raises(UnknownNameError, match=r"unknown scheme 'glorott'\. Did you mean 'glorot'\?"):
        net.init(scheme="glorott")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"Ww": np.ones((5, 2))}, UnknownNameError, r"unknown parameter 'Ww'\. Did you mean 'W'\?"),
        ({"W": None}, InputError, "parameter W is missing; the network needs W, U, b, V, b_y"),
        ({"W": np.ones((2, 5))}, ShapeError, r"parameter W has shape \(2, 5\), it must be .*5.*2"),
        ({"U": np.full((5, 5), np.nan)}, InputError, r"parameter U is not finite: the entry at \(0, 0\) is nan"),
        ({"b": np.array([0, 0, np.inf, 0, 0])}, InputError, r"parameter b is not finite: the entry at \(2,\) is inf"),
        ({"b": [[1.0], [2.0, 3.0]]}, InputError, "parameter b is ragged"),
        ({"b": ["a"] * 5}, InputError, "parameter b is not numeric"),
    ],
)
def test_a_bad_parameter_is_reported(net, change, error, message):
    params = {name: value for name, value in {**net.init(), **change}.items() if value is not None}
    with pytest.raises(error, match=message):
        net.run(params, X)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.ones((0, 2)), InputError, "input x has T = 0 steps: a sequence needs at least one step"),
        ([], InputError, "input x has T = 0 steps: a sequence needs at least one step"),
        (np.ones((4, 3)), ShapeError, r"input x has shape \(4, 3\).*X = 2"),
        (np.ones((4, 1, 1, 2)), ShapeError, r"at most \(T, B, …\) is understood"),
        (np.ones(2), ShapeError, "input x has no time axis"),
        (3.0, ShapeError, r"input x has shape \(\)"),
        ([[1.0, np.nan]], InputError, r"input x is not finite: the entry at \(0, 1\) is nan"),
        ([[1.0, 2.0], [3.0]], InputError, "input x is ragged: its rows must have equal lengths"),
        ([["a", "b"]], InputError, "input x is not numeric"),
        ({"x": X, "z": X}, UnknownNameError, r"unknown input 'z'.*Known: x"),
        ({}, InputError, "input x is missing"),
    ],
)
def test_a_bad_input_is_reported(net, x, error, message):
    with pytest.raises(error, match=message):
        net.run(net.init(), x)


@pytest.mark.parametrize(
    ("targets", "error", "message"),
    [
        (np.ones((3, 3)), ShapeError, r"target has shape \(3, 3\), but there are T = 4 steps"),
        (np.ones((4, 2)), ShapeError, r"target has shape \(4, 2\).*C = 3"),
        (np.full((4, 3), np.nan), InputError, "target is not finite"),
        (None, InputError, "gradients need targets"),
    ],
)
def test_a_bad_target_is_reported(net, targets, error, message):
    with pytest.raises(error, match=message):
        net.value_and_grad(net.init(), X, targets)


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0, 1, 2, 3], InputError, r"a label is outside 0…2: the labels run from 0 to 3"),
        ([0, -1, 2, 0], InputError, r"outside 0…2: the labels run from -1 to 2"),
        ([0.0, 1.0, 2.0, 0.0], InputError, "cross-entropy takes integer labels, not float64"),
        ([0, 1, 2], ShapeError, r"target has shape \(3,\), but there are T = 4 steps"),
        ([[0], [1, 2]], InputError, "ragged"),
    ],
)
def test_a_bad_label_is_reported(tagger, labels, error, message):
    with pytest.raises(error, match=message):
        tagger.value_and_grad(tagger.init(), X, labels)


@pytest.mark.parametrize(
    ("carry", "error", "message"),
    [
        ({"hh": np.ones(5)}, UnknownNameError, r"unknown carry 'hh'\. Did you mean 'h'\?"),
        ({"h": np.ones(4)}, ShapeError, r"initial carry h has shape \(4,\).*H = 5"),
        ({"h": np.full(5, np.inf)}, InputError, "initial carry h is not finite"),
        ({"h": np.ones((2, 5))}, ShapeError, r"initial carry h has shape \(2, 5\)"),
    ],
)
def test_a_bad_carry_is_reported(tagger, carry, error, message):
    with pytest.raises(error, match=message):
        tagger.run(tagger.init(), X, LABELS, carry=carry)


@pytest.mark.parametrize(
    ("mask", "error", "message"),
    [
        ([1, 0], ShapeError, r"mask has shape \(2,\), but there are T = 4 steps"),
        ([1, 0, np.nan, 1], InputError, "mask is not finite"),
    ],
)
def test_a_bad_mask_is_reported(net, mask, error, message):
    with pytest.raises(error, match=message):
        net.run(net.init(), X, TARGETS, mask=mask)


def test_the_mean_over_no_target_is_refused():
    net = rs.Network("elman", 2, 5, 3, reduction="mean")
    with pytest.raises(InputError, match="at least one target must be present"):
        net.run(net.init(), X, TARGETS, mask=[0, 0, 0, 0])


def test_what_a_run_does_not_have_is_reported(net):
    run = net.run(net.init(), X)
    with pytest.raises(InputError, match="no loss: give targets"):
        run.loss  # noqa: B018 - a property is read
    with pytest.raises(InputError, match="no gradients: give targets"):
        run.grads  # noqa: B018
    with pytest.raises(UnknownNameError, match=r"unknown quantity 'hh'\. Did you mean 'h'\?"):
        run["hh"]
    with pytest.raises(InputError, match=r"no step t = 5 of h: it has t = 0…4"):
        run.at("h", 5)
    with pytest.raises(InputError, match=r"no step t = 0 of a: it has t = 1…4"):
        run.at("a", 0)


def test_a_parameter_that_does_not_exist_is_not_derived(net):
    with pytest.raises(UnknownNameError, match=r"unknown parameter 'u'\. Did you mean 'U'\?"):
        rs.derive(net, wrt="u")


def test_a_parameter_that_the_loss_does_not_feel_has_no_derivation_but_a_zero_gradient():
    class Spare(rs.Cell):
        params = {"U": ("H", "H"), "spare": ("H",)}
        carry = {"h": ("H",)}
        inputs = {"x": ("H",)}

        def step(self, p, prev, x, now):
            now.h = p.U @ prev.h + x

    net = rs.Network(Spare(), 2, 2)
    with pytest.raises(DisconnectedError, match="does not depend on spare: its gradient is exactly zero"):
        rs.derive(net, wrt="spare")
    _, grads = net.value_and_grad(net.init(), [[1.0, 2.0]], [[0.0, 0.0]])
    assert grads["spare"].tolist() == [0, 0]
