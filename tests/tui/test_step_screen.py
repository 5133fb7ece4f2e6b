"""The Step screen by its keys. State is asserted, not pictures; nothing sleeps."""

import numpy as np
import pytest
from textual.widgets import Input

from rnnsym_tui.capture import text_of
from rnnsym_tui.dialogs.help import HelpDialog
from rnnsym_tui.dialogs.origin import OriginDialog
from rnnsym_tui.screens.step import StepScreen
from rnnsym_tui.widgets.step_panels import Equations, Matrices, StepTimeline

HELLO = {"cell": "lstm", "text": "hello", "hidden": 2}


def place(pilot):
    move = pilot.app.session.move
    return move.phase, move.t, move.equation.number


async def test_each_key_moves_as_it_says(running):
    steps = [
        ("n", ("forward", 1, 2)), ("pagedown", ("forward", 1, 3)), ("j", ("forward", 1, 4)),
        ("down", ("forward", 1, 5)),
        ("p", ("forward", 1, 4)), ("pageup", ("forward", 1, 3)), ("k", ("forward", 1, 2)), ("up", ("forward", 1, 1)),
        ("N", ("forward", 2, 1)), ("right", ("forward", 3, 1)), ("l", ("forward", 4, 1)), ("left", ("forward", 3, 1)),
        ("h", ("forward", 2, 1)), ("P", ("forward", 1, 1)), ("end", ("forward", 4, 1)), ("home", ("forward", 1, 1)),
        ("G", ("gradient", 1, 38)), ("N", ("gradient", 1, 38)), ("g", ("forward", 1, 1)),
    ]  # fmt: skip
    async with running(**HELLO) as pilot:
        for key, expected in steps:
            await pilot.press(key)
            assert place(pilot) == expected, key


async def test_it_turns_round_at_the_end_and_back(running):
    async with running(**HELLO) as pilot:
        await pilot.press("end", "T")
        assert place(pilot)[:2] == ("backward", 4)
        await pilot.press("T")
        assert place(pilot)[:2] == ("forward", 4)
        pilot.app.session.go(pilot.app.session.walk.turn - 1)
        await pilot.press("n")
        assert place(pilot) == ("backward", 4, 14)
        assert "backward 14 of 38" in text_of(pilot.app)


async def test_gradients_appear_in_the_backward_pass_and_go_again(running):
    async with running(**HELLO) as pilot:
        assert not pilot.app.screen.query_one(Matrices).display
        await pilot.press("T")
        assert "gradients so far" in text_of(pilot.app)
        await pilot.press("T")
        assert "gradients so far" not in text_of(pilot.app)


async def test_playing_stops_at_a_break_and_by_its_key(running):
    async with running(**HELLO) as pilot:
        screen = pilot.app.screen
        await pilot.press("space")
        assert screen.playing
        await pilot.press("space")
        assert not screen.playing
        await pilot.press("space", "n")
        assert not screen.playing
        pilot.app.session.add_break("t = 2")
        await pilot.press("space")
        while screen.playing:
            screen.tick()
        assert place(pilot)[:2] == ("forward", 2)


async def test_a_break_is_set_explained_and_run_to(running):
    async with running(**HELLO) as pilot:
        await pilot.press("b", *"|c| >", "enter")
        await pilot.pause()
        assert "is no condition" in text_of(pilot.app)
        pilot.app.screen.query_one(Input).value = "t = 3"
        await pilot.press("enter")
        await pilot.press("c")
        assert place(pilot)[:2] == ("forward", 3)
        assert "stopped at t = 3" in text_of(pilot.app)


async def test_an_edit_is_applied_refused_undone_and_redone(running):
    async with running(**HELLO) as pilot:
        app = pilot.app
        await pilot.press("N", "e")
        app.screen.query_one("#hidden", Input).value = "zero"
        await pilot.press("enter")
        await pilot.pause()
        assert "whole number" in text_of(app)
        app.screen.query_one("#hidden", Input).value = "3"
        app.screen.query_one("#weight", Input).value = "U_f[3,3] = 2"
        await pilot.press("enter")
        assert (app.session.setup.hidden, app.session.walk.params["U_f"][2, 2], app.session.move.t) == (3, 2.0, 2)
        await pilot.press("u")
        assert app.session.setup.hidden == 2
        await pilot.press("U")
        assert app.session.setup.hidden == 3


async def test_q_in_a_field_types_q_and_elsewhere_quits(running):
    async with running(**HELLO) as pilot:
        await pilot.press("t", "q", "q")
        assert pilot.app.screen.query_one(Input).value == "qq"
        assert pilot.app.is_running
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, StepScreen)
        await pilot.press("q")
        assert pilot.app.return_code == 0


async def test_help_opens_and_closes_with_one_key_and_begins_with_the_focused_panel(running):
    async with running(**HELLO) as pilot:
        await pilot.press("shift+tab", "question_mark")
        assert isinstance(pilot.app.screen, HelpDialog)
        assert text_of(pilot.app).index("In the timeline") >= 0
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, StepScreen)
        await pilot.press("question_mark", "escape")
        assert isinstance(pilot.app.screen, StepScreen)


async def test_the_palette_finds_and_runs_any_action(running):
    async with running(**HELLO) as pilot:
        titles = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
        assert {"Turn round (T)", "Row down (↓, j)", "Help (?, F1)"} <= titles
        run = next(c for c in pilot.app.get_system_commands(pilot.app.screen) if c.title.startswith("Turn round"))
        run.callback()
        await pilot.pause()
        assert place(pilot)[0] == "backward"


async def test_where_a_number_comes_from_and_to_the_line_that_made_it(running):
    async with running(**HELLO) as pilot:
        await pilot.press("N", "enter")
        assert isinstance(pilot.app.screen, OriginDialog)
        assert "W_i xₜ, unit 1" in text_of(pilot.app)
        await pilot.press("down", "right")
        assert "U_i hₜ₋₁, unit 2" in text_of(pilot.app)
        await pilot.press("escape")
        for _ in range(8):
            await pilot.press("n")
        await pilot.press("enter")
        await pilot.press("enter")
        assert place(pilot)[1] in (1, 2)
        assert isinstance(pilot.app.screen, StepScreen)


async def test_focus_goes_from_top_to_bottom_and_rows_have_a_cursor(running):
    async with running(**HELLO) as pilot:
        seen = []
        for _ in range(3):
            seen.append(pilot.app.focused.id)
            await pilot.press("tab")
        assert seen == ["equations", "numbers", "timeline"]
        await pilot.press("shift+tab", "down", "down", "down")
        panel = pilot.app.screen.query_one(StepTimeline)
        assert panel.has_focus
        assert panel.current_row.label == "h₂"
        assert "h₂ not yet" in text_of(pilot.app)
        await pilot.press("N")
        assert panel.row == 3


async def test_a_click_on_a_step_and_on_an_equation_goes_there(running):
    async with running(**HELLO) as pilot:
        panel = pilot.app.screen.query_one(StepTimeline)
        x = 11 + 2 * panel.cells + 1
        await pilot.click(StepTimeline, offset=(x, 3))
        assert place(pilot)[1] == 3
        await pilot.click(Equations, offset=(6, 2))
        assert place(pilot)[2] == 2


async def test_a_click_in_the_line_of_keys_does_what_the_key_does(running):
    async with running(**HELLO) as pilot:
        await pilot.click("#keys", offset=(1, 0))
        assert place(pilot) == ("forward", 1, 2)


async def test_resizing_keeps_place_focus_and_scroll(running):
    async with running(size=(80, 24), cell="lstm", text="hello world " * 8, hidden=3) as pilot:
        await pilot.press("end", "T", "tab")
        focused, where = pilot.app.focused.id, place(pilot)
        first = pilot.app.screen.query_one(StepTimeline).first
        await pilot.resize_terminal(160, 48)
        await pilot.resize_terminal(50, 10)
        assert "too small" in text_of(pilot.app)
        await pilot.resize_terminal(80, 24)
        assert (pilot.app.focused.id, place(pilot)) == (focused, where)
        assert pilot.app.screen.query_one(StepTimeline).first == first


async def test_starting_over_can_be_undone(running):
    async with running(**HELLO) as pilot:
        await pilot.press("N", "R")
        assert pilot.app.session.setup.text == "the cat sat on the mat"
        assert pilot.app.session.index == 0
        await pilot.press("u")
        assert pilot.app.session.setup.text == "hello"


async def test_a_cell_of_ones_own_is_stepped_like_any_other(running, own_cell):
    async with running(cell=own_cell, text="abcab", hidden=2) as pilot:
        text = text_of(pilot.app)
        assert "MGU" in text
        assert "a_" not in text
        await pilot.press("N", "n", "n", "T", "N", "G")
        assert place(pilot)[:2] == ("gradient", 1)


async def test_nan_and_infinities_are_marked_and_have_no_colour(running, overflowing_cell):
    with np.errstate(all="ignore"):
        async with running(cell=overflowing_cell, text="abcd", hidden=1) as pilot:
            await pilot.press("G")
            shown = text_of(pilot.app)
            assert "Inf" in shown
            assert "NaN" in shown
            panel = pilot.app.screen.query_one(StepTimeline)
            y = next(i for i, row in enumerate(panel.timeline.rows) if row.label == "h") + 2
            segments = [segment for segment in panel.render_line(y) if segment.style]
            assert all(segment.style.reverse for segment in segments if "Inf" in segment.text)
            assert any(segment.style.bgcolor != panel.rich_style.bgcolor for segment in segments)
            assert not any("Inf" in s.text and s.style.bgcolor != panel.rich_style.bgcolor for s in segments)


@pytest.mark.parametrize("size", [(60, 20), (160, 48)])
async def test_ascii_mode_shows_only_ascii(running, size):
    async with running(size=size, ascii=True, **HELLO) as pilot:
        for key in ("N", "T", "e", "escape", "question_mark", "escape", "enter", "escape", "y", "u", "ctrl+p"):
            await pilot.press(key)
            await pilot.pause()
            assert text_of(pilot.app).isascii(), (key, text_of(pilot.app))


async def test_ten_thousand_steps_go_home_and_to_the_end(running):
    async with running(cell="elman", text="ab" * 5000 + "a", hidden=2) as pilot:
        await pilot.press("end")
        assert place(pilot)[1] == 10_000
        assert "[10000]" in text_of(pilot.app)
        await pilot.press("home")
        assert "[1]" in text_of(pilot.app)
