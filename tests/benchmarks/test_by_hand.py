"""The programs written by hand compute what the networks compute: otherwise the comparison would mean nothing."""

import importlib
from functools import cache

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import cells

NETWORKS = {
    "peephole": lambda sizes: rs.Network(cells.get("lstm", variant="peephole"), **sizes),
    "mgu": lambda sizes: rs.Network("mgu", **sizes),
    "two_layer": lambda sizes: rs.stacked(["lstm", "lstm"], **sizes),
    "bidirectional": lambda sizes: rs.bidirectional("lstm", **sizes),
    "bidirectional_elman": lambda sizes: rs.bidirectional("elman", **sizes),
}


@cache
def network(work):
    """Derived once for all lengths and batches."""
    return NETWORKS[work]({"inputs": 2, "hidden": 3, "outputs": 4})


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch):
    monkeypatch.syspath_prepend("benchmarks")


@pytest.mark.parametrize("batch", [(), (1,), (3,)], ids=["one", "a batch of 1", "batch"])
@pytest.mark.parametrize("steps", [1, 2, 7])
@pytest.mark.parametrize("work", NETWORKS)
def test_a_program_by_hand_has_the_loss_and_gradients_of_the_network(work, steps, batch):
    """Called twice with other parameters, and nothing that it gave is written to again."""
    net = network(work)
    rng = np.random.default_rng(0)
    x, targets = rng.normal(size=(steps, *batch, 2)), rng.normal(size=(steps, *batch, 4))
    program = importlib.import_module(f"by_hand.{work}").prepare(net.init(0, "uniform"), x, targets)
    drawn = [net.init(seed, "uniform") for seed in (1, 2)]
    for params, (loss, grads) in zip(drawn, [program(params) for params in drawn], strict=True):
        expected, exact = net.value_and_grad(params, x, targets)
        assert loss == pytest.approx(expected, rel=1e-12)
        assert grads.keys() == exact.keys()
        for name, gradient in exact.items():
            np.testing.assert_allclose(grads[name], gradient, rtol=0, atol=1e-10 * (1 + np.abs(gradient).max()))
