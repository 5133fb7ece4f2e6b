"""The decks' worked numbers for convolution, pooling and one-hot encoding, recomputed; errata are the true values."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import constant, evaluate, grad
from rnnsym.ops import one_hot

LEXICON = ("apple", "bag", "cat", "dog", "elephant")
DETECTOR = [[1, 0], [1, 0], [0, 1], [0, 1]]
"""The filter [[1,1,0,0],[0,0,1,1]], one row for each place in the window."""


def parentheses(text):
    return constant([[1.0, 0.0] if character == "(" else [0.0, 1.0] for character in text])


@pytest.mark.parametrize("word", LEXICON)
def test_one_of_n_encoding(word):
    place = LEXICON.index(word)
    index = rs.var("i", dtype="int")
    expected = [1.0 if other == word else 0.0 for other in LEXICON]
    assert evaluate(one_hot(index, len(LEXICON)), {"i": place}).tolist() == expected


def test_apple_is_the_first():
    index = rs.var("i", dtype="int")
    assert evaluate(one_hot(index, 5), {"i": LEXICON.index("apple")}).tolist() == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("text", "scores", "pooled"),
    [
        ("(()((()))(", [3, 1, 1, 3, 4, 3, 1], 4),
        # The slide prints 1 1 4.
        ("()(())", [1, 2, 4], 4),
    ],
)
def test_the_filter_that_detects_two_nested_pairs(text, scores, pooled):
    found = rs.conv1d(parentheses(text), constant(np.array(DETECTOR, dtype=float)))
    assert evaluate(found, {}).tolist() == scores
    assert evaluate(rs.max_pool1d(found, len(scores)), {}).tolist() == [pooled]
    assert ("(())" in text) == (pooled >= 4)


def test_the_second_difference_filter():
    found = rs.conv1d(constant([1.0, 3.0, 0.0, 1.0, 2.0]), constant([-1.0, 2.0, -1.0]))
    assert evaluate(found, {}).tolist() == [5, -4, 0]


SIGNAL = [5.0, 4.0, 0.0, 3.0, 6.0, 2.0, 1.0]


def test_max_pooling():
    assert evaluate(rs.max_pool1d(constant(SIGNAL), 2), {}).tolist() == [5, 4, 3, 6, 6, 2]


def test_average_pooling():
    assert evaluate(rs.avg_pool1d(constant(SIGNAL), 2), {}).tolist() == [4.5, 2, 1.5, 4.5, 4, 1.5]


@pytest.mark.parametrize("pool", [rs.max_pool1d, rs.avg_pool1d])
def test_a_stride_takes_every_other_window(pool):
    every = evaluate(pool(constant(SIGNAL), 3), {})
    assert evaluate(pool(constant(SIGNAL), 3, stride=2), {}).tolist() == every[::2].tolist()


def test_at_a_tie_max_pooling_sends_the_gradient_to_the_first():
    x = rs.var("x", (3,))
    pooled = rs.max_pool1d(x, 3)
    assert evaluate(grad(pooled[0], x), {"x": [2.0, 7.0, 7.0]}).tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    "build",
    [
        lambda x, w: rs.conv1d(x, w),
        lambda x, w: rs.max_pool1d(x, 3) * rs.sum(w),
        lambda x, w: rs.avg_pool1d(x, 3, stride=2)[0:2] * rs.sum(w),
        lambda x, w: rs.max_pool1d(x, 2, stride=2)[0:3] * rs.sum(w),
    ],
    ids=["conv1d", "max_pool1d", "avg_pool1d", "strided"],
)
@pytest.mark.parametrize("width", [(), (2,)], ids=["channels: none", "channels: 2"])
def test_gradients_are_those_of_complex_step(build, width):
    x, w = rs.var("x", (7, *width)), rs.var("w", (3, *width))
    loss = rs.sum(rs.tanh(build(x, w) * 0.3))
    rng = np.random.default_rng(0)
    values = {"x": rng.normal(size=(7, *width)), "w": rng.normal(size=(3, *width))}
    for leaf in (x, w):
        name = leaf.attrs[0].label
        direction = rng.normal(size=values[name].shape)
        moved = {**values, name: values[name] + 1e-30j * direction}
        exact = np.imag(evaluate(loss, moved)) / 1e-30
        ours = np.sum(evaluate(grad(loss, leaf), values) * direction)
        np.testing.assert_allclose(ours, exact, rtol=1e-12)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: rs.conv1d(rs.var("x", (5, 2)), rs.var("w", (3,))), r"conv1d: x \(5, 2\) and weights \(3,\)"),
        (lambda: rs.conv1d(rs.var("x", ("N",)), rs.var("w", (3,))), "numeric length"),
        (lambda: rs.max_pool1d(rs.var("x", (3,)), 4), "a window of 4 does not fit into 3"),
        (lambda: rs.avg_pool1d(rs.var("x", (3,)), 2, stride=0), "numeric length, window and stride"),
        (lambda: rs.max_pool1d(rs.var("x"), 1), "numeric length|does not fit"),
    ],
)
def test_what_does_not_fit_is_refused(build, message):
    with pytest.raises(rs.errors.ShapeError, match=message):
        build()


def test_a_label_or_a_row_may_be_a_plain_number():
    y = rs.var("y", (3,))
    values = {"y": [0.1, 0.2, 0.7]}
    assert evaluate(rs.take(y, 2), values) == 0.7
    expected = np.log(np.sum(np.exp(values["y"]))) - 0.2
    assert evaluate(rs.cross_entropy(y, 1), values) == pytest.approx(expected)
    with pytest.raises(rs.errors.InputError, match=r"1\.5 is no index"):
        rs.take(y, 1.5)
