import numpy as np
import pytest

from rnnsym.cli.tables import blocks, column_text, quantity, words


def test_a_column_of_whole_numbers_has_no_decimals():
    assert column_text([1.0, None, -20.0]) == ["1", "", "-20"]
    assert column_text([1.0, 0.5, 0.0]) == ["1.0000", "0.5000", "0"]


def test_a_column_may_hold_infinities():
    assert column_text([1.0, float("inf"), float("nan")]) == ["1.0000", "inf", "nan"]


def test_a_table_that_fits_is_one_block():
    groups = [quantity("h", [np.array(0.5), np.array(-1.0)]), quantity("Wx", [None, np.array([1.0, 2.0])])]
    assert list(blocks(words("t", ["1", "2"]), groups, 80)) == [
        "t         h    Wx ",
        "              1  2",
        "1    0.5000       ",
        "2   -1.0000   1  2",
    ]


@pytest.mark.parametrize("width", [12, 20, 33, 80])
def test_a_wide_table_keeps_every_column_and_repeats_the_key(width):
    values = np.arange(20.0).reshape(2, 10)
    groups = [quantity("W", list(values)), quantity("b", list(values[:, :1]))]
    lines = list(blocks(words("t", ["a", "b"]), groups, width))
    assert max(map(len, lines)) <= width
    for key, row in zip("ab", values, strict=True):
        found = [cell for line in lines if line[:1] == key for cell in line.split()[1:]]
        assert [float(cell) for cell in found] == [*row, row[0]]


def test_a_row_without_numbers_is_left_out_of_its_block():
    lines = list(blocks(words("t", ["0", "1"]), [quantity("h", [None, np.array(1.0)])], 80))
    assert [line.split()[0] for line in lines] == ["t", "1"]
