"""SymPy: the names of its symbols, exact numbers, and what it is told to refuse."""

import numpy as np
import pytest
import sympy

import rnnsym as rs
from rnnsym import to_sympy
from rnnsym.errors import InputError, UnknownNameError

W, b, w = rs.param("W", ("H", "X")), rs.param("b", ("H",)), rs.var("w")
label = rs.var("label", dtype="int")


def symbols(text):
    return sympy.symbols(text, real=True)


def test_a_scalar_is_an_expression():
    (symbol,) = [symbols("w")]
    assert to_sympy(rs.tanh(w) ** 2) == sympy.tanh(symbol) ** 2


def test_vectors_are_columns_and_matrices_are_matrices():
    x = rs.var("x", ("X",))
    w00, w01, x0, x1, b0 = symbols("W_0_0 W_0_1 x_0 x_1 b_0")
    assert to_sympy(W @ x + b, sizes={"H": 1, "X": 2}) == sympy.Matrix([w00 * x0 + w01 * x1 + b0])
    assert to_sympy(W.T, sizes={"H": 1, "X": 2}) == sympy.Matrix([[w00], [w01]])


def test_lists_and_dicts_keep_their_form():
    v = symbols("w")
    assert to_sympy([w, 2 * w]) == [v, 2 * v]
    assert to_sympy({"double": 2 * w}) == {"double": 2 * v}


def test_simple_numbers_are_exact():
    v = symbols("w")
    assert to_sympy(w / 4 + 1.5) == v / 4 + sympy.Rational(3, 2)
    assert to_sympy(rs.sigmoid(w)) == 1 / (1 + sympy.exp(-v))
    assert to_sympy(w * 0.1).atoms(sympy.Float)


def test_an_unrolled_graph_has_steps_in_its_names():
    graph = rs.unroll(rs.Network("elman", 1, 1, 1), 2)
    found = {str(s) for s in to_sympy(graph.loss, sizes=graph.net.sizes).free_symbols}
    assert {"h0_0", "x1_0", "x2_0", "target1_0", "W_0_0", "b_y_0"} <= found


def test_a_label_is_given_as_a_number():
    y = rs.var("y", ("C",))
    y0, y1 = symbols("y_0 y_1")
    loss = to_sympy(rs.cross_entropy(y, label), sizes={"C": 2}, values={"label": 1})
    assert sympy.simplify(loss - (sympy.log(sympy.exp(y0) + sympy.exp(y1)) - y1)) == 0


def test_values_replace_symbols():
    x = rs.var("x", ("X",))
    w00, w01 = symbols("W_0_0 W_0_1")
    found = to_sympy(W @ x, sizes={"H": 1, "X": 2}, values={x: np.array([1.0, -2.0])})
    assert found == sympy.Matrix([w00 - 2 * w01])


def test_a_missing_size_is_named():
    with pytest.raises(InputError, match=r"dimension X has no size.*sizes=\{'X': 2\}"):
        to_sympy(W, sizes={"H": 2})


def test_a_missing_label_is_named():
    with pytest.raises(InputError, match=r"label is an integer.*values=\{'label': …\}"):
        to_sympy(rs.cross_entropy(rs.var("y", (3,)), label))


def test_an_unknown_value_names_the_nearest():
    with pytest.raises(UnknownNameError, match=r"'labl'.*Did you mean 'label'"):
        to_sympy(rs.cross_entropy(rs.var("y", (3,)), label), values={"labl": 1})


def test_a_value_of_a_wrong_shape_is_refused():
    with pytest.raises(InputError, match=r"b has shape \(3,\) here, it must be \(2,\)"):
        to_sympy(b, sizes={"H": 2}, values={"b": [1.0, 2.0, 3.0]})


def test_two_quantities_of_one_name_are_refused():
    with pytest.raises(InputError, match="both be written 'b'"):
        to_sympy(rs.var("b", ("H",)) + b, sizes={"H": 2})


def test_what_is_no_expression_is_refused():
    with pytest.raises(InputError, match="no expression"):
        to_sympy(["w"])
