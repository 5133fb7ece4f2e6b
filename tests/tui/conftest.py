"""Sessions to test on: small ones, and one on a cell that the project does not know."""

from contextlib import asynccontextmanager

import pytest

from rnnsym_tui.app import RnnsymApp
from rnnsym_tui.model import keymap, state
from rnnsym_tui.model.glyphs import choose
from rnnsym_tui.model.opening import opening
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup
from rnnsym_tui.model.state import Paths


@pytest.fixture
def overflowing_cell(tmp_path):
    """The name of a cell whose values leave the range of numbers after two steps."""
    file = tmp_path / "burst.py"
    file.write_text(
        "from rnnsym import Cell, exp\n\n\n"
        "class Burst(Cell):\n    params = {'W': ('H', 'X')}\n    carry = {'h': ('H',)}\n\n"
        "    def step(self, p, prev, x, now):\n        now.h = exp(exp(prev.h + 2)) + p.W @ x\n",
        encoding="utf-8",
    )
    return str(file)


@pytest.fixture(params=["elman", "gru", "lstm", "own"])
def setup_of_any_cell(request, own_cell):
    return Setup(cell=own_cell if request.param == "own" else request.param, text="abcab", hidden=2)


@pytest.fixture
def session():
    return Session(Setup(text="hello", hidden=2))


@pytest.fixture
def running(tmp_path):
    """`async with running(**options) as pilot`: the app without a terminal, its files in one folder of the test."""

    @asynccontextmanager
    async def start(size=(80, 24), **options):
        paths = Paths(tmp_path / "state", tmp_path / "config")
        remembered, _ = state.load_or_put_aside(paths.sessions)
        glyphs = choose(bool(options.get("ascii")))
        app = RnnsymApp(opening(options, remembered), remembered, paths, glyphs, keymap.load(paths.keys))
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            yield pilot
            app.keep()

    return start
