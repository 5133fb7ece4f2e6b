"""What users write their own tests with."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.testing.strategies import Unit, chain


def test_a_right_gradient_passes_and_the_report_comes_back():
    report = rs.testing.assert_gradients_match("elman", examples=2)
    assert report.ok


def test_a_wrong_gradient_is_an_assertion_error_with_the_counterexample():
    with pytest.raises(AssertionError, match=r"x is wrong:\n +N = 1\n"):
        rs.testing.assert_gradients_match(lambda x: np.sum(x**2), grad=lambda x: 3 * x)


def test_an_undecided_gradient_is_no_pass():
    with pytest.raises(AssertionError, match="too small to tell"):
        rs.testing.assert_gradients_match(lambda x: np.sum(0 * x), grad=lambda x: 0 * x)


@settings(max_examples=3)
@given(rs.testing.cells())
def test_cells_of_random_equations_have_right_gradients(cell):
    rs.testing.assert_gradients_match(cell, examples=1)


def test_adjoints_that_need_each_other_at_the_last_step_run_in_order():
    """Two units that feed two carries: at t = T the adjoint of a unit needs that of a carry first."""
    rs.testing.assert_gradients_match(chain([Unit("identity", 0, False), Unit("identity", 1, False)], 2), examples=5)


@settings(max_examples=6)
@given(st.data())
def test_drawn_parameters_and_sequences_fit_the_network(data):
    net = rs.Network("lstm", 2, 3, 4, loss=data.draw(st.sampled_from(["squared", "cross_entropy"])))
    params = data.draw(rs.testing.params(net))
    sequence = data.draw(rs.testing.sequences(net, batch=data.draw(st.sampled_from([None, 2]))))
    loss, grads = net.value_and_grad(params, **sequence)
    assert np.isfinite(loss)
    assert grads.keys() == params.keys()


@settings(max_examples=6)
@given(rs.testing.sequences(rs.Network("elman", 2, 3, 4), steps=5))
def test_entries_are_tenths(sequence):
    assert sequence["x"].shape == (5, 2)
    assert np.array_equal(np.round(sequence["x"] * 10) / 10, sequence["x"])


def test_large_arrays_are_drawn_too():
    net = rs.Network("elman", 20, 30, 2)
    rs.testing.assert_gradients_match(net, examples=1, sizes={"T": 2})
