"""Errors: one sentence each, with the nearest name, under the built-in exception that Python code expects."""

import pytest

from rnnsym import errors
from rnnsym.errors import RnnsymError, UnknownNameError, unknown


def test_the_nearest_name_is_given():
    assert str(unknown("cell", "lstmm", ["lstm", "gru"])) == (
        "unknown cell 'lstmm'. Did you mean 'lstm'? Known: lstm, gru."
    )


def test_a_name_in_another_case_is_given():
    assert "Did you mean 'U'?" in str(unknown("parameter", "u", ["W", "U"]))


def test_nothing_is_suggested_where_nothing_is_near():
    assert str(unknown("cell", "zzz", ["lstm"])) == "unknown cell 'zzz'. Known: lstm."
    assert str(unknown("cell", "zzz", [])) == "unknown cell 'zzz'. Known: none."


def test_an_unknown_name_is_a_key_error_so_that_mappings_work():
    assert issubclass(UnknownNameError, KeyError)


@pytest.mark.parametrize(
    ("name", "base"),
    [("ShapeError", ValueError), ("InputError", ValueError), ("MisuseError", TypeError), ("CellError", ValueError)],
)
def test_errors_are_ours_and_pythons(name, base):
    error = getattr(errors, name)
    assert issubclass(error, RnnsymError)
    assert issubclass(error, base)


@pytest.mark.parametrize("name", [None, 1, ("a",)])
def test_a_name_that_is_no_text_is_unknown_too(name):
    assert str(unknown("loss", name, ["squared"])).startswith(f"unknown loss '{name}'.")
