"""`rnnsym derive` with its choices: form, level, layout, notation, wiring, format."""

import json
import re
import subprocess
import sys

import pytest

import rnnsym as rs
from rnnsym.api.choices import FORMS
from rnnsym.cli import main
from rnnsym.notation import names

CELLS = ["elman", "lstm", "gru"]


def derived(capsys, *arguments):
    code = main(["derive", *arguments])
    caught = capsys.readouterr()
    assert code == 0, caught.err
    return caught.out


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cell", CELLS)
def test_every_form_of_a_network(cell, form, capsys):
    assert "FORWARD" in derived(capsys, cell, "--loss", "squared", "--form", form)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_cell_alone(form, capsys):
    assert "FORWARD" in derived(capsys, "gru", "--form", form)


@pytest.mark.parametrize("notation", names())
def test_every_notation(notation, capsys):
    assert derived(capsys, "lstm", "--notation", notation) == rs.derive("lstm", notation=notation).pretty()


def test_a_form_written_out(capsys):
    page = derived(capsys, "elman", "--form", "closed", "--wrt", "U", "--steps", "2", "--layout", "line")
    assert "e₂ᵀ ∂h₂/∂h₁ ∂⁺h₁/∂U" in page
    assert "Σ" not in page.partition("DOUBLE SUM")[2]


def test_layouts(capsys):
    line, auto = (
        derived(capsys, "elman", "--form", "closed", "--loss", "squared", "--layout", layout)
        for layout in ("line", "auto")
    )
    assert "Σ[k=1…t]" in line
    assert "t=1 k=1" in auto
    auto, tall = (derived(capsys, "elman", "--layout", layout) for layout in ("auto", "2d"))
    assert "∂L/∂U = Σₜ δaₜ hₜ₋₁ᵀ" in auto
    assert "t=1" in tall


def test_wirings(capsys):
    page = derived(capsys, "gru", "--layers", "2", "--bidirectional", "--loss", "cross_entropy")
    assert "FORWARD, LAYER 2, BACKWARD LAYER   t = T…1" in page
    page = derived(capsys, "lstm", "--decoder", "gru", "--feedback", "soft", "--loss", "cross_entropy")
    assert "DECODER" in page


def test_side_by_side(capsys):
    page = derived(capsys, "elman", "--rosetta", "deck_s", "d2l")
    assert "Wˢˣ xₜ" in page
    assert "Xₜ W_xh" in page
    assert "sₜ" in derived(capsys, "elman", "--rosetta")
    assert main(["derive", "elman", "--rosetta", "--json"]) == 2
    assert "--rosetta is a table" in capsys.readouterr().err


def test_how_many_parameters(capsys):
    assert (
        derived(capsys, "lstm", "--count", "--loss", "squared")
        .splitlines()[0]
        .endswith("4(HX + H² + H) + CH + C parameters")
    )


def test_the_cells_are_listed(capsys):
    page = derived(capsys, "--list")
    for entry in rs.cells.catalogue():
        assert entry.source in page


def test_the_numpy_file_runs_and_checks_itself(tmp_path, capsys):
    file = tmp_path / "gru.py"
    derived(capsys, "gru", "--loss", "squared", "--format", "numpy", "--output", str(file))
    done = subprocess.run([sys.executable, "-I", file], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^ok: ", done.stdout, re.MULTILINE)


def test_the_sympy_script_runs(tmp_path, capsys):
    file = tmp_path / "elman.py"
    arguments = ["--loss", "cross_entropy", "--format", "sympy", "--steps", "1", "--size", "H=1", "--labels", "1"]
    derived(capsys, "elman", *arguments, "--output", str(file))
    code = "from elman import gradients, loss, expanded; from sympy import diff; U = gradients['U'].free_symbols"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_form_as_json(capsys):
    record = json.loads(derived(capsys, "elman", "--loss", "squared", "--form", "closed", "--json"))
    assert record["schema_version"] == 1
    assert any("∏" in line["text"] for line in record["lines"])


@pytest.mark.parametrize(
    ("ending", "begins"), [("svg", "<svg"), ("tex", "\\documentclass"), ("md", "## "), ("txt", "Elman")]
)
def test_a_file_s_ending_says_its_format(ending, begins, tmp_path, capsys):
    file = tmp_path / f"elman.{ending}"
    derived(capsys, "elman", "--output", str(file))
    assert file.read_text(encoding="utf-8").startswith(begins)


def test_a_program_of_no_kind_is_refused(tmp_path, capsys):
    assert main(["derive", "elman", "--output", str(tmp_path / "elman.py")]) == 2
    assert "--format numpy or --format sympy" in capsys.readouterr().err


def test_a_picture_and_a_document(capsys):
    assert derived(capsys, "lstm", "--format", "svg").startswith("<svg")
    assert derived(capsys, "lstm", "--format", "tex").startswith("\\documentclass")


SYMPY = ["elman", "--loss", "cross_entropy", "--format", "sympy"]
BAD = {
    "a form": (["elman", "--form", "recurence"], "Did you mean 'recurrence'"),
    "a level": (["elman", "--level", "chains"], "Did you mean 'chain'"),
    "a layout": (["elman", "--layout", "3d"], "unknown layout '3d'"),
    "a notation": (["elman", "--notation", "deck_x"], "Did you mean 'deck_"),
    "a parameter": (["elman", "--form", "closed", "--wrt", "Q"], "unknown parameter 'Q'"),
    "a parameter without effect": (["elman", "--loss", "squared", "--wrt", "unused"], "unknown parameter"),
    "a window": (["elman", "--form", "truncated", "--window", "0"], "'0' is not a whole number"),
    "a way to truncate": (["elman", "--form", "truncated", "--per", "los"], "Did you mean 'loss'"),
    "too many steps": (["lstm", "--form", "closed", "--steps", "400"], "written out for T = 400"),
    "no cell": ([], "--list shows"),
    "a size": (["elman", "--loss", "squared", "--format", "sympy", "--size", "H=x"], "--size: 'x' is not a whole"),
    "labels": ([*SYMPY], "give the labels"),
    "a label of no class": ([*SYMPY, "--labels", "0", "1", "7"], "the labels of 2 classes are 0…1, not 7"),
    "a label below zero": ([*SYMPY, "--labels", "0", "1", "-1"], "not -1"),
    "a window without truncation": (["elman", "--window", "4"], "--window has no effect with --form recurrence"),
    "two parameters where one is": (["elman", "--form", "closed", "--wrt", "U", "W"], "give --wrt one name"),
    "a parameter for a Jacobian": (["elman", "--form", "jacobian", "--wrt", "U"], "--wrt has no effect"),
    "a form of a program": (["elman", "--form", "closed", "--format", "numpy"], "--form has no effect"),
    "a level of LaTeX": (["elman", "--level", "why", "--format", "latex"], "it is for text, ascii, tex, svg"),
    "sizes of a page": (["elman", "--size", "H=2"], "it is for sympy"),
    "the size of no dimension": (["elman", "--format", "sympy", "--size", "Q=3"], "unknown dimension 'Q'"),
    "two formats": (["elman", "--json", "--format", "latex"], "exclude each other"),
    "a level of a table": (["elman", "--rosetta", "deck_s", "--level", "why"], "no effect with --rosetta"),
}


@pytest.mark.parametrize(("arguments", "said"), BAD.values(), ids=BAD)
def test_bad_choices_are_explained(arguments, said, tmp_path, capsys):
    file = tmp_path / "out"
    assert main(["derive", *arguments, "--output", str(file)]) == 2
    caught = capsys.readouterr()
    assert said in caught.err
    assert len(caught.err.strip().splitlines()) == 1
    assert not file.exists()


def test_a_parameter_that_the_loss_does_not_feel(tmp_path, capsys):
    cell = tmp_path / "cell.py"
    cell.write_text(
        "import rnnsym as rs\n\n\nclass Idle(rs.Cell):\n"
        '    params = {"W": ("H", "X"), "U": ("H", "H"), "Q": ("H",)}\n    carry = {"h": ("H",)}\n\n'
        "    def step(self, p, prev, x, now):\n"
        "        now.q = p.Q * prev.h\n        now.h = rs.tanh(p.W @ x + p.U @ prev.h)\n",
        encoding="utf-8",
    )
    assert main(["derive", str(cell), "--wrt", "Q"]) == 2
    assert "the loss does not depend on Q" in capsys.readouterr().err


def test_a_profile_in_which_two_roles_collide(tmp_path, capsys):
    profile = tmp_path / "mine.toml"
    profile.write_text('extends = "default"\n\n[symbols]\nh = "a"\n', encoding="utf-8")
    assert main(["derive", "elman", "--notation", str(profile)]) == 2
    caught = capsys.readouterr()
    assert "alike" in caught.err
    assert caught.out == ""
