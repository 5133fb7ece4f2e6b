"""Checks of a function against what is claimed to be its gradient."""

import numpy as np
import pytest

from rnnsym.checks.gradients import check_gradients
from rnnsym.checks.verdicts import Verdict
from rnnsym.errors import InputError


def energy(W, x):
    return np.sum(np.tanh(W @ x) ** 2)


def slope(W, x):
    y = np.tanh(W @ x)
    back = 2 * y * (1 - y**2)
    return np.outer(back, x), W.T @ back


SHAPES = {"W": ("H", "X"), "x": ("X",)}


def test_a_right_gradient_is_right_for_every_argument():
    report = check_gradients(energy, grad=slope, shapes=SHAPES)
    assert report.ok, str(report)
    assert max(block.error for block in report.blocks) < 1e-13


def test_a_dict_may_leave_arguments_out():
    report = check_gradients(energy, grad=lambda W, x: {"x": slope(W, x)[1]}, shapes=SHAPES)
    assert [block.block.label for block in report.blocks] == ["x"]
    assert report.ok


def test_a_missing_transpose_needs_two_by_two():
    def untransposed(W, x):
        y = np.tanh(W @ x)
        return W @ (2 * y * (1 - y**2))

    report = check_gradients(energy, grad=lambda W, x: {"x": untransposed(W, x)}, shapes={"W": ("N", "N"), "x": ("N",)})
    assert report["x"].witness.sizes == {"N": 2}


@pytest.mark.parametrize("factor", [1.0, 1e-6, 1e-12])
def test_a_zero_gradient_of_a_small_function_is_wrong(factor):
    report = check_gradients(lambda x: factor * np.tanh(x).sum(), grad=lambda x: np.zeros_like(x))
    assert report["x"].verdict is Verdict.WRONG
    assert check_gradients(lambda x: factor * np.tanh(x).sum(), grad=lambda x: factor * (1 - np.tanh(x) ** 2)).ok


def test_below_rounding_noise_nothing_is_blessed():
    report = check_gradients(lambda x: 1 + 1e-20 * np.tanh(x).sum(), grad=lambda x: np.zeros_like(x))
    assert report["x"].verdict is Verdict.TOO_SMALL
    assert not report.ok


def test_a_function_without_complex_numbers_is_checked_by_differences():
    def distance(x):
        return np.abs(x).sum() + (np.real(x) ** 3).sum()

    right = check_gradients(distance, grad=lambda x: np.sign(x) + 3 * x**2)
    wrong = check_gradients(distance, grad=lambda x: np.sign(x) + 2 * x**2)
    assert right.ok
    assert right["x"].counts[Verdict.KINK] > 0
    assert wrong["x"].witness.method == "differences"


def test_a_kink_decides_nothing():
    report = check_gradients(lambda x: np.abs(x - x).sum() + np.abs(0 * x).sum(), grad=lambda x: np.ones_like(x))
    assert report["x"].verdict is Verdict.WRONG
    always = check_gradients(lambda x: np.abs(x - np.real(np.round(10 * x) / 10)).sum(), grad=lambda x: np.ones_like(x))
    assert always["x"].verdict is Verdict.KINK


def test_points_where_the_function_is_not_defined_are_passed_over():
    report = check_gradients(lambda x: np.log(x).sum(), grad=lambda x: 1 / x, sizes={"N": 1})
    assert report.ok


def test_bad_functions_say_what_is_wrong():
    with pytest.raises(InputError, match="grad=g"):
        check_gradients(energy)
    with pytest.raises(InputError, match="one number"):
        check_gradients(lambda x: x, grad=lambda x: x, sizes={"N": 2})
    with pytest.raises(InputError, match="2 arguments: W, x"):
        check_gradients(energy, grad=lambda W, x: slope(W, x)[0], shapes=SHAPES)
    with pytest.raises(InputError, match="the gradient gives q"):
        check_gradients(energy, grad=lambda W, x: {"q": x}, shapes=SHAPES)
