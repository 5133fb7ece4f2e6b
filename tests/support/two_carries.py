"""A cell that nobody publishes: two carries of different sizes' worth of dynamics, three gates, a shared matrix."""

import rnnsym as rs


class TwoCarries(rs.Cell):
    """A slow line s behind two gates, and a quick line h that reads it through a third one."""

    params = {
        "A": ("H", "X"), "P": ("H", "H"), "b": ("H",),
        "Q_k": ("H", "H"), "Q_w": ("H", "H"), "B_r": ("H", "X"), "d": ("H",),
    }  # fmt: skip
    carry = {"h": ("H",), "s": ("H",)}

    def step(self, p, prev, x, now):
        now.k = rs.sigmoid(p.Q_k @ prev.h + p.d * prev.s)
        now.w = rs.sigmoid(p.Q_w @ prev.s + p.b)
        now.n = rs.tanh(p.A @ x + p.P @ prev.h)
        now.s = now.k * prev.s + now.w * now.n
        now.r = rs.sigmoid(p.B_r @ x + p.P @ now.s)
        now.h = now.r * rs.tanh(now.s) + (1 - now.r) * prev.h
