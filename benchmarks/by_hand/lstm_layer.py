"""One LSTM layer written by hand for speed: what the two-layer and the bidirectional network are made of.

For one example inputs and biases stand in the step's own product, and everything that the backward loop multiplies with
is made for all steps before it. Batches are in `lstm_batch`.
"""

import numpy as np
from by_hand.lstm_batch import Array, Batch, Params, several
from numpy import add, copyto, dot, multiply, subtract, tanh


class OneExample:
    """Rows of `read` are [h before, x, 1], of `gates` [o, i, f, g, c before], of `back` [w, di, df, dg, e, do, q].

    e is the error that comes back from above, a step later; w what goes to c of the step before; q what h gives c.
    """

    def __init__(self, steps: int, batch: int, hidden: int, inputs: int, errors: int) -> None:
        T, H, X, E = steps, hidden, inputs, errors
        self.hidden, self.inputs, self.errors = H, X, E
        self.read, self.gates, self.squashed = np.zeros((T + 1, H + X + 1)), np.zeros((T + 1, 5 * H)), np.empty((T, H))
        self.read[:, -1] = 1.0
        self.W, self.V, self.back_matrix = (
            np.empty((4 * H, H + X + 1)),
            np.empty((4 * H + E, H)),
            np.empty((H, 4 * H + E)),
        )
        self.back, self.by_cell, self.by_state = (
            np.zeros((T + 1, 6 * H + E)),
            np.empty((T, 4 * H)),
            np.empty((T, 2 * H)),
        )
        self.slopes, self.two, self.dh, self.dc = np.empty((T, 3 * H)), np.empty(2 * H), np.empty(H), np.empty(H)
        self.h, self.x, self.error = self.read[1:, :H], self.read[:-1, H:-1], self.back[1:, 4 * H : 4 * H + E]
        self.deltas = self.back[:-1, H : 5 * H + E]
        g, b = self.gates, self.back
        self.forward_views = list(zip(
            self.read[:-1], g[:-1, : 4 * H], g[:-1, : 3 * H], g[:-1, H : 3 * H], g[:-1, 3 * H :], g[1:, 4 * H :],
            self.squashed, g[:-1, :H], self.h, strict=True,
        ))  # fmt: skip
        self.backward_views = list(zip(
            b[1:, H : 5 * H + E], self.by_state[:, :H], self.by_state[:, H:], b[:-1, -2 * H : -H],
            b[:-1, -H:], b[1:, :H], self.by_cell.reshape(T, 4, H), [row[: 4 * H].reshape(4, H) for row in b[:-1]],
            strict=True,
        ))[::-1]  # fmt: skip
        self.half = np.full(3 * H, 0.5)

    def forward(self, p: Params, prefix: str) -> Array:
        """h_1 … h_T, (T, H); `x` must be filled."""
        H, W, half, two = self.hidden, self.W, self.half, self.two
        np.concatenate(several(p, "U", prefix, "oifg"), out=W[:, :H])
        np.concatenate(several(p, "W", prefix, "oifg"), out=W[:, H:-1])
        np.concatenate(several(p, "b", prefix, "oifg"), out=W[:, -1])
        W[: 3 * H] *= 0.5
        product, first, second = W.dot, two[:H], two[H:]
        for read, gates, sigmoids, i_f, g_c, c, squashed, o, h in self.forward_views:
            product(read, gates)
            tanh(gates, gates)
            multiply(sigmoids, half, sigmoids)
            add(sigmoids, half, sigmoids)
            multiply(i_f, g_c, two)
            add(first, second, c)
            tanh(c, squashed)
            multiply(o, squashed, h)
        return self.h

    def backward(self, p: Params, prefix: str, matrix: Array) -> Params:
        """The gradients, `error` filled with what goes through `matrix`, (E, H), to h."""
        H, V, dh, dc = self.hidden, self.V, self.dh, self.dc
        self._factors()
        U = several(p, "U", prefix, "ifgo")
        np.concatenate([*U[:3], matrix, U[3]], out=V)
        copyto(self.back_matrix, V.T)
        product = self.back_matrix.dot
        for later, of_o, of_c, o, q, w, by_cell, w_i_f_g in self.backward_views:
            product(later, dh)
            multiply(of_o, dh, o)
            multiply(of_c, dh, q)
            add(q, w, dc)
            multiply(by_cell, dc, w_i_f_g)
        found = dot(self.deltas.T, self.read[:-1])
        rows = {"i": 0, "f": H, "g": 2 * H, "o": 3 * H + self.errors}
        grads = {f"{prefix}U_{gate}": found[row : row + H, :H] for gate, row in rows.items()}
        grads |= {f"{prefix}W_{gate}": found[row : row + H, H:-1] for gate, row in rows.items()}
        return grads | {f"{prefix}b_{gate}": found[row : row + H, -1] for gate, row in rows.items()}

    def _factors(self) -> None:
        """∂(w, a_i, a_f, a_g)/∂c and ∂(a_o, c)/∂h of all steps."""
        H, gates, squashed, slopes = self.hidden, self.gates[:-1], self.squashed, self.slopes
        o, i, f, g = (gates[:, k * H : (k + 1) * H] for k in range(4))
        w, i_f, of_g = self.by_cell[:, :H], self.by_cell[:, H : 3 * H], self.by_cell[:, 3 * H :]
        of_o, of_c = self.by_state[:, :H], self.by_state[:, H:]
        subtract(1.0, gates[:, : 3 * H], slopes)
        multiply(slopes, gates[:, : 3 * H], slopes)
        multiply(slopes[:, H:], gates[:, 3 * H :], i_f)
        multiply(slopes[:, :H], squashed, of_o)
        copyto(w, f)
        for value, factor, out in ((g, i, of_g), (squashed, o, of_c)):
            multiply(value, value, out)
            subtract(1.0, out, out)
            multiply(out, factor, out)

    def to_inputs(self, p: Params, prefix: str) -> tuple[Array, Array]:
        """Deltas (T, D) and a matrix (D, X): the gradient with respect to x is their product."""
        W = several(p, "W", prefix, "ifgo")
        return self.deltas, np.concatenate([*W[:3], np.zeros((self.errors, self.inputs)), W[3]])


def layer(lead: tuple[int, ...], hidden: int, inputs: int, errors: int) -> OneExample | Batch:
    """A layer for x of shape (*lead, X), where lead is (T,) or (T, B)."""
    steps, batch = (*lead, 1)[:2]
    return (OneExample if len(lead) == 1 else Batch)(steps, batch, hidden, inputs, errors)
