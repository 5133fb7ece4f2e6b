"""The benchmarks measure the same work for everybody, see what is wrong, and say who is not there."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
WORKS = ["elman", "lstm", "gru", "character", "peephole", "mgu", "two_layer", "bidirectional"]


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.mark.parametrize("work", WORKS)
def test_a_work_has_the_parameters_of_the_network(work):
    from peers.ours_peer import network
    from works import Case, data

    case = Case(work, 3, 5, 4, 1)
    assert network(case).params == {name: value.shape for name, value in data(case).params.items()}


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("steps", [1, 2, 7])
@pytest.mark.parametrize("work", ["elman", "lstm", "gru", "character"])
def test_numpy_by_hand_has_the_loss_and_gradients_of_the_network(work, steps, batch):
    """Called twice with other parameters."""
    from peers import plain_peer
    from peers.ours_peer import network
    from works import Case, data

    case = Case(work, steps, 5, 4, batch)
    given, other = data(case), data(case, seed=1)
    program = plain_peer.prepare(case, given, None).call.func
    program(other.params)
    loss, grads = program(given.params)
    expected, exact = network(case).value_and_grad(*given)
    assert loss == pytest.approx(expected, rel=1e-12)
    assert grads.keys() == exact.keys()
    for name, gradient in exact.items():
        np.testing.assert_allclose(grads[name], gradient, rtol=0, atol=1e-12 * np.abs(gradient).max())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"W": np.array([1.0, 2.0 + 1e-8])}, "the gradient of W differs by 5.0e-09"),
        ({"W": np.array([1.0, np.nan])}, "the gradient of W differs by nan"),
        ({"W": np.array([[1.0, 2.0]])}, "has shape (1, 2), not (2,)"),
        ({"": np.array(3.1)}, "the loss differs by 3.3e-02"),
        ({"U": np.array([1.0])}, "not the same gradients: ['U']"),
    ],
)
def test_a_wrong_result_is_seen(change, sentence):
    from duel import difference

    right = {"": np.array(3.0), "W": np.array([1.0, 2.0])}
    assert difference(right, dict(right)) == ""
    wrong = difference(right, {**right, **change})
    assert wrong.startswith("WRONG RESULT")
    assert sentence in wrong


def test_a_duel_times_who_is_right_and_names_who_is_not(monkeypatch):
    import duel
    from peers import COMPETITORS, Competitor
    from works import Case

    those = {name: COMPETITORS[name] for name in ("ours", "tuned", "plain")}
    monkeypatch.setattr(duel, "COMPETITORS", {**those, "gone": Competitor("Gone", "no_such_package")})
    said = []
    found = duel.duel(Case("elman", 4, 3, 2, 1), 2, 0.001, None, said.append)
    assert {name: len(times) for name, times in found["times"].items()} == {"ours": 2, "plain": 2}
    assert found["absent"] == {"tuned": "no --yardstick PATH"}
    assert ["no hand-tuned NumPy" in sentence for sentence in said if "threads" not in sentence] == [True]


def test_a_ratio_is_that_of_each_round():
    from duel import ratios

    times = {"ours": [1.0, 2.0, 9.0, 4.0, 5.0], "jax": [1.0, 1.0, 3.0, 1.0, 1.0]}
    assert ratios(times, "jax") == (3.0, 2.0, 4.0)


def test_a_fit_is_that_of_a_line_and_of_a_power():
    from costs import fit

    line = fit([{"at": at, "seconds": 3.0 * at + 1} for at in (1, 2, 5, 9)], "seconds")
    assert (line["slope"], line["start"], line["r2"]) == pytest.approx((3, 1, 1))
    assert fit([{"at": at, "bytes": 7.0 * at**2} for at in (1, 10, 100)], "bytes")["exponent"] == pytest.approx(2)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.234e-5, "s", "12.3 µs"),
        (0.9999, "s", "1 s"),
        (0.1, "s", "100 ms"),
        (2.5e6, "B", "2.5 MB"),
        (3, "B", "0.003 kB"),
    ],
)
def test_numbers_have_three_digits_and_a_unit(value, unit, text):
    from drawing import scaled

    assert scaled(value, unit) == text


def test_a_page_shows_what_was_kept(tmp_path, capsys):
    import run
    from machine import described

    duels = [
        {"case": ["lstm", 9, 8, 7, 1], "times": {"ours": [1e-3] * 3, "plain": [2e-3] * 3}, "absent": {}},
        {"case": ["gru", 9, 8, 7, 1], "times": {"plain": [2e-3] * 3}, "absent": {"ours": "WRONG RESULT, all of it"}},
    ]
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({"machine": described(), "by": ["python3 dev.py bench"], "duels": duels}))
    assert run.main(["--from-json", str(kept)]) == 1
    page = capsys.readouterr().out
    assert "| LSTM 9, 8, 7, 1 | 1 ms | **0.5** (0.5–0.5) |" in page
    assert "| GRU 9, 8, 7, 1 | – | (2 ms) |" in page
    assert "rnnsym: WRONG RESULT, all of it (GRU)" in page


def test_figures_are_drawings():
    from figures import curve_figure, ratio_figure

    duels = [{"case": ["lstm", 9, 8, 7, 1], "times": {"ours": [1.0, 2.0], "jax": [1.0, 3.0]}, "absent": {}}]
    drawings = {"memory against steps T": curve_figure(grown()), "JAX jit + scan": ratio_figure(duels)}
    for word, drawing in drawings.items():
        assert word in "".join(ET.fromstring(drawing).itertext())


def test_the_table_of_curves_tells_how_the_cost_grows():
    from report import curves_section

    assert "| 1 … 1,000 | 100 µs | 1.0000 | 1.00 | 2 ms – 2 s | 1.00 | 100 ms – 100 ms |" in curves_section(grown())


def grown():
    """Every curve with a cost in proportion."""
    from fresh import CURVES

    points = [
        {"at": at, "seconds": 1e-4 * at, "bytes": 9.0 * at, "ready": 2e-3 * at, "first": 0.1} for at in (1, 10, 1000)
    ]
    return dict.fromkeys([*CURVES, "memory"], points)
