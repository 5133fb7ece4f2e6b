"""The LSTM with peepholes written by hand for speed.

One example: the rows of `read` are [2h before, x, 1], of `gates` [i, f, g, c before, a_o of the step before], of `back`
[w, di, df, dg, e a step later, do, q]: e comes from the readout, w goes to c of the step before, q is what h gives c.
The state is kept as 2h = (tanh(a_o / 2) + 1) ⊙ tanh(c), one tanh for both. Batches are in `peephole_batch`.
"""

import numpy as np
from by_hand.lstm_batch import several
from by_hand.peephole_batch import Array, Params, Program, batch
from numpy import add, copyto, dot, multiply, subtract, tanh


def prepare(params: Params, x: Array, targets: Array) -> Program:
    """The loss ½ Σ (y − target)² and its gradients as a function of the parameters. x: (T[, B], X)."""
    return (one_example if x.ndim == 2 else batch)(len(params["b_f"]), x, targets)


def one_example(H: int, x: Array, targets: Array) -> Program:
    (T, X), C = x.shape, targets.shape[-1]
    K, D = H + X + 1, 4 * H + C
    read, gates, squashed = np.zeros((T + 1, K)), np.zeros((T + 1, 5 * H)), np.empty((T, 2 * H))
    read[:-1, H:-1], read[:, -1] = x, 1.0
    back, by_cell, by_state = np.zeros((T + 1, D + 2 * H)), np.empty((T, 4, H)), np.empty((T, 2, H))
    W, V, V_T, peep = np.empty((4 * H, K)), np.empty((D, H)), np.empty((H, D)), np.empty((3, H))
    z, u, m, dh, dc = np.empty(4 * H), np.empty((3, H)), np.empty(2 * H), np.empty(H), np.empty(H)
    half, one, ones, errors = np.full(2 * H, 0.5), np.ones(H), np.ones(T), np.empty((T, C))
    slopes, flat_u = np.empty((T, 2, H)), u.ravel()
    u_o, u_if, z_if, z_ifg, z_o, m_1, m_2 = flat_u[:H], flat_u[H:], z[: 2 * H], z[: 3 * H], z[3 * H :], m[:H], m[H:]
    double_h = read[1:, :H]
    ahead = list(zip(
        read[:-1], gates[:-1, : 3 * H], gates[:-1, : 2 * H], gates[:-1, 2 * H : 4 * H], gates[1:, 3 * H : 4 * H],
        gates[1:, 4 * H :], gates[1:, 3 * H :], squashed, squashed[:, :H], squashed[:, H:], double_h, strict=True,
    ))  # fmt: skip
    behind = list(zip(
        back[1:, H : H + D], by_state[:, 0], by_state[:, 1], back[:-1, D : D + H], back[:-1, D + H :], back[1:, :H],
        by_cell, [row[: 4 * H].reshape(4, H) for row in back[:-1]], strict=True,
    ))[::-1]  # fmt: skip

    def forward(p: Params) -> None:
        np.concatenate(several(p, "U", "", "ifgo"), out=W[:, :H])
        np.concatenate(several(p, "W", "", "ifgo"), out=W[:, H:-1])
        np.concatenate(several(p, "b", "", "ifgo"), out=W[:, -1])
        W[: 2 * H] *= 0.5
        W[3 * H :] *= 0.5
        W[:, :H] *= 0.5
        for row, gate in zip(peep, "oif", strict=True):
            multiply(p[f"p_{gate}"], 0.5, row)
        u.fill(0.0)
        product = W.dot
        for s, ifg, i_f, g_c, c, a_o, c_o, both, tanh_c, o, h in ahead:
            product(s, z)
            add(z_if, u_if, z_if)
            tanh(z_ifg, ifg)
            multiply(i_f, half, i_f)
            add(i_f, half, i_f)
            multiply(i_f, g_c, m)
            add(m_1, m_2, c)
            multiply(peep, c, u)
            add(z_o, u_o, a_o)
            tanh(c_o, both)
            add(o, one, o)
            multiply(o, tanh_c, h)

    def factors(p: Params) -> None:
        """∂(c before, a_i, a_f, a_g)/∂c and ∂(a_o, c)/∂h of all steps."""
        i_f, g_c = (gates[:-1, k * H : (k + 2) * H].reshape(T, 2, H) for k in (0, 2))
        tanh_c, o = squashed[:, :H], 0.5 * squashed[:, H:]
        subtract(1.0, i_f, slopes)
        multiply(slopes, i_f, slopes)
        multiply(slopes, g_c, by_cell[:, 1:3])
        multiply(by_cell[:, 1], p["p_i"], by_cell[:, 0])
        multiply(by_cell[:, 2], p["p_f"], slopes[:, 0])
        add(by_cell[:, 0], slopes[:, 0], by_cell[:, 0])
        add(by_cell[:, 0], i_f[:, 1], by_cell[:, 0])
        for value, factor, out in ((g_c[:, 0], i_f[:, 0], by_cell[:, 3]), (tanh_c, o, by_state[:, 1])):
            multiply(value, value, out)
            subtract(1.0, out, out)
            multiply(out, factor, out)
        subtract(1.0, o, by_state[:, 0])
        multiply(by_state[:, 0], o, by_state[:, 0])
        multiply(by_state[:, 0], tanh_c, by_state[:, 0])
        multiply(by_state[:, 0], p["p_o"], slopes[:, 0])
        add(by_state[:, 1], slopes[:, 0], by_state[:, 1])

    def backward(p: Params) -> None:
        copyto(back[1:, 4 * H : D], errors)
        U = several(p, "U", "", "ifgo")
        np.concatenate([*U[:3], p["V"], U[3]], out=V)
        copyto(V_T, V.T)
        product = V_T.dot
        for later, of_o, of_c, o, q, w, factor_c, w_i_f_g in behind:
            product(later, dh)
            multiply(of_o, dh, o)
            multiply(of_c, dh, q)
            add(q, w, dc)
            multiply(factor_c, dc, w_i_f_g)

    def value_and_grad(p: Params) -> tuple[float, Params]:
        forward(p)
        dot(double_h, 0.5 * p["V"].T, errors)
        add(errors, p["b_y"], errors)
        subtract(errors, targets, errors)
        flat = errors.ravel()
        factors(p)
        backward(p)
        found = dot(back[:-1, H : H + D].T, read[:-1])
        found[:, :H] *= 0.5
        rows = {"i": found[:H], "f": found[H : 2 * H], "g": found[2 * H : 3 * H], "o": found[D - H : D]}
        grads = {f"U_{gate}": a[:, :H] for gate, a in rows.items()}
        grads |= {f"W_{gate}": a[:, H:-1] for gate, a in rows.items()} | {f"b_{k}": a[:, -1] for k, a in rows.items()}
        before, after = gates[:-1, None, 3 * H : 4 * H], gates[1:, 3 * H : 4 * H]
        multiply(back[:-1, H : 3 * H].reshape(T, 2, H), before, slopes)
        seen = dot(ones, slopes.reshape(T, 2 * H))
        multiply(back[:-1, D : D + H], after, slopes[:, 0])
        grads |= {"p_i": seen[:H], "p_f": seen[H:], "p_o": dot(ones, slopes[:, 0])}
        return 0.5 * float(dot(flat, flat)), grads | {"V": dot(0.5 * errors.T, double_h), "b_y": dot(ones, errors)}

    return value_and_grad
