"""Slopes of saturated units against 60 digits: step Jacobians, their products and their determinants."""

import mpmath as mp
import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.stepping.slopes import unsaturated
from rnnsym.analysis.stepping.steps import stepper

U, START, BIAS = [[30.0, -20.0], [-25.0, 28.0]], [0.9, -0.9], [1.0, 0.4]


def logistic(a):
    return 1 / (1 + mp.exp(-a))


FUNCTIONS = {
    "tanh": (mp.tanh, lambda a: mp.sech(a) ** 2),
    "sigmoid": (logistic, lambda a: logistic(a) * logistic(-a)),
}


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_products_of_a_saturated_network_are_those_of_60_digits(activation):
    steps, (f, slope) = 30, FUNCTIONS[activation]
    params = {"W": np.zeros((2, 1)), "U": np.array(U), "b": np.array(BIAS)}
    j = rs.jacobians(rs.cells.Elman(activation), params, np.zeros((steps, 1)), carry={"h": np.array(START)})
    with mp.workdps(60):
        h, product, log_det = mp.matrix(START), mp.eye(2), mp.mpf(0)
        for t in range(steps):
            a = mp.matrix(U) * h + mp.matrix(BIAS)
            step = mp.diag([slope(each) for each in a]) * mp.matrix(U)
            assert np.allclose(j.step[t], np.array(step.tolist(), dtype=float), rtol=1e-12, atol=0)
            h, product, log_det = a.apply(f), step * product, log_det + mp.log(abs(mp.det(step)))
        expected = float(mp.log(mp.svd_r(product, compute_uv=False)[0]))
    assert j.log_norm(steps, 0) == pytest.approx(expected, rel=1e-13)
    assert j.lyapunov().mean_by_determinant == pytest.approx(float(log_det) / steps / 2, rel=1e-12)


@pytest.mark.parametrize("cell", ["lstm", "gru", "elman", "mgu"])
def test_the_equations_are_rewritten_and_nothing_else(cell):
    found = stepper(rs.Network(cell, inputs=2, hidden=3))
    exact = unsaturated(found.system, found.step.pieces)
    changed = [name for name in exact.equations if exact.equations[name] != found.system.equations[name]]
    assert set(changed) <= set(found.step.pieces)
    assert changed
    texts = [repr(piece.rhs) for name in found.step.pieces for piece in exact.equations[name]]
    assert not any("tanh²" in text or "1 −" in text for text in texts)
