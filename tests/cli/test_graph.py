import json

import pytest

from rnnsym.cli import main


def drawn(capsys, *arguments):
    assert main(["graph", *arguments]) == 0
    return capsys.readouterr().out


def test_three_steps_of_elman_fit_into_80_columns(capsys):
    out = drawn(capsys, "elman", "--values")
    assert all(len(line) <= 80 for line in out.splitlines())
    for symbol in ("x₁", "a₂", "h₀", "h₃", "y₃", "L₃", "L = "):
        assert symbol in out


def test_formulas_name_the_operations(capsys):
    out = drawn(capsys, "elman")
    for formula in ("tanh(a₂)", "W x₃ + U h₂ + b", "V h₁ + b_y", "L = Σₜ Lₜ"):
        assert formula in out
    assert "W 2×2" in out


def test_parameters_stand_beneath_with_their_gradients(capsys):
    out = drawn(capsys, "elman", "--values")
    for head in ("∂L/∂W", "∂L/∂U", "∂L/∂b", "∂L/∂V", "∂L/∂b_y"):
        assert head in out


def test_steps_that_do_not_fit_are_named_and_can_be_paged_to(capsys):
    out = drawn(capsys, "lstm")
    assert "t = 1 to 2 fit into 80 columns; the rest: --from 3" in out
    assert "t = 3" in drawn(capsys, "lstm", "--from", "3")


def test_ascii_is_ascii(capsys):
    for arguments in (["gru", "--values"], ["lstm"], ["gru", "--rolled"]):
        assert drawn(capsys, *arguments, "--ascii").isascii()


def test_a_text_labels_what_is_read_and_what_must_come(capsys):
    out = drawn(capsys, "gru", "--text", "abc", "--values")
    assert "x₁ 'a'" in out
    assert "'c'" in out
    assert "T = 2" in out


def test_the_rolled_graph_loops_what_is_carried(capsys, own_cell):
    assert "hₜ is hₜ₋₁ of the next step" in drawn(capsys, own_cell, "--rolled")
    out = drawn(capsys, "lstm", "--rolled")
    assert "cₜ is cₜ₋₁ of the next step" in out


def test_a_cell_of_ones_own(capsys, own_cell):
    assert "n₃" in drawn(capsys, own_cell, "--values")


def test_json_has_nodes_edges_and_parameters(capsys):
    assert main(["graph", "elman", "--steps", "2", "--json"]) == 0
    graph = json.loads(capsys.readouterr().out)
    assert graph["kind"] == "graph"
    assert ["h[1]", "a[2]"] in graph["edges"]
    assert ["L[2]", "L"] in graph["edges"]
    node = next(node for node in graph["nodes"] if node["id"] == "h[1]")
    assert len(node["value"]) == len(node["gradient"]) == 2
    assert [p["name"] for p in graph["parameters"]] == ["W", "U", "b", "V", "b_y"]


def test_the_same_seed_draws_the_same(capsys):
    first, again, other = (drawn(capsys, "gru", "--values", "--seed", seed) for seed in "223")
    assert first == again
    assert first != other


def test_no_escape_sequence_reaches_a_pipe(capsys):
    assert "\x1b" not in drawn(capsys, "elman", "--values")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["elman", "--steps", "0"], "whole number"),
        (["elman", "--from", "9"], "t runs from 1 to 3"),
        (["elman", "--width", "20"], "needs 31 columns"),
        (["elman", "--text", ""], "at least two characters"),
        (["elman", "--text", "abc", "--steps", "5"], "T = 2 steps at most"),
        (["elman", "--text", "abc", "--inputs", "5"], "exclude each other"),
        (["elmann"], "Did you mean 'elman'?"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(capsys, arguments, words):
    assert main(["graph", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
