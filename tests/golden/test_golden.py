"""The printed derivations, character by character. README.md here says how to write the files anew."""

import os
import re
from pathlib import Path

import pytest

import rnnsym as rs
from support.latex import check_align

HERE = Path(__file__).parent
SUBJECTS = {
    "elman": lambda: "elman",
    "lstm": lambda: "lstm",
    "gru": lambda: "gru",
    "minimal_gated_unit": lambda: f"{HERE / 'minimal_gated_unit.py'}:MGU",
    "elman_tagger": lambda: rs.Network("elman", 3, 4, 2, loss="cross_entropy", reduction="mean"),
    "lstm_many_to_one": lambda: rs.Network("lstm", 3, 4, 2, pattern="many_to_one"),
}
STYLES = {
    "text": lambda derivation: derivation.pretty(),
    "why": lambda derivation: derivation.pretty(detail="why"),
    "ascii": lambda derivation: derivation.pretty(ascii=True),
    "latex": lambda derivation: derivation.latex(),
    "markdown": lambda derivation: derivation.markdown(),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_derivation_prints_as_recorded(subject, style):
    printed = STYLES[style](rs.derive(SUBJECTS[subject]()))
    file = HERE / f"{subject}.{style}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(printed, encoding="utf-8")
    assert printed == file.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over():
    assert {file.name for file in HERE.glob("*.txt")} == {f"{s}.{style}.txt" for s in SUBJECTS for style in STYLES}


@pytest.mark.parametrize("file", sorted(HERE.glob("*.latex.txt")), ids=lambda file: file.name)
def test_recorded_latex_is_valid(file):
    check_align(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", sorted(HERE.glob("*.ascii.txt")), ids=lambda file: file.name)
def test_recorded_ascii_is_ascii(file):
    assert file.read_bytes().isascii()


@pytest.mark.parametrize("kind", ["text", "ascii", "why"])
def test_recorded_pages_fit_in_80_columns_but_for_long_formulas(kind):
    for file in HERE.glob(f"*.{kind}.txt"):
        for line in file.read_text(encoding="utf-8").splitlines():
            assert line == line.rstrip()
            assert len(line) <= 80 or re.match(r"[ \d]{3}\S+ = ", line), f"{file.name}: {line}"
