"""Derive gradients symbolically: of a scalar formula, of a built-in cell, and of a cell of one's own.

python examples/derive_a_gradient.py
"""

from minimal_gated_unit import MGU

import rnnsym as rs


def a_scalar_formula() -> None:
    """A gradient is an expression: it can be printed, evaluated, and differentiated again."""
    w, x = rs.var("w"), rs.var("x")
    loss = rs.tanh(w * x) ** 2
    slope = rs.grad(loss, w)
    curvature = rs.grad(slope, w)
    at = {"w": 0.5, "x": 2.0}
    print("loss      ", rs.pretty(loss), "=", rs.evaluate(loss, at))
    print("slope     ", rs.pretty(slope), "=", rs.evaluate(slope, at))
    print("curvature ", rs.evaluate(curvature, at))


def one_step_of_a_cell() -> None:
    """The Jacobian of one step, diag(1 − h²) U, without giving the sizes a number."""
    U, h = rs.param("U", ("H", "H")), rs.var("h", ("H",))
    print(rs.pretty(rs.jacobian(rs.tanh(U @ h), h)))


def backpropagation_through_time() -> None:
    """Every adjoint equation and every gradient, for any number of steps T."""
    print(rs.derive("elman").pretty())


def a_cell_of_ones_own() -> None:
    """The same procedure, for equations that rnnsym has never seen. Here only what ∂L/∂U_f needs."""
    derivation = rs.derive(MGU(), wrt="U_f")
    for line in (*derivation.backward, *derivation.gradients):
        print(line)


if __name__ == "__main__":
    for part in (a_scalar_formula, one_step_of_a_cell, backpropagation_through_time, a_cell_of_ones_own):
        print(f"\n# {part.__doc__}\n")
        part()
