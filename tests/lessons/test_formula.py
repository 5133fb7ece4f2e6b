import numpy as np
import pytest

from rnnsym.errors import InputError, RnnsymError, UnknownNameError
from rnnsym.lessons.fields import formula_text
from rnnsym.lessons.formula import read_formula
from rnnsym.lessons.style import Style


def value(example, text, t=None):
    return example.value(read_formula(text, example.system), t)


def test_values_at_a_step_are_those_of_the_run(two):
    run = two.walk.run
    assert np.array_equal(value(two, "h[2]"), run.at("h", 2))
    assert np.array_equal(value(two, "h[t-1]", 1), [0.3, -0.6])
    assert np.array_equal(value(two, "h[T]"), run["h"][-1])
    assert np.array_equal(value(two, "h[T-1]"), run["h"][-2])
    assert np.array_equal(value(two, "dh[t]", 2), run.adjoint["h"][1])
    assert np.array_equal(value(two, "dL/dU"), run.grads["U"])
    assert value(two, "loss") == run.loss


def test_an_adjoint_after_the_last_step_is_zero(two):
    assert np.array_equal(value(two, "da[T+1]"), [0, 0])


def test_arithmetic_agrees_with_numpy(two):
    run, params = two.walk.run, two.walk.params
    h, da = run["h"], run.adjoint["a"]
    assert np.allclose(value(two, "U.T @ da[t+1]", 1), params["U"].T @ da[1])
    assert np.allclose(value(two, "dh[t] * (1 - h[t]**2)", 2), da[1])
    assert np.allclose(value(two, "outer(da[t], h[t-1])", 3), np.outer(da[2], h[1]))
    assert np.allclose(value(two, "norm(-h[t] / 2)", 3), np.linalg.norm(h[2]) / 2)
    assert np.allclose(value(two, "diag(tanh(a[2]))"), np.diag(h[1]))


def test_formulas_are_set_by_the_notation(two):
    def text(formula, style):
        return formula_text(read_formula(formula, two.system), style)

    assert text("U.T @ da[t+1]", Style()) == "Uᵀ δaₜ₊₁"
    assert text("norm(dh[t])", Style()) == "‖δhₜ‖"
    assert text("norm(dh[t])", Style(ascii=True)) == "|dh[t]|"
    assert text("dL/dU", Style()) == "∂L/∂U"


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("hh[t]", "unknown quantity 'hh'. Did you mean 'h'"),
        ("dL/dV", "unknown quantity 'dL/dV'"),
        ("tahn(a[t])", "unknown function 'tahn'. Did you mean 'tanh'"),
        ("h", r"write h\[t\]"),
        ("U[t]", "U is not in time"),
        ("h[s]", r"\[s\] is no time"),
        ("h[t", "is no formula"),
        ("1 + norm(h[t])", "stands around all of it"),
        ("tanh(a[t], a[t])", "does not take 2 arguments"),
        ("U @ U.T + b", "shapes must be equal"),
    ],
)
def test_a_wrong_formula_says_what_is_wrong(one, formula, message):
    with pytest.raises(RnnsymError, match=message):
        read_formula(formula, one.system)


CODE = ["__import__('os')", "(lambda: 1)()", "h.__class__", "[h for h in (1,)]", "'a' + 'b'", "True"]


@pytest.mark.parametrize("code", CODE)
def test_what_is_no_formula_is_refused_and_never_run(one, code):
    with pytest.raises((InputError, UnknownNameError)):
        read_formula(code, one.system)


def test_a_step_that_does_not_exist_is_refused(one):
    with pytest.raises(InputError, match="h has no step 7: it has t = 0…3"):
        value(one, "h[7]")
    with pytest.raises(InputError, match="x has no step 0: it has t = 1…3"):
        value(one, "x[t-1]", 1)
    with pytest.raises(InputError, match="only at a step"):
        value(one, "h[t]")
