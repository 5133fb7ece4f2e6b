"""The algebra of dimensions: equal dimensions are equal Python values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnsym.core.dims import as_shape, canonical, names_in, plus, show, size, solve
from rnnsym.errors import ShapeError, UnknownNameError

SIZES = {"H": 5, "X": 7, "K": 3}
NAMES = st.sampled_from(sorted(SIZES))


@st.composite
def dims(draw):
    """A sum of names and numbers, as text or as a number."""
    total = draw(st.integers(0, 9))
    for name, count in draw(st.lists(st.tuples(NAMES, st.integers(-2, 3)), max_size=4)):
        for _ in range(abs(count)):
            total = plus(total, name, 1 if count > 0 else -1)
    return total


@given(dims(), dims())
def test_addition_is_that_of_the_sizes(a, b):
    assert size(plus(a, b), SIZES) == size(a, SIZES) + size(b, SIZES)
    assert size(plus(a, b, -1), SIZES) == size(a, SIZES) - size(b, SIZES)


@given(dims(), dims(), dims())
def test_addition_commutes_associates_and_cancels(a, b, c):
    assert plus(a, b) == plus(b, a)
    assert plus(plus(a, b), c) == plus(a, plus(b, c))
    assert plus(plus(a, b), b, -1) == a
    assert plus(a, a, -1) == 0


@given(dims())
def test_canonical_form_is_stable(dim):
    if size(dim, dict.fromkeys(SIZES, 0)) > 0:
        assert canonical(dim) == dim


@pytest.mark.parametrize(
    ("written", "form"),
    [("X+H", "H+X"), (" H + X ", "H+X"), ("2*H", "2H"), ("H+H", "2H"), ("1+N-K", "-K+N+1"), ("3", 3), ("H-H", 0)],
)
def test_ways_to_write_a_dimension(written, form):
    assert canonical(written) == form


NO_DIMENSIONS = ["", " ", "H*", "H X", "2 3", "H X+", "(H)", -1, "-1", "-H", "-H-1", True, 2.0, None, "H^2"]


@pytest.mark.parametrize("bad", NO_DIMENSIONS)
def test_what_is_no_dimension_is_refused(bad):
    with pytest.raises(ShapeError, match="no dimension"):
        canonical(bad)


def test_a_dimension_without_a_size_is_named():
    with pytest.raises(UnknownNameError, match="unknown dimension 'Y'"):
        size("H+Y", SIZES)


@given(dims(), st.integers(1, 9))
def test_solving_gives_back_the_size(dim, value):
    for name in names_in(dim):
        sizes = {**SIZES, name: value}
        others = {key: number for key, number in sizes.items() if key != name}
        assert solve(dim, size(dim, sizes), others) == (name, value)


def test_what_cannot_be_solved_is_none():
    assert solve("2H", 5, {}) is None
    assert solve("H+X", 5, {}) is None
    assert solve("H+X", 3, {"X": 4}) is None
    assert solve("H", 3, {"H": 3}) is None


def test_shapes_are_shown_like_tuples():
    assert [show(s) for s in [(), ("H",), ("H", "X"), (3, "H+X")]] == ["()", "(H,)", "(H, X)", "(3, H+X)"]


@pytest.mark.parametrize("shape", ["HX", 3, None])
def test_what_is_no_tuple_of_dimensions_is_refused(shape):
    with pytest.raises(ShapeError, match="no shape: write a tuple"):
        as_shape(shape)


def test_a_shape_is_made_of_canonical_dimensions():
    assert as_shape(["X+H", 3]) == ("H+X", 3)
