"""One derivation in several notations: every line in each of them, in tables that fit."""

import os
import re
from pathlib import Path

import pytest

import rnnsym as rs
from rnnsym.api.rosetta import NOTATIONS, rosetta
from rnnsym.errors import InputError, UnknownNameError
from rnnsym.notation import load, names
from support.latex import check_formula

HERE = Path(__file__).parent
STYLES = {
    "text": lambda shown: shown.pretty(),
    "ascii": lambda shown: shown.pretty(ascii=True),
    "markdown": lambda shown: shown.markdown(),
    "latex": lambda shown: shown.latex(),
}


@pytest.mark.parametrize("style", STYLES)
def test_one_network_in_every_profile_prints_as_recorded(style):
    """UPDATE_GOLDEN=1 writes the file anew."""
    printed = STYLES[style](rosetta(rs.Network("elman", 3, 4, 2), names()))
    file = HERE / f"rosetta.{style}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(printed, encoding="utf-8")
    assert printed == file.read_text(encoding="utf-8")
    assert style != "ascii" or printed.isascii()


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("cell", ["elman", "lstm", "gru", "output_feedback"])
def test_a_table_fits_but_for_a_formula_that_does_not(cell, width):
    lines = rosetta(rs.Network(cell, 3, 4, 2)).pretty(width=width).splitlines()
    for line in lines:
        assert line == line.rstrip()
        alone = re.fullmatch(rf" +(\d+ +)?({'|'.join(NOTATIONS)}) +.* = .*", line)
        assert len(line) <= width or alone


def test_each_line_stands_in_each_notation():
    chosen = ["deck_s", "deck_b+overbar", "d2l"]
    shown = rosetta("gru", chosen)
    for block, section in zip(shown.blocks("text")[1:], shown.form.sections, strict=True):
        for (number, cells), line in zip(block.rows, section.lines, strict=True):
            assert number == str(line.number)
            for name, cell in zip(chosen, cells, strict=True):
                for (left, right), said in zip(line.sides(load(name)), cell, strict=True):
                    assert said.startswith(f"{left} = {right}")


def test_two_short_notations_stand_side_by_side():
    text = rosetta("elman", ["default", "deck_p"]).pretty()
    assert "   1   aₜ = W xₜ + U hₜ₋₁ + b   aₜ = W·xₜ + U·hₜ₋₁ + b\n" in text


def test_weights_that_are_stored_transposed_have_their_shape_turned_round():
    assert rosetta("elman", ["deck_b"]).blocks("text")[0].rows[1] == ("parameter", [["W (X, H)"]])


def test_a_case_for_the_last_step_keeps_its_two_formulas():
    net = rs.Network("elman", 2, 3, 2, pattern="many_to_one")
    assert "\\begin{gathered}" in rosetta(net).latex()
    assert "<br>" in rosetta(net).markdown()
    assert "(t < T)" in rosetta(net).pretty()


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_latex_tables_are_rows_of_formulas(cell):
    source = rosetta(rs.Network(cell, 3, 4, 2)).latex()
    rows = [row for row in source.splitlines() if row.endswith(r"\\")]
    assert len(rows) > 20
    for row in rows:
        cells = row.removesuffix(r" \\").split(" & ")
        assert len(cells) == 1 + len(NOTATIONS)
        for cell_ in cells[1:]:
            assert cell_.startswith("$")
            check_formula(cell_.strip("$"))


def test_a_bad_notation_is_refused():
    with pytest.raises(UnknownNameError, match="Did you mean 'deck_s'"):
        rosetta("elman", ["deck_z"])
    with pytest.raises(InputError, match="at least one"):
        rosetta("elman", [])
