"""The minimal gated unit written by hand for speed.

One example: the rows of `read` are [h before, x, 1, f ⊙ h before], so that both products of a step, [U_f W_f b_f] and
[W_n b_n U_n], read neighbours; every factor of the backward loop is made for all steps before it. A batch: input
products before the loop, factors made in each step.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import add, copyto, dot, multiply, subtract, tanh

Array = np.ndarray[Any, Any]
Params = dict[str, Array]
Program = Callable[[Params], tuple[float, Params]]


def prepare(params: Params, x: Array, targets: Array) -> Program:
    """The loss ½ Σ (y − target)² and its gradients as a function of the parameters. x: (T[, B], X)."""
    return (one_example if x.ndim == 2 else batch)(len(params["b_f"]), x, targets)


def one_example(H: int, x: Array, targets: Array) -> Program:
    (T, X), C = x.shape, targets.shape[-1]
    K = H + X + 1
    read, W_f, W_n = np.zeros((T + 1, K + H)), np.empty((H, K)), np.empty((H, K))
    read[:-1, H : H + X], read[:, H + X] = x, 1.0
    states, first, second, gated = read[1:, :H], read[:-1, :K], read[:-1, H:], read[:-1, K:]
    f, n, u, half = np.empty((T, H)), np.empty((T, H)), np.empty(H), np.full(H, 0.5)
    errors, ones = np.empty((T, C)), np.ones(T)
    # The rows of `back` are [w, da_f, e a step later]; w goes to h of the step before. `three`: parts of w, da_f; da_n.
    back, (three, by_h), by_m = np.zeros((T + 1, 2 * H + C)), np.empty((2, T, 3, H)), np.empty((T, 2, H))
    V, V_T, U_T = np.empty((H + C, H)), np.empty((H, H + C)), np.empty((H, H))
    dh, dm, two, slope = *np.empty((2, H)), np.empty((2, H)), np.empty((T, H))
    ahead = list(zip(read[:-1, :H], first, second, gated, f, n, states, strict=True))
    behind = list(zip(
        back[1:, H:], back[1:, :H], by_h, three, three[:, 2], by_m, three[:, :2],
        [row[: 2 * H].reshape(2, H) for row in back[:-1]], strict=True,
    ))[::-1]  # fmt: skip

    def forward(p: Params) -> None:
        np.concatenate([p["U_f"], p["W_f"], p["b_f"][:, None]], axis=1, out=W_f)
        np.concatenate([p["W_n"], p["b_n"][:, None], p["U_n"]], axis=1, out=W_n)
        multiply(W_f, 0.5, W_f)
        to_f, to_n = W_f.dot, W_n.dot
        for before, z, z_n, m, f_t, n_t, h in ahead:
            to_f(z, f_t)
            tanh(f_t, f_t)
            multiply(f_t, half, f_t)
            add(f_t, half, f_t)
            multiply(f_t, before, m)
            to_n(z_n, n_t)
            tanh(n_t, n_t)
            subtract(n_t, before, u)
            multiply(u, f_t, u)
            add(u, before, h)

    def factors() -> None:
        """∂(h before, a_f, a_n)/∂h, and ∂(h before, a_f)/∂m of m = f ⊙ h before."""
        before, keep = read[:-1, :H], by_h[:, 0]
        subtract(1.0, f, keep)
        multiply(f, keep, slope)
        subtract(n, before, by_h[:, 1])
        multiply(by_h[:, 1], slope, by_h[:, 1])
        multiply(before, slope, by_m[:, 1])
        copyto(by_m[:, 0], f)
        multiply(n, n, slope)
        subtract(1.0, slope, slope)
        multiply(slope, f, by_h[:, 2])

    def backward(p: Params) -> None:
        copyto(back[1:, 2 * H :], errors)
        V[:H], V[H:] = p["U_f"], p["V"]
        copyto(V_T, V.T)
        copyto(U_T, p["U_n"].T)
        to_h, to_m = V_T.dot, U_T.dot
        for later, w, factor_h, out, da_n, factor_m, direct, w_da_f in behind:
            to_h(later, dh)
            add(dh, w, dh)
            multiply(factor_h, dh, out)
            to_m(da_n, dm)
            multiply(factor_m, dm, two)
            add(direct, two, w_da_f)

    def value_and_grad(p: Params) -> tuple[float, Params]:
        forward(p)
        dot(states, p["V"].T, errors)
        add(errors, p["b_y"], errors)
        subtract(errors, targets, errors)
        flat = errors.ravel()
        factors()
        backward(p)
        of_f, of_n = dot(back[:-1, H : 2 * H].T, first), dot(three[:, 2].T, second)
        return 0.5 * float(dot(flat, flat)), {
            "U_f": of_f[:, :H], "W_f": of_f[:, H : H + X], "b_f": of_f[:, -1],
            "W_n": of_n[:, :X], "b_n": of_n[:, X], "U_n": of_n[:, X + 1 :],
            "V": dot(errors.T, states), "b_y": dot(ones, errors),
        }  # fmt: skip

    return value_and_grad


def batch(H: int, x: Array, targets: Array) -> Program:
    (T, B, X), C = x.shape, targets.shape[-1]
    flat_x, wanted, ones = x.reshape(-1, X), targets.reshape(-1, C), np.ones(T * B)
    states, f, n, m, dh = np.zeros((T + 1, B, H)), *np.empty((4, T, B, H))
    flat_h, flat_f, flat_n, flat_m, flat_dh = (a.reshape(-1, H) for a in (states[1:], f, n, m, dh))
    errors, (u, v, w, s) = np.empty((T * B, C)), np.empty((4, B, H))
    ahead = list(zip(states[:-1], f, n, m, states[1:], strict=True))
    behind = list(zip([None, *f[:0:-1]], dh[::-1], f[::-1], n[::-1], states[-2::-1], strict=True))

    def forward(p: Params) -> None:
        U_f = (0.5 * p["U_f"]).T
        U_n = p["U_n"].T
        dot(flat_x, (0.5 * p["W_f"]).T, flat_f)
        add(flat_f, 0.5 * p["b_f"], flat_f)
        dot(flat_x, p["W_n"].T, flat_n)
        add(flat_n, p["b_n"], flat_n)
        for before, f_t, n_t, m_t, h in ahead:
            dot(before, U_f, u)
            add(f_t, u, f_t)
            tanh(f_t, f_t)
            multiply(f_t, 0.5, f_t)
            add(f_t, 0.5, f_t)
            multiply(f_t, before, m_t)
            dot(m_t, U_n, u)
            add(n_t, u, n_t)
            tanh(n_t, n_t)
            subtract(n_t, before, u)
            multiply(u, f_t, u)
            add(u, before, h)

    def backward(p: Params) -> None:
        """The gradients of a_f and a_n are written over f and n."""
        U_f, U_n = p["U_f"], p["U_n"]
        w.fill(0.0)
        for later, dh_t, f_t, n_t, before in behind:
            if later is not None:
                dot(later, U_f, u)
                add(dh_t, u, dh_t)
            add(dh_t, w, dh_t)
            subtract(n_t, before, v)
            multiply(v, dh_t, v)
            multiply(n_t, n_t, s)
            subtract(1.0, s, s)
            multiply(s, f_t, s)
            multiply(s, dh_t, n_t)
            dot(n_t, U_n, u)
            subtract(1.0, f_t, s)
            multiply(s, dh_t, w)
            multiply(s, f_t, s)
            multiply(f_t, u, dh_t)
            add(w, dh_t, w)
            multiply(u, before, u)
            add(u, v, u)
            multiply(u, s, f_t)

    def value_and_grad(p: Params) -> tuple[float, Params]:
        forward(p)
        dot(flat_h, p["V"].T, errors)
        add(errors, p["b_y"], errors)
        subtract(errors, wanted, errors)
        flat = errors.ravel()
        dot(errors, p["V"], flat_dh)
        backward(p)
        before = states[:-1].reshape(-1, H)
        return 0.5 * float(dot(flat, flat)), {
            "U_f": dot(flat_f.T, before), "W_f": dot(flat_f.T, flat_x), "b_f": dot(ones, flat_f),
            "U_n": dot(flat_n.T, flat_m), "W_n": dot(flat_n.T, flat_x), "b_n": dot(ones, flat_n),
            "V": dot(errors.T, flat_h), "b_y": dot(ones, errors),
        }  # fmt: skip

    return value_and_grad
