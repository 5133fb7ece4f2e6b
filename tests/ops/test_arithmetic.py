"""Unit and zero rules: what a sum, a product, a quotient and a power become when they are built."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import evaluate, grad
from rnnsym.core.expr import topological
from rnnsym.errors import MisuseError, ShapeError
from rnnsym.ops.leaves import constant, full, zeros

x, y, s = rs.var("x", ("H",)), rs.var("y", ("H",)), rs.var("s")

RULES = [
    (x + 0, x),
    (0 + x, x),
    (x - 0, x),
    (x * 1, x),
    (1 * x, x),
    (x / 1, x),
    (x**1, x),
    (-1 * -x, x),
    (x * 0, zeros(("H",))),
    (0 / x, zeros(("H",))),
    (x**0, full(1.0, ("H",))),
    (s * 2 * 3, 6 * s),
    (-s * -2, 2 * s),
    (s / 4, 0.25 * s),
    (constant(2) + constant(3), constant(5)),
    (rs.param("W", ("H", "X")).T.T, rs.param("W", ("H", "X"))),
]


@pytest.mark.parametrize(("built", "simple"), RULES)
def test_units_and_zeros_disappear(built, simple):
    assert built is simple


def test_a_zero_keeps_the_shape():
    assert (x * 0).shape == ("H",)
    assert (zeros(()) + x).shape == ("H",)
    assert (rs.param("W", ("H", "X")) @ zeros(("X",))).shape == ("H",)


def test_shapes_are_not_stretched():
    with pytest.raises(ShapeError, match=r"shapes must be equal, \(H,\) is not \(3,\)"):
        x + rs.var("z", (3,))
    with pytest.raises(ShapeError, match=r"M \* x.*shapes must be equal"):
        rs.var("M", ("H", "H")) * x


def test_a_scalar_is_repeated():
    assert evaluate(s * x + s, {"s": 2.0, "x": [1.0, 3.0]}).tolist() == [4, 8]
    assert evaluate(grad(rs.sum(s * x), s), {"x": [1.0, 3.0]}) == 4


def test_an_exponent_must_be_a_number():
    with pytest.raises(MisuseError, match=r"exponent must be a number.*rs\.exp"):
        x**y
    assert x ** constant(2) is x**2


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_many_numbers_do_not_overflow_into_a_wrong_zero(factor):
    """1,100 factors of 2 are infinite, and of 1/2 zero; what they meet may make up for it."""
    z, balance = s, full(factor**-600, ())
    for _ in range(1100):
        z = z * factor
    for _ in range(2):
        z = z * balance
    assert evaluate(z, {"s": 1.0}) == pytest.approx(factor**-100, rel=1e-12)


def test_products_with_numbers_in_them_stay_small():
    z = s
    for _ in range(300):
        z = z * s * 1.5
    assert max(len(node.args) for node in topological([z])) <= 3


def test_the_mean_of_a_named_dimension():
    assert evaluate(rs.mean(x), {"x": [1.0, 2.0, 6.0]}) == 3
    np.testing.assert_allclose(evaluate(grad(rs.mean(x * x), x), {"x": [1.0, 2.0, 6.0]}), [2 / 3, 4 / 3, 4])


@pytest.mark.parametrize(("base", "exponent"), [(0.0, -1), (-1.0, 0.5), (1e300, 2)])
def test_what_is_no_finite_number_is_not_folded(base, exponent):
    formula = constant(base) ** exponent
    assert formula.prim.name == "power"
    with np.errstate(all="ignore"):
        assert not np.isfinite(evaluate(formula, {}))


def test_a_quotient_by_a_very_small_number_is_not_a_product_with_infinity():
    assert evaluate(s / constant(1e-320), {"s": 1e-320}) == 1


def test_an_integer_beside_real_numbers_gets_no_derivative():
    i = rs.var("i", dtype="int")
    assert evaluate(grad(s * i, s), {"i": 3}) == 3
    assert not (s * i).prim.flows(s * i, 1)
