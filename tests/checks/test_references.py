"""The reference itself, and the unit of errors, by other ways of knowing them."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.checks.complex_step import Graph, complex_step, kinks
from rnnsym.checks.magnitude import magnitudes
from rnnsym.checks.verdicts import Opinion, Verdict, compare

x, y, z = rs.var("x", ("N",)), rs.var("y", ("N",)), rs.var("z", ("M", "N"))


def test_complex_step_is_exact_to_the_last_digits():
    values = {x: np.array([0.3, -0.7]), z: np.array([[1.0, 2.0], [-0.5, 0.25], [0.1, 0.9]])}
    graph = Graph(rs.sum(rs.tanh(z @ x)), values, {"N": 2, "M": 3}, ())
    inner = 1 - np.tanh(values[z] @ values[x]) ** 2
    assert complex_step(graph, x) == pytest.approx(values[z].T @ inner, rel=1e-15)
    assert complex_step(graph, z) == pytest.approx(np.outer(inner, values[x]), rel=1e-15)


def test_complex_step_gives_each_example_its_own_derivative_and_a_shared_leaf_the_sum():
    rng = np.random.default_rng(0)
    values = {x: rng.normal(size=(4, 2)), z: rng.normal(size=(3, 2))}
    graph = Graph(rs.sum(rs.tanh(z @ x)), values, {"N": 2, "M": 3}, (4,))
    inner = 1 - np.tanh(values[x] @ values[z].T) ** 2
    assert complex_step(graph, x) == pytest.approx(inner @ values[z], rel=1e-14)
    assert complex_step(graph, z) == pytest.approx(inner.T @ values[x], rel=1e-14)


def test_many_directions_come_in_several_chunks():
    wide = np.linspace(-1, 1, 600)
    graph = Graph(rs.sum(rs.exp(x)), {x: wide}, {"N": 600}, ())
    assert complex_step(graph, x) == pytest.approx(np.exp(wide), rel=1e-15)


def test_kinks_are_found_where_arguments_tie_and_name_what_moves_them():
    loss = rs.sum(rs.maximum(x, y)) + rs.sum(rs.relu(x))
    tied = kinks(Graph(loss, {x: np.array([0.3]), y: np.array([0.1 + 0.2])}, {"N": 1}, ()))
    assert [(k.node.prim.name, k.moved_by) for k in tied] == [("maximum", frozenset({x, y}))]
    assert kinks(Graph(loss, {x: np.array([0.3]), y: np.array([0.4])}, {"N": 1}, ())) == []


def test_magnitudes_add_what_values_cancel():
    expr = rs.sum(x * y - x * y * 2 + x * y)
    value, magnitude = magnitudes([expr], {x: np.array([3.0]), y: np.array([-2.0])}, {"N": 1})[0]
    assert value == 0
    assert magnitude == pytest.approx(24.0)


def test_magnitudes_of_matrix_products_quotients_and_nonlinear_functions():
    values = {x: np.array([1.0, -1.0]), z: np.array([[2.0, 2.0]])}
    product, quotient, squashed = magnitudes(
        [z @ x, rs.concat(x, -x) / rs.concat(x, x), rs.tanh(z @ x)], values, {"N": 2, "M": 1}
    )
    assert product[0] == pytest.approx([0.0])
    assert product[1] == pytest.approx([4.0])
    assert quotient[1] == pytest.approx(np.ones(4))
    assert squashed[1] == pytest.approx([0.0])


def opinion(expected, got, scale, **more):
    return Opinion(*(np.atleast_1d(np.array(a, float)) for a in (expected, got, scale)), **more)


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        (opinion(1.0, 1.0, 1.0), Verdict.RIGHT),
        (opinion(1.0, 1.0 + 1e-9, 1.0), Verdict.WRONG),
        (opinion(1e-8, 2e-8, 1e4), Verdict.TOO_SMALL),
        (opinion(1e-8, 2e-8, 1e-8), Verdict.WRONG),
        (opinion(0.0, 0.0, 0.0), Verdict.TOO_SMALL),
        (opinion(0.0, 0.0, 0.0, absent=True), Verdict.RIGHT),
        (opinion(0.0, 1e-30, 0.0), Verdict.WRONG),
        (opinion(1.0, 5.0, 1.0, kink="here"), Verdict.KINK),
        (opinion(1.0, 1.0 + 1e-9, 1.0, tolerance=1e-6), Verdict.RIGHT),
        (opinion([1.0, 2.0], [1.0, 2.0, 3.0], [1.0, 2.0]), Verdict.WRONG),
        (opinion(1.0, np.nan, 1.0), Verdict.WRONG),
    ],
)
def test_verdicts(case, verdict):
    assert compare(case).verdict is verdict


def test_a_reference_that_is_not_finite_says_nothing():
    assert compare(opinion(np.inf, 1.0, 1.0)) is None


def test_the_worst_entry_is_named():
    finding = compare(opinion([1.0, 2.0, 3.0], [1.0, 2.5, 3.1], [1.0, 2.0, 3.0]))
    assert finding.entry == (1,)
    assert finding.error == pytest.approx(0.5 / 3)
