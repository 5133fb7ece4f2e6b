"""A derivation handed over to SymPy: differentiate it again, and turn it into a function.

python examples/continue_in_sympy.py
"""

import sympy as sp

import rnnsym as rs

NET = rs.Network("elman", inputs=1, hidden=1, outputs=1)
SYMBOLIC = rs.derive(NET).to_sympy(hidden=1, steps=2, inputs=1, outputs=1)
U = SYMBOLIC.symbols["U_0_0"]


def shared_subexpressions() -> None:
    """Every quantity is named once and used by its name."""
    for symbol, formula in SYMBOLIC.assignments[:5]:
        print(f"  {symbol} = {formula}")


def the_same_as_diff() -> None:
    """SymPy's own derivative of the loss is the gradient that was derived, here at one point to 30 digits."""
    whole = SYMBOLIC.expand()
    difference = sp.diff(whole["loss"], U) - whole["U"][0, 0]
    point = {symbol: sp.Rational(n + 1, 7) for n, symbol in enumerate(sorted(difference.free_symbols, key=str))}
    print("diff(L, U) − ∂L/∂U =", sp.N(difference.subs(point), 30, chop=True))


def a_curve() -> None:
    """The loss as a function of U alone, all else set to numbers."""
    loss = SYMBOLIC.expand()["loss"]
    others = {symbol: sp.Rational(1, 2) for symbol in loss.free_symbols - {U}}
    curve = sp.lambdify(U, loss.subs(others))
    print("  ".join(f"L(U = {value}) = {curve(value):.4f}" for value in (-1.0, 0.0, 1.0)))


if __name__ == "__main__":
    for part in (shared_subexpressions, the_same_as_diff, a_curve):
        print(f"\n# {part.__doc__}\n")
        part()
