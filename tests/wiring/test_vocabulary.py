"""Networks that read symbols: every wiring against the same network on one-hot vectors, and what cannot be."""

import importlib.util
import pickle

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.core.names import Role
from rnnsym.errors import InputError, ShapeError
from support.embedding import Embedding, as_vectors, reading_symbols
from support.forms import assert_right, explicit_gradients
from support.networks import NETWORKS, complex_step, data_for
from support.round_trip import assert_lines_read_back

WIRINGS = [wiring for wiring in NETWORKS if "language_model" not in wiring]
SIZES = {"hidden": 3, "outputs": 4}
FIVE = rs.Vocabulary(5)


def assert_equal(found, wanted):
    assert list(found) == list(wanted)
    for label in wanted:
        np.testing.assert_allclose(found[label], wanted[label], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize(("cell", "batch"), [("elman", None), ("gru", 2)])
def test_symbols_give_what_their_one_hot_vectors_give(wiring, cell, batch):
    dense = NETWORKS[wiring](cell)
    net = reading_symbols(dense)
    params, x, targets, carry = data_for(net, 4, seed=4, batch=batch)
    run, wanted = net.run(params, x, targets, carry), dense.run(params, as_vectors(net, x), targets, carry)
    assert run.loss == pytest.approx(wanted.loss, rel=1e-13)
    assert_equal(run.grads, wanted.grads)
    assert_equal(run.carry_grad, wanted.carry_grad)


@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize(("cell", "batch"), [("elman", None), ("gru", 2)])
def test_value_and_grad_gives_what_a_run_gives(wiring, cell, batch):
    net = reading_symbols(NETWORKS[wiring](cell))
    data = data_for(net, 4, seed=4, batch=batch)
    loss, grads = net.value_and_grad(*data)
    run = net.run(*data)
    assert loss == pytest.approx(run.loss, rel=1e-13)
    assert_equal(grads, run.grads)


@pytest.mark.parametrize("wiring", WIRINGS[::4])
def test_every_line_of_every_form_is_right(wiring):
    net = reading_symbols(NETWORKS[wiring]("elman"))
    derivation = rs.derive(net)
    data = data_for(net, 3, seed=3)
    truth = explicit_gradients(net, 3, data)
    for choice in derivation.forms:
        assert_right(derivation, choice.key, data, truth)


@pytest.mark.parametrize("cell", ["elman", "lstm", "jordan"])
def test_against_complex_step(cell):
    net = rs.Network(cell, FIVE, 3, 4, loss="cross_entropy")
    data = data_for(net, 6, seed=2, batch=2)
    grads = net.run(*data).grads
    for label, grad in grads.items():
        for place in np.ndindex(grad.shape):
            assert grad[place] == pytest.approx(complex_step(net, data, label, place), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize(
    "notation", ["default", "deck_s", "default+row", "default+transposed", "default+row+transposed"]
)
def test_what_is_printed_is_read_back(notation):
    for net in (rs.Network("gru", FIVE, 3, 4), rs.Network(Embedding, FIVE, 3, 4, dims={"K": 2})):
        assert assert_lines_read_back(rs.derive(net).form, notation)


def test_how_it_is_printed():
    net = rs.derive(rs.Network("elman", FIVE, 3))
    assert str(net.forward[0]) == "aₜ = W 1[xₜ] + U hₜ₋₁ + b"
    assert r"W \mathbf{1}[x_t]" in net.latex()
    assert "xₜ (one of X)" in net.pretty()
    assert "eₜ = E[xₜ]" in rs.derive(Embedding).pretty()
    assert "∂L/∂E = Σₜ 1[xₜ] δeₜᵀ" in rs.derive(Embedding).pretty()


def test_one_word_for_the_vocabulary_of_a_cell_of_its_own():
    net = rs.Network(Embedding, rs.Vocabulary(7), 3, dims={"K": 2})
    assert net.params["E"] == (7, 2)
    assert rs.Network(Embedding, 1, 3, dims={"K": 2, "V": 7}).params == net.params
    stack = rs.stacked([Embedding, "gru"], rs.Vocabulary(7), 3, dims={"K": 2})
    assert stack.params["layer1.E"] == (7, 2)
    assert {name.label: size for name, size in stack.system.labels.items()} == {"x": "V"}


def test_an_encoder_and_a_decoder_read_two_vocabularies():
    net = rs.encoder_decoder("elman", inputs=FIVE, loss="cross_entropy", **SIZES)
    bounds = {name.label: size for name, size in net.system.labels.items() if name.role == Role.INPUT}
    assert bounds == {"encoder.x": "X", "decoder.x": "C"}
    with pytest.raises(InputError, match=r"a symbol of input decoder.x is outside 0…3"):
        net.run(net.init(), {"encoder.x": [4], "decoder.x": [4]})


def test_a_symbol_has_no_derivative():
    net = rs.Network("elman", FIVE, 3, 4)
    run = net.run(net.init(), [0, 1, 4], np.ones((3, 4)))
    assert run.input_grad == {}
    assert "x" not in run.adjoint
    np.testing.assert_array_equal(run["x"], [0, 1, 4])


def test_it_can_be_pickled_checked_and_drawn():
    net = pickle.loads(pickle.dumps(rs.Network("elman", FIVE, 3, 4)))
    assert net.options.symbols
    assert rs.check_gradients(net, examples=3).ok
    assert rs.check_gradients("gru", symbols=True, pattern="many_to_one", examples=3).ok
    assert rs.check_gradients(Embedding, examples=3).ok
    assert rs.Vocabulary("V") == pickle.loads(pickle.dumps(rs.Vocabulary("V"))) != rs.Vocabulary("X")
    assert "x₁" in str(rs.graph(net))


BAD = [
    ([0.0, 1.0], "input x takes the numbers of symbols, integers, not float64"),
    (np.eye(5), "integers, not float64"),
    ([True, False], "integers, not bool"),
    ([0, 5], "a symbol of input x is outside 0…4: the symbols run from 0 to 5"),
    ([-1, 0], "outside 0…4"),
]


@pytest.mark.parametrize(("x", "message"), BAD)
def test_what_is_no_symbol_is_refused(x, message):
    net = rs.Network("elman", FIVE, 3)
    with pytest.raises(InputError, match=message):
        net.run(net.init(), x)


class Scalar(rs.Cell):
    params = {"w": ()}
    carry = {"h": ()}
    inputs = {"x": ()}

    def step(self, p, prev, x, now):
        now.h = p.w * x + prev.h


IMPOSSIBLE = [
    (lambda: rs.Network("elman", FIVE, pattern="language_model", **SIZES), InputError, "a symbol is no vector"),
    (
        lambda: rs.Network(Embedding, FIVE, pattern="language_model", dims={"K": 2}, **SIZES),
        InputError,
        "without its last symbol as x",
    ),
    (lambda: rs.stacked(["elman", Embedding], 5, **SIZES), InputError, r"layer2 \(Embedding\) reads as x a symbol"),
    (
        lambda: rs.encoder_decoder("elman", Embedding, inputs=5, feedback="soft", **SIZES),
        InputError,
        "only data are symbols",
    ),
    (
        lambda: rs.encoder_decoder(Embedding, inputs=FIVE, context=True, dims={"K": 2}, **SIZES),
        InputError,
        "give cell Embedding an input 'context'",
    ),
    (lambda: rs.Network(Scalar, FIVE, 1), InputError, r"a vocabulary is for a cell that reads a vector or a symbol"),
    (lambda: rs.bidirectional("gru", FIVE, 3, back=Embedding, dims={"K": 2}), ShapeError, "Vocabulary.'V'."),
    (lambda: rs.Network("elman", rs.Vocabulary("V"), 3), InputError, "the dimension X must be a whole number"),
    (lambda: rs.Vocabulary(0), ShapeError, "a size of 1 or more"),
    (lambda: rs.Vocabulary(2.0), ShapeError, "not 2.0"),
    (lambda: rs.Vocabulary("a word"), ShapeError, "is no dimension"),
]


@pytest.mark.parametrize(("make", "error", "message"), IMPOSSIBLE)
def test_what_cannot_read_symbols_says_so(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
def test_an_embedding_and_a_layer_are_those_of_pytorch():
    import torch

    net = rs.Network(Embedding, rs.Vocabulary(6), 3, dims={"K": 2})
    params, x, targets, _ = data_for(net, 5, 1, 2)
    run = net.run(params, x, targets)

    table, layer = torch.nn.Embedding(6, 2, dtype=torch.float64), torch.nn.RNN(2, 3, dtype=torch.float64)
    ours = {"weight_ih_l0": "W", "weight_hh_l0": "U", "bias_ih_l0": "b"}
    with torch.no_grad():
        table.weight.copy_(torch.from_numpy(params["E"]))
        for theirs, label in ours.items():
            getattr(layer, theirs).copy_(torch.from_numpy(params[label]))
        layer.bias_hh_l0.zero_()
    hidden, _ = layer(table(torch.from_numpy(x)))
    loss = ((hidden - torch.from_numpy(targets)) ** 2).sum() / 2
    loss.backward()
    assert run.loss == pytest.approx(loss.item(), rel=1e-12)
    wanted = {"E": table.weight.grad, **{label: getattr(layer, theirs).grad for theirs, label in ours.items()}}
    for label, grad in wanted.items():
        np.testing.assert_allclose(run.grads[label], grad.numpy(), rtol=1e-10, atol=1e-12)
