import numpy as np

import rnnsym as rs


class OutputFeedback(rs.Cell):
    """A cell whose recurrent matrix is called V, as in some lectures."""

    params = {"W": ("H", "X"), "V": ("H", "H")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.a = p.W @ x + p.V @ prev.h
        now.h = rs.tanh(now.a)


def test_a_cell_with_a_parameter_called_v_keeps_it_beside_the_readout() -> None:
    net = rs.Network(OutputFeedback(), inputs=2, hidden=3, outputs=4)
    assert net.params == {"W": (3, 2), "V": (3, 3), "readout.V": (4, 3), "readout.b_y": (4,)}
    rng = np.random.default_rng(0)
    params = {name: rng.normal(size=shape) for name, shape in net.params.items()}
    x, targets = rng.normal(size=(5, 2)), rng.normal(size=(5, 4))
    _, grads = net.value_and_grad(params, x, targets)
    for name in ("V", "readout.V"):
        nudged = {**params, name: params[name].astype(complex)}
        nudged[name][0, 1] += 1e-30j
        assert np.isclose(net.run(nudged, x, targets).loss.imag / 1e-30, grads[name][0, 1], rtol=1e-12)
