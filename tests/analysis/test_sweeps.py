"""Sweeps: rows that depend on nothing but the grid, files that lose nothing, and measures checked by other means."""

import csv
import io
import json
import multiprocessing
import statistics
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.analysis.dynamics.meanfield import MeanField
from rnnsym.analysis.sweeps import MEASURES, Probe, Sweep, runner
from rnnsym.analysis.sweeps.picture import phase_plot
from rnnsym.analysis.sweeps.summary import summary
from rnnsym.analysis.sweeps.theory import mean_field
from rnnsym.errors import InputError, RnnsymError

SMALL = {"cell": ["elman", "gru"], "gain": [0.5, 2.0], "hidden": 3, "steps": 6, "seeds": 2}


@pytest.fixture(scope="module")
def small():
    return Sweep(**SMALL)


@pytest.fixture(scope="module")
def rows(small):
    return small.run().rows


@pytest.fixture(scope="module")
def content(small, tmp_path_factory):
    """The file of a sweep that nothing interrupted."""
    path = tmp_path_factory.mktemp("sweep") / "rows.jsonl"
    small.run(path)
    return path.read_bytes()


def probe(**settings):
    return Probe(Sweep(**settings).point(0))


# The grid. ------------------------------------------------------------------------------------------------------


def test_rows_are_in_the_order_of_the_grid(small, rows):
    assert len(small) == len(rows) == 8
    assert [(row["index"], row["cell"], row["gain"], row["seed"]) for row in rows] == [
        (i, cell, gain, seed)
        for i, (cell, gain, seed) in enumerate((c, g, s) for c in ("elman", "gru") for g in (0.5, 2.0) for s in (0, 1))
    ]
    assert all(row["error"] is None for row in rows)
    assert set(rows[0]) == {"index", *small.axes, "seed", *MEASURES, "error"}


def test_a_run_does_not_depend_on_the_rest_of_the_grid(rows):
    (alone,) = Sweep(cell="gru", gain=2.0, hidden=3, steps=6, seeds=1).run().rows
    assert {**alone, "index": 6} == rows[6]


def test_weights_of_a_seed_are_the_same_at_every_gain():
    once, twice = (probe(cell="elman", gain=g, hidden=3).params for g in (1.0, 2.0))
    assert np.array_equal(twice["U"], 2 * once["U"])
    assert np.array_equal(twice["W"], once["W"])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "a sweep needs a cell"),
        ({"cell": []}, "the axis cell has no values"),
        ({"cell": "lstmm"}, "Did you mean 'lstm'"),
        ({"cell": rs.cells.LSTM}, "takes a cell by its name"),
        ({"cell": "lstm peephole"}, "KEY=VALUE"),
        ({"cell": "elman", "gian": 1}, "Did you mean 'gain'"),
        ({"cell": "elman", "gain": [1, 1.0]}, "the axis gain has 1.0 twice"),
        ({"cell": "elman", "gain": "1"}, "the axis gain must be a number"),
        ({"cell": "elman", "gain": float("nan")}, "the axis gain must be finite"),
        ({"cell": "elman", "variance": -1}, "the axis variance must be finite and 0 or more"),
        ({"cell": "elman", "hidden": 0}, "the axis hidden must be a whole number"),
        ({"cell": "elman", "hidden": True}, "the axis hidden must be a whole number"),
        ({"cell": "elman", "steps": 2.5}, "the axis steps must be a whole number"),
        ({"cell": "elman", "scheme": "chronos"}, "Did you mean 'chrono'"),
        ({"cell": "elman", "activation": "tan"}, "Did you mean 'tanh'"),
        ({"cell": "elman", "seeds": 0}, "seeds must be a whole number"),
        ({"cell": "elman", "measures": "lyapunov"}, "measures must be a list"),
        ({"cell": "elman", "measures": ["lyapunof"]}, "Did you mean 'lyapunov'"),
        ({"cell": "elman", "measures": ["no.such:measure"]}, "cannot be imported"),
        ({"cell": "elman", "measures": [lambda probe: 1.0]}, "at the top level of a module"),
        ({"cell": "elman", "measures": ["os.path:join", "posixpath:join"]}, "would be called join"),
        ({"cell": "elman", "x": np.zeros(3)}, r"\(T, X\)"),
        ({"cell": "elman", "x": np.full((2, 2), np.inf)}, "x is not finite"),
        ({"cell": "elman", "x": np.zeros((4, 2)), "steps": 5}, "up to 4 steps"),
    ],
)
def test_a_bad_grid_is_refused(settings, words):
    with pytest.raises(RnnsymError, match=words):
        Sweep(**settings)


def test_a_file_may_have_spaces_in_its_name_and_a_cell_options(tmp_path, own_cell):
    file, _, name = own_cell.rpartition(":")
    moved = tmp_path / "my own  cell.py"
    Path(file).rename(moved)
    assert probe(cell=f"{moved}:{name}", hidden=3).net.cell.name == "MGU"
    assert probe(cell="gru variant=cho2014 z=renews").net.cell.z == "renews"
    assert probe(cell="elman", activation="relu").net.cell.activation == "relu"


# Workers. -------------------------------------------------------------------------------------------------------


def test_threads_give_the_same_rows_and_the_same_file(small, rows, content, tmp_path):
    with ThreadPoolExecutor(3) as executor:
        assert small.run(tmp_path / "rows.jsonl", executor).rows == rows
    assert (tmp_path / "rows.jsonl").read_bytes() == content


def test_processes_give_the_same_rows(small, rows):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        assert small.run(executor=executor).rows == rows


class Backwards(Executor):
    """Runs what was submitted last first, and not before somebody waits for it."""

    def __init__(self):
        self.waiting, self.most = [], 0

    def submit(self, function, /, *args):
        future = Future()
        self.waiting.append((future, function, args))
        self.most = max(self.most, len(self.waiting))
        return future

    def work(self):
        future, function, args = self.waiting.pop()
        future.set_result(function(*args))


def test_any_executor_will_do_and_never_has_too_much(small, content, tmp_path, monkeypatch):
    executor, plain = Backwards(), runner.wait

    def wait(*args, **options):
        executor.work()
        return plain(*args, **options)

    monkeypatch.setattr(runner, "wait", wait)
    small.run(tmp_path / "rows.jsonl", executor, submitted=3)
    assert executor.most == 3
    assert (tmp_path / "rows.jsonl").read_bytes() == content


class AtOnce(Executor):
    """Has the result of a run when it is submitted."""

    def submit(self, function, /, *args):
        future = Future()
        future.set_result(function(*args))
        return future


def test_what_is_finished_when_a_sweep_is_cancelled_is_kept(small, rows, monkeypatch):
    seen = []
    monkeypatch.setattr(
        runner, "wait", lambda pending, **options: ({min(pending, key=id)}, pending - {min(pending, key=id)})
    )
    table = small.run(
        executor=AtOnce(), progress=lambda done, total: seen.append(done), cancel=lambda: 1 in seen, submitted=4
    )
    assert table.rows == rows[:4]


# Files. ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def computed(monkeypatch):
    """The indices of the runs that are made."""
    made, plain = [], runner.run_point
    monkeypatch.setattr(runner, "run_point", lambda job: made.append(job.index) or plain(job))
    return made


def test_a_cancelled_sweep_goes_on_without_losing_or_repeating_a_row(small, rows, content, computed, tmp_path):
    path, seen = tmp_path / "rows.jsonl", []
    table = small.run(path, progress=lambda done, total: seen.append((done, total)), cancel=lambda: len(computed) == 3)
    assert table.rows == rows[:3]
    assert not table.complete
    assert seen == [(0, 8), (1, 8), (2, 8), (3, 8)]
    assert path.read_bytes() == b"".join(content.splitlines(keepends=True)[:4])
    assert small.run(path).rows == rows
    assert computed == list(range(8))
    assert path.read_bytes() == content
    assert small.run(path).complete
    assert len(computed) == 8


def test_an_event_cancels_a_sweep_of_an_executor(small, rows, content, tmp_path):
    path, stop = tmp_path / "rows.jsonl", threading.Event()
    with ThreadPoolExecutor(2) as executor:
        part = small.run(path, executor, lambda done, total: done >= 2 and stop.set(), stop, submitted=2)
    assert 2 <= len(part) < 8
    assert path.read_bytes().count(b"\n") == 1 + len(part)
    assert small.run(path).rows == rows
    assert path.read_bytes() == content


def test_ctrl_c_keeps_what_is_done(small, content, tmp_path):
    path = tmp_path / "rows.jsonl"

    def press(done, total):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        small.run(path, progress=press)
    assert path.read_bytes() == b"".join(content.splitlines(keepends=True)[:6])
    small.run(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("cut", [1, 40, -1500, -30, -1])
def test_a_file_that_breaks_off_anywhere_is_mended(small, content, computed, tmp_path, cut):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content[:cut])
    whole = content[:cut].count(b"\n") - 1
    small.run(path, cancel=lambda: len(computed) == 1)
    small.run(path)
    assert path.read_bytes() == content
    assert computed == list(range(max(whole, 0), 8))


def test_rows_in_any_order_or_twice_are_put_in_order(small, content, computed, tmp_path):
    header, *lines = content.splitlines(keepends=True)
    (tmp_path / "rows.jsonl").write_bytes(header + b"".join([lines[6], lines[2], lines[2], lines[0]]))
    small.run(tmp_path / "rows.jsonl")
    assert computed == [1, 3, 4, 5, 7]
    assert (tmp_path / "rows.jsonl").read_bytes() == content


def test_a_damaged_or_foreign_file_is_refused_and_left_alone(small, content, tmp_path):
    path = tmp_path / "rows.jsonl"
    header, first, *rest = content.splitlines(keepends=True)
    other = Sweep(**{**SMALL, "gain": [0.5, 3.0]})
    for data, words, sweep in [
        (header + first[:-30] + b"\n" + b"".join(rest), "line 2 of .* is damaged", small),
        (header + first.replace(b'"index": 0', b'"index": 8'), "line 2 of .* is damaged", small),
        (b"cell,gain\n", "is no sweep of rnnsym", small),
        (b"my thesis", "is no sweep of rnnsym", small),
        (b"{}\n", "is no sweep of rnnsym", small),
        (content, r"gain is \[0.5, 2.0\] in the file and \[0.5, 3.0\] here", other),
    ]:
        path.write_bytes(data)
        with pytest.raises(InputError, match=words):
            sweep.run(path)
        assert path.read_bytes() == data
    with pytest.raises(InputError, match="cannot be used"):
        small.run(tmp_path)


def test_a_cell_that_was_changed_is_another_sweep(own_cell, tmp_path):
    settings = {"cell": own_cell, "hidden": 2, "steps": 3, "measures": ["step_norm"]}
    assert Sweep(**settings).run(tmp_path / "rows.jsonl").errors == []
    file = own_cell.rpartition(":")[0]
    with open(file, "a", encoding="utf-8") as cell:
        cell.write("# changed\n")
    with pytest.raises(InputError, match="files is"):
        Sweep(**settings).run(tmp_path / "rows.jsonl")


# Measures. ------------------------------------------------------------------------------------------------------


def test_an_orthogonal_linear_cell_has_closed_forms():
    (row,) = Sweep(cell="linear", scheme="orthogonal", gain=0.5, hidden=4, steps=2000).run()
    log = np.log(0.5)
    np.testing.assert_allclose(row["log_norms"], np.arange(2001) * log, rtol=1e-12)
    assert row["lyapunov"] == pytest.approx(log, rel=1e-12)
    assert row["step_radius"] == pytest.approx(0.5)
    assert row["step_norm"] == pytest.approx(0.5)
    assert row["lag_below"] == 10
    assert row["saturated"] is None
    assert row["not_finite"] is None


def test_states_that_overflow_are_a_finding_and_no_failure(tmp_path):
    sweep = Sweep(cell="linear", scheme="orthogonal", gain=1e3, hidden=3, steps=200, start=1.0, variance=0.0)
    (row,) = sweep.run(tmp_path / "rows.jsonl")
    assert row["error"] is None
    assert 100 <= row["not_finite"] <= 105
    np.testing.assert_allclose(row["log_norms"], np.arange(201) * np.log(1e3), rtol=1e-12)
    assert sweep.run(tmp_path / "rows.jsonl").rows == [row]


def test_the_measures_agree_with_other_ways_to_find_them(rows):
    own = Probe(Sweep(**SMALL).point(5))
    run = own.net.run(own.params, own.x, own.target, own.carry)
    assert rows[5]["loss_gradient"] == pytest.approx(np.log(np.linalg.norm(run.carry_grad["h"])), rel=1e-12)
    for lag in (0, 1, 4, 6):
        assert rows[5]["log_norms"][lag] == pytest.approx(own.jacobians.log_norm(6, 6 - lag), abs=1e-12)
    assert rows[5]["saturated"] == pytest.approx(
        np.mean([np.mean(run[g] * (1 - run[g]) < 0.025) for g in "rz"] + [np.mean(1 - run["n"] ** 2 < 0.1)])
    )


def test_mean_field_takes_the_variances_of_the_drawn_weights():
    settings = {"scheme": "gaussian", "gain": 1.5, "hidden": 300, "inputs": 50, "variance": 0.5, "steps": 2}
    wanted = MeanField(1.5, np.sqrt(0.5), "tanh").largest
    for cell in ("elman", "output_feedback"):
        assert mean_field(probe(cell=cell, **settings)) == pytest.approx(wanted, rel=0.1)
    for cell in ("lstm", "fused", "jordan", "irnn"):
        assert mean_field(probe(cell=cell, hidden=3)) is None
    assert mean_field(probe(cell="elman", scheme="identity", hidden=3)) is None


SQUARED = """\
import rnnsym as rs


class Squared(rs.Cell):
    params = {"W": ("H", "X"), "U": ("H", "H")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.h = (p.W @ x + p.U @ prev.h) ** 2
"""


def test_a_cell_beyond_the_theory_has_its_other_measures(tmp_path):
    (tmp_path / "squared.py").write_text(SQUARED, encoding="utf-8")
    (row,) = rs.Sweep(cell=str(tmp_path / "squared.py"), hidden=3, steps=4, gain=0.1).run()
    assert row["error"] is None
    assert row["mean_field"] is None
    assert np.isfinite(row["lyapunov"])


def largest_entry(own):
    """The largest entry of a recurrent matrix."""
    return np.abs(own.params["U"]).max()


def odd_numbers(own):
    return [np.inf, -np.inf, 0.1]


def not_a_number(own):
    return "large"


def test_own_measures_by_function_and_by_name():
    sweep = Sweep(cell="elman", gain=[1.0, 2.0], hidden=3, steps=3, measures=["lyapunov", f"{__name__}:largest_entry"])
    table = sweep.run()
    assert table.columns[-3:] == ("lyapunov", "largest_entry", "error")
    assert table["largest_entry"][1] == 2 * table["largest_entry"][0]
    assert Sweep(cell="elman", measures=[largest_entry]).measures == (f"{__name__}:largest_entry",)
    assert Sweep(cell="elman", measures=[statistics.fmean]).columns == ("fmean",)


def test_numbers_that_are_not_finite_are_read_back(tmp_path):
    sweep = Sweep(cell="elman", hidden=2, steps=3, measures=[odd_numbers])
    (row,) = sweep.run(tmp_path / "rows.jsonl")
    assert row["odd_numbers"] == [np.inf, -np.inf, 0.1]
    assert sweep.run(tmp_path / "rows.jsonl").rows == [row]


def test_a_run_that_fails_is_a_row(tmp_path):
    sweep = Sweep(cell=["elman", "lstm"], forget_bias=1.0, hidden=2, steps=3, measures=["lyapunov"])
    bad, good = sweep.run(tmp_path / "rows.jsonl")
    assert "no gate with a bias keeps the state" in bad["error"]
    assert bad["lyapunov"] is None
    assert good["error"] is None
    assert sweep.run(tmp_path / "rows.jsonl").errors == [bad]
    (odd,) = Sweep(cell="elman", hidden=2, steps=3, measures=[not_a_number]).run()
    assert "a measure is a number" in odd["error"]


@pytest.mark.parametrize(("scheme", "bias"), [("unit_forget_bias", 1.0), ("glorot", 0.0)])
def test_schemes_of_gated_cells(scheme, bias):
    assert np.array_equal(probe(cell="lstm", scheme=scheme, hidden=3).params["b_f"], np.full(3, bias))


def test_chrono_takes_the_steps_as_the_longest_time():
    bias = probe(cell="gru variant=chung2014", scheme="chrono", hidden=50, steps=10).params["b_z"]
    assert np.exp(-bias).max() <= 9
    assert np.exp(-bias).max() > 7


def test_given_inputs_are_read_by_every_run():
    x = np.random.default_rng(0).normal(size=(5, 2))
    sweep = Sweep(cell="elman", x=x, steps=[3, 5], hidden=2, seeds=2)
    assert all(np.array_equal(Probe(sweep.point(i), x=x).x["x"], x[:3]) for i in (0, 1))
    assert sweep.run().errors == []
    assert sweep.hash != Sweep(cell="elman", x=x + 1, steps=[3, 5], hidden=2, seeds=2).hash


# What is read off the rows. -------------------------------------------------------------------------------------


def test_the_table_reads_back(small, rows):
    table = small.run()
    found = list(csv.DictReader(io.StringIO(table.to_csv())))
    assert [float(row["lyapunov"]) for row in found] == [row["lyapunov"] for row in rows]
    assert [float(n) for n in found[3]["log_norms"].split()] == rows[3]["log_norms"]
    assert json.loads(table.to_json())["rows"][7] == rows[7]
    spread = table.spread("lyapunov", "cell", "gain")
    pairs = np.reshape(table["lyapunov"], (2, 2, 2))
    np.testing.assert_allclose(spread.mean, pairs.mean(axis=2))
    np.testing.assert_array_equal(spread.high, pairs.max(axis=2))
    assert (spread.count == 2).all()
    with pytest.raises(RnnsymError, match="unknown column 'lyapunof'"):
        table["lyapunof"]
    with pytest.raises(InputError, match="is a list in each row"):
        table.spread("log_norms", "gain")


@pytest.mark.parametrize("ascii_only", [False, True])
def test_pictures_fit_and_say_what_is_drawn(small, ascii_only):
    table = small.run()
    for lines in (
        phase_plot(table, "lyapunov", ascii_only=ascii_only),
        phase_plot(table, "log_norms", ascii_only=ascii_only),
        phase_plot(table, "step_norm", ["gain"], ascii_only=ascii_only),
        summary(table, ascii_only=ascii_only),
    ):
        assert max(map(len, lines)) <= 80
        assert not ascii_only or "".join(lines).isascii()
    text = "\n".join(phase_plot(table, "lyapunov", ascii_only=ascii_only))
    assert "mean field" in text
    assert ("* elman   o gru" if ascii_only else "● elman   ○ gru") in text


def test_a_mean_over_some_of_the_runs_has_a_star():
    sweep = Sweep(cell="elman", hidden=8, steps=20, gain=[1.2, 1.5], seeds=4, measures=["lag_below", "not_finite"])
    table = sweep.run()
    lines = summary(table)
    counts = table.spread("lag_below", "gain").count
    assert 0 < counts[0] < 4
    assert not counts[1]
    assert lines[0].split() == ["gain", "lag_below"]
    assert lines[1].endswith("*")
    assert "* over the runs that have a number there" in lines


def test_two_axes_of_numbers_are_cells_with_their_values():
    sweep = Sweep(cell="linear", scheme="orthogonal", gain=[0.5, 1, 2], hidden=[2, 3], steps=4, measures=["step_norm"])
    lines = phase_plot(sweep.run(), "step_norm", ascii_only=True)
    assert lines[2].split() == ["gain", "2", "3"]
    assert [line.split() for line in lines[3:6]] == [["0.5", "0.5", "0.5"], ["1", "..1", "..1"], ["2", "##2", "##2"]]
    failed = Sweep(cell="elman", scheme="chrono", gain=[1, 2], hidden=2, steps=2).run()
    with pytest.raises(InputError, match="log_norms has no value in any run"):
        phase_plot(failed, "log_norms")
    with pytest.raises(InputError, match="two axes at most"):
        phase_plot(sweep.run(), "step_norm", ["gain", "hidden", "steps"])
