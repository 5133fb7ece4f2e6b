"""One LSTM layer for a batch written by hand for speed: rows of vectors, the input products before the loop, factors
made in each step, where they stay in the cache, and the gradients of the gates written over the gates.
"""

from typing import Any

import numpy as np
from numpy import add, dot, multiply, subtract, tanh

Array = np.ndarray[Any, Any]
Params = dict[str, Array]


def several(p: Params, letter: str, prefix: str, gates: str) -> list[Array]:
    """The parameters of some gates: `letter` is W, U or b."""
    return [p[f"{prefix}{letter}_{gate}"] for gate in gates]


class Batch:
    """`gates` (T, B, 4H) in the order o, i, f, g; the deltas of the backward loop stand in the same place."""

    def __init__(self, steps: int, batch: int, hidden: int, inputs: int, errors: int) -> None:
        T, B, H, X, E = steps, batch, hidden, inputs, errors
        self.hidden = H
        self.x, self.error, self.gates = np.zeros((T * B, X)), np.zeros((T * B, E)), np.empty((T, B, 4 * H))
        self.states, self.cells, self.squashed = np.zeros((T + 1, B, H)), np.zeros((T + 1, B, H)), np.empty((T, B, H))
        self.from_above, self.q, self.s = np.empty((T * B, H)), np.empty((B, 4 * H)), np.empty((B, 3 * H))
        self.u, self.v, self.dc, self.w = (np.empty((B, H)) for _ in range(4))
        self.h, self.ones = self.states[1:].reshape(T * B, H), np.ones(T * B)
        gates = self.gates
        parts = [gates[..., k * H : (k + 1) * H] for k in range(4)]
        self.forward_views = list(zip(
            self.states[:-1], gates, gates[..., : 3 * H], *parts, self.cells[:-1], self.cells[1:], self.squashed,
            self.states[1:], strict=True,
        ))  # fmt: skip
        self.backward_views = list(zip(
            [None, *gates[:0:-1]], self.from_above.reshape(T, B, H)[::-1], gates[::-1, :, : 3 * H],
            *(part[::-1] for part in parts), self.cells[-2::-1], self.squashed[::-1], strict=True,
        ))  # fmt: skip

    def forward(self, p: Params, prefix: str) -> Array:
        """h_1 … h_T, (T B, H); `x` must be filled."""
        H, q, u, v = self.hidden, self.q, self.u, self.v
        U, W, b = (np.concatenate(several(p, letter, prefix, "oifg")) for letter in "UWb")
        for array in (U, W, b):
            array[: 3 * H] *= 0.5
        flat = self.gates.reshape(-1, 4 * H)
        dot(self.x, W.T, flat)
        add(flat, b, flat)
        U_T = U.T
        for before, gates, sigmoids, o, i, f, g, c_before, c, squashed, h in self.forward_views:
            dot(before, U_T, q)
            add(gates, q, gates)
            tanh(gates, gates)
            multiply(sigmoids, 0.5, sigmoids)
            add(sigmoids, 0.5, sigmoids)
            multiply(i, g, u)
            multiply(f, c_before, v)
            add(u, v, c)
            tanh(c, squashed)
            multiply(o, squashed, h)
        return self.h

    def backward(self, p: Params, prefix: str, matrix: Array) -> Params:
        """The gradients, `error` filled with what goes through `matrix`, (E, H), to h."""
        H = self.hidden
        dot(self.error, matrix, self.from_above)
        self._loop(np.concatenate(several(p, "U", prefix, "oifg")))
        deltas = self.gates.reshape(-1, 4 * H)
        before = self.states[:-1].reshape(-1, H)
        whole = {"W": dot(deltas.T, self.x), "U": dot(deltas.T, before), "b": dot(self.ones, deltas)}
        rows = list(enumerate("oifg"))
        return {f"{prefix}{name}_{gate}": a[k * H : (k + 1) * H] for name, a in whole.items() for k, gate in rows}

    def _loop(self, U: Array) -> None:
        H, s, u, v, dc, w = self.hidden, self.s, self.u, self.v, self.dc, self.w
        s_o, s_i, s_f = s[:, :H], s[:, H : 2 * H], s[:, 2 * H :]
        w.fill(0.0)
        for later, dh, sigmoids, o, i, f, g, c_before, squashed in self.backward_views:
            if later is not None:
                dot(later, U, u)
                add(dh, u, dh)
            subtract(1.0, sigmoids, s)
            multiply(s, sigmoids, s)
            multiply(squashed, squashed, u)
            subtract(1.0, u, u)
            multiply(u, o, u)
            multiply(u, dh, u)
            add(u, w, dc)
            multiply(dc, f, w)
            multiply(s_o, squashed, s_o)
            multiply(s_o, dh, o)
            multiply(s_f, c_before, s_f)
            multiply(s_f, dc, f)
            multiply(s_i, g, s_i)
            multiply(g, g, v)
            subtract(1.0, v, v)
            multiply(v, i, v)
            multiply(v, dc, g)
            multiply(s_i, dc, i)

    def to_inputs(self, p: Params, prefix: str) -> tuple[Array, Array]:
        """Deltas (T B, D) and a matrix (D, X): the gradient with respect to x is their product."""
        return self.gates.reshape(-1, 4 * self.hidden), np.concatenate(several(p, "W", prefix, "oifg"))
