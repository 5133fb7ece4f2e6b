"""What users install is the wheel: in the checkout, imports succeed that fail for them."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"rnnsym": ROOT / "rnnsym", "rnnsym_tui": ROOT / "tui" / "rnnsym_tui"}


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, encoding="utf-8", **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (path,) = folder.glob("rnnsym-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A command runner that sees only the installed wheel, and the folder it is in."""
    target = tmp_path_factory.mktemp("installed")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    options = ["--no-deps", "--no-index", "--disable-pip-version-check", "--target"]
    run(sys.executable, "-m", "pip", "install", *options, target, wheel)
    env = {**os.environ, "PYTHONPATH": str(target), "PYTHONUTF8": "1"}

    def run_installed(*arguments):
        return run(sys.executable, *arguments, cwd=elsewhere, env=env)

    return run_installed, target


def test_the_wheel_holds_the_two_packages_whole_and_nothing_else(wheel):
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {
        f"{package}/{path.relative_to(folder).as_posix()}"
        for package, folder in PACKAGES.items()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in {".md", ".py", ".tcss", ".toml", ".typed"}
    }
    assert {"rnnsym/py.typed", "rnnsym_tui/py.typed"} <= names
    assert expected <= names
    assert {name.split("/")[0] for name in names} == set(PACKAGES)


def test_both_packages_and_the_app_come_from_the_wheel(installed):
    run_installed, target = installed
    code = """
import sys
from importlib.metadata import entry_points
import rnnsym, rnnsym_tui
(app,) = entry_points(group="rnnsym.app")
assert callable(app.load())
print(rnnsym.__file__, rnnsym_tui.__file__, sys.modules[app.module].__file__, sep="\\n")
"""
    files = run_installed("-c", code).splitlines()
    assert len(files) == 3
    for file in files:
        assert Path(file).is_relative_to(target)


def test_the_installed_command_tells_its_version_and_derives(installed):
    import rnnsym

    run_installed, target = installed
    command = target / "bin" / "rnnsym"
    assert rnnsym.__version__ in run_installed(command, "--version")
    assert "tanh" in run_installed(command, "derive", "elman")
