"""A cell whose state is a single scalar is wired, derived and run like any other."""

import numpy as np
import pytest

import rnnsym as rs


class Leaky(rs.Cell):
    params = {"w": (), "u": ()}
    carry = {"h": ()}
    inputs = {"x": ()}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.w * x + p.u * prev.h)


def test_a_scalar_cell_alone_has_its_textbook_adjoint():
    (line,) = rs.derive(Leaky()).backward
    assert str(line) == "δhₜ = ∂Lₜ/∂hₜ + δhₜ₊₁ (1 − hₜ₊₁²) u"


@pytest.mark.parametrize("outputs", [None, 2])
def test_its_gradients_agree_with_complex_step(outputs):
    net = rs.Network(Leaky(), inputs=1, hidden=1, outputs=outputs)
    params = {name: np.full(shape, 0.3) for name, shape in net.params.items()}
    x, targets = [1.0, -0.5, 2.0], np.ones((3,) if outputs is None else (3, outputs))
    _, grads = net.value_and_grad(params, x, targets)
    for name, value in params.items():
        for place in np.ndindex(value.shape):
            moved = value.astype(complex)
            moved[place] += 1e-30j
            slope = net.run({**params, name: moved}, x, targets).loss.imag / 1e-30
            assert np.isclose(grads[name][place], slope, rtol=1e-12)
