"""Stacked and bidirectional networks against PyTorch's nn.RNN, nn.LSTM and nn.GRU with num_layers and bidirectional."""

import importlib.util

import numpy as np
import pytest

import rnnsym as rs
from support.networks import data_for

if importlib.util.find_spec("torch") is None:
    pytest.skip(
        "PyTorch IS NOT INSTALLED: the parity of stacked and bidirectional networks with nn.RNN, nn.LSTM and nn.GRU is "
        "NOT CHECKED in this run. Install the extra [bench].",
        allow_module_level=True,
    )

import torch

GATES = {"elman": [""], "lstm": ["_i", "_f", "_g", "_o"], "gru": ["_r", "_z", "_n"]}
"""PyTorch stacks the gates in this order."""
LAYERS = {"elman": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
LETTERS = {"weight_ih": "W", "weight_hh": "U", "bias_ih": "b"}
STEPS, BATCH, X, H = 4, 2, 2, 3


def network(cell, layers, both):
    part = rs.Bidirectional(cell) if both else cell
    if layers > 1:
        return rs.stacked([part] * layers, X, H)
    return rs.bidirectional(cell, X, H) if both else rs.Network(cell, X, H)


def places(layers, both):
    """Our path and PyTorch's suffix of each cell, in PyTorch's order."""
    for i in range(layers):
        for way, suffix in (("forward.", ""), ("backward.", "_reverse")) if both else (("", ""),):
            yield (f"layer{i + 1}." if layers > 1 else "") + way, f"_l{i}{suffix}"


def blocks(cell, path, values):
    """Our parameters (or gradients) of one cell as PyTorch's, without the second bias."""
    found = {
        theirs: np.concatenate([values[f"{path}{ours}{g}"] for g in GATES[cell]]) for theirs, ours in LETTERS.items()
    }
    second = np.zeros_like(found["bias_ih"])
    if cell == "gru":
        second[-H:] = values[f"{path}b_hn"]
    return {**found, "bias_hh": second}


@pytest.mark.parametrize("cell", LAYERS)
@pytest.mark.parametrize(("layers", "both"), [(2, False), (3, False), (1, True), (2, True)])
def test_outputs_and_gradients_are_those_of_pytorch(cell, layers, both):
    net = network(cell, layers, both)
    params, x, targets, carry = data_for(net, STEPS, 1, BATCH)
    run = net.run(params, x, targets, carry)

    theirs = LAYERS[cell](X, H, num_layers=layers, bidirectional=both, dtype=torch.float64)
    where = list(places(layers, both))
    arrays = {f"{n}{end}": a for path, end in where for n, a in blocks(cell, path, params).items()}
    theirs.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()})
    starts = [
        torch.tensor(np.stack([carry[f"{path}{s}"] for path, _ in where])) for s in ("hc" if cell == "lstm" else "h")
    ]
    inputs = torch.tensor(x, requires_grad=True)
    out, _ = theirs(inputs, tuple(starts) if cell == "lstm" else starts[0])
    loss = 0.5 * ((out - torch.tensor(targets)) ** 2).sum()
    loss.backward()

    assert np.isclose(run.loss, loss.item(), rtol=1e-12)
    np.testing.assert_allclose(run.input_grad, inputs.grad.numpy(), rtol=1e-9, atol=1e-12)
    for path, end in where:
        for name, ours in blocks(cell, path, run.grads).items():
            exact = getattr(theirs, f"{name}{end}").grad.numpy()
            if name != "bias_hh":
                np.testing.assert_allclose(ours, exact, rtol=1e-9, atol=1e-12, err_msg=f"{name}{end}")
            elif cell == "gru":
                np.testing.assert_allclose(ours[-H:], exact[-H:], rtol=1e-9, atol=1e-12, err_msg=f"{name}{end}")
