"""Maps that read nothing, as cells: what chaos is defined on."""

import rnnsym as rs


class Logistic(rs.Cell):
    """h_t = r h_{t-1} (1 − h_{t-1}); at r = 4 its exponent is ln 2 (May 1976)."""

    params = {"r": ()}
    carry = {"h": ()}
    inputs = {}

    def step(self, p, prev, x, now):
        now.h = p.r * prev.h * (1 - prev.h)


class Henon(rs.Cell):
    """u_t = 1 − a u_{t-1}² + v_{t-1}, v_t = b u_{t-1} (Hénon 1976): every step has the determinant −b."""

    params = {"a": (), "b": ()}
    carry = {"u": (), "v": ()}
    inputs = {}

    def step(self, p, prev, x, now):
        now.u = 1 - p.a * prev.u * prev.u + prev.v
        now.v = p.b * prev.u


class Autonomous(rs.Cell):
    """h_t = tanh(U h_{t-1}): Sompolinsky, Crisanti & Sommers (1988) in discrete time."""

    params = {"U": ("H", "H")}
    carry = {"h": ("H",)}
    inputs = {}

    def step(self, p, prev, x, now):
        now.a = p.U @ prev.h
        now.h = rs.tanh(now.a)
