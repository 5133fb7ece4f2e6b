import csv
import io
import json

import pytest

from rnnsym.analysis.sweeps import Sweep, runner
from rnnsym.cli import main
from rnnsym.cli import sweep as command

SMALL = ["elman,lstm", "--gain", "1:2:.5", "--hidden", "3", "--steps", "5", "--seeds", "2"]


@pytest.fixture(scope="module")
def whole():
    """The same sweep without the command line."""
    settings = {"gain": [1, 1.5, 2], "hidden": 3, "steps": 5}
    return Sweep(cell=["elman", "lstm"], seeds=2, **settings).run()


def out_of(capsys, *arguments):
    assert main(["sweep", *arguments]) == 0
    return capsys.readouterr().out


def test_a_line_for_each_point(capsys, whole):
    lines = out_of(capsys, *SMALL).splitlines()
    assert lines[0].split()[:3] == ["cell", "gain", "lyapunov"]
    assert [line.split()[:2] for line in lines[1:7]] == [[c, g] for c in ("elman", "lstm") for g in ("1", "1.5", "2")]
    mean = whole.spread("lyapunov", "cell", "gain").mean[1, 2]
    assert float(lines[6].split()[2]) == pytest.approx(mean, rel=1e-3)
    assert "means over 2 seeds; scheme glorot, hidden 3, steps 5" in lines[8]
    assert max(map(len, lines)) <= 80


def test_rows_as_json_and_csv(capsys, whole):
    record = json.loads(out_of(capsys, *SMALL, "--json"))
    assert record["schema_version"] == 1
    assert record["kind"] == "sweep"
    assert record["complete"]
    assert record["rows"] == json.loads(whole.to_json())["rows"]
    rows = list(csv.DictReader(io.StringIO(out_of(capsys, *SMALL, "--csv"))))
    assert [float(row["step_norm"]) for row in rows] == whole["step_norm"]


def test_a_picture_in_ascii_without_escapes(capsys):
    text = out_of(capsys, *SMALL, "--plot", "--ascii")
    assert text.isascii()
    assert "\x1b" not in text
    assert "* elman   o lstm   ~ mean field" in text
    assert max(map(len, text.splitlines())) <= 80
    lags = out_of(capsys, *SMALL, "--plot", "log_norms", "--axes", "gain")
    assert "● gain 1" in lags
    assert "steps back" in lags


def test_a_picture_as_a_file_and_nothing_replaced(capsys, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    path = tmp_path / "gains.svg"
    assert out_of(capsys, *SMALL, "--save", str(path)) == ""
    drawn = path.read_bytes()
    assert drawn.startswith(b"<?xml")
    monkeypatch.setattr(runner, "run_point", None)
    assert main(["sweep", *SMALL, "--save", str(path)]) == 2
    assert "exists" in capsys.readouterr().err
    assert path.read_bytes() == drawn


def test_a_measure_from_a_file(capsys, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "def largest(probe):\n    return abs(probe.params['U']).max()\n\n\ndef both(probe):\n    return [1, 2]\n"
    )
    lines = out_of(capsys, "elman", *SMALL[1:], "--measure", f"{file}:largest,{file}:both").splitlines()
    assert lines[0].split() == ["gain", "largest"]
    assert [float(line.split()[1]) for line in lines[1:4]] == pytest.approx(
        [gain * float(lines[1].split()[1]) for gain in (1, 1.5, 2)], rel=1e-3
    )
    assert lines[-1] == "also in the rows: both"


def test_ctrl_c_keeps_the_rows_and_the_same_command_goes_on(capsys, monkeypatch, tmp_path):
    path, plain, made = tmp_path / "rows.jsonl", runner.run_point, []

    def interrupted(job):
        made.append(job.index)
        if len(made) == 5:
            raise KeyboardInterrupt
        return plain(job)

    monkeypatch.setattr(runner, "run_point", interrupted)
    assert main(["sweep", *SMALL, "--out", str(path)]) == 130
    caught = capsys.readouterr()
    assert not caught.out
    assert f"interrupted; the rows that are done are in {path}: the same command goes on" in caught.err
    assert path.read_bytes().count(b"\n") == 5
    out_of(capsys, *SMALL, "--out", str(path))
    assert made == [0, 1, 2, 3, 4, *range(4, 12)]
    direct = tmp_path / "direct.jsonl"
    out_of(capsys, *SMALL, "--out", str(direct))
    assert path.read_bytes() == direct.read_bytes()
    made[:] = range(4)
    assert main(["sweep", *SMALL]) == 130
    assert "With --out FILE every finished row is." in capsys.readouterr().err


def test_failed_runs_are_counted(capsys):
    assert main(["sweep", "elman,lstm", "--forget-bias", "1", "--hidden", "2", "--steps", "3", "--seeds", "1"]) == 0
    err = capsys.readouterr().err
    assert "1 of 2 runs failed; the first one, cell elman, seed 0: no gate with a bias" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lstmm"], "Did you mean 'lstm'"),
        (["lstm", "--gain", "x"], "--gain takes numbers such as .5,1,2"),
        (["lstm", "--gain", "2:1:.5"], "FIRST:LAST:STEP"),
        (["lstm", "--gain", "1:2:0"], "a STEP above 0"),
        (["lstm", "--gain", "0:1:1e-9"], "up to 10,000 values"),
        (["lstm", "--gain", "nan"], "--gain takes numbers"),
        (["lstm", "--hidden", "1.5"], "the axis hidden must be a whole number"),
        (["lstm", "--plot"], "one point only"),
        (["lstm", "--gain", "1,2", "--plot", "lyapunof"], "Did you mean 'lyapunov'"),
        (["lstm", "--gain", "1,2", "--plot", "--axes", "gian"], "Did you mean 'gain'"),
        (["lstm", "--axes", "gain"], "--axes is for --plot"),
        (["lstm", "--gain", "1,2", "--save", "x.pdf"], "neither a .svg nor a .png"),
        (["lstm", "--gain", "1,2", "--plot", "log_norms", "--save", "x.svg"], "log_norms is a list"),
        (["lstm,gru", "--save", "x.svg"], "no axis of numbers"),
        (["lstm", "--force"], "--force is for --save"),
        (["lstm", "--measure", "no.py:largest"], "path/to/file.py:function"),
        (["lstm", "--json", "--csv"], "exclude each other"),
        (["lstm", "--seeds", "0"], "not a whole number"),
        (["elman", "--act", "tan"], "Did you mean 'tanh'"),
    ],
)
def test_what_cannot_be_done_is_said_before_any_run(arguments, words, capsys, monkeypatch):
    monkeypatch.setattr(runner, "run_point", None)
    assert main(["sweep", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_it_is_for_those_who_look_for_it(capsys):
    assert main(["--help"]) == 0
    assert "sweep" not in capsys.readouterr().out
    assert main(["sweep", "--help"]) == 0
    out = capsys.readouterr().out
    assert "examples" in out
    assert max(map(len, out.splitlines())) <= 80


def test_ranges_end_where_they_say_and_are_exact():
    assert command._values("gain", "gain", ".1:.4:.1,2,none") == [0.1, 0.2, 0.3, 0.4, 2, None]
    assert command._values("hidden", "hidden", "8:32:8") == [8, 16, 24, 32]
    assert command._values("scheme", "scheme", "glorot, chrono") == ["glorot", "chrono"]


def test_a_bar_where_someone_looks_on(capsys, monkeypatch):
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["sweep", *SMALL]) == 0
    caught = capsys.readouterr()
    assert "\x1b" not in caught.out
    assert "12/12" in caught.err
    assert "/s" in caught.err
