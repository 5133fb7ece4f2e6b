import json
import shlex

import numpy as np
import pytest

from rnnsym.cli import main

SHEET = shlex.split("step elman --set W=.6 U=.4 V=.5 --x 1 2 3 --target _ _ 4 --act sigmoid --lr .01")


def cells(out, key):
    """The rows of every table that begin with `key`, in order of appearance."""
    return [line.split() for line in out.splitlines() if line.split()[:1] == [key] and "=" not in line]


def test_the_sheet_of_the_issue_from_one_command(capsys):
    assert main(SHEET) == 0
    out = capsys.readouterr().out
    forward = [row for t in "123" for row in cells(out, t)[:1]]
    assert [row[4] for row in forward] == ["0.6457", "0.8113", "0.8933"]
    assert [row[2] for row in forward] == ["_", "_", "4"]
    assert cells(out, "Σ")[0][2] == "-0.1441"
    assert cells(out, "U")[-1] == ["U", "0.4000", "-0.1441", "0.4014"]
    assert "not set, so zero: b, b_y" in out
    assert max(map(len, out.splitlines())) <= 80


def test_a_wide_table_goes_on_in_blocks(capsys):
    assert main(["step", "lstm", "--x", "1", "2", "--target", "1,1,1", "_", "--hidden", "3"]) == 0
    tables = [line for line in capsys.readouterr().out.splitlines() if " = " not in line]
    assert max(map(len, tables)) <= 80


def test_all_numbers_are_in_the_json(capsys):
    assert main([*SHEET, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["schema_version"] == 1
    assert record["gradients"]["U"][0][0] == pytest.approx(-0.14412505702104)
    assert record["updated"]["U"][0][0] == pytest.approx(0.4 + 0.01 * 0.14412505702104)
    assert record["has_target"] == [False, False, True]
    terms = [m["value"][0][0] for m in record["moves"] if m["phase"] == "gradient" and "∂L/∂U" in m["equation"]]
    assert sum(terms) == pytest.approx(record["gradients"]["U"][0][0])


def test_negative_numbers_are_values(capsys):
    sheet = "step elman --act identity --x -1 -.5 -2e-3 --set W=-1 --target -1 -2 -3 --h0 -.25 --json"
    assert main(shlex.split(sheet)) == 0
    moves = json.loads(capsys.readouterr().out)["moves"]
    assert [m["value"] for m in moves if m["phase"] == "forward" and m["line"] == 2] == [[1.0], [0.5], [0.002]]


def test_vectors_and_matrices(capsys):
    arguments = ["--set", "W=1,0;0,1", "U=[[0,1],[1,0]]", "--x", "1,2", "-3,4", "--carry", "h=5,6"]
    assert main(["step", "elman", "--act", "identity", *arguments]) == 0
    out = capsys.readouterr().out
    assert ["1", "1", "2", "7", "7", "7", "7"] in cells(out, "1")
    assert ["2", "-3", "4", "4", "11", "4", "11"] in cells(out, "2")
    assert "the output is h itself" in out
    assert "no backward pass" in out


def test_restricting_the_rows_keeps_the_sums(capsys):
    assert main([*SHEET, "--steps", "2:3"]) == 0
    out = capsys.readouterr().out
    assert cells(out, "Σ")[0][2] == "-0.1441"
    assert len(cells(out, "2")) == 3
    assert [row[4] for row in cells(out, "1")] == ["0.6457"]


def test_unset_parameters_can_be_drawn(capsys):
    assert main(["step", "elman", "--x", "1", "--hidden", "2", "--seed", "3"]) == 0
    assert "drawn with seed 3" in capsys.readouterr().out


def test_overflow_is_printed_and_said(capsys):
    sheet = shlex.split("step elman --act identity --x 1 2 --target 1 2 --set W=1e308 U=1e308 V=1e308")
    assert main(sheet) == 0
    caught = capsys.readouterr()
    assert "inf" in caught.out
    assert "too large" in caught.err
    assert main([*sheet, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["loss"] is None


def test_ascii_has_no_other_character(capsys):
    assert main([*SHEET, "--ascii"]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "?" not in out


def test_several_inputs_are_named(tmp_path, capsys):
    file = tmp_path / "two.py"
    file.write_text(
        "import rnnsym as rs\n\nclass Two(rs.Cell):\n    params = {'w': ()}\n    carry = {'s': ()}\n"
        "    inputs = {'u': (), 'v': ()}\n\n    def step(self, p, prev, x, now):\n"
        "        now.s = p.w * prev.s + x.u * x.v\n",
        encoding="utf-8",
    )
    sheet = ["--x", "u=", "-1", "2", "--x", "v=3", "4", "--set", "w=2", "--target", "0", "1", "--json"]
    assert main(["step", f"{file}:Two", *sheet]) == 0
    moves = json.loads(capsys.readouterr().out)["moves"]
    assert [m["value"] for m in moves if m["phase"] == "forward" and m["line"] == 1] == [-3.0, 2.0]
    assert main(["step", f"{file}:Two", "--text", "ab"]) == 2
    assert "reads u, v" in capsys.readouterr().err


def test_the_sheet_of_a_cell_of_the_users_own(own_cell, capsys):
    assert main(["step", own_cell, "--set", "W=1", "W_f=2", "--x", "1", "--target", ".5", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    gate = 1 / (1 + np.exp(-2))
    assert record["loss"] == pytest.approx((gate * np.tanh(1) - 0.5) ** 2 / 2)
