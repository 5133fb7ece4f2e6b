"""Evaluation: how values are given, what sizes they tell, and what is refused."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import evaluate
from rnnsym.errors import InputError, ShapeError

W, x, w = rs.param("W", ("H", "X")), rs.var("x", ("X",)), rs.var("w")
label = rs.var("label", dtype="int")


def test_values_by_name_and_by_leaf():
    assert evaluate(w * w, {"w": 3}) == 9
    assert evaluate(w * w, {w: 3}) == 9


def test_lists_and_dicts_keep_their_form():
    assert evaluate([w, 2 * w], {"w": 3}) == [3, 6]
    assert evaluate({"double": 2 * w}, {"w": 3}) == {"double": 6}


def test_results_are_float64_or_complex():
    assert evaluate(w + 1, {"w": 2}).dtype == np.float64
    assert evaluate(w + 1, {"w": np.float32(2)}).dtype == np.float64
    assert evaluate(w * w, {"w": 2j}) == -4


def test_leading_axes_are_kept():
    many = np.arange(24.0).reshape(4, 3, 2)
    assert evaluate(W @ x, {"W": np.ones((5, 2)), "x": many}).shape == (4, 3, 5)


def test_sizes_are_told_by_the_arrays_or_given():
    assert evaluate(rs.mean(x), {"x": [1.0, 2.0]}) == 1.5
    z = rs.var("z", ("H+X",))
    assert evaluate(z[2:], {"z": np.arange(5.0)}, sizes={"X": 2}).tolist() == [2, 3, 4]


def test_a_sum_of_dimensions_tells_the_one_that_is_missing():
    joined = rs.param("F", ("H", "H+X")) @ rs.concat(rs.var("h", ("H",)), x)
    assert evaluate(joined, {"F": np.ones((3, 5)), "h": np.ones(3), "x": np.ones(2)}).tolist() == [5, 5, 5]
    with pytest.raises(ShapeError, match=r"x has shape \(2,\), but its dimension X must be 3"):
        evaluate(joined, {"F": np.ones((3, 6)), "h": np.ones(3), "x": np.ones(2)})


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"W": np.ones((3, 2))}, InputError, r"x has no value: give one for each of"),
        ({"W": np.ones((3, 2)), "X": [1.0, 2.0], "xx": 1}, InputError, r"x has no value.*mean it by 'xx'"),
        ({W @ x: 1}, InputError, "W x is computed: only a leaf"),
        ({"W": np.ones((3, 2)), "x": [1.0, 2.0, 3.0]}, ShapeError, "its dimension X must be"),
        ({"W": np.ones(3), "x": [1.0]}, ShapeError, r"W has shape \(3,\), it must end in \(H, X\)"),
        ({"W": np.ones((3, 2)), "x": ["a", "b"]}, InputError, "the value of x is not numeric"),
    ],
)
def test_values_that_do_not_fit_are_reported(values, error, message):
    with pytest.raises(error, match=message):
        evaluate(W @ x, values)


def test_a_label_must_be_a_whole_number():
    with pytest.raises(InputError, match="label takes integers, not float64"):
        evaluate(rs.cross_entropy(x, label), {"x": [1.0, 2.0], "label": 1.0})


def test_what_is_no_expression_is_refused():
    with pytest.raises(InputError, match=r"1\.0 is no expression"):
        evaluate([w, 1.0], {"w": 1})


def test_values_that_are_not_needed_are_ignored_by_leaf_and_by_name():
    assert evaluate(rs.jacobian(W @ x, x), {"W": np.eye(2), "x": [1.0, 2.0]}).tolist() == [[1, 0], [0, 1]]
    assert evaluate(2 * w, {w: 3, x: [1.0]}) == 6


def test_a_name_of_two_leaves_is_refused():
    with pytest.raises(InputError, match=r"name 'w' is that of 2 leaves \(variable and parameter\)"):
        evaluate(w * rs.param("w"), {"w": 1})
