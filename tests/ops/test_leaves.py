"""What has no argument: constants, repeated numbers and the size of a dimension."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import evaluate, to_sympy
from rnnsym.core.primitive import SUM_BINDING
from rnnsym.engine.source import kernel_functions
from rnnsym.errors import DisconnectedError, InputError, ShapeError
from rnnsym.ops.leaves import as_index, constant, full, size_of

SIZES = {"H": 3, "X": 2}
VALUES = {
    "constant": (constant([[1.5, -2.0], [0.25, 1e-3]]), [[1.5, -2.0], [0.25, 1e-3]]),
    "labels": (as_index([2, 0, 1], (3,)), [2, 0, 1]),
    "full": (full(-2.5, ("H", "X")), np.full((3, 2), -2.5)),
    "full scalar": (full(0.1, ()), 0.1),
    "infinite": (full(float("inf"), ("H",)), np.full(3, np.inf)),
    "size": (size_of(("H", "H+X")), 15.0),
    "size of numbers": (size_of((4, 2)), 8.0),
}
EACH = pytest.mark.parametrize("case", VALUES)


@EACH
def test_the_value(case):
    node, expected = VALUES[case]
    assert np.array_equal(evaluate(node, {}, SIZES), expected)


@EACH
def test_the_source_has_that_value(case):
    node, expected = VALUES[case]
    code = node.prim.source(node, None, lambda dim: str(dim).replace("H", "3").replace("X", "2"))
    value = eval(code.within(SUM_BINDING), {"np": np, **kernel_functions()})
    assert np.array_equal(value, expected)
    assert not code.leading


@EACH
def test_sympy_has_that_value(case):
    node, expected = VALUES[case]
    found = np.array(to_sympy(node, SIZES).tolist() if node.shape else to_sympy(node, SIZES), dtype=float)
    assert np.array_equal(found.reshape(np.shape(expected)), expected)


@pytest.mark.parametrize("bad", ["text", 1j, None, [1.0, "a"], object()])
def test_what_is_no_number_is_refused(bad):
    with pytest.raises(InputError, match="no constant"):
        constant(bad)


def test_nothing_is_differentiated_in_an_integer():
    label, y = rs.var("label", dtype="int"), rs.var("y", (3,))
    with pytest.raises(DisconnectedError, match="integer"):
        rs.grad(rs.cross_entropy(y, label), label)


def test_a_ragged_constant_is_refused():
    with pytest.raises(InputError, match="ragged"):
        constant([[1.0, 2.0], [3.0]])


@pytest.mark.parametrize("bad", ["complex", "float64", None])
def test_a_variable_is_real_or_an_integer(bad):
    with pytest.raises(InputError, match="cannot be of the type"):
        rs.var("c", dtype=bad)


@pytest.mark.parametrize("build", [rs.var, rs.param])
def test_a_name_is_a_text_and_a_shape_a_tuple(build):
    for name in (3, "", None):
        with pytest.raises(InputError, match="is no name"):
            build(name)
    for shape in ("HX", 3, ("-1",), ("H", -2)):
        with pytest.raises(ShapeError):
            build("x", shape)


def test_whole_numbers_are_constants_like_any_other():
    z = rs.var("z", (2,))
    assert evaluate(np.array([[1, 2], [3, 4]]) @ z, {"z": [1.0, 1.0]}).tolist() == [3, 7]
    assert evaluate(rs.dot([1, 2], z), {"z": [3.0, 4.0]}) == 11
    assert evaluate(rs.squared_error(z, [1, 2]), {"z": [2.0, 4.0]}) == 2.5
