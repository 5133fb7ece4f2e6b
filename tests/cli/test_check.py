import json
import os
import shlex
import subprocess
import sys

import pytest

from rnnsym.cli import main

WRONG_RULE = """\
import numpy as np

import rnnsym as rs
from rnnsym.core.primitive import PRIMITIVES
from rnnsym.ops.families import Elementwise

PRIMITIVES.pop("wrong", None)
wrong = Elementwise("wrong", np.tanh, [lambda y, x: 1 - x**2], "tanh")


class Wrong(rs.Cell):
    params = {"W": ("H", "X"), "U": ("H", "H")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.h = wrong(p.W @ x + p.U @ prev.h)
"""


@pytest.fixture
def wrong_cell(tmp_path):
    from rnnsym.core.primitive import PRIMITIVES

    file = tmp_path / "wrong cell.py"
    file.write_text(WRONG_RULE, encoding="utf-8")
    yield f"{file}:Wrong"
    PRIMITIVES.pop("wrong", None)


def test_a_line_for_each_block_and_the_number_of_cases(capsys):
    assert main(["check", "elman", "--examples", "2"]) == 0
    out, err = capsys.readouterr()
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    for label in ("W", "U", "b", "V", "b_y", "x", "h_0"):
        assert "right" in lines[label]
    assert "All right. 24 cases tried, seed 0." in out
    assert err == ""


def test_a_cell_of_ones_own(capsys, own_cell):
    assert main(["check", own_cell, "--examples", "2", "--loss", "cross_entropy"]) == 0
    assert "U_f" in capsys.readouterr().out


def test_json_has_a_verdict_for_each_block(capsys):
    assert main(["check", "gru", "--examples", "1", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["kind"] == "check"
    assert report["schema_version"] == 1
    assert report["ok"]
    assert {block["verdict"] for block in report["blocks"]} == {"right"}
    assert report["replay"] is None


def test_a_failure_shows_the_smallest_counterexample_and_exits_with_1(capsys, wrong_cell):
    assert main(["check", wrong_cell, "--examples", "5"]) == 1
    out = capsys.readouterr().out
    assert "smallest counterexample" in out
    assert "T = 1, X = 1, H = 1, C = 1" in out
    assert "complex step" in out


def test_the_replay_command_finds_the_same_counterexample(capsys, wrong_cell):
    assert main(["check", wrong_cell, "--examples", "2", "--seed", "3", "--json"]) == 1
    first = json.loads(capsys.readouterr().out)
    program, *arguments = shlex.split(first["replay"])
    assert program == "rnnsym"
    assert main([*arguments, "--json"]) == 1
    again = json.loads(capsys.readouterr().out)
    witnesses = [{b["name"]: b["witness"] for b in report["blocks"]} for report in (first, again)]
    assert witnesses[0]["W"] == witnesses[1]["W"] is not None
    assert again["replay"] == first["replay"]


def test_nothing_is_left_where_the_user_stands(tmp_path):
    command = [sys.executable, "-m", "rnnsym", "check", "elman", "--examples", "1", "--sizes", "T=1", "H=1"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    here = tmp_path / "here"
    here.mkdir()
    subprocess.run(command, cwd=here, env=environment, check=True, capture_output=True)
    assert list(here.iterdir()) == []


def test_fixed_sizes_and_activation(capsys):
    assert main(["check", "elman", "--act", "sigmoid", "--examples", "2", "--sizes", "T=2", "H=3", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["cases"] < 24


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lsmt"], "Did you mean 'lstm'?"),
        (["elman", "--sizes", "H"], "NAME=VALUE"),
        (["elman", "--sizes", "H=0"], "whole number"),
        (["elman", "--sizes", "Q=2"], "unknown size 'Q'"),
        (["elman", "--loss", "sqared"], "Did you mean 'squared'?"),
        (["elman", "--examples", "0"], "whole number"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(capsys, arguments, words):
    assert main(["check", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert "Traceback" not in err
