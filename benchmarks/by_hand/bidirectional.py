"""A bidirectional LSTM written by hand for speed: the second direction is the same layer on reversed time."""

from collections.abc import Callable
from typing import Any

import numpy as np
from by_hand.lstm_layer import layer
from numpy import add, copyto, dot, subtract

Array = np.ndarray[Any, Any]
Params = dict[str, Array]


def prepare(params: Params, x: Array, targets: Array) -> Callable[[Params], tuple[float, Params]]:
    """The loss ½ Σ (y − target)² and its gradients as a function of the parameters. x: (T[, B], X)."""
    lead, (outputs, width) = x.shape[:-1], params["V"].shape
    H = len(params["forward.b_i"])
    wanted, in_time = targets.reshape(-1, outputs), (*lead, -1)
    ahead, back = (layer(lead, H, x.shape[-1], outputs) for _ in range(2))
    copyto(ahead.x, x.reshape(ahead.x.shape))
    copyto(back.x, x[::-1].reshape(back.x.shape))
    h, errors, ones = np.empty((*lead, width)), np.empty(wanted.shape), np.ones(len(wanted))
    flat_h, flat, timed = h.reshape(-1, width), errors.ravel(), errors.reshape(*lead, outputs)
    error_ahead, error_back = (
        each.error.reshape(timed.shape) if len(lead) > 1 else each.error for each in (ahead, back)
    )

    def value_and_grad(p: Params) -> tuple[float, Params]:
        V = p["V"]
        copyto(h[..., :H], ahead.forward(p, "forward.").reshape(in_time))
        copyto(h[::-1, ..., H:], back.forward(p, "backward.").reshape(in_time))
        dot(flat_h, V.T, errors)
        add(errors, p["b_y"], errors)
        subtract(errors, wanted, errors)
        copyto(error_ahead, timed)
        copyto(error_back, timed[::-1])
        grads = {"V": dot(errors.T, flat_h), "b_y": dot(ones, errors)}
        grads |= ahead.backward(p, "forward.", V[:, :H])
        grads |= back.backward(p, "backward.", V[:, H:])
        return 0.5 * float(dot(flat, flat)), grads

    return value_and_grad
