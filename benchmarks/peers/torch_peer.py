"""PyTorch's nn.RNN, nn.LSTM and nn.GRU with a linear readout, in float64 on one thread."""

from typing import Any

import torch
from torch import nn
from works import WORKS, Case, Data

from peers import Canonical, Prepared
from peers.stacked import hidden_bias, stack, unstack

torch.set_num_threads(1)
torch.set_num_interop_threads(1)

LAYERS = {"elman": nn.RNN, "character": nn.RNN, "gru": nn.GRU}
PLACES = {
    "two_layer": {"_l0": "layer1.", "_l1": "layer2."},
    "bidirectional": {"_l0": "forward.", "_l0_reverse": "backward."},
}
"""How the parameters of PyTorch's layers end, and how those of rnnsym's begin."""


def prepare(case: Case, data: Data, yardstick: str | None) -> Prepared:
    work, places = case.work, PLACES.get(case.work, {"_l0": ""})
    layer = LAYERS.get(work, nn.LSTM)(
        case.inputs, case.hidden, num_layers=2 if work == "two_layer" else 1, bidirectional=work == "bidirectional"
    ).double()
    readout = nn.Linear(data.params["V"].shape[1], case.inputs).double()
    with torch.no_grad():
        for end, prefix in places.items():
            fill(layer, end, data.params, work, prefix)
        readout.weight.copy_(torch.tensor(data.params["V"]))
        readout.bias.copy_(torch.tensor(data.params["b_y"]))
    x, targets = torch.tensor(data.x), torch.tensor(data.targets)
    if case.batch == 1:
        x, targets = x[:, None], targets[:, None]
    trained = [*layer.parameters(), *readout.parameters()]
    loss_of = label_loss if WORKS[work].labels else squared_loss

    def call() -> Any:
        for parameter in trained:
            parameter.grad = None
        loss = loss_of(layer, readout, x, targets)
        loss.backward()
        return loss.item()

    def canonical(loss: float) -> Canonical:
        grads = {"V": readout.weight.grad.numpy(), "b_y": readout.bias.grad.numpy()}
        for end, prefix in places.items():
            found = (
                getattr(layer, name + end).grad.numpy() for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            grads.update(unstack(work, prefix, *found))
        return loss, grads

    return Prepared(call, canonical)


def fill(layer: Any, end: str, params: dict[str, Any], work: str, prefix: str) -> None:
    """Our numbers into one of PyTorch's layers."""
    for name, values in (
        ("weight_ih", stack(params, work, "W", prefix)),
        ("weight_hh", stack(params, work, "U", prefix)),
        ("bias_ih", stack(params, work, "b", prefix)),
        ("bias_hh", hidden_bias(params, work, prefix)),
    ):
        getattr(layer, name + end).copy_(torch.tensor(values))


def squared_loss(layer: Any, readout: Any, x: Any, targets: Any) -> Any:
    return 0.5 * ((readout(layer(x)[0]) - targets) ** 2).sum()


def label_loss(layer: Any, readout: Any, x: Any, targets: Any) -> Any:
    read = nn.functional.one_hot(x, layer.input_size).double()
    return nn.functional.cross_entropy(readout(layer(read)[0]).flatten(0, 1), targets.flatten(), reduction="sum")
