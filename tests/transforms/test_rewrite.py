"""Rewrites never change a value: terms collected by a common factor, and substitution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym import evaluate
from rnnsym.core.expr import topological
from rnnsym.transforms import substitute
from rnnsym.transforms.rewrite import normal_form

u, v, s = rs.var("u", ("H",)), rs.var("v", ("H",)), rs.var("s")
A = rs.param("A", ("H", "H"))
NUMBERS = {u: np.array([0.3, -1.1]), v: np.array([0.8, 0.4]), s: -0.6, A: np.array([[0.2, 1.3], [-0.7, 0.5]])}
SIZES = {"H": 2}
FACTORS = [u, v, A @ v, u / v, rs.tanh(u), u**2, s * v, 2 * u, rs.minimum(u, v), rs.softmax(A @ u)]


def same_value(expr):
    (formed,) = normal_form([expr])
    np.testing.assert_allclose(evaluate(formed, NUMBERS, SIZES), evaluate(expr, NUMBERS, SIZES), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("factor", FACTORS, ids=repr)
@pytest.mark.parametrize(
    "build",
    [
        lambda f: f + f,
        lambda f: f - f,
        lambda f: f + f * v,
        lambda f: f * v - f,
        lambda f: -f - f * (A @ v),
        lambda f: u * f + v * f + f,
        lambda f: (f + u) - (u - f),
    ],
)
def test_a_factor_beside_a_term_that_is_that_factor_alone(factor, build):
    same_value(build(factor))


@st.composite
def sums(draw):
    """Signed products of a few factors, so that heads coincide often."""
    terms = draw(st.lists(st.lists(st.sampled_from(FACTORS), min_size=1, max_size=3), min_size=1, max_size=5))
    total = 0 * u
    for factors in terms:
        product = draw(st.sampled_from([1, -1, 2, 0.5]))
        for factor in factors:
            product = product * factor
        total = total + product if draw(st.booleans()) else total - product
    return total


@given(sums())
def test_the_normal_form_of_a_sum_of_products_has_its_value(expr):
    same_value(expr)


@given(sums())
def test_the_normal_form_of_a_sum_over_entries_has_its_value(expr):
    same_value(rs.sum(expr))


def test_what_cancels_is_an_exact_zero():
    assert evaluate(normal_form([A @ v - A @ v])[0], {}, SIZES).tolist() == [0, 0]


def test_substitution_replaces_every_occurrence_and_shares():
    formula = rs.tanh(u) * v + rs.tanh(u)
    (changed,) = substitute([formula], {u: A @ v})
    assert changed is rs.tanh(A @ v) * v + rs.tanh(A @ v)
    assert sum(node.prim.name == "tanh" for node in topological([changed])) == 1


def test_substitution_does_not_look_into_what_it_put_in():
    (changed,) = substitute([u + v], {u: v, v: u})
    assert changed is v + u
