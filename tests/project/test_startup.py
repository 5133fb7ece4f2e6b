"""The command line must answer at once. Times depend on the machine, loaded modules do not."""

import re
import subprocess
import sys

import rnnsym

HEAVY = {"hypothesis", "numpy", "rich", "safetensors", "sympy", "textual", "textual_plot"}


def test_the_version_is_printed_without_loading_a_heavy_module(tmp_path):
    code = "import sys; from rnnsym.cli import main; sys.exit(main())"
    command = [sys.executable, "-X", "importtime", "-c", code, "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert rnnsym.__version__ in done.stdout
    loaded = set(re.findall(r"^import time:.*\| +(\S+)$", done.stderr, re.MULTILINE))
    assert "rnnsym.cli" in loaded
    assert not loaded & HEAVY
