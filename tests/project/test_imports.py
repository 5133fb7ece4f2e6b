"""What an import must not load: a fresh interpreter is the only witness, since pytest has loaded it all."""

import subprocess
import sys

import pytest

HEAVY = {"hypothesis", "numpy", "rich", "sympy", "textual", "textual_plot"}
TEXTUAL = {"textual", "textual_hires_canvas", "textual_plot"}


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [("rnnsym", HEAVY), ("rnnsym.lessons", HEAVY - {"numpy"}), ("rnnsym_tui.model", TEXTUAL)],
)
def test_an_import_loads_nothing_unwanted(module, unwanted, tmp_path):
    code = f"import sys, {module}; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert module in loaded
    assert not loaded & unwanted
