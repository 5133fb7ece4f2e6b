"""What the derivative is where there is none: the conventions, and complex step away from them."""

import math

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import evaluate, grad
from rnnsym.core.primitive import PRIMITIVES

x, a, b = rs.var("x"), rs.var("a"), rs.var("b")


def slope(formula, wrt, **values):
    leaves = {leaf: values[leaf.attrs[0].label] for leaf in (x, a, b) if leaf.attrs[0].label in values}
    return float(evaluate(grad(formula, wrt), leaves))


@pytest.mark.parametrize("point", [0.0, -0.0])
def test_the_slope_of_relu_and_abs_at_zero_is_zero(point):
    assert slope(rs.relu(x), x, x=point) == 0
    assert slope(abs(x), x, x=point) == 0


@pytest.mark.parametrize(("point", "relu", "absolute"), [(2.0, 1, 1), (-2.0, 0, -1)])
def test_the_slope_beside_the_kink(point, relu, absolute):
    assert slope(rs.relu(x), x, x=point) == relu
    assert slope(abs(x), x, x=point) == absolute


@pytest.mark.parametrize("choose", [rs.minimum, rs.maximum])
def test_at_a_tie_the_first_argument_has_the_gradient(choose):
    assert slope(choose(a, b), a, a=1.5, b=1.5) == 1
    assert slope(choose(a, b), b, a=1.5, b=1.5) == 0


def test_beside_the_tie_the_chosen_one_has_the_gradient():
    assert slope(rs.minimum(a, b), a, a=1.0, b=2.0) == 1
    assert slope(rs.minimum(a, b), b, a=1.0, b=2.0) == 0
    assert slope(rs.maximum(a, b), a, a=1.0, b=2.0) == 0
    assert slope(rs.maximum(a, b), b, a=1.0, b=2.0) == 1


def test_kinks_report_themselves():
    kinks = {name for name, prim in PRIMITIVES.items() if prim.kink}
    assert kinks == {"relu", "abs", "minimum", "maximum", "sign", "positive", "at_most"}


@pytest.mark.parametrize("n", [2.0, 3.0, 1.0, 0.0, -1.0, -2.0])
def test_whole_powers_of_negative_numbers(n):
    assert evaluate(x**n, {x: -1.5}) == pytest.approx((-1.5) ** n, rel=1e-15)
    if n:
        assert slope(x**n, x, x=-1.5) == pytest.approx(n * (-1.5) ** (n - 1), rel=1e-14)


def test_softplus_and_logsumexp_do_not_overflow():
    assert evaluate(rs.softplus(x), {"x": 1e4}) == 1e4
    assert evaluate(rs.softplus(x), {"x": -1e4}) == 0
    v = rs.var("v", (2,))
    assert evaluate(rs.logsumexp(v), {"v": [1e4, 1e4]}) == pytest.approx(1e4 + np.log(2))
    assert evaluate(rs.softmax(v), {"v": [1e4, -1e4]}).tolist() == [1, 0]
    assert evaluate(rs.sigmoid(v), {"v": [1e4, -1e4]}).tolist() == [1, 0]


@pytest.mark.parametrize("point", [-600.0, -40.0, -1.0, 0.0, 1.0, 40.0])
def test_sigmoid_keeps_its_small_tail(point):
    assert evaluate(rs.sigmoid(x), {"x": point}) == pytest.approx(1 / (1 + math.exp(-point)), rel=1e-15, abs=0)
    tail = math.exp(-abs(point)) / (1 + math.exp(-abs(point))) ** 2
    shifted = evaluate(rs.sigmoid(x), {"x": point + 1e-30j})
    assert shifted.imag / 1e-30 == pytest.approx(tail, rel=1e-14, abs=0)
