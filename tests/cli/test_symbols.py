"""Reading symbols at the command line: --symbols, and a cell of the user's own with a vocabulary."""

import json

import pytest

from rnnsym.cli import main

FILE = """\
import rnnsym as rs


class Embedding(rs.Cell):
    params = {"E": ("V", "H"), "U": ("H", "H")}
    carry = {"h": ("H",)}
    inputs = {"x": rs.Vocabulary("V")}

    def step(self, p, prev, x, now):
        now.e = rs.take(p.E, x)
        now.h = rs.tanh(now.e + p.U @ prev.h)
"""


@pytest.fixture
def own(tmp_path):
    (tmp_path / "own.py").write_text(FILE, encoding="utf-8")
    return f"{tmp_path / 'own.py'}:Embedding"


def output(capsys, *args):
    assert main(list(args)) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("words", [["gru"], ["elman", "--bidirectional", "--layers", "2"]])
def test_a_built_in_cell_is_checked(words, capsys):
    assert "All right" in output(capsys, "check", *words, "--symbols", "--examples", "1", "--loss", "cross_entropy")


def test_a_failed_check_is_replayed_with_it():
    from argparse import Namespace

    from rnnsym.cli.common import WIRING, wiring_given

    assert wiring_given(Namespace(**{**dict.fromkeys(WIRING), "symbols": True})) == {"symbols": True}


def test_a_cell_of_ones_own_is_checked_derived_and_stepped(own, capsys):
    assert "All right" in output(capsys, "check", own, "--examples", "1")
    assert "∂L/∂E = Σₜ 1[xₜ] δeₜᵀ" in output(capsys, "derive", own)
    assert "eₜ = E[xₜ]" in output(capsys, "step", own, "--text", "hello", "--plain", "--steps", "1")
    sheet = output(capsys, "step", own, "--set", "E=.1;.2", "U=.5", "--x", "1", "0", "--target", "1", "_")
    assert "h₁" in sheet or "hₜ" in sheet


@pytest.mark.parametrize("words", [["--symbols"], ["--symbols", "--pattern", "many_to_one"]])
def test_a_text_is_read_as_numbers_with_the_same_result(words, capsys):
    args = ["step", "elman", "--text", "hello", "--json"]
    plain = json.loads(output(capsys, *args, *words[1:]))
    symbols = json.loads(output(capsys, *args, *words))
    assert symbols["loss"] == pytest.approx(plain["loss"], rel=1e-12)


def test_a_sheet_takes_the_numbers_of_symbols(capsys):
    sheet = ["step", "elman", "--set", "W=.6,.2", "U=.4", "--target", "1", "1"]
    by_number = json.loads(output(capsys, *sheet, "--symbols", "--x", "1", "0", "--json"))
    by_vector = json.loads(output(capsys, *sheet, "--x", "0,1", "1,0", "--json"))
    assert by_number["loss"] == pytest.approx(by_vector["loss"], rel=1e-12)


@pytest.mark.parametrize(
    ("x", "message"), [("2", "a symbol of input x is outside 0…1"), (".5", "x at t = 1 must be a whole number")]
)
def test_a_sheet_refuses_what_is_no_symbol(x, message, capsys):
    assert main(["step", "elman", "--symbols", "--set", "W=.6,.2", "--x", x]) == 2
    assert message in capsys.readouterr().err


def test_what_cannot_read_symbols_says_so(capsys):
    assert main(["derive", "elman", "--symbols", "--pattern", "language_model"]) == 2
    assert "a symbol is no vector" in capsys.readouterr().err
    assert main(["derive", "elman", "--symbols", "--format", "sympy", "--loss", "squared"]) == 2
    assert "x is a symbol of a vocabulary" in capsys.readouterr().err


def test_the_graph_and_the_equations(capsys):
    assert "aₜ = W 1[xₜ] + U hₜ₋₁ + b" in output(capsys, "derive", "elman", "--symbols")
    assert output(capsys, "graph", "elman", "--symbols", "--values", "--steps", "2")
