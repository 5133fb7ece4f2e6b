"""The same work by others: PyTorch's modules, and plain NumPy as one writes it by hand for one cell."""

from collections.abc import Callable
from typing import Any

import numpy as np

Work = Callable[[], tuple[float, dict[str, Any]]]

GATES = {"elman": [""], "lstm": ["_i", "_f", "_g", "_o"], "gru": ["_r", "_z", "_n"]}


def torch_peer(cell: str, params: dict[str, Any], x: Any, targets: Any) -> Work | None:
    """nn.RNN, nn.LSTM or nn.GRU with a linear readout and ½ Σ (y − target)², in float64; None without PyTorch."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    hidden, inputs = params["U" + GATES[cell][0]].shape[0], x.shape[-1]
    kinds = {"elman": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    layer = kinds[cell](inputs, hidden).double()
    readout = torch.nn.Linear(hidden, targets.shape[-1]).double()

    def stacked(letter: str) -> Any:
        return torch.tensor(np.concatenate([params[letter + gate] for gate in GATES[cell]]))

    with torch.no_grad():
        layer.weight_ih_l0.copy_(stacked("W"))
        layer.weight_hh_l0.copy_(stacked("U"))
        layer.bias_ih_l0.copy_(stacked("b"))
        layer.bias_hh_l0.zero_()
        if cell == "gru":
            layer.bias_hh_l0[2 * hidden :] = torch.tensor(params["b_hn"])
        readout.weight.copy_(torch.tensor(params["V"]))
        readout.bias.copy_(torch.tensor(params["b_y"]))
    inputs_t, targets_t = torch.tensor(x), torch.tensor(targets)

    def work() -> tuple[float, dict[str, Any]]:
        layer.zero_grad()
        readout.zero_grad()
        loss = 0.5 * ((readout(layer(inputs_t)[0]) - targets_t) ** 2).sum()
        loss.backward()
        return loss.item(), {"V": readout.weight.grad.numpy(), "U": layer.weight_hh_l0.grad.numpy()}

    return work


def hand_written_elman(params: dict[str, Any], x: Any, targets: Any) -> Work:
    """Backpropagation through time for a tanh network as a textbook's listing has it, one example."""
    W, U, b, V, b_y = (params[name] for name in ("W", "U", "b", "V", "b_y"))

    def work() -> tuple[float, dict[str, Any]]:
        h = [np.zeros(len(b))]
        for x_t in x:
            h.append(np.tanh(W @ x_t + U @ h[-1] + b))
        errors = [V @ h_t + b_y - target for h_t, target in zip(h[1:], targets, strict=True)]
        grads = {name: np.zeros_like(value) for name, value in params.items()}
        back = np.zeros(len(b))
        for t in range(len(x), 0, -1):
            error = errors[t - 1]
            delta = (V.T @ error + back) * (1 - h[t] ** 2)
            grads["V"] += np.outer(error, h[t])
            grads["b_y"] += error
            grads["W"] += np.outer(delta, x[t - 1])
            grads["U"] += np.outer(delta, h[t - 1])
            grads["b"] += delta
            back = U.T @ delta
        return 0.5 * float(sum(e @ e for e in errors)), grads

    return work
