import json

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.cli import main
from rnnsym.cli.derive_formats import FORMATS


def test_elman_reads_as_in_a_textbook(capsys):
    assert main(["derive", "elman"]) == 0
    out = capsys.readouterr().out
    for line in ("δhₜ = ∂Lₜ/∂hₜ + Uᵀ δaₜ₊₁", "δaₜ = δhₜ ⊙ (1 − hₜ²)", "∂L/∂U = Σₜ δaₜ hₜ₋₁ᵀ"):
        assert line in out


def test_only_the_gradients_asked_for(capsys):
    assert main(["derive", "elman", "--wrt", "U"]) == 0
    out = capsys.readouterr().out
    assert "∂L/∂U" in out
    assert "∂L/∂W" not in out


def test_a_network_has_readout_and_loss(capsys):
    assert main(["derive", "elman", "--loss", "cross_entropy", "--pattern", "many_to_one"]) == 0
    out = capsys.readouterr().out
    assert "∂L/∂V" in out
    assert "softmax" in out


def test_the_activation_is_an_option_of_the_cell(capsys):
    assert main(["derive", "elman", "--act", "sigmoid"]) == 0
    by_name = capsys.readouterr().out
    assert "hₜ ⊙ (1 − hₜ)" in by_name
    assert main(["derive", "elman", "--option", "activation=sigmoid"]) == 0
    assert capsys.readouterr().out == by_name


@pytest.mark.parametrize("arguments", [["--ascii"], ["--format", "ascii"]])
def test_ascii_is_ascii(arguments, capsys):
    assert main(["derive", "lstm", *arguments]) == 0
    assert capsys.readouterr().out.isascii()


def test_json_is_json_with_a_schema_version(capsys):
    assert main(["derive", "gru", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["schema_version"] == 1
    assert record["parameters"]["U_z"] == ["H", "H"]


def test_the_numpy_module_runs_by_itself(capsys):
    assert main(["derive", "elman", "--format", "numpy"]) == 0
    module = {}
    exec(compile(capsys.readouterr().out, "elman.py", "exec"), module)
    rng = np.random.default_rng(0)
    net = rs.Network("elman", inputs=2, hidden=3)
    params, x, target = net.init(1, "uniform"), rng.normal(size=(4, 2)), rng.normal(size=(4, 3))
    run = net.run(params, x, target)

    def with_row_0(array):
        return np.concatenate([np.zeros((1, *array.shape[1:])), array])

    given = {**params, "x": with_row_0(x), "h0": np.zeros(3), "seed_h": with_row_0(run["h"] - target)}
    values = module["forward"](**given)
    inner = {key: given[key] for key in ("W", "U", "x", "seed_h")}
    grads = module["backward"](**inner, h=values["h"])
    assert np.allclose(grads["dU"], run.grads["U"], rtol=1e-12)


@pytest.mark.parametrize("form", FORMATS)
def test_output_goes_to_a_new_file_only(form, tmp_path, capsys):
    file = tmp_path / "derivation"
    assert main(["derive", "elman", "--format", form]) == 0
    printed = capsys.readouterr().out
    assert main(["derive", "elman", "--format", form, "--output", str(file)]) == 0
    caught = capsys.readouterr()
    assert caught.out == ""
    assert str(file) in caught.err
    assert file.read_text(encoding="utf-8") == printed
    assert main(["derive", "gru", "--output", str(file)]) == 2
    assert "--force" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == printed
    assert main(["derive", "gru", "--output", str(file), "--force"]) == 0
    assert "GRU" in file.read_text(encoding="utf-8")


def test_a_cell_of_the_users_own(own_cell, capsys):
    assert main(["derive", own_cell]) == 0
    out = capsys.readouterr().out
    assert "fₜ = σ(W_f xₜ + U_f hₜ₋₁)" in out
    assert "∂L/∂U_f = Σₜ" in out
