"""∂L/∂U as a double sum: what the loss of step t says about U as it acted at step k.

python examples/double_sum.py
"""

import numpy as np

import rnnsym as rs

NET = rs.Network("elman", inputs=2, hidden=3, outputs=2)
RNG = np.random.default_rng(0)
PARAMS, X, TARGETS = NET.init(seed=1), RNG.normal(size=(4, 2)), RNG.normal(size=(4, 2))
DERIVATION = rs.derive(NET)


def the_formula() -> None:
    """Free T: the text does not grow with the sequence."""
    print(DERIVATION.closed_form("U").pretty(detail="results"))


def term_by_term() -> None:
    """The same sum as two loops in NumPy, from the formulas above."""
    run = NET.run(PARAMS, X, TARGETS)
    h = np.vstack([np.zeros(3), run["h"]])  # row 0 is h_0
    total = np.zeros((3, 3))
    for t in range(1, len(X) + 1):
        error = PARAMS["V"].T @ (run["y"][t - 1] - TARGETS[t - 1])
        for k in range(t, 0, -1):
            total += np.outer((1 - h[k] ** 2) * error, h[k - 1])
            error = PARAMS["U"].T @ ((1 - h[k] ** 2) * error)  # one Jacobian further back
    print("two loops agree with backpropagation:", np.allclose(total, run.grads["U"], rtol=1e-12, atol=0))


def which_terms_are_large() -> None:
    """The size of each term: what fades along a row is the vanishing gradient."""
    print(DERIVATION.ledger(PARAMS, X, TARGETS, wrt="U").pretty())


if __name__ == "__main__":
    for part in (the_formula, term_by_term, which_terms_are_large):
        print(f"\n# {part.__doc__}\n")
        part()
