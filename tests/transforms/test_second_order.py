"""Hessian-vector products of whole networks: three ways, one number."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import evaluate, grad, jvp, vjp
from rnnsym.ops.leaves import var
from support.problems import problem

STEPS = 3


@pytest.fixture(params=["elman", "lstm", "gru"])
def setting(request):
    """An unrolled network, its parameters as leaves, a direction for each, and all numbers."""
    p = problem(rs.cells.get(request.param), 2, 3, 2, STEPS, seed=8, loss="cross_entropy")
    graph = rs.unroll(p.net, STEPS)
    bound = graph.bind(p.params, p.x, p.targets, p.carry)
    params = list(graph.params.values())
    rng = np.random.default_rng(9)
    directions = {leaf: var(f"v_{leaf.attrs[0].label}", leaf.shape) for leaf in params}
    numbers = {directions[leaf]: rng.normal(size=np.shape(bound[leaf])) for leaf in params}
    return p, graph.loss, params, directions, {**bound, **numbers}


def test_reverse_over_reverse_is_forward_over_reverse_is_complex_step(setting):
    p, loss, params, directions, values = setting
    first = grad(loss, params)
    seeds = list(directions.values())
    reverse = vjp(first, params, seeds)
    forward = jvp(first, params, seeds)
    moved = {leaf: values[leaf] + 1e-30j * values[directions[leaf]] for leaf in params}
    plain = {leaf: value for leaf, value in values.items() if leaf not in seeds}
    exact = [np.imag(g) / 1e-30 for g in evaluate(first, {**plain, **moved}, p.net.sizes)]
    for ours, theirs, truth in zip(*evaluate_both(reverse, forward, values, p.net.sizes), exact, strict=True):
        scale = np.abs(truth).sum()
        assert scale > 0
        np.testing.assert_allclose(ours, truth, rtol=0, atol=1e-12 * scale)
        np.testing.assert_allclose(theirs, truth, rtol=0, atol=1e-12 * scale)


def evaluate_both(reverse, forward, values, sizes):
    found = evaluate([*reverse, *forward], values, sizes)
    return found[: len(reverse)], found[len(reverse) :]


def test_the_hessian_is_symmetric(setting):
    """<u, H v> = <v, H u>, with different directions."""
    p, loss, params, directions, values = setting
    first = grad(loss, params)
    rng = np.random.default_rng(10)
    others = {leaf: rng.normal(size=np.shape(values[leaf])) for leaf in params}
    product = vjp(first, params, list(directions.values()))
    hv = evaluate(product, values, p.net.sizes)
    hu = evaluate(product, {**values, **{directions[leaf]: others[leaf] for leaf in params}}, p.net.sizes)
    left = sum(np.sum(others[leaf] * h) for leaf, h in zip(params, hv, strict=True))
    right = sum(np.sum(values[directions[leaf]] * h) for leaf, h in zip(params, hu, strict=True))
    np.testing.assert_allclose(left, right, rtol=1e-10)
