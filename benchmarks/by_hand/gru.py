"""PyTorch's GRU written by hand: stacked gates, input products and parameter gradients outside the loops."""

from collections.abc import Callable
from typing import Any

import numpy as np
from by_hand.lstm import sigmoid
from by_hand.readout import squared

Array = np.ndarray[Any, Any]
GATES = ("r", "z", "n")


def prepare(params: dict[str, Array], x: Array, targets: Array) -> Callable[..., tuple[float, dict[str, Array]]]:
    """The loss and gradients as a function of the parameters. x: (T[, B], X)."""
    inputs, wanted = x.reshape(-1, x.shape[-1]), targets.reshape(-1, targets.shape[-1])
    size, (steps, *batch) = len(params["b_r"]), x.shape[:-1]
    h, q = np.zeros((steps + 1, *batch, size)), np.empty((steps, *batch, size))
    gates = np.empty((steps, *batch, 3 * size))

    def work(params: dict[str, Array]) -> tuple[float, dict[str, Array]]:
        W, U, b = (np.concatenate([params[f"{letter}_{gate}"] for gate in GATES]) for letter in "WUb")
        np.dot(inputs, W.T, out=gates.reshape(-1, 3 * size))
        np.add(gates, b, out=gates)
        forward(U, params["b_hn"], gates, h, q)
        flat = h[1:].reshape(-1, size)
        loss, back, grads = squared(params, flat, wanted)
        read, kept = backward(U, gates, h, q, back.reshape(q.shape))
        d_W, d_b = np.dot(read.T, inputs), read.sum(axis=0)
        d_U = np.dot(kept.T, h[:-1].reshape(flat.shape))
        for n, gate in enumerate(GATES):
            rows = slice(n * size, (n + 1) * size)
            grads |= {f"W_{gate}": d_W[rows], f"U_{gate}": d_U[rows], f"b_{gate}": d_b[rows]}
        return loss, {**grads, "b_hn": kept[:, 2 * size :].sum(axis=0)}

    return work


def forward(U: Array, b_hn: Array, gates: Array, h: Array, q: Array) -> None:
    """Fill the states and q = U_n h + b_hn; `gates` holds W x + b and then r, z, n."""
    size, U_T = h.shape[-1], np.ascontiguousarray(U.T)
    z_all, part = np.empty(gates.shape[1:]), np.empty(h.shape[1:])
    for t, a in enumerate(gates):
        np.dot(h[t], U_T, out=z_all)
        both, n = a[..., : 2 * size], a[..., 2 * size :]
        np.add(both, z_all[..., : 2 * size], out=both)
        sigmoid(both)
        np.add(z_all[..., 2 * size :], b_hn, out=q[t])
        np.multiply(both[..., :size], q[t], out=part)
        np.add(n, part, out=n)
        np.tanh(n, out=n)
        np.subtract(h[t], n, out=part)
        np.multiply(part, both[..., size:], out=part)
        np.add(part, n, out=h[t + 1])


def backward(U: Array, gates: Array, h: Array, q: Array, back: Array) -> tuple[Array, Array]:
    """∂L/∂ of what W x + b and U h + b_hn give, each (T·B, 3H). back: ∂L/∂h through the readout alone."""
    size = h.shape[-1]
    r, z, n = (gates[..., k * size : (k + 1) * size] for k in range(3))
    to_n = (1 - z) * (1 - n * n)
    to_q = to_n * r
    slopes = np.concatenate([to_n * q * r * (1 - r), (h[:-1] - n) * z * (1 - z), to_q], axis=-1)
    kept = np.empty_like(gates)
    read_n = np.empty(q.shape)
    d_h, part = np.zeros(h.shape[1:]), np.empty(h.shape[1:])
    for t in range(len(gates) - 1, -1, -1):
        np.add(d_h, back[t], out=d_h)
        delta, slope = kept[t], slopes[t]
        for k in range(3):
            rows = slice(k * size, (k + 1) * size)
            np.multiply(d_h, slope[..., rows], out=delta[..., rows])
        np.multiply(d_h, to_n[t], out=read_n[t])
        np.multiply(d_h, z[t], out=d_h)
        np.dot(delta, U, out=part)
        np.add(d_h, part, out=d_h)
    read = np.concatenate([kept[..., : 2 * size], read_n], axis=-1)
    return read.reshape(-1, 3 * size), kept.reshape(-1, 3 * size)
