"""Numbers as text: short, true to their sign, and saying something at every magnitude."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnsym.notation import figures

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (1.0, "1.0000"), (-0.14412, "-0.1441"), (-1234.5, "-1234.5000"), (0.00094, "9.40e-4"),
        (-1e-30, "-1.00e-30"), (123456.0, "1.23e5"), (INF, "inf"), (NAN, "nan"),
    ],
)  # fmt: skip
def test_a_number_in_a_table_has_four_decimals_or_a_power_of_ten(value, text):
    assert figures.decimal(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.8, "0.8"), (3.0, "3"), (10.0, "10"), (-0.12341, "-0.1234"), (1.2e-5, "1.20e-5"), (0.0, "0"), (INF, "inf")],
)
def test_trailing_zeros_are_left_out_in_a_sentence(value, text):
    assert figures.trimmed(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (0.8284, "0.828"), (-0.6126, "-0.613"), (12.345, "12.35"), (123.4, "123"),
        (0.0004, "4.0e-4"), (-4.1e-7, "-4.1e-7"), (1.5e12, "1.5e12"), (9.9999, "10.00"), (99.999, "100"),
        (NAN, "NaN"), (INF, "Inf"), (-INF, "-Inf"),
    ],
)  # fmt: skip
def test_a_figure_is_short(value, text):
    assert figures.figure(value) == text
    assert len(text) <= 7


@pytest.mark.parametrize(
    ("value", "three", "two"),
    [
        (0.0, "0", "0"), (-0.0, "0", "0"), (1.0, "1.00", "1.0"), (-0.5, "-.500", "-.50"), (0.0123, ".012", ".012"),
        (0.00123, ".0012", ".001"), (0.000123, "1.2e-4", "1e-4"), (12.34, "12.3", "12"), (123456.0, "1.2e5", "1e5"),
        (NAN, "nan", "nan"), (-INF, "-inf", "-inf"),
    ],
)  # fmt: skip
def test_a_compact_number_has_about_so_many_digits(value, three, two):
    assert (figures.compact(value, 3), figures.compact(value, 2)) == (three, two)


@given(st.floats(-1e300, 1e300))
def test_every_form_keeps_the_sign_and_is_near_the_number(value):
    for text in (figures.decimal(value), figures.trimmed(value), figures.figure(value), figures.compact(value, 3)):
        assert text.startswith("-") == (value < 0)
        assert float(text) == pytest.approx(value, rel=0.06)


@pytest.mark.parametrize(
    ("value", "text"), [(2.2e-16, "2e-16"), (-0.5, "-5e-1"), (1e300, "1e300"), (0.0, "0"), (INF, "inf")]
)
def test_a_power_of_ten_is_not_padded(value, text):
    assert figures.scientific(value, 0) == text


@pytest.mark.parametrize("largest", [0.0, 5e-324, 3e-9, 0.0994, 0.0996, 0.5, 0.996, 1.0, 7.0, 99.4, 99.6, 1e6, 1e308])
def test_the_scale_brings_the_largest_value_to_two_digits_where_it_can(largest):
    text = figures.scaled(-largest, figures.scale(largest))
    assert len(text) <= 3
    if largest > 1e-299:
        assert 10 <= abs(float(text)) <= 99


def test_the_magnitude_is_that_of_the_largest_number():
    assert figures.magnitude(np.array([[1.0, -3.0], [NAN, -INF]])) == 3.0
    assert figures.magnitude(np.array([NAN])) == figures.magnitude(np.array([])) == 0.0


@pytest.mark.parametrize(("value", "text"), [(-1e-9, "-0"), (0.0, "0"), (NAN, "NaN"), (-INF, "-Inf"), (0.254, "25")])
def test_a_scaled_number_keeps_its_sign(value, text):
    assert figures.scaled(value, 2) == text


@pytest.mark.parametrize(("exponent", "text"), [(2, "×100"), (0, "×1"), (-1, "×.1"), (7, "×1e7"), (-3, "×1e-3")])
def test_scales_are_spelt(exponent, text):
    assert figures.scale_text(exponent, "×") == text


def test_an_array_inside_a_sentence_can_be_typed_again():
    assert figures.listed(np.array(0.6), figures.short) == "0.6"
    assert figures.listed(np.array([1.0, -0.5]), figures.short) == "1, -0.5"
    assert figures.listed(np.array([[1.0, 2.0], [3.0, 4.0]]), figures.short) == "1, 2; 3, 4"


def test_columns_are_aligned_on_either_side():
    rows = [["a", "bb"], ["ccc", "d"]]
    assert figures.table(rows, " ") == ["  a bb", "ccc  d"]
    assert figures.table(rows, " ", str.ljust) == ["a   bb", "ccc d"]
