"""What a run records: every quantity and every adjoint at every step, for one example and for a batch."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import evaluate, grad
from rnnsym.core.expr import topological
from support.problems import BUILT_IN, problem

CELLS = pytest.mark.parametrize("cell", BUILT_IN, ids=lambda cell: getattr(cell, "activation", cell.name))
SIZES = (2, 3, 4, 4)


@CELLS
@pytest.mark.parametrize("pattern", ["many_to_many", "many_to_one"])
def test_every_quantity_and_adjoint_is_that_of_the_unrolled_graph(cell, pattern):
    p = problem(cell, *SIZES, seed=6, loss="cross_entropy", pattern=pattern)
    run, graph = p.net.run(*p.arguments), rs.unroll(p.net, p.steps)
    bound = graph.bind(p.params, p.x, p.targets, p.carry)
    inside = set(topological([graph.loss]))
    checked = set()
    for label, t in graph.names:
        node = graph[label, t]
        if label not in run:
            continue
        np.testing.assert_allclose(run.at(label, t), evaluate(node, bound, p.net.sizes), rtol=1e-12, atol=1e-14)
        if label in run.adjoint and node in inside:
            exact = evaluate(grad(graph.loss, node), bound, p.net.sizes)
            np.testing.assert_allclose(run.adjoint.at(label, t), exact, rtol=1e-10, atol=1e-13)
            checked.add(label)
    assert {"h", "y", *p.net.cell.carry} <= checked


@CELLS
@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
def test_a_batch_is_a_loop_over_examples(cell, loss):
    """T = B = H: an axis taken for another one would show."""
    p = problem(cell, 3, 3, 3, 3, (3,), seed=7, loss=loss)
    together = p.net.run(*p.arguments)
    total, summed = 0.0, {name: np.zeros_like(value) for name, value in p.params.items()}
    for b in range(3):
        carry = {name: value[b] for name, value in p.carry.items()}
        alone = p.net.run(p.params, p.x[:, b], p.targets[:, b], carry)
        for label in alone:
            np.testing.assert_allclose(together[label][:, b], alone[label], rtol=1e-12, atol=1e-15)
        for label in alone.adjoint:
            np.testing.assert_allclose(together.adjoint[label][:, b], alone.adjoint[label], rtol=1e-11, atol=1e-14)
        for label, value in alone.carry_grad.items():
            np.testing.assert_allclose(together.carry_grad[label][b], value, rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(together.input_grad[:, b], alone.input_grad, rtol=1e-11, atol=1e-14)
        total += alone.loss
        summed = {name: summed[name] + value for name, value in alone.grads.items()}
    assert together.loss == pytest.approx(total, rel=1e-13)
    for name, value in together.grads.items():
        np.testing.assert_allclose(value, summed[name], rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(
    ("loss", "pattern", "outputs", "count"),
    [
        ("squared", "many_to_many", 4, 5 * 2 * 4),
        ("squared", "many_to_many", None, 5 * 2 * 3),
        ("squared", "many_to_one", 4, 2 * 4),
        ("cross_entropy", "many_to_many", 4, 5 * 2),
        ("cross_entropy", "many_to_one", 4, 2),
    ],
)
def test_the_mean_divides_by_the_number_of_targets(loss, pattern, outputs, count):
    options = {"loss": loss, "pattern": pattern}
    whole = problem("gru", 2, 3, outputs, 5, (2,), **options)
    mean = problem("gru", 2, 3, outputs, 5, (2,), reduction="mean", **options)
    a, b = whole.net.run(*whole.arguments), mean.net.run(*mean.arguments)
    assert b.loss == pytest.approx(a.loss / count, rel=1e-13)
    for name, value in b.grads.items():
        np.testing.assert_allclose(value, a.grads[name] / count, rtol=1e-12)


def test_the_mean_under_a_mask_divides_by_the_targets_that_are_there():
    p = problem("elman", 2, 3, 4, 5, loss="cross_entropy", reduction="mean")
    mask = np.array([1.0, 0, 1, 1, 0])
    whole = rs.Network("elman", 2, 3, 4, loss="cross_entropy").run(p.params, p.x, p.targets, p.carry, mask)
    assert p.net.run(p.params, p.x, p.targets, p.carry, mask).loss == pytest.approx(whole.loss / 3, rel=1e-13)


def test_a_mask_for_all_examples_is_that_mask_for_each():
    p = problem("lstm", 2, 3, 4, 3, (3,))
    shared = np.array([1.0, 0.0, 1.0])
    each = np.repeat(shared[:, None], 3, axis=1)
    a = p.net.run(p.params, p.x, p.targets, p.carry, shared)
    b = p.net.run(p.params, p.x, p.targets, p.carry, each)
    assert a.loss == b.loss
    assert all(np.array_equal(a.grads[name], b.grads[name]) for name in a.grads)


def test_a_carry_for_all_examples_and_a_missing_one():
    p = problem("lstm", 2, 3, 4, 3, (2,))
    h = np.array([0.1, -0.2, 0.3])
    partial = p.net.run(p.params, p.x, p.targets, {"h": h})
    full = p.net.run(p.params, p.x, p.targets, {"h": np.stack([h, h]), "c": np.zeros((2, 3))})
    assert partial.loss == full.loss
    assert partial.carry_grad["c"].shape == (2, 3)


def test_time_is_that_of_the_formulas():
    p = problem("lstm", 2, 3, 4, 5)
    run = p.net.run(*p.arguments)
    assert run["h"].shape == (5, 3)
    assert np.array_equal(run.at("h", 0), p.carry["h"])
    assert all(np.array_equal(run["c"][t - 1], run.at("c", t)) for t in range(1, 6))
    assert run["x"].shape == (5, 2)
    assert run.adjoint["h"].shape == (5, 3)
    assert np.array_equal(run.adjoint.at("h", 0), run.carry_grad["h"])


def test_a_run_without_targets_has_the_same_states():
    p = problem("gru", 2, 3, 4, 5)
    bare, whole = p.net.run(p.params, p.x, carry=p.carry), p.net.run(*p.arguments)
    assert set(bare) == set(whole) - {"L"}
    assert all(np.array_equal(bare[label], whole[label]) for label in bare)


def test_what_the_loss_does_not_feel_has_an_exact_zero():
    """A cell that forgets its past, and reads its input at the last step only through the loss."""

    class Forgetful(rs.Cell):
        params = {"W": ("H", "X"), "unused": ("H",)}
        carry = {"h": ("H",), "c": ("H",)}

        def step(self, p, prev, x, now):
            now.h = rs.tanh(p.W @ x)
            now.c = prev.c + now.h

    p = problem(Forgetful(), 2, 3, 4, 5, (2,), pattern="many_to_one")
    run = p.net.run(*p.arguments)
    assert run.input_grad.shape == (5, 2, 2)
    assert not run.input_grad[:-1].any()
    assert run.input_grad[-1].all()
    assert not run.carry_grad["h"].any()
    assert run.carry_grad["h"].shape == run.carry_grad["c"].shape == (2, 3)
    assert not run.carry_grad["c"].any()
    assert not run.grads["unused"].any()


def test_the_caller_may_change_what_a_run_returns():
    p = problem("elman", 2, 3, 4, 3)
    run = p.net.run(*p.arguments)
    before = run.grads["U"].copy()
    run.grads["U"][:] = 0
    assert np.array_equal(run.grads["U"], before)


def test_a_parameter_is_not_changed_by_a_run():
    p = problem("elman", 2, 3, 4, 3)
    before = {name: value.copy() for name, value in p.params.items()}
    p.net.value_and_grad(*p.arguments)
    assert all(np.array_equal(p.params[name], value) for name, value in before.items())


def test_several_inputs_have_a_gradient_each():
    class Two(rs.Cell):
        params = {"A": ("H", "X"), "B": ("H", "Z")}
        carry = {"h": ("H",)}
        inputs = {"left": ("X",), "right": ("Z",)}

        def step(self, p, prev, x, now):
            now.h = rs.tanh(p.A @ x.left + p.B @ x.right + prev.h)

    net = rs.Network(Two(), 2, 3, dims={"Z": 4})
    rng = np.random.default_rng(0)
    x = {"left": rng.normal(size=(3, 2)), "right": rng.normal(size=(3, 4))}
    params = {name: rng.normal(size=shape) for name, shape in net.params.items()}
    run = net.run(params, x, np.zeros((3, 3)))
    for name, value in x.items():
        direction = rng.normal(size=value.shape)
        exact = np.imag(net.run(params, {**x, name: value + 1e-30j * direction}, np.zeros((3, 3))).loss) / 1e-30
        assert np.sum(run.input_grad[name] * direction) == pytest.approx(exact, rel=1e-12)


def test_a_run_is_a_mapping():
    p = problem("elman", 2, 3, 4, 3)
    run = p.net.run(*p.arguments)
    assert "h" in run
    assert "hh" not in run
    assert run.get("hh") is None
    assert "a" in run.adjoint
    assert "V" not in run.adjoint
    assert len(run) == len(list(run))
