"""Truncated backpropagation through time: what it keeps, what it drops, and how wrong it is.

python examples/truncate.py
"""

import numpy as np

import rnnsym as rs

NET = rs.Network("elman", inputs=2, hidden=3, outputs=2)
RNG = np.random.default_rng(0)
PARAMS, X, TARGETS = NET.init(seed=1), RNG.normal(size=(6, 2)), RNG.normal(size=(6, 2))


def the_lines() -> None:
    """The chunked recurrence, and its dropped terms written out."""
    print(rs.derive(NET, wrt="U").truncated(2).pretty(detail="results"))


def how_much_is_lost() -> None:
    """The share of ∂L/∂U that is dropped, for each number of steps kept."""
    exact = NET.value_and_grad(PARAMS, X, TARGETS)[1]["U"]
    for per in ("chunk", "loss"):
        for window in (1, 2, 3, 6):
            values = rs.derive(NET, wrt="U").truncated(window, per=per).values(PARAMS, X, TARGETS)
            (dropped,) = (value for name, value in values.items() if name.plain == "dU_cut")
            print(f"per {per}, {window} kept: dropped {np.linalg.norm(dropped) / np.linalg.norm(exact):.3f}")


if __name__ == "__main__":
    for part in (the_lines, how_much_is_lost):
        print(f"\n# {part.__doc__}\n")
        part()
