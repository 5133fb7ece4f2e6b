"""Every file in examples/ runs as its first lines say, and shows what it promises."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PROMISED = {
    "derive_a_gradient.py": ["tanh²(w x)", "δhₜ = ∂Lₜ/∂hₜ + Uᵀ δaₜ₊₁", "∂L/∂U_f = Σₜ δa_f,ₜ hₜ₋₁ᵀ"],
    "check_your_own_cell.py": ["U_f    parameter      right", "All right.", "WRONG: U."],
    "step_an_lstm.py": ["cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ", "reads 't', must predict 'h'", "∂L/∂U_f, first row, so far"],
    "minimal_gated_unit.py": [],
    "character_model.py": ["rₜ = σ(R[xₜ] + S hₜ₋₁)", "step 300   loss 0.0", "how much wood would a woodchuck"],
    "double_sum.py": ["j=k+1", "two loops agree with backpropagation: True", "‖G‖ of U"],
    "jacobian_paths.py": ["∂cₜ/∂cₜ₋₁ = diag(fₜ)", "b_f = 3.0: direct line [0.35"],
    "truncate.py": ["δh_cut,ₜ = Uᵀ ((1 − κₜ) δaₜ₊₁ + δa_cut,ₜ₊₁)", "per chunk, 6 kept: dropped 0.000"],
    "own_notation.py": ["aₜ = Aᵀ xₜ + B zₜ₋₁ + b", "'A': (2, 3)"],
    "continue_in_sympy.py": ["h_1_0 = tanh(a_1_0)", "diff(L, U) − ∂L/∂U = 0\n"],
    "chaos.py": ["logistic, r = 4: λ = 0.693", "sum -1.203973, dimension 1.2", "0.8564", "0.1653"],
    "bounded_parentheses.py": [
        "sₜ = [aₜ[0], min(aₜ[0], aₜ[1])]",
        "((()))       accepted   (0, 0) (1, 0) (2, 0) (3, 0) (2, 0) (1, 0) (0, 0)",
        ")(           rejected",
        "every prefix has at least as many ( as ): agrees on 2046\n",
        "()(())       1 2 4   pooled 4: found",
        "b[0] moves the first argument: slope 2.0 from the left, 0.0 from the right; taken 2.0",
    ],
}


def run(*arguments):
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=EXAMPLES.parent, capture_output=True, encoding="utf-8"
    )


@pytest.mark.parametrize("file", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_an_example_runs_and_shows_what_it_promises(file):
    done = run("-X", "utf8", EXAMPLES / file)
    assert done.returncode == 0, done.stderr
    for text in PROMISED[file]:
        assert text in done.stdout


def test_a_sentence_of_one_s_own_is_stepped_through():
    done = run("-X", "utf8", EXAMPLES / "step_an_lstm.py", "abab")
    assert "reads 'abab'" in done.stdout


def test_the_cell_of_one_s_own_takes_15_lines_at_most():
    tree = ast.parse((EXAMPLES / "minimal_gated_unit.py").read_text(encoding="utf-8"))
    (cell,) = (node for node in tree.body if isinstance(node, ast.ClassDef))
    assert cell.end_lineno - cell.lineno + 1 <= 15


@pytest.mark.parametrize("command", [["derive"], ["check"], ["step", "--text", "abc", "--hidden", "2"]])
def test_the_cell_of_one_s_own_works_in_the_commands(command):
    name, *options = command
    done = run("-X", "utf8", "-m", "rnnsym", name, "examples/minimal_gated_unit.py:MGU", *options)
    assert done.returncode == 0, done.stderr
    assert "U_f" in done.stdout
