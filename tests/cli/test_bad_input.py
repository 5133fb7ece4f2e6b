"""Whatever is typed: one sentence on stderr, exit code 2, nothing on stdout, no traceback."""

import shlex

import pytest

from rnnsym.cli import main

FAULTS = {
    "step elman --set Q=1 --x 1": "unknown parameter 'Q'",
    "step elman --set w=1 --x 1": "Did you mean 'W'?",
    "step elman --set W --x 1": "NAME=VALUE",
    "step elman --set W=1 W=2 --x 1": "gives W twice",
    "step elman --set W=nan --x 1": "not finite",
    "step elman --set W=abc --x 1": "'abc' is not a number",
    "step elman --set W=1,2 --x 1": "the sizes disagree",
    "step elman --set W=.6": "there is no input",
    "step elman --x": "expected at least one argument",
    "step elman --x 1 --x 2": "gives the input x twice",
    "step elman --x nan": "not finite",
    "step elman --x 1,2 3": "x at t = 2",
    "step elman --x 1 2 --target 1": "1 targets for T = 2",
    "step elman --x 1 --target _": "every target is _",
    "step elman --x 1 --target 1 --loss squred": "Did you mean 'squared'?",
    "step elman --x 1 --target 1 --lr x": "'x' is not a number",
    "step elman --x 1 --target 1 --lr 0": "more than 0",
    "step elman --x 1 --lr .1": "needs a --target",
    "step elman --x 1 --carry q=1": "unknown carry 'q'",
    "step elman --x 1 --h0 1 --carry h=2": "both give h",
    "step elman --x 1 --text ab": "exclude each other",
    "step elman --text ''": "the text is empty",
    "step elman --text a": "one character",
    "step elman --text ab --hidden 0": "whole number from 1",
    "step elman --text ab --hidden 2.5": "whole number from 1",
    "step elman --text ab --hidden 99999999999999": "whole number from 1",
    "step elman --text ab --seed -1": "whole number from 0",
    "step elman --text ab --steps 2": "outside t = 1…1",
    "step elman --text abc --steps 2:1": "empty",
    "step elman --text ab --steps a": "two whole numbers",
    "step elman --text ab --act sigmod": "Did you mean 'sigmoid'?",
    "step lstm --text ab --act relu": "unknown option of cell LSTM 'activation'",
    "step elman --bidirectional --x 1 2 --target _ 1": "the target at t = 2 has shape (1,); it must be (2,)",
    "step elman --text ab --option activation": "NAME=VALUE",
    "step elman": "give a text",
    "step nocell --text ab": "unknown cell 'nocell'",
    "step nofile.py:Cell --text ab": "there is no file",
    "derive": "name a cell",
    "derive lsmt": "Did you mean 'lstm'?",
    "derive elman gru": "'gru' is one argument too many",
    "derive elman --wrt Z": "unknown parameter 'Z'",
    "derive elman --format pdf": "unknown format 'pdf'",
    "derive elman --loss l1": "unknown loss 'l1'",
    "derive elman --pattern many_to_on": "Did you mean 'many_to_one'?",
    "derive elman --output .": "exists",
    "derive elman --output no/such/folder/file": "cannot be written",
    "lesson bppt": "Did you mean 'bptt'?",
    "lesson bptt --page 0": "whole number from 1",
    "lesson bptt --page 999": "the lesson has pages",
    "--vrsion": "Did you mean '--version'?",
    "stp": "Did you mean 'step'?",
}


@pytest.mark.parametrize("line", FAULTS)
def test_bad_input_is_one_sentence_and_exit_code_2(line, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(line)) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.startswith("rnnsym: ")
    assert caught.err.endswith(".\n")
    assert caught.err.count("\n") == 1
    assert FAULTS[line] in caught.err


BROKEN_CELLS = {
    "syntax": ("class A(:\n", "SyntaxError"),
    "import": ("import no_such_module\n", "ModuleNotFoundError"),
    "step": ("def step(self, p, prev, x, now):\n        now.h = [][1]\n", "IndexError"),
    "shape": ("def step(self, p, prev, x, now):\n        now.h = p.W @ prev.h\n", "(H, X)"),
    "parameter": ("def step(self, p, prev, x, now):\n        now.h = p.w @ x\n", "Did you mean 'W'?"),
}
BODY = "import rnnsym as rs\n\nclass A(rs.Cell):\n    params = {'W': ('H', 'X')}\n    carry = {'h': ('H',)}\n\n    "


@pytest.mark.parametrize("fault", BROKEN_CELLS)
def test_a_broken_cell_is_reported_in_its_own_words(fault, capsys, tmp_path):
    code, message = BROKEN_CELLS[fault]
    file = tmp_path / "broken.py"
    file.write_text(BODY + code if code.startswith("def") else code, encoding="utf-8")
    assert main(["derive", f"{file}:A"]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert message in caught.err
    assert "Traceback" not in caught.err


def test_a_cell_whose_constructor_fails_is_reported(capsys, tmp_path):
    file = tmp_path / "late.py"
    code = "def __init__(self, n): self.n = n\n\n    def step(self, p, prev, x, now):\n        now.h = [][self.n]\n"
    file.write_text(BODY + code, encoding="utf-8")
    assert main(["derive", f"{file}:A", "--option", "n=3"]) == 2
    assert "late.py:10: IndexError" in capsys.readouterr().err


def test_a_file_with_several_cells_asks_for_one_of_them(capsys, tmp_path):
    file = tmp_path / "two.py"
    file.write_text(
        BODY + "def step(self, p, prev, x, now):\n        now.h = p.W @ x\n\n\nclass B(A):\n    pass\n",
        encoding="utf-8",
    )
    assert main(["derive", str(file)]) == 2
    assert f"has 2 cells: name one, as in {file}:A" in capsys.readouterr().err
