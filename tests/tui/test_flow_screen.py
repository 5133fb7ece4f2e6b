"""The Flow screen by its keys and by the mouse. State is asserted, not pictures; nothing sleeps."""

import asyncio
import threading
from contextlib import suppress

from textual.widgets import Input
from textual.worker import WorkerFailed

from rnnsym_tui.capture import text_of
from rnnsym_tui.dialogs.ask import AskDialog
from rnnsym_tui.dialogs.help import HelpDialog
from rnnsym_tui.model.flow.knobs import Knobs
from rnnsym_tui.model.flow.place import FlowPlace
from rnnsym_tui.screens.derive import DeriveScreen
from rnnsym_tui.screens.flow import FlowScreen
from rnnsym_tui.screens.step import StepScreen
from rnnsym_tui.widgets.flow_panels import MapPanel, SlidersPanel

HELLO = {"cell": "lstm", "text": "hello", "hidden": 2, "mode": "flow"}


async def press(pilot, *keys):
    """All keys one after another, as a person types them, and then wait for the picture."""
    for key in keys:
        pilot.app.simulate_key(key)
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def answer(pilot, text):
    """Type a text into the field that is open, in place of what stands there."""
    pilot.app.screen.query(Input).first().value = text
    await press(pilot, "enter")


def place(pilot):
    return pilot.app.lab.place


def cursor(pilot):
    return pilot.app.screen.result.cursor


async def test_the_cursor_moves_by_keys_and_by_the_mouse(running):
    steps = [("l", (4, 2)), ("up", (3, 2)), ("h", (3, 1)), ("end", (3, 3)), ("pageup", (1, 1)), ("j", (2, 1))]
    async with running(**HELLO) as pilot:
        await press(pilot)
        for key, expected in steps:
            await press(pilot, key)
            assert cursor(pilot) == expected, key
        panel = pilot.app.screen.query_one(MapPanel)
        await pilot.click(MapPanel, offset=(panel.map.frame.label + 2, 5))
        await press(pilot)
        assert cursor(pilot) == (3, 2)
        await press(pilot, "t")
        await answer(pilot, "4 2")
        assert cursor(pilot) == (4, 2)
        assert "from 'e' (k = 2) to 'l' (t = 4), 2 steps" in text_of(pilot.app)


async def test_sliders_by_keys_with_undo_and_a_typed_value(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "tab", "right", "shift+right", "left")
        assert place(pilot).knobs == Knobs(gain=1.5)
        await press(pilot, "u", "u", "U")
        assert place(pilot).knobs == Knobs(gain=1.55)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, AskDialog)
        await answer(pilot, "-2")
        assert isinstance(pilot.app.screen, AskDialog)
        assert "must be a number from 0 to 1000" in text_of(pilot.app)
        await answer(pilot, "2")
        assert place(pilot).knobs == Knobs(gain=2.0)
        await press(pilot, "0", "down", "down", "end")
        assert place(pilot).knobs == Knobs(forget=6.0)
        await press(pilot, "down", "left", "left")
        assert (place(pilot).knobs.steps, cursor(pilot)) == (2, (2, 1))
        await press(pilot, "R")
        assert place(pilot) == FlowPlace()


async def test_a_slider_is_dragged_and_a_choice_is_clicked(running):
    async with running(**HELLO) as pilot:
        await press(pilot)
        track = pilot.app.screen.query_one(SlidersPanel)._tracks
        left = 19
        await pilot.mouse_down(SlidersPanel, offset=(left, 0))
        await pilot.hover(SlidersPanel, offset=(left + track.track - 1, 0))
        await pilot.mouse_up(SlidersPanel, offset=(left + track.track - 1, 0))
        await press(pilot)
        assert place(pilot).knobs.gain == 4.0
        await press(pilot, "u")
        assert place(pilot).knobs.gain == 1.0
        for _ in range(2):
            await pilot.click(SlidersPanel, offset=(left + track.half, 2))
            await press(pilot)
        assert pilot.app.session.setup.cell != "lstm"


async def test_cells_are_compared_pinned_and_chosen(running):
    async with running(size=(120, 40), **HELLO) as pilot:
        await press(pilot, "c")
        await answer(pilot, "elman, gru")
        await press(pilot, "g")
        text = text_of(pilot.app)
        for expected in ("◣ LSTM  ◥ Elman", "pinned: lstm, as drawn", "GRU"):
            assert expected in text
        await press(pilot, "M")
        assert "◥ GRU" in text_of(pilot.app)
        await press(pilot, "o", "2", "a", "v")
        assert pilot.app.session.setup.cell != "lstm"
        await press(pilot, "c")
        await answer(pilot, "lstn")
        assert isinstance(pilot.app.screen, AskDialog)
        assert "lstn" in text_of(pilot.app)


async def test_states_and_chains_are_chosen(running):
    options = {"options": {"bidirectional": True}, **HELLO}
    async with running(size=(120, 40), **options) as pilot:
        await press(pilot)
        assert cursor(pilot) == (4, 1)
        await press(pilot, "b")
        assert pilot.app.screen.result.main.flow.jacobians.chain == "backward"
        assert cursor(pilot) == (1, 4)
        await press(pilot, "w", "2")
        assert pilot.app.screen.result.main.flow.state == "backward.h"
        await press(pilot, "w", "end", "enter")
        assert pilot.app.screen.result.main.flow.state is None


async def test_step_and_derive_open_at_the_step_of_the_cursor(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "k", "s")
        assert isinstance(pilot.app.screen, StepScreen)
        assert pilot.app.session.move.t == 3
        await press(pilot, "f4", "k", "d")
        assert isinstance(pilot.app.screen, DeriveScreen)
        assert pilot.app.reader.position.choice.form == "jacobian"
        assert pilot.app.session.move.t == 2


async def test_numbers_are_copied_and_the_map_is_exported(running, tmp_path):
    async with running(**HELLO) as pilot:
        await press(pilot, "y", "Y", "x")
        await answer(pilot, f"{tmp_path}/map.csv")
        copied = sorted(path.name for path in pilot.app.paths.copies.iterdir())
        assert copied == ["lstm-flow-curves.txt", "lstm-flow-value.tex"]
        assert pilot.app.clipboard.startswith("lag\t")
        assert (tmp_path / "map.csv").read_text(encoding="utf-8").startswith("t,k=1,k=2")


async def test_a_session_changed_elsewhere_is_followed_and_all_is_as_it_was_after_a_restart(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "tab", "right", "v", "k", "g", "f2", "e")
        await answer(pilot, "abcdefgh")
        await press(pilot, "f4")
        assert pilot.app.screen.result.ts == tuple(range(1, 8))
        left = place(pilot)
    async with running() as pilot:
        assert isinstance(pilot.app.screen, FlowScreen)
        assert place(pilot) == left


async def test_the_last_wish_counts_stale_results_are_dropped_and_a_fault_is_told(running):
    async with running(**HELLO) as pilot:
        await press(pilot)
        screen, release, asked = pilot.app.screen, threading.Event(), []
        original = screen.bench.results

        def slow(request):
            asked.append(request.place.knobs.gain)
            release.wait(10)
            yield from original(request)

        screen.bench.results = slow
        screen.action_more()
        for _ in range(3):
            await asyncio.sleep(0)
        for _ in range(8):
            screen.action_more()
        assert screen.is_behind
        assert place(pilot).knobs.gain == 1.45
        shown, refresh, seen = screen.result, screen.refresh_view, []

        def watched():
            seen.append(screen.result)
            refresh()

        screen.refresh_view = watched
        pilot.app.lab.choose_cell("elman")
        screen.changed()
        release.set()
        await press(pilot)
        assert asked == [1.05, 1.45]
        assert {found.main.label for found in seen if found is not shown} == {"Elman"}
        assert not screen.is_behind

        def faulty(request):
            yield from ()
            raise ZeroDivisionError

        screen.bench.results = faulty
        with suppress(WorkerFailed):
            await press(pilot, "v")
        await pilot.pause()
        assert any("could not be worked out" in notice.message for notice in pilot.app._notifications)
        screen.bench.results = original
        await press(pilot, "v")
        assert not screen.is_behind


async def test_help_and_small_terminals(running):
    async with running(size=(60, 20), **HELLO) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpDialog)
        assert "In the map" in pilot.app.screen._text
        await press(pilot, "escape")
        await pilot.resize_terminal(50, 12)
        await pilot.pause()
        assert "too small" in text_of(pilot.app)
        await pilot.resize_terminal(100, 30)
        await press(pilot)
        assert "what is left of" in text_of(pilot.app)
