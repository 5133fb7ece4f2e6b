"""The built-in cells against their equations, written again in plain NumPy."""

import numpy as np
import pytest

from rnnsym.cells import GRU, LSTM, Elman
from support.problems import problem


def sigma(a):
    return 1 / (1 + np.exp(-a))


FUNCTIONS = {"tanh": np.tanh, "sigmoid": sigma, "relu": lambda a: np.maximum(a, 0), "identity": lambda a: a}


def elman(p, x, state, f):
    return {"h": f(p["W"] @ x + p["U"] @ state["h"] + p["b"])}


def lstm(p, x, state):
    i, f, g, o = (act(p[f"W_{q}"] @ x + p[f"U_{q}"] @ state["h"] + p[f"b_{q}"]) for q, act in
                  zip("ifgo", (sigma, sigma, np.tanh, sigma), strict=True))  # fmt: skip
    c = f * state["c"] + i * g
    return {"c": c, "h": o * np.tanh(c)}


def gru(p, x, state):
    r, z = (sigma(p[f"W_{q}"] @ x + p[f"U_{q}"] @ state["h"] + p[f"b_{q}"]) for q in "rz")
    n = np.tanh(p["W_n"] @ x + p["b_n"] + r * (p["U_n"] @ state["h"] + p["b_hn"]))
    return {"h": (1 - z) * n + z * state["h"]}


def follow(p, step):
    """The states at t = 1…T."""
    state, states = p.carry, []
    for x in p.x:
        state = step(p.params, x, state)
        states.append(state)
    return states


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_elman(activation):
    p = problem(Elman(activation), 2, 3, 4, 5)
    run = p.net.run(*p.arguments)
    for t, state in enumerate(follow(p, lambda *args: elman(*args, FUNCTIONS[activation])), 1):
        np.testing.assert_allclose(run.at("h", t), state["h"], rtol=1e-13, atol=1e-15)
        y = p.params["V"] @ state["h"] + p.params["b_y"]
        np.testing.assert_allclose(run.at("y", t), y, rtol=1e-13, atol=1e-15)
        assert run.at("L", t) == pytest.approx(0.5 * np.sum((y - p.targets[t - 1]) ** 2), rel=1e-13)


@pytest.mark.parametrize(("cell", "step"), [(LSTM(), lstm), (GRU(), gru)], ids=["lstm", "gru"])
def test_gated_cells(cell, step):
    p = problem(cell, 2, 3, 4, 5, loss="cross_entropy")
    run = p.net.run(*p.arguments)
    for t, state in enumerate(follow(p, step), 1):
        for label, value in state.items():
            np.testing.assert_allclose(run.at(label, t), value, rtol=1e-13, atol=1e-15)
        y = p.params["V"] @ state["h"] + p.params["b_y"]
        exact = np.log(np.sum(np.exp(y))) - y[p.targets[t - 1]]
        assert run.at("L", t) == pytest.approx(exact, rel=1e-12)
