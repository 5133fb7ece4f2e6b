"""Cells whose steps go through what the built-in ones lack: a number as a state, matrices used in odd ways."""

import rnnsym as rs


class ScalarState(rs.Cell):
    """A vector and a number are carried, and each acts on the other."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "v": ("H",), "w": (), "u": ("H",)}
    carry = {"h": ("H",), "m": ()}

    def step(self, p, prev, x, now):
        now.m = rs.tanh(p.w * prev.m + rs.dot(p.v, prev.h))
        now.h = rs.tanh(p.W @ x + p.U @ prev.h + now.m * p.u)


class OddMatrices(rs.Cell):
    """Transposed, used twice, of low rank, bent entry by entry, in parts, joined."""

    params = {
        "W": ("X", "H"), "U": ("H", "H"), "A": ("H", 2), "B": (2, "H"),
        "M": ("H", "H"), "F": ("2H", "H+X"), "R": (3, "H"), "s": (),
    }  # fmt: skip
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.twice = rs.tanh(p.U @ rs.relu(p.U.T @ prev.h))
        now.low = (p.A @ p.B) @ prev.h + p.s * (rs.softplus(p.M) @ prev.h)
        now.both = p.F @ rs.concat(prev.h, x)
        now.p = rs.softmax(now.both[:"H"] + rs.sum(p.R) * rs.log_softmax(prev.h))
        now.row = p.R[0] * now.both["H":] + p.R[1:3].T @ (p.A.T @ prev.h)
        now.h = rs.tanh(x @ p.W + now.twice + now.low + now.p * now.row)
