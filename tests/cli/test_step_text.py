import json

import pytest

import rnnsym as rs
from rnnsym.cli import main
from rnnsym.walk.text import text_walk

HELLO = ["step", "elman", "--text", "hello", "--hidden", "2", "--seed", "7"]


def test_every_equation_of_every_step_is_printed(capsys):
    assert main(HELLO) == 0
    out = capsys.readouterr().out
    walk = text_walk("elman", "hello", 2, 7)
    numbered = [line for line in out.splitlines() if line[:4].strip().isdecimal()]
    assert len(numbered) == len(walk) + len(walk.lines.gradients)
    assert out.count("forward ──") == out.count("backward ──") == 4
    assert f"loss {walk.run.loss:.4f} = 4 × {walk.run.loss / 4:.4f}" in out


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_tables_fit_into_80_columns(cell, capsys):
    assert main(["step", cell, "--text", "the cat sat", "--hidden", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    formulas = [line for line in lines if line[:4].strip().isdecimal()]
    assert max(len(line) for line in set(lines) - set(formulas)) <= 80


def test_a_row_adds_up(capsys):
    assert main(HELLO) == 0
    lines = capsys.readouterr().out.splitlines()
    row = lines[next(i for i, line in enumerate(lines) if "W x₂" in line) + 1]
    operands, result = row.split(": ")[1].split(" = ")
    assert sum(float(number) for number in operands.split(" + ")) == pytest.approx(float(result), abs=2e-4)


def test_restricting_the_steps(capsys):
    assert main([*HELLO, "--steps", "2:3"]) == 0
    out = capsys.readouterr().out
    assert [line.split("t = ")[1][0] for line in out.splitlines() if line.startswith("──")] == ["2", "3", "3", "2"]
    assert main([*HELLO, "--steps", "2"]) == 0
    assert len(capsys.readouterr().out) < len(out)


def test_all_numbers_are_in_the_json(capsys):
    assert main([*HELLO, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    net = rs.Network("elman", inputs=4, hidden=2, outputs=4, loss="cross_entropy")
    x = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0]]
    run = net.run(net.init(7, "uniform"), x, [1, 2, 2, 3])
    assert record["loss"] == run.loss
    assert record["gradients"]["U"] == run.grads["U"].tolist()
    assert (record["text"], record["alphabet"], record["seed"]) == ("hello", ["h", "e", "l", "o"], 7)
    assert len(record["moves"]) == len(text_walk("elman", "hello", 2, 7))


def test_same_seed_same_output(capsys):
    assert main(HELLO) == 0
    first = capsys.readouterr().out
    assert main(HELLO) == 0
    assert capsys.readouterr().out == first
    assert main([*HELLO[:-1], "8"]) == 0
    assert capsys.readouterr().out != first


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_ascii_has_no_other_character(cell, capsys):
    assert main(["step", cell, "--text", "a b", "--ascii"]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    assert "?" not in out


def test_what_cannot_be_seen_has_a_sign(capsys):
    assert main(["step", "elman", "--text", "a \tb\n"]) == 0
    out = capsys.readouterr().out
    assert "reads ␣, must predict \\t" in out
    assert "\t" not in out


def test_a_cell_of_the_users_own(own_cell, capsys):
    assert main(["step", own_cell, "--text", "hello"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("MGU reads 'hello'")
    assert "nₜ = tanh(W xₜ + U (fₜ ⊙ hₜ₋₁) + b)" in out


def test_on_a_terminal_the_app_opens_with_what_was_asked_for(monkeypatch):
    opened = []
    monkeypatch.setattr("rnnsym.cli.step.interactive", lambda: True)
    monkeypatch.setattr("rnnsym.cli.step.open_app", lambda options: opened.append(options) or 0)
    assert main(["step", "elman", "--text", "abc", "--act", "relu", "--hidden", "4", "--ascii"]) == 0
    asked = {"cell": "elman", "text": "abc", "hidden": 4, "options": {"activation": "relu"}, "ascii": True}
    assert opened == [asked]
    assert main(["step", "gru", "--reset"]) == 0
    assert opened[1] == {"cell": "gru", "options": {}, "ascii": opened[1]["ascii"], "reset": True}


@pytest.mark.parametrize("why", [["--plain"], ["--json"], ["--steps", "1"]])
def test_on_a_terminal_text_can_be_asked_for(why, monkeypatch, capsys):
    monkeypatch.setattr("rnnsym.cli.step.interactive", lambda: True)
    monkeypatch.setattr("rnnsym.cli.step.open_app", lambda options: pytest.fail("the app was opened"))
    assert main([*HELLO, *why]) == 0
    assert capsys.readouterr().out


def test_a_fault_is_found_before_the_app_opens(monkeypatch, capsys):
    monkeypatch.setattr("rnnsym.cli.step.interactive", lambda: True)
    monkeypatch.setattr("rnnsym.cli.step.open_app", lambda options: pytest.fail("the app was opened"))
    assert main(["step", "elman", "--text", "a"]) == 2
    assert "one character" in capsys.readouterr().err
