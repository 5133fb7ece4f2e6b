"""Systems in single-operation form, written by hand: what packing starts from."""

import rnnsym as rs
from rnnsym.core.names import EVERY_STEP, FREE, START, Interval, Name, Offset, Point, Role, T
from rnnsym.core.system import Piece, System
from rnnsym.ops.arithmetic import ADD, NEG
from rnnsym.ops.leaves import full, leaf
from rnnsym.ops.structure import outer
from rnnsym.transforms.rewrite import flat

H, X, C = ("H",), ("X",), ("C",)
SIZES = {"H": 3, "X": 2, "C": 4}
LATER = Interval(Point(0, 2), T)
HALF, UNIT = full(0.5, H), full(1.0, H)


def _name(symbol):
    return Name(Role.EQUATION, symbol)


class Form:
    """A system that grows: `form("h", -1)` reads h[t - 1], `form["h"] = rhs` gives h an equation for t = 1…T."""

    def __init__(self, **params):
        self.equations, self.given, self.shapes, self.timed = {}, {}, {}, set()
        self.known = {}
        for symbol, shape in params.items():
            self.given[Name(Role.PARAM, symbol)] = shape
            self.known[symbol] = leaf(Name(Role.PARAM, symbol), FREE, shape)

    def param(self, symbol):
        return self.known[symbol]

    def input(self, symbol, shape):
        name = Name(Role.INPUT, symbol)
        self.given[name] = shape
        self.timed.add(name)
        return leaf(name, Offset(0), shape)

    def __call__(self, symbol, k=0, shape=H):
        return leaf(_name(symbol), Offset(k), self.shapes.get(_name(symbol), shape))

    def __setitem__(self, symbol, rhs):
        self.on(EVERY_STEP, symbol, rhs)

    def on(self, domain, symbol, rhs, total=False):
        (rhs,) = flat([rhs])
        self.shapes[_name(symbol)] = rhs.shape
        self.equations[_name(symbol)] = (*self.equations.get(_name(symbol), ()), Piece(domain, rhs, total))

    def start(self, symbol):
        name = Name(Role.INITIAL, symbol)
        self.given[name] = H
        self.on(START, symbol, leaf(name, FREE, H))

    def total(self, symbol, rhs):
        self.on(EVERY_STEP, symbol, rhs, total=True)

    def system(self):
        return System(self.equations, self.given, self.shapes, frozenset(self.timed))

    def wanted(self):
        return [name for name, pieces in self.equations.items() if pieces[0].total]


def _minus(a, b):
    return ADD(a, NEG(b))


def _gate_params(gates, more=()):
    found = {}
    for gate in gates:
        found |= {f"U_{gate}": (*H, *H), f"W_{gate}": (*H, *X), f"b_{gate}": H}
    return found | dict(more) | {"V": (*C, *H)}


def _linear(form, gate, vector, x, augment, half=True):
    """The pre-activation of a gate from the state; without augment, the rest is added."""
    factor = HALF if half else None
    scaled = (lambda m: full(0.5, m.shape) * m) if factor is not None else (lambda m: m)
    own = scaled(form.param(f"U_{gate}")) @ vector
    rest = scaled(form.param(f"W_{gate}")) @ x + scaled(form.param(f"b_{gate}"))
    if augment:
        return own + scaled(form.param(f"W_{gate}")) @ x + scaled(form.param(f"b_{gate}"))
    form[f"pre_{gate}"] = rest
    form[f"u_{gate}"] = own
    return form(f"u_{gate}") + form(f"pre_{gate}")


def _squash(form, gate, read):
    """A sigmoid in three operations, of what `read` reads."""
    form[f"{gate}_1"] = rs.tanh(read)
    form[f"{gate}_2"] = HALF * form(f"{gate}_1")
    form[gate] = HALF + form(f"{gate}_2")


def lstm(augment=True):
    form = Form(**_gate_params("ifgo"))
    x, dy = form.input("x", X), form.input("dy", C)
    form.start("c"), form.start("h")
    for gate in "ifgo":
        form[f"a_{gate}"] = _linear(form, gate, form("h", -1), x, augment, gate != "g")
    for gate in "ifo":
        _squash(form, gate, form(f"a_{gate}"))
    form["g"] = rs.tanh(form("a_g"))
    form["m1"] = form("f") * form("c", -1)
    form["m2"] = form("i") * form("g")
    form["c"] = form("m1") + form("m2")
    form["tc"] = rs.tanh(form("c"))
    form["h"] = form("o") * form("tc")
    i, f, g, o, tc, c = (form(n) for n in ("i", "f", "g", "o", "tc", "c"))
    form["Q"] = o * (1 - tc * tc)
    for gate, value in {"o": tc * o * (1 - o), "i": g * i * (1 - i), "g": i * (1 - g * g)}.items():
        form[f"P_{gate}"] = value
    form["P_f"] = form("c", -1) * f * (1 - f)
    back = sum((form.param(f"U_{k}").T @ form(f"d_{k}", 1) for k in "ifg"), form.param("U_o").T @ form("d_o", 1))
    form["dh"] = back + form.param("V").T @ dy
    form["q"] = form("Q") * form("dh")
    form["dc"] = form("q") + form("w", 1)
    form.on(LATER, "w", f * form("dc"))
    for gate in "ifg":
        form[f"d_{gate}"] = form(f"P_{gate}") * form("dc")
    form["d_o"] = form("P_o") * form("dh")
    _gradients(form, "ifgo", x)
    assert c is form("c")
    return form


def _gradients(form, gates, x, state=None):
    for gate in gates:
        form.total(f"gU_{gate}", outer(form(f"d_{gate}"), form("h", -1) if state is None else state))
        form.total(f"gW_{gate}", outer(form(f"d_{gate}"), x))
    form.total("gV", outer(form("h"), form("h")))


def peephole(augment=True):
    """Forward only: i and f see c[t - 1], o sees c[t]."""
    form = Form(**_gate_params("ifgo", {f"p_{k}": H for k in "ifo"}))
    x = form.input("x", X)
    form.start("c"), form.start("h")
    for gate in "ifg":
        form[f"l_{gate}"] = _linear(form, gate, form("h", -1), x, augment, gate != "g")
    for gate in "if":
        form[f"s_{gate}"] = form.param(f"p_{gate}") * form("c", -1)
        form[f"a_{gate}"] = form(f"l_{gate}") + form(f"s_{gate}")
        _squash(form, gate, form(f"a_{gate}"))
    form["g"] = rs.tanh(form("l_g"))
    form["m1"] = form("f") * form("c", -1)
    form["m2"] = form("i") * form("g")
    form["c"] = form("m1") + form("m2")
    form["l_o"] = _linear(form, "o", form("h", -1), x, augment)
    form["s_o"] = form.param("p_o") * form("c")
    form["a_o"] = form("l_o") + form("s_o")
    _squash(form, "o", form("a_o"))
    form["tc"] = rs.tanh(form("c"))
    form["h"] = form("o") * form("tc")
    for gate in "ifgo":
        form.total(f"g_{gate}", outer(form(gate), form("h")))
    return form


def gru(augment=True):
    form = Form(**_gate_params("rzn", {"b_q": H}))
    x, dy = form.input("x", X), form.input("dy", C)
    form.start("h")
    for gate in "rz":
        form[f"a_{gate}"] = _linear(form, gate, form("h", -1), x, augment)
    form["q"] = form.param("U_n") @ form("h", -1) + form.param("b_q")
    form["pre_n"] = form.param("W_n") @ x + form.param("b_n")
    _squash(form, "r", form("a_r"))
    _squash(form, "z", form("a_z"))
    form["rq"] = form("r") * form("q")
    form["a_n"] = form("pre_n") + form("rq")
    form["n"] = rs.tanh(form("a_n"))
    form["e"] = _minus(form("h", -1), form("n"))
    form["ze"] = form("z") * form("e")
    form["h"] = form("n") + form("ze")
    r, z, n, q = (form(k) for k in "rznq")
    form["P_n"] = (1 - z) * (1 - n * n)
    form["P_q"] = (1 - z) * (1 - n * n) * r
    form["P_r"] = (1 - z) * (1 - n * n) * q * r * (1 - r)
    form["P_z"] = (form("h", -1) - n) * z * (1 - z)
    back = sum(
        (form.param(f"U_{k}").T @ form(f"d_{v}", 1) for k, v in ("zz", "nq")), form.param("U_r").T @ form("d_r", 1)
    )
    form["lh"] = back + form.param("V").T @ dy
    form["dh"] = form("lh") + form("w", 1)
    form.on(LATER, "w", z * form("dh"))
    for gate in "nqrz":
        form[f"d_{gate}"] = form(f"P_{gate}") * form("dh")
    _gradients(form, "nqrz", x)
    return form


def mgu(augment=True):
    """Forward and backward; the second product reads f ⊙ h[t - 1]."""
    form = Form(**_gate_params("fn"))
    x, dy = form.input("x", X), form.input("dy", C)
    form.start("h")
    form["a_f"] = _linear(form, "f", form("h", -1), x, augment)
    _squash(form, "f", form("a_f"))
    form["fh"] = form("f") * form("h", -1)
    form["a_n"] = _linear(form, "n", form("fh"), x, augment, False)
    form["n"] = rs.tanh(form("a_n"))
    form["e"] = _minus(form("n"), form("h", -1))
    form["fe"] = form("f") * form("e")
    form["h"] = form("h", -1) + form("fe")
    f, n = form("f"), form("n")
    form["P_n"] = f * (1 - n * n)
    form["P_1"] = (n - form("h", -1)) * f * (1 - f)
    form["P_2"] = form("h", -1) * f * (1 - f)
    form["keep"] = 1 - f
    form["lh"] = form.param("U_f").T @ form("d_f", 1) + form.param("V").T @ dy
    form["dh"] = form("lh") + form("w", 1)
    form["d_n"] = form("P_n") * form("dh")
    form["dfh"] = form.param("U_n").T @ form("d_n")
    form["w1"] = form("keep") * form("dh")
    form["w2"] = f * form("dfh")
    form["w"] = form("w1") + form("w2")
    form["s1"] = form("P_1") * form("dh")
    form["s2"] = form("P_2") * form("dfh")
    form["d_f"] = form("s1") + form("s2")
    _gradients(form, "fn", x)
    return form


FORMS = {"lstm": lstm, "peephole": peephole, "gru": gru, "mgu": mgu}
