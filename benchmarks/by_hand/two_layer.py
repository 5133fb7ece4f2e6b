"""A two-layer LSTM written by hand for speed: each layer in a loop of its own, its inputs known at all steps."""

from collections.abc import Callable
from typing import Any

import numpy as np
from by_hand.lstm_layer import layer
from numpy import add, copyto, dot, subtract

Array = np.ndarray[Any, Any]
Params = dict[str, Array]


def prepare(params: Params, x: Array, targets: Array) -> Callable[[Params], tuple[float, Params]]:
    """The loss ½ Σ (y − target)² and its gradients as a function of the parameters. x: (T[, B], X)."""
    lead, (outputs, above), below = x.shape[:-1], params["V"].shape, len(params["layer1.b_i"])
    wanted = targets.reshape(-1, outputs)
    lower = layer(lead, below, x.shape[-1], above * 4 + (outputs if len(lead) == 1 else 0))
    upper = layer(lead, above, below, outputs)
    copyto(lower.x, x.reshape(lower.x.shape))
    errors, ones = np.empty(wanted.shape), np.ones(len(wanted))

    def value_and_grad(p: Params) -> tuple[float, Params]:
        V = p["V"]
        copyto(upper.x, lower.forward(p, "layer1."))
        h = upper.forward(p, "layer2.")
        dot(h, V.T, errors)
        add(errors, p["b_y"], errors)
        subtract(errors, wanted, errors)
        flat = errors.ravel()
        grads = {"V": dot(errors.T, h), "b_y": dot(ones, errors)}
        copyto(upper.error, errors)
        grads |= upper.backward(p, "layer2.", V)
        deltas, matrix = upper.to_inputs(p, "layer2.")
        copyto(lower.error, deltas)
        grads |= lower.backward(p, "layer1.", matrix)
        return 0.5 * float(dot(flat, flat)), grads

    return value_and_grad
