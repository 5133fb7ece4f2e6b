"""`rnnsym plan`: the plan of the fast program as a page, as data, and as source."""

import json
import subprocess
import sys

import pytest

import rnnsym as rs
from rnnsym.cli import main
from support import own_cell

COST = {"calls", "FLOPs", "bytes"}


def planned(capsys, *arguments):
    code = main(["plan", *arguments])
    caught = capsys.readouterr()
    assert code == 0, caught.err
    return caught.out


def test_the_page_is_that_of_python(capsys):
    assert planned(capsys, "lstm") == f"{rs.plan('lstm')}\n"
    net = rs.Network("gru", inputs=32, hidden=16, outputs=32, loss="cross_entropy")
    words = ["--size", "H=16", "--loss", "cross_entropy", "--steps", "30", "--batch", "4"]
    assert planned(capsys, "gru", *words) == f"{rs.plan(net, 30, 4)}\n"


def test_the_page_names_every_choice_every_pass_and_every_stage(capsys):
    page = planned(capsys, "lstm")
    found = rs.plan("lstm")
    for word in [each.choice for each in found.reasons] + [each.name for each in found.passes]:
        assert f"\n  {word} " in page
    for title in (
        "Once for given data",
        "Once a run",
        "Each step of a loop over t = 1…T",
        "t = T…1",
        "After the loops",
    ):
        assert title in page
    assert "[iₜ, fₜ] ⊙ [gₜ, cₜ₋₁]" in page or "[fₜ, iₜ] ⊙ [cₜ₋₁, gₜ]" in page
    assert f"{found.costs.run.calls:,}" in page.splitlines()[-1]
    assert f"{found.readable_costs.run.calls:,}" in page.splitlines()[-1]


@pytest.mark.parametrize("width", [72, 80, 160])
def test_the_page_keeps_its_width(width, capsys):
    words = ["gru", "--layers", "2", "--bidirectional", "--passes", "--width", str(width)]
    page = planned(capsys, *words)
    assert max(map(len, page.splitlines())) <= max(width, 80)


def test_ascii(capsys):
    assert planned(capsys, "lstm", "--ascii", "--passes").isascii()


@pytest.mark.parametrize(
    "words",
    [
        ("lstm", "--bidirectional", "--pattern", "many_to_one"),
        ("gru", "--stack", "lstm,elman", "--reduction", "mean"),
        ("elman", "--decoder", "gru", "--feedback", "soft", "--loss", "cross_entropy", "--context"),
        ("lstm", "--symbols", "--loss", "cross_entropy"),
        ("elman", "--act", "relu", "--batch", "8", "--steps", "1"),
        ("jordan",),
        ("lstm", "--option", "variant=peephole", "--batch", "1"),
        ("parentheses", "--size", "X=1", "--size", "H=2"),
    ],
)
def test_every_wiring(words, capsys):
    page = planned(capsys, *words)
    assert "Costs, T = " in page
    assert max(map(len, page.splitlines())) <= 80


def test_the_passes_show_what_they_changed(capsys):
    page = planned(capsys, "lstm", "--passes")
    part = page[page.index("\nsquashed: ") :].split("\n\n")[0]
    assert "  - iₜ = σ(" in part
    assert "  + iₜ = " in part
    assert "tanh(" in part
    assert "Nothing to change." in page
    assert "\nsquashed: " not in planned(capsys, "lstm")


def test_json(capsys):
    data = json.loads(planned(capsys, "lstm", "--json", "--batch", "3", "--steps", "12", "--size", "H=5"))
    assert (data["schema_version"], data["kind"], data["network"]) == (1, "plan", "LSTM")
    assert data["sizes"] == {"T": 12, "B": 3, "X": 32, "H": 5, "C": 32}
    assert data["passes"][0]["name"] == "trimmed"
    assert all(isinstance(name, str) for each in data["passes"] for name in each["changed"] + each["made"])
    assert {"choice", "value", "about", "with_it", "without"} == set(data["choices"][0])
    assert {stage["kind"] for stage in data["stages"]} >= {"data", "weights", "loop", "outside"}
    for stage in data["stages"]:
        assert set(stage) >= COST | {"steps", "direction", "times", "items"}
        assert sum(item["calls"] for item in stage["items"]) == stage["calls"]
        assert all(item["source"] for item in stage["items"])
    loops = [stage for stage in data["stages"] if stage["kind"] == "loop"]
    assert [(stage["steps"], stage["direction"], stage["times"]) for stage in loops] == [
        ("t = 1…T", 1, 12),
        ("t = 1…T", -1, 12),
    ]
    for form in ("fast", "readable"):
        assert set(data["costs"][form]["run"]) == COST


def test_the_source_says_beside_each_call_what_it_computes_and_runs_alone(capsys, tmp_path):
    text = planned(capsys, "lstm", "--source")
    assert text == rs.plan("lstm").source
    assert "  # c\n" in text
    file = tmp_path / "fast.py"
    file.write_text(text + "\nprint(prepare(3)[1].__code__.co_argcount)\n", encoding="utf-8")
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    assert int(done.stdout) == len(rs.Network("lstm", 1, 1, 1).params)


def test_the_readable_source(capsys):
    net = rs.Network("gru", inputs=32, hidden=64, outputs=32)
    assert planned(capsys, "gru", "--readable") == net.program().source


def test_a_cell_of_ones_own(tmp_path, capsys):
    page = planned(capsys, own_cell.written_to(tmp_path))
    assert page.startswith("How MGU computes its loss and gradients")
    assert "fₜ" in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plan"], "CELL"),
        (["plan", "lstmm"], "lstm"),
        (["plan", "lstm", "--steps", "0"], "whole number from 1"),
        (["plan", "lstm", "--batch", "x"], "whole number from 1"),
        (["plan", "lstm", "--size", "H"], "--size takes NAME=VALUE"),
        (["plan", "lstm", "--size", "Q=3"], "unknown dimension"),
        (["plan", "lstm", "--json", "--source"], "--json and --source exclude each other"),
        (["plan", "lstm", "--loss", "squred"], "squared"),
        (["plan", "lstm", "--pases"], "did you mean '--passes'"),
    ],
)
def test_bad_input_is_one_sentence(words, said, capsys):
    assert main(words) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert said in caught.err
    assert len(caught.err.splitlines()) == 1


def test_bad_arguments_in_python():
    with pytest.raises(rs.errors.InputError, match="steps must be"):
        rs.plan("lstm", steps=0)
    with pytest.raises(rs.errors.InputError, match="batch must be"):
        rs.plan("lstm", batch=2.5)
    with pytest.raises(rs.errors.InputError, match="has its sizes already"):
        rs.plan(rs.Network("lstm", 1, 1, 1), sizes={"H": 3})
