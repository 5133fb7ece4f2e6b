"""Every built-in cell once more, in plain NumPy from the formulas of its source: one step of one example.

A step takes parameters, input and the state before, and returns every name that it computes. Complex numbers pass
through, so that a loss made of these steps has derivatives by complex step.
"""

import numpy as np


def sigma(a):
    return 1 / (1 + np.exp(-a))


def relu(a):
    return np.where(np.real(a) > 0, a, 0)


def lower(a, b):
    return np.where(np.real(a) <= np.real(b), a, b)


FUNCTIONS = {"tanh": np.tanh, "sigmoid": sigma, "relu": relu, "identity": lambda a: a}


def affine(p, q, x, h):
    return p[f"W_{q}"] @ x + p[f"U_{q}"] @ h + p[f"b_{q}"]


def elman(p, x, s, f=np.tanh):
    return {"h": f(p["W"] @ x + p["U"] @ s["h"] + p["b"])}


def fused(p, x, s):
    return {"h": np.tanh(p["W"] @ np.concatenate([s["h"], x]) + p["b"])}


def output_feedback(p, x, s):
    q = p["U"] @ s["h"]
    return {"q": q, "h": np.tanh(p["W"] @ x + q + p["b"])}


def jordan(p, x, s, f=np.tanh, g=np.tanh):
    h = f(p["W"] @ x + p["U"] @ s["o"] + p["b"])
    return {"h": h, "o": g(p["W_o"] @ h + p["b_o"])}


def linear(p, x, s):
    return {"h": p["W"] @ x + p["U"] @ s["h"] + p["b"]}


def irnn(p, x, s):
    return elman(p, x, s, relu)


def lstm(p, x, s, content=np.tanh, cell=np.tanh):
    i, f, o = (sigma(affine(p, q, x, s["h"])) for q in "ifo")
    g = content(affine(p, "g", x, s["h"]))
    c = f * s["c"] + i * g
    return {"i": i, "f": f, "o": o, "g": g, "c": c, "h": o * cell(c)}


def lstm_1997(p, x, s, content=np.tanh, cell=np.tanh):
    i, o = (sigma(affine(p, q, x, s["h"])) for q in "io")
    c = s["c"] + i * content(affine(p, "g", x, s["h"]))
    return {"i": i, "o": o, "c": c, "h": o * cell(c)}


def from_minus_two_to_two(a):
    return 4 / (1 + np.exp(-a)) - 2


def from_minus_one_to_one(a):
    return 2 / (1 + np.exp(-a)) - 1


def lstm_peephole(p, x, s):
    i = sigma(affine(p, "i", x, s["h"]) + p["p_i"] * s["c"])
    f = sigma(affine(p, "f", x, s["h"]) + p["p_f"] * s["c"])
    g = np.tanh(affine(p, "g", x, s["h"]))
    c = f * s["c"] + i * g
    o = sigma(affine(p, "o", x, s["h"]) + p["p_o"] * c)
    return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": o * np.tanh(c)}


def gru(p, x, s, keeps=True):
    r, z = (sigma(affine(p, q, x, s["h"])) for q in "rz")
    n = np.tanh(p["W_n"] @ x + p["b_n"] + r * (p["U_n"] @ s["h"] + p["b_hn"]))
    return {"r": r, "z": z, "n": n, "h": z * s["h"] + (1 - z) * n if keeps else (1 - z) * s["h"] + z * n}


def gru_before(p, x, s, keeps=True):
    r, z = (sigma(affine(p, q, x, s["h"])) for q in "rz")
    n = np.tanh(p["W_n"] @ x + p["b_n"] + p["U_n"] @ (r * s["h"]))
    return {"r": r, "z": z, "n": n, "h": z * s["h"] + (1 - z) * n if keeps else (1 - z) * s["h"] + z * n}


def mgu(p, x, s):
    f = sigma(affine(p, "f", x, s["h"]))
    n = np.tanh(affine(p, "n", x, f * s["h"]))
    return {"f": f, "n": n, "h": s["h"] - f * s["h"] + f * n}


def state_machine(p, x, s, f1=np.tanh):
    return {"s": f1(p["W"] @ x + p["U"] @ s["s"] + p["b"])}


def parentheses(p, x, s):
    a, b = p["W"] @ x + p["U"] @ s["s"] + p["b"]
    return {"s": np.array([a, lower(a, b)])}


def with_options(step, **options):
    return lambda p, x, s: step(p, x, s, **options)


STEPS = [
    ("elman", {}, elman),
    *(("elman", {"activation": name}, with_options(elman, f=f)) for name, f in FUNCTIONS.items()),
    ("fused", {}, fused),
    ("output_feedback", {}, output_feedback),
    ("jordan", {}, jordan),
    ("jordan", {"activation": "relu", "output_activation": "identity"},
     with_options(jordan, f=relu, g=FUNCTIONS["identity"])),
    ("linear", {}, linear),
    ("irnn", {}, irnn),
    ("lstm", {}, lstm),
    ("lstm", {"variant": "pytorch"}, lstm),
    ("lstm", {"variant": "1997"}, lstm_1997),
    ("lstm", {"variant": "1997", "squashing": "original"},
     with_options(lstm_1997, content=from_minus_two_to_two, cell=from_minus_one_to_one)),
    ("lstm", {"variant": "gers"}, lstm),
    ("lstm", {"variant": "gers", "squashing": "original"},
     with_options(lstm, content=from_minus_two_to_two, cell=from_minus_one_to_one)),
    ("lstm", {"variant": "peephole"}, lstm_peephole),
    ("gru", {}, gru),
    ("gru", {"variant": "pytorch"}, gru),
    ("gru", {"variant": "pytorch", "z": "renews"}, with_options(gru, keeps=False)),
    ("gru", {"variant": "cho2014"}, gru_before),
    ("gru", {"variant": "cho2014", "z": "renews"}, with_options(gru_before, keeps=False)),
    ("gru", {"variant": "chung2014"}, with_options(gru_before, keeps=False)),
    ("gru", {"variant": "chung2014", "z": "keeps"}, gru_before),
    ("mgu", {}, mgu),
    ("state_machine", {}, state_machine),
    ("state_machine", {"transition": "relu"}, with_options(state_machine, f1=relu)),
    ("parentheses", {}, parentheses),
]  # fmt: skip
"""(name, options, step): `cells.get(name, **options)` must compute what `step` computes."""


def title(case):
    name, options, _ = case
    return "-".join([name, *options.values()])
