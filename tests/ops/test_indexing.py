"""Rows that do not exist are refused: when a formula is built, when sizes are known, and when it is evaluated."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import evaluate, grad
from rnnsym.errors import InputError, MisuseError, ShapeError, UnknownNameError
from rnnsym.ops import one_hot
from rnnsym.ops.indexing import check_indices

x, z = rs.var("x", ("H",)), rs.var("z", (3,))
Z = np.array([1.0, 2.0, 3.0])
LABEL = rs.var("i", dtype="int")


@pytest.mark.parametrize("i", [0, 2, -1, -3])
def test_an_index_takes_the_entry_that_numpy_takes(i):
    assert evaluate(z[i], {"z": Z}) == Z[i]
    assert evaluate(x[i], {"x": Z}) == Z[i]


@pytest.mark.parametrize("rows", [slice(0, 2), slice(1, None), slice(-2, None), slice(None, -1), slice(0, 3, 2)])
def test_a_slice_takes_the_rows_that_numpy_takes(rows):
    assert evaluate(z[rows], {"z": Z}).tolist() == Z[rows].tolist()


@pytest.mark.parametrize("index", [3, -4, slice(2, 1), slice(0, 4), slice(4, None), slice(-4, None)])
def test_rows_that_cannot_exist_are_refused_at_once(index):
    with pytest.raises(ShapeError, match="not exist: there are 3"):
        z[index]


@pytest.mark.parametrize("index", ["H", slice(0, "H+1")])
def test_rows_that_a_named_dimension_cannot_have_are_refused(index):
    with pytest.raises(ShapeError, match="not exist: there are H"):
        x[index]


@pytest.mark.parametrize("index", [True, 1.0, None, slice(True, 2), slice(0, 2, 0), slice(0, "H", 2)])
def test_what_is_no_index_is_refused(index):
    with pytest.raises(MisuseError):
        z[index]


@pytest.mark.parametrize("formula", [x[0:4], x[3], x[-4], 2 * x[1:4], x[3:"H"][0:1]])
def test_rows_are_checked_when_the_sizes_are_known(formula):
    check_indices([formula], {"H": 4})
    with pytest.raises(ShapeError, match=r"sizes H = 3: row"):
        check_indices([formula], {"H": 3})


@pytest.mark.parametrize("formula", [x[0:4], x[3], x[-4]])
def test_rows_are_checked_when_a_formula_is_evaluated(formula):
    with pytest.raises(ShapeError, match=r"shape \(1,\).*not exist"):
        evaluate(formula, {"x": [1.0]})


def test_a_dimension_that_only_an_index_names_must_be_given():
    with pytest.raises(UnknownNameError, match="unknown dimension 'K'"):
        check_indices([x["K":"K+H"]], {"H": 3})


class Narrow(rs.Cell):
    params = {"U": ("H", "H")}
    carry = {"h": ("H",)}
    inputs = {"x": ("X",)}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.U @ prev.h + rs.sum(x[0:3]))


def test_a_network_checks_its_rows_at_its_sizes():
    rs.Network(Narrow(), inputs=3, hidden=2)
    with pytest.raises(ShapeError, match=r"\[0:3\].*X = 2.*not exist"):
        rs.Network(Narrow(), inputs=2, hidden=2)


LOOKUPS = [lambda y, i: rs.take(y, i), lambda y, i: rs.cross_entropy(y, i), lambda y, i: one_hot(i, y.shape[0])]


@pytest.mark.parametrize("lookup", LOOKUPS)
@pytest.mark.parametrize("index", [-1, 3])
def test_a_fixed_label_outside_the_range_is_refused_at_once(lookup, index):
    with pytest.raises(ShapeError, match=f"index {index} is outside"):
        lookup(z, index)


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_a_negative_label_is_refused_for_a_named_dimension_too(lookup):
    with pytest.raises(ShapeError, match="index -1 is outside"):
        lookup(x, -1)


@pytest.mark.parametrize("lookup", LOOKUPS)
@pytest.mark.parametrize("index", [-1, 3])
def test_a_label_outside_the_range_is_refused_when_it_is_evaluated(lookup, index):
    values = {"z": Z, "i": index} if lookup is not LOOKUPS[2] else {"i": index}
    with pytest.raises(IndexError, match="outside 0…2"):
        evaluate(lookup(z, LABEL), values)


def test_a_label_outside_the_range_has_no_silent_zero_gradient():
    with pytest.raises(IndexError, match="outside 0…2"):
        evaluate(grad(rs.take(z, LABEL), z), {"i": -1})


@pytest.mark.parametrize("parts", [(), ([],)])
def test_nothing_cannot_be_joined(parts):
    with pytest.raises(InputError, match="at least one part"):
        rs.concat(*parts)


@pytest.mark.parametrize("parts", [(rs.var("s"), rs.var("M", (3, 2))), (z, rs.var("M", (3, 2)))])
def test_parts_of_different_rank_cannot_be_joined(parts):
    with pytest.raises(ShapeError, match="the parts must be vectors, or matrices"):
        rs.concat(*parts)


def test_a_number_among_the_parts_is_one_entry():
    a, b = rs.var("a"), rs.var("b")
    pair = rs.concat(a, rs.minimum(a, b))
    assert (pair.shape, rs.pretty(pair)) == ((2,), "[a, min(a, b)]")
    at = {"a": 2.0, "b": 1.0, "z": [5.0, 6.0, 7.0], "w": [3.0, 4.0]}
    np.testing.assert_array_equal(evaluate(pair, at), [2, 1])
    np.testing.assert_array_equal(evaluate(rs.concat(z, a, 1.0), at), [5, 6, 7, 2, 1])
    weighted = rs.dot(pair, rs.var("w", (2,)))
    assert evaluate([grad(weighted, a), grad(weighted, b)], at) == [3, 4]


@pytest.mark.parametrize("shape", [(), (3, 2, 2)])
def test_a_convolution_takes_vectors_and_matrices(shape):
    w = rs.var("w", shape)
    with pytest.raises(ShapeError, match=r"conv1d: x .* and weights"):
        rs.conv1d(w, w)


@pytest.mark.parametrize(("width", "stride"), [(2, 0), (2, 1.5), ("2", 1), (4, 1), (0, 1)])
def test_a_window_must_fit(width, stride):
    with pytest.raises(ShapeError):
        rs.max_pool1d(z, width, stride)
