"""Check a cell of one's own with property tests, and see how a wrong gradient is reported.

python examples/check_your_own_cell.py
"""

import numpy as np
from hypothesis import given, settings
from minimal_gated_unit import MGU

import rnnsym as rs

NET = rs.Network(MGU(), inputs=2, hidden=3, outputs=2)


def test_its_gradients_are_right() -> None:
    """The generated backward pass against complex step, for random sizes, sequences and parameters."""
    print(rs.testing.assert_gradients_match(MGU()))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(rs.testing.params(NET), rs.testing.sequences(NET))
def test_its_state_stays_between_minus_one_and_one(params, sequence) -> None:
    """h is a mixture of the state before and a tanh, so that it cannot leave [−1, 1]. (carry starts there, too.)"""
    run = NET.run(params, **sequence)
    assert np.abs(run["h"]).max() <= 1


def two_steps(U, h):
    """A loss of two steps by hand: Σ tanh(U tanh(U h))."""
    return np.sum(np.tanh(U @ np.tanh(U @ h)))


def forgetful_gradient(U, h):
    """Its gradient by someone who forgot that the first state depends on U."""
    first = np.tanh(U @ h)
    second = np.tanh(U @ first)
    error = 1 - second**2
    return {"U": np.outer(error, first), "h": U.T @ ((1 - first**2) * (U.T @ error))}


def show_a_wrong_gradient() -> None:
    """The report names the wrong block and shows the smallest case in which it is wrong."""
    print(rs.check_gradients(two_steps, forgetful_gradient, shapes={"U": ("H", "H"), "h": ("H",)}))


if __name__ == "__main__":
    for part in (test_its_gradients_are_right, test_its_state_stays_between_minus_one_and_one, show_a_wrong_gradient):
        print(f"\n# {part.__doc__}\n")
        part()
