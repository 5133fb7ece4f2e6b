"""An LSTM written by hand: stacked gates, input products and parameter gradients outside the loops."""

from collections.abc import Callable
from typing import Any

import numpy as np
from by_hand.readout import squared

Array = np.ndarray[Any, Any]
GATES = ("i", "f", "g", "o")


def prepare(params: dict[str, Array], x: Array, targets: Array) -> Callable[..., tuple[float, dict[str, Array]]]:
    """The loss and gradients as a function of the parameters. x: (T[, B], X)."""
    inputs, wanted = x.reshape(-1, x.shape[-1]), targets.reshape(-1, targets.shape[-1])
    size, (steps, *batch) = len(params["b_i"]), x.shape[:-1]
    h, c = (np.zeros((steps + 1, *batch, size)) for _ in range(2))
    gates, tanh_c = np.empty((steps, *batch, 4 * size)), np.empty((steps, *batch, size))

    def work(params: dict[str, Array]) -> tuple[float, dict[str, Array]]:
        W, U, b = (np.concatenate([params[f"{letter}_{gate}"] for gate in GATES]) for letter in "WUb")
        np.dot(inputs, W.T, out=gates.reshape(-1, 4 * size))
        np.add(gates, b, out=gates)
        forward(U, gates, h, c, tanh_c)
        flat = h[1:].reshape(-1, size)
        loss, back, grads = squared(params, flat, wanted)
        deltas = backward(U, gates, c, tanh_c, back.reshape(tanh_c.shape)).reshape(-1, 4 * size)
        d_W, d_U, d_b = np.dot(deltas.T, inputs), np.dot(deltas.T, h[:-1].reshape(flat.shape)), deltas.sum(axis=0)
        for n, gate in enumerate(GATES):
            rows = slice(n * size, (n + 1) * size)
            grads |= {f"W_{gate}": d_W[rows], f"U_{gate}": d_U[rows], f"b_{gate}": d_b[rows]}
        return loss, grads

    return work


def sigmoid(a: Array) -> None:
    """In place."""
    np.multiply(a, 0.5, out=a)
    np.tanh(a, out=a)
    np.multiply(a, 0.5, out=a)
    np.add(a, 0.5, out=a)


def forward(U: Array, gates: Array, h: Array, c: Array, tanh_c: Array) -> None:
    """Fill the states; `gates` holds W x + b and then i, f, g, o."""
    size, U_T = h.shape[-1], np.ascontiguousarray(U.T)
    z, part = np.empty(gates.shape[1:]), np.empty(h.shape[1:])
    for t, a in enumerate(gates):
        np.dot(h[t], U_T, out=z)
        np.add(a, z, out=a)
        i, f, g, o = (a[..., n * size : (n + 1) * size] for n in range(4))
        sigmoid(a[..., : 2 * size])
        np.tanh(g, out=g)
        sigmoid(o)
        np.multiply(f, c[t], out=c[t + 1])
        np.multiply(i, g, out=part)
        np.add(c[t + 1], part, out=c[t + 1])
        np.tanh(c[t + 1], out=tanh_c[t])
        np.multiply(o, tanh_c[t], out=h[t + 1])


def backward(U: Array, gates: Array, c: Array, tanh_c: Array, back: Array) -> Array:
    """∂L/∂ of what the gates' functions get, (T[, B], 4H). back: ∂L/∂h through the readout alone."""
    size = c.shape[-1]
    i, f, g, o = (gates[..., n * size : (n + 1) * size] for n in range(4))
    through_tanh = o * (1 - tanh_c * tanh_c)
    slopes = np.concatenate([g * i * (1 - i), c[:-1] * f * (1 - f), i * (1 - g * g), tanh_c * o * (1 - o)], axis=-1)
    deltas = np.empty_like(gates)
    d_h, d_c, part = np.zeros(c.shape[1:]), np.zeros(c.shape[1:]), np.empty(c.shape[1:])
    for t in range(len(gates) - 1, -1, -1):
        np.add(d_h, back[t], out=d_h)
        np.multiply(d_h, through_tanh[t], out=part)
        np.add(d_c, part, out=d_c)
        delta, slope = deltas[t], slopes[t]
        for n in range(3):
            rows = slice(n * size, (n + 1) * size)
            np.multiply(d_c, slope[..., rows], out=delta[..., rows])
        np.multiply(d_h, slope[..., 3 * size :], out=delta[..., 3 * size :])
        np.multiply(d_c, f[t], out=d_c)
        np.dot(delta, U, out=d_h)
    return deltas
