"""State machines: bounded parentheses by hand-set weights, any transition, and the same cell with learnt weights."""

import itertools

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.cells import Parentheses, StateMachine
from rnnsym.checks.complex_step import Graph, kinks
from rnnsym.errors import CellError, UnknownNameError

ONE_HOT = {"(": [1.0, 0.0], ")": [0.0, 1.0]}
NET = rs.Network("parentheses", inputs=2, hidden=2)


def read(texts):
    """Texts of one length as an input (T, B, 2)."""
    return np.array([[ONE_HOT[character] for character in text] for text in texts]).swapaxes(0, 1)


def states(text):
    """The states s_1 … s_T of the machine that reads `text`."""
    return NET.run(Parentheses.hand_set, read([text]))["s"][:, 0].astype(int).tolist()


def balanced(text):
    """By cancelling `()` until nothing is left to cancel: no counting."""
    while "()" in text:
        text = text.replace("()", "")
    return not text


@pytest.mark.parametrize("length", range(1, 13))
def test_the_state_is_zero_at_the_end_if_and_only_if_the_text_is_balanced(length):
    texts = ["".join(characters) for characters in itertools.product("()", repeat=length)]
    last = NET.run(Parentheses.hand_set, read(texts))["s"][-1]
    assert [not state.any() for state in last] == [balanced(text) for text in texts]


def test_the_slides_example_is_accepted():
    assert states("((()))") == [[1, 0], [2, 0], [3, 0], [2, 0], [1, 0], [0, 0]]


def test_a_text_that_closes_too_early_is_rejected_for_good():
    assert states(")(()") == [[-1, -1], [0, -1], [1, -1], [0, -1]]


def test_one_good_prefix_is_not_enough():
    """The slide asks for "a prefix with at least as many"; `())(` has one, and it is not balanced."""
    assert states("())(") == [[1, 0], [0, 0], [-1, -1], [0, -1]]
    counts = np.cumsum([1 if character == "(" else -1 for character in "())("])
    assert (counts >= 0).any()
    assert not (counts >= 0).all()


def test_a_balanced_text_ends_on_a_tie_and_the_first_argument_takes_the_gradient():
    """With s = (a_1, min(a_1, a_2)) and a_1 = a_2, δa is (δs_1 + δs_2, 0)."""
    run = NET.run(Parentheses.hand_set, read(["()"])[:, 0], targets=[[0.0, 0.0], [-3.0, -5.0]])
    assert run.at("a", 2).tolist() == [0.0, 0.0]
    assert run.adjoint["s"][-1].tolist() == [3.0, 5.0]
    assert run.adjoint["a"][-1].tolist() == [8.0, 0.0]


def tied_steps(text):
    """The operations of the unrolled loss that sit on a kink while the machine reads `text`."""
    net = rs.Network("parentheses", 2, 2, pattern="many_to_one")
    graph = rs.unroll(net, len(text))
    bound = graph.bind(Parentheses.hand_set, read([text])[:, 0], np.array([0.0, -1.0]))
    return kinks(Graph(graph.loss, bound, net.sizes, ()))


@pytest.mark.parametrize("text", ["()", "()()", "((", "(())", "())", ")", "())(())"])
def test_a_tie_is_reported_as_a_kink(text):
    """a_1 = a_2 where the number of open ones comes back to the lowest; below it, `)` sets a_1 < a_2."""
    lowest, count, expected = 0, 0, 0
    for character in text:
        count += 1 if character == "(" else -1
        expected += count == lowest
        lowest = min(lowest, count)
    found = tied_steps(text)
    assert len(found) == expected
    assert {kink.node.prim.name for kink in found} <= {"minimum"}


@pytest.mark.parametrize(("moved", "left", "right", "chosen"), [(0, 2.0, 0.0, 2.0), (1, 2.0, 0.0, 0.0)])
def test_at_the_kink_the_slopes_differ_and_the_engine_takes_that_of_the_first_argument(moved, left, right, chosen):
    """The lowest count of `()` when one entry of b is moved: another slope on each side."""
    net = rs.Network("parentheses", 2, 2, pattern="many_to_one")
    x, target, step = read(["()"])[:, 0], np.array([0.0, -1.0]), 1e-7

    def loss(by):
        b = np.zeros(2)
        b[moved] = by
        return net.run({**Parentheses.hand_set, "b": b}, x, target).loss

    assert (loss(0.0) - loss(-step)) / step == pytest.approx(left, abs=1e-5)
    assert (loss(step) - loss(0.0)) / step == pytest.approx(right, abs=1e-5)
    assert net.value_and_grad(Parentheses.hand_set, x, target)[1]["b"][moved] == chosen


def test_the_weights_can_be_learnt():
    """Gradient descent on the squared final state of balanced texts, from weights that are a little off."""
    rng = np.random.default_rng(2)
    net = rs.Network("parentheses", 2, 2, pattern="many_to_one")
    texts = [text for text in map("".join, itertools.product("()", repeat=6)) if balanced(text)]
    x, targets = read(texts), np.zeros((len(texts), 2))
    params = {name: np.array(v) + rng.normal(scale=0.03, size=np.shape(v)) for name, v in Parentheses.hand_set.items()}
    first, _ = net.value_and_grad(params, x, targets)
    for _ in range(60):
        _, grads = net.value_and_grad(params, x, targets)
        params = {name: value - 0.002 * grads[name] for name, value in params.items()}
    last, _ = net.value_and_grad(params, x, targets)
    assert last < 0.3 * first


def test_a_transition_of_the_whole_sum():
    machine = StateMachine(lambda a: rs.softmax(a) * a)
    net = rs.Network(machine, 2, 3)
    params = net.init(seed=1)
    a = params["W"] @ [1.0, 2.0]
    softmax = np.exp(a) / np.exp(a).sum()
    np.testing.assert_allclose(net.run(params, [[1.0, 2.0]])["s"][0], softmax * a, rtol=1e-14)
    x, targets, graph = [[1.0, 2.0], [-0.5, 0.3]], [[1.0, 0.0, 0.5]] * 2, rs.unroll(net, 2)
    expected = rs.evaluate(rs.grad(graph.loss, list(graph.params.values())), graph.bind(params, x, targets))
    _, grads = net.value_and_grad(params, x, targets)
    for label, slopes in zip(graph.params, expected, strict=True):
        np.testing.assert_allclose(grads[label], slopes, rtol=1e-10, atol=1e-14)


def test_a_transition_by_name_and_its_typing_error():
    assert StateMachine("relu").f1(rs.var("a")) is rs.relu(rs.var("a"))
    with pytest.raises(UnknownNameError, match="Did you mean 'sigmoid'"):
        StateMachine("sigmoidd")


@pytest.mark.parametrize("values", [lambda a, b: a, lambda a, b: (a, b, a)])
def test_a_transition_of_entries_returns_as_many(values):
    with pytest.raises(CellError, match="a transition of 2 entries must return a tuple of 2 entries"):
        rs.derive(StateMachine(values))


def test_a_transition_that_is_no_function_is_refused():
    with pytest.raises(CellError, match="a transition is a name or a function of expressions, not 5"):
        StateMachine(5)


def test_hand_set_weights_are_those_of_the_cell():
    with pytest.raises(UnknownNameError, match="unknown parameter in hand_set of cell StateMachine: 'V'"):
        rs.derive(StateMachine("tanh", hand_set={"V": [[1.0]]}))


def test_its_derivation_is_written_entry_by_entry():
    (cell_line, adjoint_line) = (rs.derive("parentheses").forward[1], rs.derive("parentheses").backward[1])
    assert str(cell_line) == "sₜ = [aₜ[0], min(aₜ[0], aₜ[1])]"
    assert "place" not in str(adjoint_line)
    assert "sum" not in str(adjoint_line)
