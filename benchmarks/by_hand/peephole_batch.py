"""The LSTM with peepholes for a batch written by hand for speed: input products before the loop, factors made in each
step, the gradients of the gates written over the gates.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from by_hand.lstm_batch import several
from numpy import add, dot, multiply, subtract, tanh

Array = np.ndarray[Any, Any]
Params = dict[str, Array]
Program = Callable[[Params], tuple[float, Params]]


def batch(H: int, x: Array, targets: Array) -> Program:
    (T, B, X), C = x.shape, targets.shape[-1]
    flat_x, wanted, ones = x.reshape(-1, X), targets.reshape(-1, C), np.ones(T * B)
    states, cells, gates = np.zeros((T + 1, B, H)), np.zeros((T + 1, B, H)), np.empty((T, B, 4 * H))
    squashed, dh, errors = *np.empty((2, T, B, H)), np.empty((T * B, C))
    z, s = np.empty((B, 4 * H)), np.empty((B, 2 * H))
    u, v, dc, w, s_i, s_f = *np.empty((4, B, H)), s[:, :H], s[:, H:]
    flat_h, flat, flat_dh = states[1:].reshape(-1, H), gates.reshape(-1, 4 * H), dh.reshape(-1, H)
    i, f, g, o = (gates[..., k * H : (k + 1) * H] for k in range(4))
    i_f, i_f_g = gates[..., : 2 * H], gates[..., : 3 * H]
    ahead = list(zip(
        states[:-1], gates, i_f_g, i_f, i, f, g, o, cells[:-1], cells[1:], squashed, states[1:], strict=True
    ))  # fmt: skip
    back = (a[::-1] for a in (dh, i_f, i, f, g, o, cells[:-1], squashed))
    behind = list(zip([None, *gates[:0:-1]], *back, strict=True))

    def forward(p: Params) -> None:
        U, W, b = (np.concatenate(several(p, letter, "", "ifgo")) for letter in "UWb")
        for array in (U, W, b):
            array[: 2 * H] *= 0.5
            array[3 * H :] *= 0.5
        p_i, p_f, p_o = (0.5 * p[f"p_{gate}"] for gate in "ifo")
        dot(flat_x, W.T, flat)
        add(flat, b, flat)
        U_T = U.T
        for before, gates_t, ifg_t, i_f_t, i_t, f_t, g_t, o_t, c_before, c, squashed_t, h in ahead:
            dot(before, U_T, z)
            add(gates_t, z, gates_t)
            for gate, weight, cell in ((i_t, p_i, c_before), (f_t, p_f, c_before)):
                multiply(cell, weight, u)
                add(gate, u, gate)
            tanh(ifg_t, ifg_t)
            multiply(i_f_t, 0.5, i_f_t)
            add(i_f_t, 0.5, i_f_t)
            multiply(i_t, g_t, u)
            multiply(f_t, c_before, v)
            add(u, v, c)
            multiply(c, p_o, u)
            add(o_t, u, o_t)
            tanh(o_t, o_t)
            multiply(o_t, 0.5, o_t)
            add(o_t, 0.5, o_t)
            tanh(c, squashed_t)
            multiply(o_t, squashed_t, h)

    def backward(p: Params) -> None:
        U, p_i, p_f, p_o = np.concatenate(several(p, "U", "", "ifgo")), p["p_i"], p["p_f"], p["p_o"]
        w.fill(0.0)
        for later, dh_t, i_f_t, i_t, f_t, g_t, o_t, c_before, squashed_t in behind:
            if later is not None:
                dot(later, U, u)
                add(dh_t, u, dh_t)
            multiply(squashed_t, squashed_t, u)
            subtract(1.0, u, u)
            multiply(u, o_t, u)
            multiply(u, dh_t, u)
            add(u, w, dc)
            subtract(1.0, o_t, v)
            multiply(v, o_t, v)
            multiply(v, squashed_t, v)
            multiply(v, dh_t, o_t)
            multiply(o_t, p_o, u)
            add(dc, u, dc)
            subtract(1.0, i_f_t, s)
            multiply(s, i_f_t, s)
            multiply(s_i, g_t, s_i)
            multiply(s_f, c_before, s_f)
            multiply(dc, f_t, w)
            multiply(g_t, g_t, v)
            subtract(1.0, v, v)
            multiply(v, i_t, v)
            multiply(v, dc, g_t)
            for slope, gate, weight in ((s_i, i_t, p_i), (s_f, f_t, p_f)):
                multiply(slope, dc, gate)
                multiply(gate, weight, u)
                add(w, u, w)

    def value_and_grad(p: Params) -> tuple[float, Params]:
        forward(p)
        dot(flat_h, p["V"].T, errors)
        add(errors, p["b_y"], errors)
        subtract(errors, wanted, errors)
        line = errors.ravel()
        dot(errors, p["V"], flat_dh)
        backward(p)
        whole = {"W": dot(flat.T, flat_x), "U": dot(flat.T, states[:-1].reshape(-1, H)), "b": dot(ones, flat)}
        grads = {f"{n}_{gate}": a[k * H : (k + 1) * H] for n, a in whole.items() for k, gate in enumerate("ifgo")}
        for name, gate, cell in (("p_i", i, cells[:-1]), ("p_f", f, cells[:-1]), ("p_o", o, cells[1:])):
            multiply(gate, cell, dh)
            grads[name] = dot(ones, flat_dh)
        return 0.5 * float(dot(line, line)), grads | {"V": dot(errors.T, flat_h), "b_y": dot(ones, errors)}

    return value_and_grad
