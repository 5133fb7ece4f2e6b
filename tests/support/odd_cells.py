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


class TwoChains(rs.Cell):
    """Two states that need not each other and share a parameter, whose parts would be called like two other ones."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "U_h": ("H",), "U_m": ("H",)}
    carry = {"h": ("H",), "m": ("H",)}
    output = "o"

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.W @ x + p.U @ prev.h * p.U_h)
        now.m = rs.tanh(p.W @ x + p.U @ prev.m * p.U_m)
        now.o = now.h * now.m + p.U @ now.h


class OneWayIn(rs.Cell):
    """The input enters through n alone, as one of the paths of the layer below: a stack has paths that look alike."""

    params = {"W": ("H", "X"), "A": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.g = rs.sigmoid(p.A @ prev.h + p.b)
        now.n = rs.tanh(p.W @ x + p.A @ (now.g * prev.h) + p.b)
        now.h = now.g * prev.h + (1 - now.g) * now.n


class NoRecurrence(rs.Cell):
    """The state is made anew at every step."""

    params = {"W": ("H", "X"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.W @ x + p.b)


class Letters(rs.Cell):
    """Names that forms use for their own."""

    params = {"e": ("H", "H"), "G": ("H", "X"), "kappa": ("H",), "U": ("H",), "U_kept": ("H",), "U_cut": ("H",)}
    carry = {"J": ("H",)}

    def step(self, p, prev, x, now):
        now.e_J = p.e @ prev.J + p.kappa * p.U
        now.J = rs.tanh(p.G @ x + now.e_J + p.U_kept * prev.J + p.U_cut * p.U)


class Stopped(rs.Cell):
    """A factor that passes no gradient."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "R": ("H", "H")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.s = rs.stop_gradient(rs.tanh(p.R @ prev.h))
        now.h = rs.tanh(p.W @ x + p.U @ prev.h) * now.s


class Bent(rs.Cell):
    """Formulas too wide to be written without a name for their part, and kinks."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.m = rs.maximum(p.W @ x, p.U @ prev.h)
        now.h = rs.minimum(now.m, rs.tanh(prev.h) + p.b)


class OneNumber(rs.Cell):
    """Numbers of parameters alone, one of them a factor of every entry of the state; products of composed weights."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "F": ("H", "H+X"), "w": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.s = rs.logsumexp(p.U @ p.w)
        now.d = rs.sigmoid(rs.dot(p.F @ rs.concat(prev.h, x), p.w))
        now.h = rs.tanh(p.W @ x + rs.tanh(prev.h) * (now.s + 0 * prev.h) + now.d * p.w)


class NothingLeft(rs.Cell):
    """What cancels: a quantity that the state does not change, and a product of states of the same step."""

    params = {"W": ("H", "X"), "U": ("H", "H")}
    carry = {"h": ("H",), "c": ("H",)}

    def step(self, p, prev, x, now):
        now.n = prev.c
        now.c = rs.tanh(p.U @ prev.c + p.W @ x + now.n - now.n)
        now.h = rs.tanh(now.c * now.c + p.W @ x + (prev.h - prev.h))


class SaidTwice(rs.Cell):
    """A gate that another equation writes out again."""

    params = {"W": ("H", "X"), "V": ("H", "X")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.g = rs.sigmoid(rs.dot(p.W @ x, prev.h))
        now.h = rs.tanh(p.V @ x * rs.sigmoid(rs.dot(p.W @ x, prev.h)))
