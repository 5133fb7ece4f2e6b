"""What only a real process shows: pipes, encodings, exit codes, and what is imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "rnnsym"]


def run(*arguments, **settings):
    environment = {**os.environ, **settings.pop("env", {})}
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, env=environment, **settings)


def test_exit_codes():
    assert run("--version").returncode == 0
    assert run("derive", "nocell").returncode == 2
    assert run().returncode == 2


def test_json_survives_a_pipe():
    done = run("derive", "lstm", "--json")
    read = subprocess.run([sys.executable, "-m", "json.tool"], input=done.stdout, capture_output=True, text=True)
    assert read.returncode == 0
    assert json.loads(read.stdout)["schema_version"] == 1


@pytest.mark.parametrize(
    "arguments",
    [("step", "lstm", "--text", "the cat sat on the mat", "--hidden", "8"), ("lesson", "bptt"), ("--help",)],
)
def test_a_closed_pipe_is_quiet(arguments):
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
    process.stderr.close()


def test_a_pipe_gets_no_colour():
    done = run("step", "elman", "--text", "hello", env={"FORCE_COLOR": "1", "TERM": "xterm-256color"})
    assert done.returncode == 0
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("encoding", "arguments"),
    [
        ("ascii", ("derive", "gru")),
        ("ascii", ("step", "lstm", "--text", "a é")),
        ("ascii", ("--help",)),
        ("latin-1", ("step", "lstm", "--text", "a é")),
        ("latin-1", ("lesson", "bptt")),
    ],
)
def test_an_encoding_without_formulas_gets_ascii(encoding, arguments):
    done = run(*arguments, env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


def test_what_the_encoding_lacks_is_escaped(own_cell):
    file = Path(own_cell.removesuffix(":MGU"))
    code = file.read_text(encoding="utf-8")
    file.write_text(code.replace("    carry =", '    source = "Łukasz"\n    carry ='), encoding="utf-8")
    done = run("derive", own_cell, "--format", "numpy", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u0141ukasz" in done.stdout


def test_a_dumb_terminal_gets_a_sentence():
    done = run(env={"TERM": "dumb"})
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


@pytest.mark.parametrize("arguments", [("derive", "lstm"), ("step", "elman", "--text", "ab")])
def test_plain_output_loads_no_large_library(arguments):
    code = "import sys; from rnnsym.cli import main; main(); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert not {"hypothesis", "rich", "sympy", "textual"} & set(done.stderr.split())
