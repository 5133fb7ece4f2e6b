"""vjp, jvp, grad and jacobian on whole expressions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym import evaluate, grad, jacobian, jvp, vjp
from rnnsym.errors import DisconnectedError, InputError, MisuseError, ShapeError, UnknownNameError

W, x, s = rs.param("W", ("H", "X")), rs.var("x", ("X",)), rs.var("s")
A, B = np.array([[0.3, -0.7], [1.1, 0.2], [-0.4, 0.9]]), np.array([0.5, -1.2])
NUMBERS = {W: A, x: B, s: 0.7}


def test_a_scalar_as_in_a_first_lesson():
    """d/ds of s·tanh(s)² at a number, against the rule done by hand."""
    formula = s * rs.tanh(s) ** 2
    th = np.tanh(0.7)
    assert evaluate(grad(formula, s), {"s": 0.7}) == pytest.approx(th**2 + 0.7 * 2 * th * (1 - th**2), rel=1e-14)


def test_a_second_and_a_third_derivative():
    first = grad(rs.exp(2 * s), s)
    third = grad(grad(first, s), s)
    assert evaluate(third, {"s": 0.3}) == pytest.approx(8 * np.exp(0.6), rel=1e-13)


def test_uses_of_one_quantity_add_up():
    assert evaluate(grad(s * s * s + s, s), {"s": 2.0}) == 13


def test_one_target_or_a_list_of_them():
    loss = rs.sum(rs.tanh(W @ x))
    alone = grad(loss, W)
    assert grad(loss, [W, x]) == [alone, grad(loss, x)]
    assert alone.shape == ("H", "X")


def test_several_outputs_with_a_cotangent_each():
    y = rs.tanh(W @ x)
    c = rs.var("c", ("H",))
    both = vjp([y, rs.sum(x)], [x], [c, s])
    numbers = {**NUMBERS, c: np.array([1.0, -2.0, 0.5])}
    slope = 1 - np.tanh(A @ B) ** 2
    exact = A.T @ (numbers[c] * slope) + 0.7
    np.testing.assert_allclose(evaluate(both[0], numbers), exact, rtol=1e-13)


def test_a_gradient_can_be_taken_in_the_middle():
    h = rs.tanh(W @ x)
    loss = rs.sum(h * h)
    np.testing.assert_allclose(evaluate(grad(loss, h), NUMBERS), 2 * evaluate(h, NUMBERS))


def test_the_jacobian_of_a_step_is_diag_times_matrix():
    U, h = rs.param("U", ("H", "H")), rs.var("h", ("H",))
    J = jacobian(rs.tanh(U @ h), h)
    rng = np.random.default_rng(0)
    numbers = {"U": rng.normal(size=(3, 3)), "h": rng.normal(size=3)}
    exact = np.diag(1 - np.tanh(numbers["U"] @ numbers["h"]) ** 2) @ numbers["U"]
    np.testing.assert_allclose(evaluate(J, numbers), exact, rtol=1e-13)


def test_the_jacobian_through_a_matrix_goes_row_by_row():
    """x xᵀ x: many directions at once do not pass through the matrix in the middle."""
    v = rs.var("v", (2,))
    y = rs.outer(v, v) @ v
    J = evaluate(jacobian(y, v), {"v": [1.0, 2.0]})
    np.testing.assert_allclose(J, 5 * np.eye(2) + 2 * np.outer([1, 2], [1, 2]), rtol=1e-14)


@pytest.mark.parametrize(
    ("y", "wrt", "shape"),
    [(rs.sum(rs.tanh(x)), x, (2,)), (s * x, s, (2,)), (s * s, s, ()), (W @ x, x, (3, 2))],
)
def test_a_jacobian_has_the_shape_of_output_and_input(y, wrt, shape):
    J = jacobian(y, wrt)
    assert evaluate(J, NUMBERS, {"H": 3, "X": 2}).shape == shape


def test_forward_and_reverse_agree():
    y = rs.softmax(W @ rs.tanh(x))
    t, c = rs.var("t", ("X",)), rs.var("c", ("H",))
    numbers = {**NUMBERS, t: np.array([0.2, -0.5]), c: np.array([1.0, 0.0, -2.0])}
    (pushed,), (pulled,) = jvp([y], [x], [t]), vjp([y], [x], [c])
    forth, back = evaluate([pushed, pulled], numbers)
    assert numbers[c] @ forth == pytest.approx(back @ numbers[t], rel=1e-12)


def test_a_vector_has_no_gradient():
    with pytest.raises(ShapeError, match=r"needs a scalar, but the loss has shape \(H,\)"):
        grad(W @ x, x)


def test_a_disconnected_target_is_refused_or_an_explicit_zero():
    with pytest.raises(DisconnectedError, match=r"does not depend on s.*disconnected=\"zero\""):
        grad(rs.sum(x), s)
    assert evaluate(grad(rs.sum(x), s, disconnected="zero"), {}) == 0
    with pytest.raises(DisconnectedError, match="does not depend on"):
        jacobian(x, s)


def test_a_stopped_gradient_is_zero_and_the_value_stays():
    y = s * rs.stop_gradient(s)
    assert evaluate(y, {"s": 3.0}) == 9
    assert evaluate(grad(y, s), {"s": 3.0}) == 3


def test_a_cotangent_must_have_the_shape_of_its_output():
    with pytest.raises(ShapeError, match=r"cotangent of .* has shape \(\), it must be \(H,\)"):
        vjp([W @ x], [x], [1.0])


def test_an_integer_has_no_gradient():
    label = rs.var("label", dtype="int")
    with pytest.raises(DisconnectedError, match="is an integer"):
        jacobian(rs.cross_entropy(x, label), label)


def test_a_looked_up_row_gets_the_gradient_and_the_others_a_zero():
    table, i = rs.param("E", ("V", "X")), rs.var("i", dtype="int")
    gradient = evaluate(grad(rs.sum(rs.take(table, i) * x), table), {"i": 2, "x": [3.0, 4.0]}, {"V": 4})
    assert gradient.tolist() == [[0, 0], [0, 0], [3, 4], [0, 0]]


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_derivatives_are_linear_in_the_cotangent(seed, n):
    rng = np.random.default_rng(seed)
    v = rs.var("v", (n,))
    y = rs.log_softmax(v * v) * rs.sigmoid(v)
    a, b = rs.var("a", (n,)), rs.var("b", (n,))
    numbers = {"v": rng.normal(size=n), "a": rng.normal(size=n), "b": rng.normal(size=n)}
    together = vjp([y], [v], [2 * a - b])[0]
    apart = 2 * vjp([y], [v], [a])[0] - vjp([y], [v], [b])[0]
    np.testing.assert_allclose(*evaluate([together, apart], numbers), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("derive", [grad, jacobian])
def test_what_only_a_stopped_gradient_reaches_is_disconnected(derive):
    with pytest.raises(DisconnectedError, match="stopped gradient"):
        derive(rs.stop_gradient(s) * 2, s)
    with pytest.raises(DisconnectedError, match="stopped gradient"):
        jacobian(rs.stop_gradient(x) * 2, x)


def test_forward_and_reverse_agree_where_one_input_depends_on_another():
    """d(y²) for y = sin-like f(u): moving u moves y as well, and y may move on its own."""
    u, tu, ty = rs.var("u"), rs.var("tu"), rs.var("ty")
    y = rs.tanh(u)
    (pushed,) = jvp([y * y], [u, y], [tu, ty])
    from_u, from_y = vjp([y * y], [u, y], [1.0])
    values = {"u": 0.4, "tu": 0.3, "ty": -0.7}
    th = np.tanh(0.4)
    assert evaluate(pushed, values) == pytest.approx(2 * th * (-0.7 + (1 - th**2) * 0.3), rel=1e-13)
    assert evaluate(from_u * tu + from_y * ty, values) == pytest.approx(evaluate(pushed, values), rel=1e-13)


def test_a_tangent_must_fit_its_input():
    for tangent in (s, rs.var("t", ("H",)), rs.var("t", ("X", 2, 2))):
        with pytest.raises(ShapeError, match=r"tangent of x has shape"):
            jvp([x], [x], [tangent])


def test_many_directions_are_as_many_for_every_input():
    two, three = rs.var("two", (2,)), rs.var("three", ("X", 3))
    with pytest.raises(ShapeError, match=r"tangent of x has shape \(X, 3\), it must be \(X, 2\)"):
        jvp([s * x], [s, x], [two, three])
    assert jvp([x, W], [s], [two])[0].shape == ("X", 2)


@pytest.mark.parametrize("derive", [jvp, vjp])
def test_an_input_is_a_real_expression_given_once(derive):
    label = rs.var("label", dtype="int")
    y = rs.cross_entropy(x, label)
    with pytest.raises(DisconnectedError, match="is an integer"):
        derive([y], [label], [1.0])
    with pytest.raises(InputError, match="given twice"):
        derive([s * s], [s, s], [1.0, 1.0])
    with pytest.raises(InputError, match="were given for"):
        derive([s * s], [s], [])
    with pytest.raises(MisuseError, match="must be an expression"):
        derive([s * s], ["s"], [1.0])


@pytest.mark.parametrize("wrt", ["s", 3, None, ["s"]])
def test_what_is_no_expression_is_refused(wrt):
    with pytest.raises(MisuseError, match=r"must be an expression"):
        grad(s * s, wrt)
    with pytest.raises(MisuseError, match=r"must be an expression"):
        jacobian(x, wrt)
    with pytest.raises(MisuseError, match=r"must be an expression"):
        grad(wrt, s)


def test_the_choice_for_disconnected_is_checked():
    with pytest.raises(UnknownNameError, match="Did you mean 'zero'"):
        grad(s * s, s, disconnected="zeros")


def test_a_scalar_goes_forward_through_a_matrix():
    M = rs.var("M", ("H", "H"))
    J = jacobian((s * M) @ rs.var("h", ("H",)), s)
    assert evaluate(J, {"M": [[1.0, 2.0], [3.0, 4.0]], "h": [1.0, 1.0]}).tolist() == [3, 7]
