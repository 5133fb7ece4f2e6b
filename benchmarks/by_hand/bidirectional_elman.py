"""A bidirectional tanh network written by hand for speed: the second direction is the same layer on reversed time.

One example: the product of a step is [U W b] · [h before, x, 1]; backward, where they are small, the matrices
diag(1 − h²) [Uᵀ Vᵀ] of all steps are made before the loop, so that a step is one product. A batch: input products
before the loop.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import add, copyto, dot, multiply, subtract, tanh

Array = np.ndarray[Any, Any]
Params = dict[str, Array]
SMALL = 48_000
"""How many numbers the matrices of all steps may have."""


class OneExample:
    """Rows of `read` are [h before, x, 1], of `back` [da, e a step later]."""

    def __init__(self, x: Array, hidden: int, outputs: int) -> None:
        (T, X), H, C = x.shape, hidden, outputs
        self.hidden, self.read, self.back = H, np.zeros((T + 1, H + X + 1)), np.zeros((T + 1, H + C))
        self.read[:-1, H:-1], self.read[:, -1] = x, 1.0
        self.h, self.error, self.slopes = self.read[1:, :H], self.back[1:, H:], np.empty((T, H))
        self.W, self.V, self.V_T = np.empty((H, H + X + 1)), np.empty((H + C, H)), np.empty((H, H + C))
        self.z = np.empty(H)
        self.matrices = np.empty((T, H, H + C)) if T * H * (H + C) <= SMALL else None
        self.ahead = list(zip(self.read[:-1], self.h, strict=True))
        moves = self.slopes if self.matrices is None else [matrix.dot for matrix in self.matrices]
        self.behind = list(zip(moves, self.back[1:], self.back[:-1, :H], strict=True))[::-1]

    def forward(self, p: Params, prefix: str) -> Array:
        """h_1 … h_T, (T, H)."""
        z = self.z
        np.concatenate([p[f"{prefix}U"], p[f"{prefix}W"], p[f"{prefix}b"][:, None]], axis=1, out=self.W)
        product = self.W.dot
        for read, h in self.ahead:
            product(read, z)
            tanh(z, h)
        return self.h

    def backward(self, p: Params, prefix: str, matrix: Array) -> Params:
        """The gradients, `error` filled with what goes through `matrix`, (C, H), to h."""
        H, z = self.hidden, self.z
        multiply(self.h, self.h, self.slopes)
        subtract(1.0, self.slopes, self.slopes)
        np.concatenate([p[f"{prefix}U"], matrix], out=self.V)
        copyto(self.V_T, self.V.T)
        if self.matrices is not None:
            multiply(self.slopes[:, :, None], self.V_T, self.matrices)
            for product, later, da in self.behind:
                product(later, da)
        else:
            product = self.V_T.dot
            for slope, later, da in self.behind:
                product(later, z)
                multiply(z, slope, da)
        found = dot(self.back[:-1, :H].T, self.read[:-1])
        return {f"{prefix}U": found[:, :H], f"{prefix}W": found[:, H:-1], f"{prefix}b": found[:, -1]}


class Batch:
    """`deltas` (T, B, H) holds ∂L/∂h through the readout, then ∂L/∂a."""

    def __init__(self, x: Array, hidden: int, outputs: int) -> None:
        (T, B, X), H = x.shape, hidden
        self.x, self.ones, self.z = np.array(x).reshape(T * B, X), np.ones(T * B), np.empty((B, H))
        self.states, self.inputs, self.deltas, self.slopes = np.zeros((T + 1, B, H)), *np.empty((3, T, B, H))
        self.error, self.h = np.empty((T, B, outputs)), self.states[1:].reshape(T * B, H)
        self.ahead = list(zip(self.states[:-1], self.inputs, self.states[1:], strict=True))
        steps = slice(None, None, -1)
        self.behind = list(zip([None, *self.deltas[:0:-1]], self.deltas[steps], self.slopes[steps], strict=True))

    def forward(self, p: Params, prefix: str) -> Array:
        """h_1 … h_T, (T B, H)."""
        z, flat, U_T = self.z, self.inputs.reshape(self.h.shape), p[f"{prefix}U"].T
        dot(self.x, p[f"{prefix}W"].T, flat)
        add(flat, p[f"{prefix}b"], flat)
        for before, read, h in self.ahead:
            dot(before, U_T, z)
            add(z, read, z)
            tanh(z, h)
        return self.h

    def backward(self, p: Params, prefix: str, matrix: Array) -> Params:
        """The gradients, `error` filled with what goes through `matrix`, (C, H), to h."""
        z, U, flat = self.z, p[f"{prefix}U"], self.deltas.reshape(self.h.shape)
        dot(self.error.reshape(len(flat), -1), matrix, flat)
        multiply(self.states[1:], self.states[1:], self.slopes)
        subtract(1.0, self.slopes, self.slopes)
        for later, da, slope in self.behind:
            if later is not None:
                dot(later, U, z)
                add(da, z, da)
            multiply(da, slope, da)
        before = self.states[:-1].reshape(flat.shape)
        return {
            f"{prefix}U": dot(flat.T, before), f"{prefix}W": dot(flat.T, self.x), f"{prefix}b": dot(self.ones, flat)
        }  # fmt: skip


def prepare(params: Params, x: Array, targets: Array) -> Callable[[Params], tuple[float, Params]]:
    """The loss ½ Σ (y − target)² and its gradients as a function of the parameters. x: (T[, B], X)."""
    lead, (outputs, width), H = x.shape[:-1], params["V"].shape, len(params["forward.b"])
    kind = OneExample if x.ndim == 2 else Batch
    ahead, back = kind(x, H, outputs), kind(x[::-1], H, outputs)
    wanted = targets.reshape(-1, outputs)
    h, errors, ones = np.empty((*lead, width)), np.empty(wanted.shape), np.ones(len(wanted))
    flat_h, flat, timed = h.reshape(-1, width), errors.ravel(), errors.reshape(*lead, outputs)

    def value_and_grad(p: Params) -> tuple[float, Params]:
        V = p["V"]
        copyto(h[..., :H], ahead.forward(p, "forward.").reshape(*lead, H))
        copyto(h[::-1, ..., H:], back.forward(p, "backward.").reshape(*lead, H))
        dot(flat_h, V.T, errors)
        add(errors, p["b_y"], errors)
        subtract(errors, wanted, errors)
        copyto(ahead.error, timed)
        copyto(back.error, timed[::-1])
        grads = {"V": dot(errors.T, flat_h), "b_y": dot(ones, errors)}
        grads |= ahead.backward(p, "forward.", V[:, :H])
        grads |= back.backward(p, "backward.", V[:, H:])
        return 0.5 * float(dot(flat, flat)), grads

    return value_and_grad
