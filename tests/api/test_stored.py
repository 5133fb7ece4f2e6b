"""Arrays that are named and stored as a notation has them give the same numbers."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.errors import InputError, ShapeError, UnknownNameError
from rnnsym.notation import load, names
from support.networks import NETWORKS, data_for

WIRINGS = ("tagging, labels, mean", "bidirectional of stacks", "encoder_decoder")


@pytest.mark.parametrize("notation", [*names(), "default+transposed", "deck_s+row+transposed+overbar"])
@pytest.mark.parametrize("wiring", WIRINGS)
def test_loss_and_gradients_are_the_same_in_every_notation(wiring, notation):
    net = NETWORKS[wiring]("gru")
    data = data_for(net, 4)
    arrays = net.params_in(notation, data.params)
    back = net.params_from(arrays, notation)
    loss, grads = net.value_and_grad(back, data.x, data.targets, data.carry)
    wanted, canonical = net.value_and_grad(*data)
    assert loss == wanted
    assert back.keys() == canonical.keys()
    for label, gradient in canonical.items():
        np.testing.assert_array_equal(grads[label], gradient)
    told = net.params_in(notation, grads)
    assert [told[name].shape for name in told] == [arrays[name].shape for name in arrays]


def arrays_b():
    """The equation of deck B by hand: a = Wᵀ x + V y + b with W of shape (inputs, outputs)."""
    rng = np.random.default_rng(0)
    shapes = {"W": (2, 3), "V": (3, 3), "b": (3,), "W_out": (4, 3), "b_out": (4,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def test_a_step_by_hand_in_the_words_of_a_deck():
    net, given = rs.Network("elman", 2, 3, 4), arrays_b()
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    run = net.run(net.params_from(given, "deck_b"), x)
    state = np.zeros(3)
    for step in x:
        state = np.tanh(given["W"].T @ step + given["V"] @ state + given["b"])
    np.testing.assert_allclose(run["y"][-1], given["W_out"] @ state + given["b_out"], rtol=1e-12)
    assert net.params_in(load("deck_b"), net.params_from(given, "deck_b")).keys() == given.keys()


def test_a_name_is_taken_in_text_in_ascii_and_by_its_label():
    net = rs.stacked(["elman"], 2, 3)
    params = net.init(3)
    for keys in ("Wˢˣ⁽¹⁾ Wˢˢ⁽¹⁾ Wˢˢ⁽¹⁾₀", "layer1.W^sx layer1.W^ss layer1.W^ss_0", "layer1.W layer1.U layer1.b"):
        found = net.params_from(dict(zip(keys.split(), params.values(), strict=True)), "deck_s")
        assert all(np.array_equal(found[label], params[label]) for label in params)


def changed(**other):
    given = {**arrays_b(), **other}
    return {name: array for name, array in given.items() if array is not None}


@pytest.mark.parametrize(
    ("arrays", "error", "said"),
    [
        (changed(W_uot=np.ones(1)), UnknownNameError, "in the notation deck_b: 'W_uot'.*mean 'W_out'"),
        (changed(W=np.ones((3, 2))), ShapeError, r"W has shape \(3, 2\);.* must be \(2, 3\) = \(X, H\)\."),
        (changed(V=None), InputError, "parameter V is missing; in the notation deck_b .* W, V, b, W_out, b_out"),
        (changed(U=np.ones((3, 3))), InputError, "'V' and 'U' are the same parameter in the notation deck_b"),
        (changed(b=[1, np.nan, 2]), InputError, "parameter b is not finite"),
        ([1.0], InputError, "arrays must be a dict by name, such as one with W, V, b"),
    ],
)
def test_a_mistake_is_told_in_the_words_of_the_notation(arrays, error, said):
    with pytest.raises(error, match=said):
        rs.Network("elman", 2, 3, 4).params_from(arrays, "deck_b")
