"""A user's own cell: the minimal gated unit (Zhou et al. 2016)."""

import rnnsym as rs


class MGU(rs.Cell):
    params = {
        "W_f": ("H", "X"), "U_f": ("H", "H"), "b_f": ("H",),
        "W_n": ("H", "X"), "U_n": ("H", "H"), "b_n": ("H",),
    }  # fmt: skip
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.a_f = p.W_f @ x + p.U_f @ prev.h + p.b_f
        now.f = rs.sigmoid(now.a_f)
        now.s = now.f * prev.h
        now.a_n = p.W_n @ x + p.U_n @ now.s + p.b_n
        now.n = rs.tanh(now.a_n)
        now.h = (1 - now.f) * prev.h + now.f * now.n
