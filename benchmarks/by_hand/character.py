"""A character model written by hand: labels in, labels out, a tanh network between."""

from collections.abc import Callable
from typing import Any

import numpy as np
from by_hand.elman import backward, buffers, forward
from by_hand.readout import cross_entropy

Array = np.ndarray[Any, Any]


def prepare(params: dict[str, Array], x: Array, targets: Array) -> Callable[..., tuple[float, dict[str, Array]]]:
    """The loss and gradients as a function of the parameters. x, targets: labels (T[, B])."""
    read, wanted = x.ravel(), targets.ravel()
    states, slopes, z = buffers(x.shape, len(params["b"]))

    def work(params: dict[str, Array]) -> tuple[float, dict[str, Array]]:
        h = forward(params["U"], params["W"].T[read] + params["b"], states, z)
        loss, deltas, grads = cross_entropy(params, h, wanted)
        deltas = backward(params["U"], states, slopes, deltas, z)
        columns = np.zeros(params["W"].T.shape)
        np.add.at(columns, read, deltas)
        before = states[:-1].reshape(h.shape)
        return loss, {"W": columns.T, "U": np.dot(deltas.T, before), "b": deltas.sum(axis=0), **grads}

    return work
