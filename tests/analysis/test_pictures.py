"""Pictures in text: each mark is read back and compared with the number that it stands for."""

import math

import numpy as np
import pytest

from rnnsym.analysis.pictures.bars import bars
from rnnsym.analysis.pictures.circle import circle
from rnnsym.analysis.pictures.curves import MARGIN, Series, axis, column_of, curves, nice
from rnnsym.analysis.pictures.glyphs import ASCII, UNICODE, beside, columns, packed
from rnnsym.analysis.pictures.heat import HeatMap, sampled
from rnnsym.analysis.pictures.magnitudes import magnitude, power, threshold_text
from rnnsym.analysis.pictures.reach import reach, reach_legend, reach_line

LN10 = math.log(10)


def logs(*values):
    with np.errstate(divide="ignore"):
        return np.log(np.array(values, dtype=float))


# Numbers in few characters. ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("log", "text"),
    [
        (math.log(0.935), "0.935"), (math.log(9.59e-3), "9.59e-3"), (-431 * LN10 + math.log(1.2), "1.20e-431"),
        (0.0, "1.00"), (math.log(9999.9e3), "1.00e7"), (math.log(1234.0), "1.23e3"), (math.log(999.4), "999"),
        (-math.inf, "0"),
        (math.nan, "nan"), (math.inf, "inf"),
    ],
)  # fmt: skip
def test_magnitudes(log, text):
    assert magnitude(log) == text


def test_powers_of_ten():
    assert [power(n) for n in (-12, -3, -2, -1, 0, 1, 3)] == ["10⁻¹²", "10⁻³", ".01", ".1", "1", "10", "10³"]
    assert power(-12, ascii_only=True) == "1e-12"
    assert [threshold_text(value) for value in (1e-3, 0.05, 1 / 1e-3)] == ["10⁻³", "0.05", "10³"]


# Shades. ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_a_shade_is_a_range_of_powers_of_ten(shown):
    values = [1, 0.1, 0.0999, 0.01, 1e-3, 1e-4, 9.9e-5, 1e-6, 9.9e-7]
    one, two, three, four, five = shown.shades
    assert [shown.shade(log) for log in logs(*values)] == [one, one, two, two, three, four, five, five, " "]


@pytest.mark.parametrize("shown", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_growth_zero_and_what_is_no_number_are_no_shades(shown):
    assert [shown.shade(log) for log in logs(1.01, 9.9, 10, 999, 1e9)] == [shown.grown, shown.grown, "1", "2", "9"]
    assert shown.shade(1000 * LN10) == "9"
    assert shown.shade(math.inf) == "9"
    odd = [shown.shade(-math.inf), shown.shade(math.nan), shown.grown, shown.diagonal]
    assert len({*odd, *shown.shades, " ", *"123456789"}) == len(odd) + len(shown.shades) + 10


def test_the_legend_tells_what_occurs():
    assert UNICODE.legend(logs(0.5), 2) == ["██ ≥ .1", "▓▓ ≥ .01", "▒▒ ≥ 10⁻³", "░░ ≥ 10⁻⁴", "·· ≥ 10⁻⁶"]
    more = ASCII.legend(np.array([1.0, 9.0, -np.inf, np.nan]))
    assert more[5:] == ["X > 1", "n >= 10^n, n = 1 to 9", "- exactly 0", "? not a number"]


# The heat map. ----------------------------------------------------------------------------------------------------


def lower(table, reads=()):
    table = np.array(table, dtype=float)
    return HeatMap(table, range(1, len(table) + 1), np.tril(np.ones(table.shape, bool)), reads)


def test_rows_are_t_and_columns_k():
    found = lower(logs([1, 0, 0], [0.5, 1, 0], [0.05, 5e-3, 1]), "a b")
    assert found.lines() == [
        "      k = 1 3",
        "      a ␣ b",
        "  1 a ╲╲",
        "  2 ␣ ██╲╲",
        "  3 b ▓▓▒▒╲╲",
    ]
    assert found.lines(ascii_only=True)[-1] == "  3 b ++::\\\\"


def test_two_networks_share_a_map():
    one, two = lower(logs([1, 0], [0.5, 1])), lower(logs([1, 0], [0.005, 1]))
    assert one.mirrored(two).lines()[1:] == ["    1 ╲╲▒▒", "    2 ██╲╲"]
    turned = [HeatMap(each.logs.T, each.steps, each.filled.T) for each in (one, two)]
    assert turned[0].mirrored(turned[1]).lines()[1:] == ["    1 ╲╲██", "    2 ▒▒╲╲"]


def test_a_symbol_of_two_columns_stays_above_its_own():
    rows = lower(logs([1, 0], [0.5, 1]), "世a").lines()
    assert rows[1] == "      世a"
    assert [columns(row[: row.index("╲")]) for row in rows[2:]] == [6, 8]


def test_long_sequences_are_sampled_with_both_ends():
    assert sampled(3, 5) == [1, 2, 3]
    found = sampled(5000, 37)
    assert (len(found), found[0], found[-1]) == (37, 1, 5000)
    assert len(set(np.diff(found))) <= 2


# Curves. ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [10.0 ** -np.arange(9), np.linspace(1, 1e-3, 30), [1, 1e5, 1e-5], [1.0], [1, 1]])
def test_a_mark_stands_within_half_a_row_of_its_value(values):
    found = np.log(values)
    scale = axis([Series("●", found)], 15)
    lines = curves([Series("●", found)], 80, 15)
    across = len(lines[scale.rows]) - MARGIN - 1
    for lag, log in enumerate(found):
        column = MARGIN + 1 + column_of(lag, len(found), across)
        rows = [i for i in range(scale.rows) if len(lines[i]) > column and lines[i][column] == "●"]
        wanted = (scale.high - log / LN10) / (scale.high - scale.low) * (scale.rows - 1)
        assert min(abs(row - wanted) for row in rows) <= 0.5 + 1e-6


def test_every_tick_is_a_power_of_ten_at_its_place():
    lines = curves([Series("●", logs(1, 1e-8))], 60, 17)
    ticks = {line[:MARGIN].split()[0]: i for i, line in enumerate(lines) if line[:MARGIN].strip()}
    assert list(ticks)[:3] == ["1", ".1", ".01"]
    assert list(ticks.values()) == list(range(0, 17, 2))


def test_zero_has_a_row_of_its_own_and_nan_none():
    lines = curves([Series("●", np.array([0.0, -np.inf, np.nan]))], 60)
    (zero,) = [line for line in lines if line.startswith("     0 ┤")]
    assert zero.count("●") == 1
    assert sum(line.count("●") for line in lines) == 2


def test_a_guide_does_not_widen_the_axis_and_the_first_series_is_on_top():
    lines = curves([Series("●", logs(1, 0.5)), Series("-", logs(1, 1e90), guide=True)], 60)
    assert "10⁹⁰" not in "".join(lines)
    assert lines[0][MARGIN + 1] == "●"


def test_nice_steps():
    assert [nice(least) for least in (0.2, 1, 1.1, 3, 7, 11, 300)] == [1, 1, 2, 5, 10, 20, 500]


# Circle, bars, reach. ---------------------------------------------------------------------------------------------


def test_eigenvalues_stand_inside_or_outside_of_the_circle():
    lines = circle([0.5, 0.5, -0.5j, *[-0.25] * 10], 21)
    middle = len(lines) // 2
    assert lines[middle].count("●") == lines[middle].count("█") == 1
    assert lines[middle].index("█") < lines[middle].index("●") < lines[middle].rindex("·")
    assert sum(row.count("○") for row in lines[middle + 1 :]) == 1
    outside = circle([2.0], 21)[10]
    assert outside.index("○") > outside.rindex("·")
    assert len(circle([np.nan, np.inf], 21)) == 21


def test_bars_begin_at_the_line_of_zero_and_grow_with_the_value():
    lines = bars(np.array([0.5, 0.0, -1.0, -np.inf]), 60, [False, False, True, True])
    (zero,) = {line.index("│") for line in lines}
    assert [line[zero:].count("█") for line in lines] == [12, 0, 0, 0]
    assert [line[:zero].count("█") for line in lines] == [0, 0, 24, 0]
    assert [line.endswith("?") for line in lines] == [False, False, True, True]
    assert len(bars(np.arange(100.0), 60)) == 20
    assert bars(np.zeros(0), 60) == []


def test_the_reach_has_a_shade_under_each_character():
    found = logs(1e-9, 2e-4, 5e-3, 0.05, 0.5, 50)
    assert reach_line(found) == " ░▒▓█1"
    assert reach_line(found, ascii_only=True) == " .:+#1"
    lines = reach([("LSTM", found), ("A", found)], "a b世cd", range(1, 7))
    assert lines == ["      a b世cd", "LSTM   ░▒▓▓█1", "A      ░▒▓▓█1"]
    assert columns(lines[0]) == columns(lines[1])
    assert reach_legend(logs(0.5), ascii_only=True) == ["# >= .1", "+ >= .01", ": >= 1e-3", ". >= 1e-4"]
    assert reach([("A", np.zeros(21))], (), range(1, 22))[0] == "   1        10        20"


def test_a_long_reach_goes_on_below():
    found = np.log(np.linspace(1e-3, 1, 25))
    lines = reach([("A", found)], "a世" + "b" * 23, range(1, 26), width=13)
    assert [columns(line) for line in lines] == [13, 13, 0, 13, 13, 0, 9, 9]
    assert "".join(line[3:] for line in lines[1::3]) == reach_line(found, "a世" + "b" * 23)
    assert reach([("A", found)], (), range(1, 26), width=15)[3] == "   13     20"


def test_blocks_stand_beside_each_other_and_items_are_not_broken():
    assert beside(["世", "a"], ["x", "y", "z"], 1) == ["世 x", "a  y", "   z"]
    assert packed(["aa", "bb", "cc"], 6) == ["aa  bb", "cc"]


def test_ascii_is_ascii():
    drawn = [
        *curves([Series("*", logs(1, 0, 1e-30))], 60, ascii_only=True),
        *circle([1j, 0.5], 15, ascii_only=True),
        *bars(np.array([1.0, -1.0]), 50, ascii_only=True),
        *lower(logs([1, 0], [2, 1]), "é世").lines(ascii_only=True),
        *lower(logs([1, 0], [2, 1])).legend(ascii_only=True),
        *reach([("A", logs(1, 0))], "é世", (1, 2), 80, ascii_only=True),
    ]
    assert "".join(drawn).isascii()
