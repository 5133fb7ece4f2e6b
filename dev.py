#!/usr/bin/env python3
"""Make .venv, install rnnsym into it and run a job there: see HELP below.

The syntax stays that of Python 3.8, so that an old Python gets a sentence and not a SyntaxError.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

HELP = """\
python3 dev.py JOB [arguments]

  demo [args]                     step through an LSTM that reads a sentence (args go to `rnnsym step`)
  test [--with PACKAGE] [args]    ruff, mypy, import contracts, pytest (args go to pytest)
  bench [--with PACKAGE] [args]   run benchmarks/run.py (args go to it)

Each job makes .venv and installs what it needs there, the first time and when pyproject.toml has changed.
--with PACKAGE, as often as you like, also tries to install PACKAGE, and goes on without it where that fails.
For the long search for counterexamples, set HYPOTHESIS_PROFILE=deep before `test`."""

DEMO = ["step", "lstm", "--text", "the cat sat on the mat", "--hidden", "3", "--seed", "7"]
PEERS = ["torch", "jax", "autograd"]
REMEDY = "On Debian and Ubuntu, `apt install python3-venv` brings it; elsewhere, use another Python."
OLDEST = (3, 11)
THIS = sys.version.split()[0]

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "rnnsym-installed.txt"


def say(sentence: str) -> None:
    # On stderr, because stdout belongs to the job's results; flushed, to stay in order with its output.
    print(sentence, file=sys.stderr, flush=True)


def run(command: list[str], cwd: Path | None = ROOT) -> int:
    code = subprocess.call(command, cwd=cwd)
    return 128 - code if code < 0 else code


def in_environment(code: str, *arguments: str) -> str | None:
    """What .venv's Python prints for `code`; None if it does not start or fails."""
    try:
        done = subprocess.run([str(PYTHON), "-c", code, *arguments], capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def fault_of_environment() -> str | None:
    """Why an existing .venv cannot be used, as a sentence."""
    settings = VENV / "pyvenv.cfg"
    if not settings.is_file():
        return "It is not a virtual environment: pyvenv.cfg is missing."
    if "\nuv = " in settings.read_text(encoding="utf-8"):
        return "It was made by uv, and one .venv cannot serve both. With uv, use `uv run rnnsym` instead."
    version = in_environment("import sys; print(*sys.version_info[:3], sep='.')")
    if version is None:
        return "Its Python does not start; perhaps the Python that made it was moved or removed."
    minor = tuple(int(part) for part in version.split(".")[:2])
    if minor < OLDEST:
        return f"Its Python is {version}, and rnnsym needs 3.11 or later."
    if in_environment("import pip") is None:
        return "It has no pip; perhaps making it was interrupted, or its Python was replaced since."
    if minor != sys.version_info[:2]:
        say(f".venv has Python {version}: the job runs on that, not on {THIS}.")
    return None


def make_environment() -> None:
    if VENV.exists() or VENV.is_symlink():
        fault = fault_of_environment()
        if fault:
            sys.exit(f"The folder .venv cannot be used. {fault}\nRemove .venv to have a new one made here.")
        return
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"This Python lacks {' and '.join(missing)}, which it takes to make .venv. {REMEDY}")
    say(f"Making .venv with Python {THIS}.")
    if run([sys.executable, "-m", "venv", str(VENV)]) != 0:
        sys.exit("Python could not make .venv: see its message above. Remove .venv before you try again.")


def fingerprint() -> str:
    # The folder is part of it: an editable install points at where the checkout was.
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()).hexdigest()


def installed() -> set[str]:
    lines = STAMP.read_text(encoding="utf-8").splitlines() if STAMP.exists() else []
    return set(lines[1:]) if lines[:1] == [fingerprint()] else set()


def install(package: str) -> bool:
    done = installed()
    if package in done:
        return True
    say(f"Installing {package} into .venv; the first time this can take some minutes.")
    target = ["-e", package.replace("rnnsym", ".", 1)] if package.startswith("rnnsym") else [package]
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *target]
    # pip's own lines go to stderr as well: `dev.py demo --json` must print nothing but JSON.
    if subprocess.call(pip, cwd=ROOT, stdout=2) != 0:
        return False
    done |= {package, package.split("[")[0]}
    STAMP.write_text("\n".join([fingerprint(), *sorted(done)]) + "\n", encoding="utf-8")
    return True


def require(package: str) -> None:
    if not install(package):
        sys.exit(f"pip could not install {package}: see its message above. Is there a network connection?")


def take_extras(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Install the packages after --with; give back those that failed, and the other arguments."""
    lacking: list[str] = []
    while arguments[:1] == ["--with"] and len(arguments) > 1:
        _, package, *arguments = arguments
        if not install(package):
            lacking.append(package)
            say(f"\n*** {package} COULD NOT BE INSTALLED. Going on without it. ***\n")
    return lacking, arguments


def demo(arguments: list[str]) -> int:
    require("rnnsym")
    # Where the user stands, not ROOT: their arguments may name their files.
    return run([str(BIN / "rnnsym"), *DEMO, *arguments], cwd=None)


def test(arguments: list[str]) -> int:
    require("rnnsym[test]")
    lacking, arguments = take_extras(arguments)
    module = [str(PYTHON), "-m"]
    steps = {
        "ruff": [*module, "ruff", "check"],
        "mypy": [*module, "mypy"],
        "imports": [str(BIN / "lint-imports"), "--no-logo"],
        "pytest": [*module, "pytest", "-n", "2", "--dist", "worksteal", *arguments],
    }
    verdicts, code = dict.fromkeys(steps, "not run"), 0
    for name, command in steps.items():
        say(f"\n== {name}")
        start = time.monotonic()
        code = run(command)
        seconds = f"{time.monotonic() - start:.0f} s"
        verdicts[name] = f"FAILED after {seconds} with exit code {code}" if code else f"ok in {seconds}"
        if code:
            break
    summary = [f"  {name:8} {verdict}" for name, verdict in verdicts.items()]
    summary += [f"  *** without {name}: tests that need it WERE SKIPPED ***" for name in lacking]
    say("\n".join(["", "Summary", *summary]))
    return code


def bench(arguments: list[str]) -> int:
    require("rnnsym")
    _, arguments = take_extras(arguments)
    look = "import sys, importlib.util as u; print(*[n for n in sys.argv[1:] if not u.find_spec(n)])"
    missing = in_environment(look, *PEERS)
    if missing:
        say(f'Not installed, so not compared with: {missing}. To install: dev.py bench --with "rnnsym[bench]"')
    return run([str(PYTHON), str(ROOT / "benchmarks" / "run.py"), *arguments])


JOBS = {"demo": demo, "test": test, "bench": bench}


def main(arguments: list[str]) -> int:
    job = arguments[0] if arguments else "help"
    if job in ("help", "-h", "--help"):
        print(HELP)
        return 0
    if job not in JOBS:
        say(f"There is no job {job!r}.\n\n{HELP}")
        return 2
    if sys.version_info < OLDEST:
        sys.exit(f"rnnsym needs Python 3.11 or later, and this is {THIS}.")
    make_environment()
    return JOBS[job](arguments[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
