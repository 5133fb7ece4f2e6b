import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnsym.errors import InputError, ShapeError
from rnnsym.walk.numbers import parse_array, parse_number, parse_whole


@pytest.mark.parametrize(
    ("text", "rank", "wanted"),
    [
        (".6", 0, 0.6),
        ("−1", 0, -1.0),
        ("[2]", 0, 2.0),
        (".6", 1, [0.6]),
        ("1,0", 1, [1, 0]),
        ("1;0", 1, [1, 0]),
        ("[1, 0]", 1, [1, 0]),
        (".6", 2, [[0.6]]),
        ("1,2;3,4", 2, [[1, 2], [3, 4]]),
        ("1 2; 3 4", 2, [[1, 2], [3, 4]]),
        ("[[1,2],[3,-4e-1]]", 2, [[1, 2], [3, -0.4]]),
    ],
)
def test_an_array_is_read_as_it_is_written(text, rank, wanted):
    found = parse_array("W", text, rank)
    assert found.ndim == rank
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "1,,2", "[1", "1]", "[[1,2]", "[[1],[2]]]", "[]", "1;;2"])
@pytest.mark.parametrize("rank", [0, 1, 2])
def test_what_is_no_number_is_refused_by_name(text, rank):
    with pytest.raises(InputError, match="W"):
        parse_array("W", text, rank)


@pytest.mark.parametrize(("text", "rank"), [("1,2;3", 2), ("1,2;3,4", 1), ("1,2", 0), ("1", 3)])
def test_a_wrong_shape_is_refused_by_name(text, rank):
    with pytest.raises(ShapeError, match="W"):
        parse_array("W", text, rank)


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=2), min_size=1, max_size=3))
def test_a_matrix_survives_being_written_and_read(rows):
    text = ";".join(",".join(repr(entry) for entry in row) for row in rows)
    assert np.array_equal(parse_array("W", text, 2), rows)
    assert np.array_equal(parse_array("W", str(rows), 2), rows)


def test_a_label_is_a_whole_number():
    assert parse_whole("target", "2") == 2
    with pytest.raises(InputError, match=r"target must be a whole number, not '1\.5'"):
        parse_whole("target", "1.5")


def test_a_size_has_a_least_value():
    assert parse_whole("hidden", "1", 1) == 1
    with pytest.raises(InputError, match="hidden must be 1 or more, not 0"):
        parse_whole("hidden", "0", 1)


def test_a_number_out_of_range_is_refused():
    with pytest.raises(InputError, match="not finite"):
        parse_number("W", "1e999")
