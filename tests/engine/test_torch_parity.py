"""Built-in cells against PyTorch's nn.RNN, nn.LSTM and nn.GRU in float64, with a batch."""

import importlib.util

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.cells import Elman
from support.problems import problem

if importlib.util.find_spec("torch") is None:
    pytest.skip(
        "PyTorch IS NOT INSTALLED: the parity of Elman, LSTM and GRU with nn.RNN, nn.LSTM and nn.GRU is NOT CHECKED "
        "in this run. Install the extra [bench].",
        allow_module_level=True,
    )

import torch

GATES = {"LSTM": "ifgo", "GRU": "rzn"}
"""PyTorch stacks the gates in this order."""

CASES = {
    "tanh": (lambda: Elman("tanh"), torch.nn.RNN, {"nonlinearity": "tanh"}),
    "relu": (lambda: Elman("relu"), torch.nn.RNN, {"nonlinearity": "relu"}),
    "lstm": (lambda: rs.cells.LSTM(), torch.nn.LSTM, {}),
    "gru": (lambda: rs.cells.GRU(), torch.nn.GRU, {}),
}
SIZES = (2, 3, 4, 5, (2,))


def stacked(cell, params, symbol):
    """Our blocks in PyTorch's order, one above the other."""
    gates = GATES.get(cell.name)
    return np.concatenate([params[f"{symbol}_{g}"] for g in gates]) if gates else params[symbol]


def load(layer, cell, params):
    """Our parameters into PyTorch's layer. Its second bias is ours only where it is not the sum of both."""
    second = np.zeros_like(stacked(cell, params, "b"))
    if "b_hn" in params:
        second[-len(params["b_hn"]) :] = params["b_hn"]
    arrays = {
        "weight_ih_l0": stacked(cell, params, "W"),
        "weight_hh_l0": stacked(cell, params, "U"),
        "bias_ih_l0": stacked(cell, params, "b"),
        "bias_hh_l0": second,
    }
    layer.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()})


def torch_run(p, make, options):
    """States, and gradients of the loss with respect to the layer, the readout, the inputs and the initial states."""
    hidden = p.net.sizes["H"]
    layer = make(p.net.sizes["X"], hidden, dtype=torch.float64, **options)
    load(layer, p.net.cell, p.params)
    x = torch.tensor(p.x, requires_grad=True)
    starts = {name: torch.tensor(value[None], requires_grad=True) for name, value in p.carry.items()}
    readout = {name: torch.tensor(p.params[name], requires_grad=True) for name in ("V", "b_y")}
    states, _ = layer(x, tuple(starts[n] for n in ("h", "c")) if "c" in starts else starts["h"])
    y = states @ readout["V"].T + readout["b_y"]
    if p.net.options.loss == "squared":
        loss = 0.5 * ((y - torch.tensor(p.targets)) ** 2).sum()
    else:
        loss = torch.nn.functional.cross_entropy(y.flatten(0, 1), torch.tensor(p.targets).flatten(), reduction="sum")
    loss.backward()
    return layer, x, starts, readout, states, loss


@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
@pytest.mark.parametrize("case", CASES)
def test_states_and_gradients_are_pytorchs(case, loss):
    make_cell, make_layer, options = CASES[case]
    p = problem(make_cell(), *SIZES, seed=5, loss=loss)
    layer, x, starts, readout, states, total = torch_run(p, make_layer, options)
    run = p.net.run(*p.arguments)
    close = {"rtol": 1e-10, "atol": 1e-12}
    np.testing.assert_allclose(run["h"], states.detach().numpy(), **close)
    np.testing.assert_allclose(run.loss, total.item(), **close)
    cell, grads = p.net.cell, run.grads
    np.testing.assert_allclose(stacked(cell, grads, "W"), layer.weight_ih_l0.grad.numpy(), **close)
    np.testing.assert_allclose(stacked(cell, grads, "U"), layer.weight_hh_l0.grad.numpy(), **close)
    np.testing.assert_allclose(stacked(cell, grads, "b"), layer.bias_ih_l0.grad.numpy(), **close)
    if "b_hn" in grads:
        np.testing.assert_allclose(grads["b_hn"], layer.bias_hh_l0.grad.numpy()[-len(grads["b_hn"]) :], **close)
    for name, tensor in readout.items():
        np.testing.assert_allclose(grads[name], tensor.grad.numpy(), **close)
    np.testing.assert_allclose(run.input_grad, x.grad.numpy(), **close)
    for name, tensor in starts.items():
        np.testing.assert_allclose(run.carry_grad[name], tensor.grad.numpy()[0], **close)
