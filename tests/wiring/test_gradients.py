"""Every wiring: its gradients against complex step and against reverse mode over the explicit unrolled graph."""

import numpy as np
import pytest

import rnnsym as rs
from support.networks import NETWORKS, complex_step, data_for

EACH = pytest.mark.parametrize("name", NETWORKS)


class TwoCarries(rs.Cell):
    """A user's own cell: two carries and a gate, and an output that is not the first carry."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "R": ("H", "H"), "p": ("H",)}
    carry = {"m": ("H",), "h": ("H",)}
    output = "h"

    def step(self, p, prev, x, now):
        now.k = rs.sigmoid(p.W @ x + p.R @ prev.h)
        now.m = now.k * prev.m + (1 - now.k) * rs.tanh(p.U @ prev.h + p.W @ x)
        now.h = now.k * rs.tanh(now.m) + p.p


@EACH
@pytest.mark.parametrize("cell", ["elman", "lstm", TwoCarries], ids=["elman", "lstm", "own"])
def test_the_gradient_is_that_of_complex_step(name, cell):
    net = NETWORKS[name](cell)
    rng = np.random.default_rng(1)
    for steps, batch in [(1, None), (3, 3)]:
        data = data_for(net, steps, steps, batch)
        run = net.run(*data)
        for label, grad in run.grads.items():
            place = tuple(rng.integers(0, n) for n in grad.shape)
            slope = complex_step(net, data, label, place)
            assert np.isclose(grad[place], slope, rtol=1e-9, atol=1e-12), (label, steps)
        for label, grad in run.carry_grad.items():
            start = data.carry[label].astype(complex)
            start.flat[1] += 1e-30j
            moved = net.run(*data[:3], {**data.carry, label: start}).loss.imag / 1e-30
            assert np.isclose(grad.flat[1], moved, rtol=1e-9, atol=1e-12), (label, steps)


@EACH
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_the_gradient_is_reverse_mode_over_the_unrolled_graph(name, steps):
    net = NETWORKS[name]("elman")
    data = data_for(net, steps, seed=2)
    graph = rs.unroll(net, steps)
    wanted = list(graph.params.values())
    slopes = rs.grad(graph.loss, wanted, disconnected="zero")
    loss, *exact = rs.evaluate([graph.loss, *slopes], graph.bind(*data), net.sizes)
    ours, grads = net.value_and_grad(*data)
    assert np.isclose(ours, loss, rtol=1e-12)
    for label, value in zip(graph.params, exact, strict=True):
        np.testing.assert_allclose(grads[label], value, rtol=1e-10, atol=1e-13, err_msg=label)


@pytest.mark.parametrize("name", ["bidirectional", "stacked", "encoder_decoder, soft, context, mean"])
def test_equal_sizes_of_everything_confuse_no_axes(name):
    """T = B = X = H = C."""
    nets = {
        "bidirectional": lambda: rs.bidirectional("gru", 3, 3, outputs=3),
        "stacked": lambda: rs.stacked(["lstm", "elman"], 3, 3, outputs=3),
        "encoder_decoder, soft, context, mean": lambda: rs.encoder_decoder(
            "elman", "gru", inputs=3, hidden=3, outputs=3, feedback="soft", context=True, reduction="mean"
        ),
    }
    net = nets[name]()
    params, x, targets, carry = data_for(net, 3, 0, batch=3)
    whole, grads = net.value_and_grad(params, x, targets, carry)
    alone = [
        net.value_and_grad(params, x[:, i], targets[:, i], {label: value[i] for label, value in carry.items()})
        for i in range(3)
    ]
    share = 3 if net.options.reduction == "mean" else 1
    assert np.isclose(whole, sum(loss for loss, _ in alone) / share)
    for label, grad in grads.items():
        np.testing.assert_allclose(grad, sum(g[label] for _, g in alone) / share, rtol=1e-12, atol=1e-13)


@EACH
def test_a_mask_leaves_out_what_it_marks(name):
    net = NETWORKS[name]("elman")
    data = data_for(net, 4, 3, batch=2)
    lead = (2,) if net.options.pattern == "many_to_one" else (4, 2)
    mask = np.ones(lead)
    mask[..., 0] = 0
    changed = np.array(data.targets)
    changed[(slice(None), 0) if len(lead) == 2 else 0] = 1
    losses = [net.value_and_grad(data.params, data.x, t, data.carry, mask=mask) for t in (data.targets, changed)]
    assert losses[0][0] == losses[1][0]
    for label, grad in losses[0][1].items():
        np.testing.assert_array_equal(grad, losses[1][1][label])


def test_an_unmasked_mean_divides_by_all_outputs():
    """Deck B: the loss averaged over all outputs is the sum divided by T · B · C."""
    summed, mean = (rs.bidirectional("elman", 2, 3, outputs=4, reduction=how) for how in ("sum", "mean"))
    data = data_for(summed, 5, 0, batch=2)
    assert np.isclose(mean.run(*data).loss * 5 * 2 * 4, summed.run(*data).loss)
