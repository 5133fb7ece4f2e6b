"""A cell of one's own: the minimal gated unit of Zhou, Wu, Zhang and Zhou (2016).

rnnsym derive examples/minimal_gated_unit.py:MGU
rnnsym check examples/minimal_gated_unit.py:MGU
"""

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
        now.a_n = p.W_n @ x + p.U_n @ (now.f * prev.h) + p.b_n
        now.n = rs.tanh(now.a_n)
        now.h = (1 - now.f) * prev.h + now.f * now.n
