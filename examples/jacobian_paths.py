"""The paths through an LSTM, and what is left of a gradient after many steps.

python examples/jacobian_paths.py
"""

import numpy as np

import rnnsym as rs

STEPS = 20


def the_paths() -> None:
    """Each block of the step Jacobian as a sum: the direct line, and the way through each gate."""
    for line in rs.derive("lstm").paths().lines[-11:]:
        print(line)


def along_the_carry() -> None:
    """∂c_T/∂c_0, its diagonal: of the direct line, the product of the forget gates, and of all paths together."""
    net = rs.Network("lstm", inputs=1, hidden=2, outputs=1)
    x, targets = np.ones((STEPS, 1)), np.zeros((STEPS, 1))
    for bias in (0.0, 3.0):
        params = {**net.init(seed=0), "b_f": np.full(2, bias)}
        direct = np.prod(net.run(params, x, targets)["f"], axis=0)
        whole = np.diagonal([slope(net, params, x, targets, unit) for unit in range(2)])
        print(f"b_f = {bias}: direct line {direct.round(6)}, all paths {whole.round(6)}")


def slope(net, params, x, targets, unit, small=1e-20):
    """∂c_T/∂c_0[unit] by complex step."""
    start = {"c": np.array([1j * small if entry == unit else 0 for entry in range(2)])}
    return net.run(params, x, targets, carry=start)["c"][-1].imag / small


if __name__ == "__main__":
    for part in (the_paths, along_the_carry):
        print(f"\n# {part.__doc__}\n")
        part()
