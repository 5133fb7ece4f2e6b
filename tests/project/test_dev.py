"""dev.py is the first thing a newcomer runs: each way it can fail has to end in a sentence."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

DEV = Path(__file__).parents[2] / "dev.py"


@pytest.fixture
def dev(tmp_path, monkeypatch):
    """dev.py as a module, over a checkout of its own; `dev.calls` are the commands it would have run."""
    spec = importlib.util.spec_from_file_location("dev", DEV)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    places = {"ROOT": tmp_path, "VENV": venv, "BIN": venv / "bin", "PYTHON": venv / "bin" / "python"}
    for name, place in {**places, "STAMP": venv / "stamp.txt"}.items():
        setattr(module, name, place)
    (tmp_path / "pyproject.toml").write_text("[project]\n")

    module.calls, module.exit_codes = [], {}

    def call(command, **_):
        module.calls.append(command)
        # Paths of this machine must not decide: only whole words of the command are looked up.
        codes = (code for word, code in module.exit_codes.items() if word in command)
        return next(codes, 0)

    monkeypatch.setattr(subprocess, "call", call)
    return module


@pytest.fixture
def environment(dev):
    """A .venv that looks as `python -m venv` leaves it, on the Python of this test run."""
    dev.BIN.mkdir(parents=True)
    (dev.VENV / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
    dev.PYTHON = Path(sys.executable)
    return dev.VENV


def installs(dev):
    return [command[-1] for command in dev.calls if "install" in command]


# Usage


@pytest.mark.parametrize("arguments", [[], ["help"], ["-h"], ["--help"]])
def test_help_goes_to_stdout_and_is_no_failure(dev, capsys, arguments):
    assert dev.main(arguments) == 0
    out, err = capsys.readouterr()
    assert all(job in out for job in dev.JOBS)
    assert not err


def test_an_unknown_job_exits_2_and_shows_the_help(dev, capsys):
    assert dev.main(["tset"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "no job 'tset'" in err
    assert dev.HELP in err
    assert not dev.calls


def test_the_script_itself_exits_2_without_control_sequences_when_piped():
    done = subprocess.run([sys.executable, str(DEV), "tset"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "\x1b" not in done.stdout + done.stderr


def test_an_old_python_can_read_the_script():
    ast.parse(DEV.read_text(encoding="utf-8"), feature_version=(3, 8))


def test_an_old_python_is_told_which_one_is_needed(dev, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or later"):
        dev.main(["demo"])
    assert not dev.calls


# The environment


def test_a_missing_environment_is_made_with_this_python(dev):
    dev.make_environment()
    assert dev.calls == [[sys.executable, "-m", "venv", str(dev.VENV)]]


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_explained(dev, monkeypatch, module):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == module else find(name))
    with pytest.raises(SystemExit, match=f"lacks {module}, .*apt install python3-venv"):
        dev.make_environment()
    assert not dev.calls


def test_a_failure_of_venv_is_explained(dev):
    dev.exit_codes = {"venv": 1}
    with pytest.raises(SystemExit, match=r"could not make \.venv"):
        dev.make_environment()


def test_a_sound_environment_is_used_as_it_is(dev, environment, capsys):
    dev.make_environment()
    assert not dev.calls
    assert not capsys.readouterr().err


def test_an_environment_of_uv_is_left_alone(dev, environment):
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\nuv = 0.9.1\nversion_info = 3.12.1\n")
    with pytest.raises(SystemExit, match=r"made by uv.*uv run rnnsym"):
        dev.make_environment()
    assert not dev.calls


def test_a_folder_that_is_no_environment_is_left_alone(dev):
    dev.VENV.mkdir()
    with pytest.raises(SystemExit, match=r"pyvenv\.cfg is missing"):
        dev.make_environment()


def test_an_environment_whose_python_is_gone_is_explained(dev, environment):
    dev.PYTHON = environment / "bin" / "python"
    with pytest.raises(SystemExit, match="does not start"):
        dev.make_environment()


@pytest.mark.parametrize(
    ("version", "pip", "sentence"),
    [("3.9.2", "", r"Its Python is 3\.9\.2, and rnnsym needs 3\.11"), ("3.11.7", None, "It has no pip")],
)
def test_an_environment_that_cannot_serve_is_explained(dev, environment, monkeypatch, version, pip, sentence):
    monkeypatch.setattr(dev, "in_environment", lambda code: pip if "pip" in code else version)
    with pytest.raises(SystemExit, match=sentence):
        dev.make_environment()


def test_an_environment_of_another_new_python_is_used_and_named(dev, environment, monkeypatch, capsys):
    monkeypatch.setattr(dev, "in_environment", lambda code: "" if "pip" in code else "3.99.0")
    dev.make_environment()
    assert ".venv has Python 3.99.0" in capsys.readouterr().err


# Installing


def test_an_install_is_done_once_and_again_when_pyproject_changes(dev, environment):
    assert dev.install("rnnsym")
    assert dev.install("rnnsym")
    assert installs(dev) == ["."]
    (dev.ROOT / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    assert dev.install("rnnsym")
    assert installs(dev) == [".", "."]


def test_the_test_install_serves_the_demo_but_not_the_other_way_round(dev, environment):
    for package in ("rnnsym", "rnnsym[test]", "rnnsym"):
        dev.install(package)
    assert installs(dev) == [".", ".[test]"]
    dev.STAMP.unlink()
    for package in ("rnnsym[test]", "rnnsym"):
        dev.install(package)
    assert installs(dev) == [".", ".[test]", ".[test]"]


def test_a_moved_checkout_is_installed_again(dev, environment, tmp_path):
    dev.install("rnnsym")
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "pyproject.toml").write_bytes((dev.ROOT / "pyproject.toml").read_bytes())
    dev.ROOT = moved
    assert not dev.installed()


def test_a_failed_install_is_explained_and_tried_again(dev, environment):
    dev.exit_codes = {"install": 1}
    for _ in range(2):
        with pytest.raises(SystemExit, match=r"pip could not install.*network"):
            dev.require("rnnsym")
    assert len(installs(dev)) == 2


# The jobs


def commands_after_install(dev):
    return [command for command in dev.calls if "install" not in command]


def test_the_demo_passes_its_arguments_on(dev, environment):
    assert dev.main(["demo", "--hidden", "5"]) == 0
    (command,) = commands_after_install(dev)
    assert command[:3] == [str(dev.BIN / "rnnsym"), "step", "lstm"]
    assert command[-4:] == ["--seed", "7", "--hidden", "5"]


def test_the_test_job_runs_everything_in_order(dev, environment, capsys):
    assert dev.main(["test", "-k", "lstm"]) == 0
    ruff, mypy, imports, pytest_command = commands_after_install(dev)
    assert ruff[-2:] == ["ruff", "check"]
    assert mypy[-1] == "mypy"
    assert "lint-imports" in imports[0]
    assert pytest_command[-7:] == ["pytest", "-n", "2", "--dist", "worksteal", "-k", "lstm"]
    assert capsys.readouterr().err.count("  ok in ") == 4


def test_the_test_job_stops_at_the_first_failure_with_its_exit_code(dev, environment, capsys):
    dev.exit_codes = {"mypy": 3}
    assert dev.main(["test"]) == 3
    assert len(commands_after_install(dev)) == 2
    summary = capsys.readouterr().err.split("Summary")[1]
    assert "with exit code 3" in summary
    assert summary.count("not run") == 2


def test_a_step_killed_by_a_signal_is_a_failure(dev, environment):
    dev.exit_codes = {"pytest": -9}
    assert dev.main(["test"]) == 137


def test_extras_are_installed_before_the_tests(dev, environment):
    assert dev.main(["test", "--with", "torch==2.13.0", "--with", "jax", "-x"]) == 0
    assert installs(dev) == [".[test]", "torch==2.13.0", "jax"]
    assert dev.calls[-1][-1] == "-x"
    assert "--with" not in dev.calls[-1]


def test_a_failing_extra_is_said_loudly_twice_and_is_no_failure(dev, environment, capsys):
    dev.exit_codes = {"torch==2.13.0": 1}
    assert dev.main(["test", "--with", "torch==2.13.0"]) == 0
    assert len(commands_after_install(dev)) == 4
    during, summary = capsys.readouterr().err.split("Summary")
    assert "torch==2.13.0 COULD NOT BE INSTALLED" in during
    assert "without torch==2.13.0: tests that need it WERE SKIPPED" in summary


def test_the_benchmarks_name_the_peers_that_are_missing(dev, environment, monkeypatch, capsys):
    dev.PEERS = ["json", "no_such_peer"]
    assert dev.main(["bench", "--quick"]) == 0
    (command,) = commands_after_install(dev)
    assert command[-2:] == [str(dev.ROOT / "benchmarks" / "run.py"), "--quick"]
    assert "not compared with: no_such_peer." in capsys.readouterr().err
