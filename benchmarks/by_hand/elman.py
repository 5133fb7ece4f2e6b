"""A tanh network written by hand: input products and parameter gradients outside the loops, results into place."""

from collections.abc import Callable
from typing import Any

import numpy as np
from by_hand.readout import squared

Array = np.ndarray[Any, Any]


def prepare(params: dict[str, Array], x: Array, targets: Array) -> Callable[..., tuple[float, dict[str, Array]]]:
    """The loss and gradients as a function of the parameters. x: (T[, B], X)."""
    inputs, wanted = x.reshape(-1, x.shape[-1]), targets.reshape(-1, targets.shape[-1])
    states, slopes, z = buffers(x.shape[:-1], len(params["b"]))

    def work(params: dict[str, Array]) -> tuple[float, dict[str, Array]]:
        h = forward(params["U"], np.dot(inputs, params["W"].T) + params["b"], states, z)
        loss, deltas, grads = squared(params, h, wanted)
        deltas = backward(params["U"], states, slopes, deltas, z)
        before = states[:-1].reshape(h.shape)
        return loss, {
            "W": np.dot(deltas.T, inputs), "U": np.dot(deltas.T, before), "b": deltas.sum(axis=0), **grads,
        }  # fmt: skip

    return work


def buffers(lead: tuple[int, ...], hidden: int) -> tuple[Array, Array, Array]:
    """The states h_0 … h_T, the slopes of tanh, and one step's scratch. lead: (T[, B])."""
    steps, *batch = lead
    states = np.zeros((steps + 1, *batch, hidden))
    return states, np.empty((steps, *batch, hidden)), np.empty((*batch, hidden))


def forward(U: Array, read: Array, states: Array, z: Array) -> Array:
    """Fill the states from h_1 on; they come back as (T·B, H). read: W x + b, (T·B, H)."""
    U_T = np.ascontiguousarray(U.T)
    for t, read_t in enumerate(read.reshape(states[1:].shape)):
        np.dot(states[t], U_T, out=z)
        np.add(z, read_t, out=z)
        np.tanh(z, out=states[t + 1])
    return states[1:].reshape(read.shape)


def backward(U: Array, states: Array, slopes: Array, deltas: Array, z: Array) -> Array:
    """From ∂L/∂h through the readout alone to ∂L/∂a, in place, (T·B, H)."""
    np.multiply(states[1:], states[1:], out=slopes)
    np.subtract(1.0, slopes, out=slopes)
    timed = deltas.reshape(slopes.shape)
    timed[-1] *= slopes[-1]
    for t in range(len(slopes) - 2, -1, -1):
        np.dot(timed[t + 1], U, out=z)
        np.add(timed[t], z, out=z)
        np.multiply(z, slopes[t], out=timed[t])
    return deltas
