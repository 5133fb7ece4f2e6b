"""Weights that PyTorch trained and saved: states and gradients are PyTorch's."""

import importlib.util

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.cells import Elman
from rnnsym.errors import InputError

if importlib.util.find_spec("torch") is None:
    pytest.skip(
        "PyTorch IS NOT INSTALLED: that weights saved by nn.RNN, nn.LSTM and nn.GRU are read as PyTorch reads them is "
        "NOT CHECKED in this run. Install the extra [bench].",
        allow_module_level=True,
    )

import torch
from safetensors.torch import save_file

T, B, X, H, C = 5, 2, 3, 4, 2
CLOSE = {"rtol": 1e-10, "atol": 1e-12}
MODULES = {
    "tanh": (torch.nn.RNN, {}, [""]),
    "relu": (torch.nn.RNN, {"nonlinearity": "relu"}, [""]),
    "LSTM": (torch.nn.LSTM, {}, ["_i", "_f", "_g", "_o"]),
    "GRU": (torch.nn.GRU, {}, ["_r", "_z", "_n"]),
}
"""What makes the module, and its gates in the order of the rows."""


class Model(torch.nn.Module):
    """A recurrent module with a readout."""

    def __init__(self, make, **options):
        super().__init__()
        self.encoder = make(X, H, dtype=torch.float64, **options)
        self.fc = torch.nn.Linear(H * (1 + self.encoder.bidirectional), C, dtype=torch.float64)

    def forward(self, x):
        states, _ = self.encoder(x)
        return states, self.fc(states)


def trained(make, **options):
    """A model after some steps of gradient descent, with data."""
    torch.manual_seed(4)
    model = Model(make, **options)
    x, targets = torch.randn(T, B, X, dtype=torch.float64), torch.randn(T, B, C, dtype=torch.float64)
    for _ in range(3):
        model.zero_grad()
        torch.nn.functional.mse_loss(model(x)[1], targets).backward()
        with torch.no_grad():  # torch.optim takes a second to import
            for tensor in model.parameters():
                tensor -= 0.3 * tensor.grad
    return model, x, targets


def in_pytorchs_order(grads, path, name, gates):
    """Our gradients, those of the cell at `path`, as that of the tensor which PyTorch calls `name`."""
    symbol = "b" if name.startswith("bias") else {"ih": "W", "hh": "U"}[name.split("_")[1]]
    labels = [f"{path}{symbol}{gate}" for gate in gates]
    if name.startswith("bias_hh") and f"{path}b_hn" in grads:
        labels[-1] = f"{path}b_hn"
    return np.concatenate([grads[label] for label in labels])


def places(layers, bidirectional):
    """The end of PyTorch's names, and the beginning of ours, of every layer in every direction."""
    for k in range(layers):
        for end, side in [("", "forward."), ("_reverse", "backward.")][: 1 + bidirectional]:
            yield f"l{k}{end}", (f"layer{k + 1}." if layers > 1 else "") + (side if bidirectional else "")


@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("module", MODULES)
def test_states_and_gradients_are_pytorchs(module, layers, bidirectional, tmp_path):
    make, options, gates = MODULES[module]
    model, x, targets = trained(make, num_layers=layers, bidirectional=bidirectional, **options)
    save_file(model.state_dict(), tmp_path / "model.safetensors")
    cell = Elman("relu") if module == "relu" else None
    net, params = rs.load_weights(tmp_path / "model.safetensors", cell, readout="fc")
    model.zero_grad()
    x.requires_grad_()
    states, y = model(x)
    (0.5 * (y - targets) ** 2).sum().backward()
    run = net.run(params, x.detach().numpy(), targets.numpy())
    top = (f"layer{layers}." if layers > 1 else "") + "h"
    np.testing.assert_allclose(run[top], states.detach().numpy(), **CLOSE)
    np.testing.assert_allclose(run["y"], y.detach().numpy(), **CLOSE)
    np.testing.assert_allclose(run.input_grad, x.grad.numpy(), **CLOSE)
    np.testing.assert_allclose(run.grads["V"], model.fc.weight.grad.numpy(), **CLOSE)
    for end, path in places(layers, bidirectional):
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            theirs = getattr(model.encoder, f"{kind}_{end}").grad.numpy()
            np.testing.assert_allclose(in_pytorchs_order(run.grads, path, kind, gates), theirs, **CLOSE)


def test_jacobians_of_what_was_trained_are_pytorchs(tmp_path):
    """∂(h_T, c_T)/∂(h_0, c_0) of an LSTM, from tensors that are saved through NumPy."""
    model, x, _ = trained(torch.nn.LSTM)
    np.savez(tmp_path / "model.npz", **{name: tensor.numpy() for name, tensor in model.state_dict().items()})
    net, params = rs.load_weights(tmp_path / "model.npz")

    def last(start):
        _, (h, c) = model.encoder(x[:, 0], (start[None, :H], start[None, H:]))
        return torch.cat([h[0], c[0]])

    start = torch.linspace(-1, 1, 2 * H, dtype=torch.float64)
    theirs = torch.autograd.functional.jacobian(last, start).numpy()
    ours = rs.jacobians(net, params, x[:, 0].numpy(), {"h": start[:H].numpy(), "c": start[H:].numpy()})
    assert ours.states == ("h", "c")
    np.testing.assert_allclose(ours.product(T, 0), theirs, **CLOSE)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16], ids=str)
def test_narrow_floats_are_widened_exactly(dtype, tmp_path):
    layer = torch.nn.GRU(X, H, bias=False).to(dtype)
    save_file(layer.state_dict(), tmp_path / "gru.safetensors")
    _, params = rs.load_weights(tmp_path / "gru.safetensors")
    np.testing.assert_array_equal(params["U_r"], layer.weight_hh_l0[:H].detach().double().numpy())


def test_a_projected_lstm_is_refused(tmp_path):
    save_file(torch.nn.LSTM(X, H, proj_size=2).state_dict(), tmp_path / "lstm.safetensors")
    with pytest.raises(InputError, match="weight_hr_l0 is a projection"):
        rs.load_weights(tmp_path / "lstm.safetensors")
