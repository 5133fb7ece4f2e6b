"""The Derive screen by its keys. State is asserted, not pictures; nothing sleeps."""

import pytest

import rnnsym as rs
from rnnsym_tui.capture import text_of
from rnnsym_tui.dialogs.ask import AskDialog
from rnnsym_tui.dialogs.choose import ChooseDialog
from rnnsym_tui.dialogs.help import HelpDialog
from rnnsym_tui.dialogs.read import TextDialog
from rnnsym_tui.model.derive.reader import Choice
from rnnsym_tui.screens.derive import DeriveScreen
from rnnsym_tui.screens.flow import FlowScreen
from rnnsym_tui.screens.lesson import LessonScreen
from rnnsym_tui.screens.step import StepScreen
from rnnsym_tui.widgets.derive_panels import DetailsPanel, OutlinePanel

HELLO = {"cell": "lstm", "text": "hello", "hidden": 2}


async def press(pilot, *keys):
    for key in keys:
        await pilot.press(key)
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def choose(pilot, form):
    """Press the number of a form."""
    keys = [choice.key for choice in pilot.app.screen.study.forms]
    await press(pilot, str(keys.index(form) + 1))


def at(pilot):
    return pilot.app.reader.position.at


async def test_each_key_moves_as_it_says(running):
    steps = [
        ("j", 2), ("down", 3), ("k", 2), ("up", 1), ("n", 2), ("n", 3), ("p", 2), ("G", 38), ("pageup", 30),
        ("end", 38), ("g", 0), ("pagedown", 8), ("home", 0), ("right", 1), ("left", 0), ("n", 1),
    ]  # fmt: skip
    async with running(**HELLO) as pilot:
        await press(pilot, "f3")
        for key, expected in steps:
            await press(pilot, key)
            assert at(pilot).line == expected, key


async def test_opening_jumping_and_going_back(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "T", "d")
        assert at(pilot).line == pilot.app.session.move.equation.number
        where = at(pilot)
        await press(pilot, "enter", "down", "enter")
        assert at(pilot).line != where.line
        await press(pilot, "backspace")
        assert at(pilot) == where._replace(share=1)
        await press(pilot, "left", "left", "left", "left")
        assert where.section in pilot.app.reader.position.folded
        await press(pilot, "z", "z")
        assert not pilot.app.reader.position.folded


async def test_a_line_goes_to_step_and_back_at_the_same_time_step(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "f3", "n", "n", "shift+right", "]", "shift+left", "s")
        assert isinstance(pilot.app.screen, StepScreen)
        move = pilot.app.session.move
        assert (move.t, move.equation.number) == (2, 3)
        await press(pilot, "n", "n", "d")
        assert isinstance(pilot.app.screen, DeriveScreen)
        assert at(pilot).line == 5
        await press(pilot, "t", "4", "enter")
        assert pilot.app.session.move.t == 4
        assert "t = 4" in text_of(pilot.app)


async def test_the_links_in_the_details_are_followed_by_keys_and_by_the_mouse(running):
    async with running(size=(120, 40), **HELLO) as pilot:
        await press(pilot, "f3", *"nnnnnnnnnnnnnnn", "tab")
        assert pilot.app.focused.id == "details"
        first, second = pilot.app.screen.shown_details.links[:2]
        await press(pilot, "j", "enter")
        assert at(pilot).line == second
        await press(pilot, "backspace", "enter")
        assert at(pilot).line == first
        await press(pilot, "backspace")
        panel = pilot.app.screen.query_one(DetailsPanel)
        row = pilot.app.screen.shown_details.places[0]
        text = "".join(span.text for span in panel.line_at(row + 1))
        await pilot.click(DetailsPanel, offset=(text.index(f"{first}"), row + 1))
        assert at(pilot).line == first


async def test_a_click_selects_and_a_second_one_opens(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "f3")
        await pilot.click(OutlinePanel, offset=(12, 3))
        assert at(pilot).line == 2
        await pilot.click(OutlinePanel, offset=(12, 3))
        assert pilot.app.reader.position.turned == {2}
        await pilot.click(OutlinePanel, offset=(4, 1))
        assert pilot.app.reader.position.folded == {"Forward"}


async def test_tabs_and_keys_switch_between_the_modes(running):
    async with running(**HELLO) as pilot:
        for key, screen in [("m", DeriveScreen), ("m", FlowScreen), ("m", LessonScreen), ("m", StepScreen),
                            ("f5", LessonScreen), ("f4", FlowScreen), ("f3", DeriveScreen),
                            ("f2", StepScreen)]:  # fmt: skip
            await press(pilot, key)
            assert isinstance(pilot.app.screen, screen), key
        x = text_of(pilot.app).splitlines()[0].index("Derive")
        await pilot.click("#header", offset=(x, 0))
        assert isinstance(pilot.app.screen, DeriveScreen)


async def test_levels_and_their_name_on_top(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "f3")
        for title in ("chain rule", "only results", "named steps"):
            await press(pilot, "l")
            assert title in text_of(pilot.app).splitlines()[1]


async def test_the_notation_is_chosen_with_a_preview(running):
    async with running(size=(100, 40), **HELLO) as pilot:
        await press(pilot, "f3", "n", "v", "j")
        assert isinstance(pilot.app.screen, ChooseDialog)
        assert "so it looks" in text_of(pilot.app)
        assert "weighted" not in text_of(pilot.app).split("so it looks")[1].split("Enter or")[0]
        await press(pilot, "escape")
        assert pilot.app.reader.position.notation == "default"
        await press(pilot, "v", "enter")
        assert isinstance(pilot.app.screen, DeriveScreen)


async def test_another_notation_is_typed_and_one_that_does_not_exist_is_explained(running, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('title = "mine"\nextends = "default"\n[symbols]\nc = "m"\n', encoding="utf-8")
    async with running(size=(100, 40), **HELLO) as pilot:
        await press(pilot, "f3", "v", "end", "enter", "ctrl+u", *"nope", "enter")
        assert isinstance(pilot.app.screen, AskDialog)
        assert "unknown notation" in text_of(pilot.app)
        pilot.app.screen.query_one("#answer").value = "deck_s+overbar"
        await press(pilot, "enter")
        assert pilot.app.reader.position.notation == "deck_s+overbar"
        await press(pilot, "v", "end", "enter")
        pilot.app.screen.query_one("#answer").value = str(file)
        await press(pilot, "enter")
        assert "mₜ = fₜ ⊙ mₜ₋₁" in text_of(pilot.app)
        await press(pilot, "v", "escape", "f2")
        assert "m₁" in text_of(pilot.app)
    async with running() as pilot:
        assert pilot.app.reader.position.notation == str(file)


async def test_a_notation_that_spells_two_quantities_alike_is_refused(running, tmp_path):
    file = tmp_path / "alike.toml"
    file.write_text('title = "alike"\nextends = "default"\n[symbols]\nc = "h"\n', encoding="utf-8")
    async with running(size=(100, 40), **HELLO) as pilot:
        await press(pilot, "f3", "v", "end", "enter")
        pilot.app.screen.query_one("#answer").value = str(file)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, AskDialog)
        assert "alike" in text_of(pilot.app)
        await press(pilot, "escape")
        assert pilot.app.reader.position.notation == "default"


async def test_formulas_are_laid_out_as_asked(running):
    async with running(cell="elman", text="hello", hidden=2) as pilot:
        await press(pilot, "f3")
        await choose(pilot, "closed")
        await press(pilot, "G")
        assert "j=k+1  " in text_of(pilot.app)
        await press(pilot, "b", "b")
        assert "each formula on one line" in text_of(pilot.app)
        assert "j=k+1  " not in text_of(pilot.app)
        await press(pilot, "k")
        assert "each formula on one line" not in text_of(pilot.app)


async def test_a_section_at_the_end_shows_all_its_remarks(running):
    async with running(size=(100, 32), cell="elman", text="hello", hidden=2) as pilot:
        await press(pilot, "f3")
        await choose(pilot, "rtrl")
        await press(pilot, "G")
        panel = pilot.app.screen.query_one(OutlinePanel)
        assert at(pilot).section == "Costs"
        assert panel.at_end
        assert panel.sheet.extent == 1 + len(pilot.app.reader.row.section.remarks)


async def test_forms_are_chosen_by_number_and_from_a_list(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "f3")
        forms = pilot.app.screen.study.forms
        for i, form in enumerate(forms[:9], 1):
            await press(pilot, str(i))
            assert pilot.app.reader.position.choice.form == form.key
            assert pilot.app.screen.reading.choice.form == form.key
        await press(pilot, "f", "1")
        assert pilot.app.screen.reading.choice == Choice()


async def test_the_keys_of_forms_can_be_others(running, tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "keys.toml").write_text('[keys]\n"derive.form_number" = ["f5", "f6"]\n', encoding="utf-8")
    async with running(**HELLO) as pilot:
        await press(pilot, "f3", "3")
        assert pilot.app.reader.position.choice == Choice()
        await press(pilot, "f6")
        assert pilot.app.reader.position.choice.form == pilot.app.screen.study.forms[1].key
        x = text_of(pilot.app).splitlines()[1].index("3 jac")
        await pilot.click("#forms", offset=(x, 0))
        assert pilot.app.reader.position.choice.form == "jacobian"


async def test_what_a_form_is_about_is_chosen_where_it_is_not_about_all(running):
    async with running(size=(120, 40), cell="elman", text="hello", hidden=2) as pilot:
        await press(pilot, "f3", "w")
        assert any("about all" in note.message for note in pilot.app._notifications)
        await choose(pilot, "rtrl")
        assert pilot.app.screen.about == "U"
        await press(pilot, "w", "k", "enter")
        assert pilot.app.screen.about == "W"
        assert "∂hₜ/∂W" in text_of(pilot.app)
        await choose(pilot, "truncated")
        await press(pilot, "w", *["backspace"] * 7, "2", "space", *"loss", "enter")
        assert pilot.app.reader.position.choice.window == 2
        assert "2 per loss" in text_of(pilot.app)
        assert "truncated to 2 steps" in pilot.app.screen.reading.view.form.title
        await choose(pilot, "closed")
        assert pilot.app.screen.about == "W"


async def test_a_line_that_step_does_not_have_says_so_and_stays(running):
    async with running(cell="elman", text="hello", hidden=2) as pilot:
        await press(pilot, "f3")
        await choose(pilot, "jacobian")
        await press(pilot, "G", "s")
        assert isinstance(pilot.app.screen, DeriveScreen)
        assert any("no line for ∂hₜ/∂hₜ₋₁" in note.message for note in pilot.app._notifications)
        await press(pilot, "g", "s")
        assert isinstance(pilot.app.screen, DeriveScreen)
        await press(pilot, "f2", "T", "d")
        assert pilot.app.reader.position.choice == Choice()
        assert at(pilot).line == pilot.app.session.move.equation.number


async def test_a_direction_that_a_form_needs_is_the_gradient_and_said_so(running):
    async with running(cell="elman", text="hello", hidden=2) as pilot:
        await press(pilot, "f3")
        await choose(pilot, "hessian")
        assert "the direction is the gradient" in text_of(pilot.app)
        assert pilot.app.screen.reading.numbers


async def test_a_fault_while_something_is_worked_out_leaves_the_app_running(running, monkeypatch):
    def fail(*arguments):
        raise ZeroDivisionError("by no user's fault")

    monkeypatch.setattr("rnnsym_tui.model.derive.reading.check_lines", fail)
    async with running(**HELLO) as pilot:
        await pilot.press("f3")
        await pilot.pause(0.5)
        assert pilot.app.screen.reading.numbers
        assert any("ZeroDivisionError" in note.message for note in pilot.app._notifications)
        assert "it failed" in text_of(pilot.app)


async def test_a_form_that_is_no_longer_wanted_is_dropped(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "f3")
        screen = pilot.app.screen
        shown, old = screen.reading, screen.study
        pilot.app.reader.choose(Choice("another"))
        screen.refresh_view()
        assert "deriving another" in text_of(pilot.app)
        screen.take(old, shown.__class__(Choice("third"), shown.view))
        assert screen.reading is shown
        screen.take(object(), shown.__class__(Choice("another"), shown.view))
        assert screen.reading is shown


async def test_a_form_that_does_not_exist_gives_way_to_the_one_before(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "f3")
        pilot.app.reader.choose(Choice("nonsense"))
        pilot.app.screen.work_out()
        await press(pilot, "n")
        assert pilot.app.reader.position.choice == Choice()
        assert any("nonsense" in note.message for note in pilot.app._notifications)


async def test_an_edit_in_step_is_followed(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "f3", "n", "f2", "e")
        pilot.app.screen.query_one("#cell").value = "gru"
        await press(pilot, "enter", "f3")
        assert "GRU" in text_of(pilot.app)
        assert pilot.app.screen.reading.view.net.cell.name == "GRU"
        assert pilot.app.screen.reading.checks


async def test_copies_go_to_the_clipboard_and_to_files(running, tmp_path):
    async with running(**HELLO) as pilot:
        await press(pilot, "T", "d", "y", "Y")
        folder = tmp_path / "state" / "copied"
        line = at(pilot).line
        assert {file.name for file in folder.iterdir()} == {
            f"lstm-recurrence-line-{line}.tex", "lstm-recurrence.tex",
        }  # fmt: skip
        assert r"\begin{align*}" in pilot.app.clipboard
        assert r"\delta" in (folder / f"lstm-recurrence-line-{line}.tex").read_text()


async def test_the_plan_of_the_program_is_shown_and_closed(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "f3", "o")
        dialog = pilot.app.screen
        assert isinstance(dialog, TextDialog)
        walk = pilot.app.session.walk
        assert dialog.text == rs.plan(walk.net, walk.steps).page(TextDialog.cells(pilot.app.size.width))
        assert "computes its loss and gradients: T = 4" in text_of(pilot.app)
        await press(pilot, "j", "j", "escape")
        assert isinstance(pilot.app.screen, DeriveScreen)


async def test_an_export_is_written_and_never_overwrites_silently(running, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with running(**HELLO) as pilot:
        await press(pilot, "f3", "x", "enter")
        file = tmp_path / "rnnsym-lstm-recurrence.tex"
        before = file.read_text()
        await press(pilot, "x", "enter")
        assert "exists already" in text_of(pilot.app)
        file.write_text("something else")
        await press(pilot, "exclamation_mark", "enter")
        assert file.read_text() == before
        await press(pilot, "x", *["backspace"] * 3, *"doc", "enter")
        assert isinstance(pilot.app.screen, AskDialog)
        assert not (tmp_path / "rnnsym-lstm-recurrence.doc").exists()


async def test_the_place_survives_a_restart(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "f3", *"nnnn", "right", "down", "z", "z", "l")
        before = pilot.app.reader.position
    async with running() as pilot:
        assert isinstance(pilot.app.screen, DeriveScreen)
        await press(pilot, "f2", "f3")
        assert pilot.app.reader.position == before
    async with running(**HELLO) as pilot:
        assert isinstance(pilot.app.screen, StepScreen)


async def test_resizing_keeps_row_focus_and_scroll(running):
    async with running(size=(80, 24), **HELLO) as pilot:
        await press(pilot, "f3", "G", "k", "k", ">", "tab")
        where = at(pilot)
        for size in [(160, 48), (50, 10), (80, 24)]:
            await pilot.resize_terminal(*size)
        assert (at(pilot), pilot.app.focused.id) == (where, "details")
        shown = text_of(pilot.app)
        assert f" {where.line} " in shown


async def test_long_formulas_scroll_and_numbers_and_marks_stay(running):
    async with running(size=(80, 24), **HELLO) as pilot:
        await press(pilot, "f3", *"nnnnnnnnnnnnnn")
        before = next(line for line in text_of(pilot.app).splitlines() if "▶" in line)
        assert "…" in before
        await press(pilot, ">", ">")
        after = next(line for line in text_of(pilot.app).splitlines() if "▶" in line)
        assert before != after
        assert before[:6] == after[:6]
        assert after.endswith("✓")


async def test_help_and_palette_know_the_keys(running):
    async with running(**HELLO) as pilot:
        await press(pilot, "f3", "question_mark")
        assert isinstance(pilot.app.screen, HelpDialog)
        assert "In the outline" in text_of(pilot.app)
        await press(pilot, "question_mark")
        titles = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
        assert {"Step this line (s)", "Open or jump (Enter, Space)", "Notation ... (v)"} <= titles
        run = next(c for c in pilot.app.get_system_commands(pilot.app.screen) if c.title.startswith("Last row"))
        run.callback()
        await press(pilot)
        assert at(pilot).line == 38


@pytest.mark.parametrize("size", [(60, 20), (160, 48)])
async def test_ascii_mode_shows_only_ascii(running, size):
    async with running(size=size, ascii=True, **HELLO) as pilot:
        for key in ("f3", "G", "l", "v", "escape", "f", "2", "G", "y"):
            await press(pilot, key)
            assert text_of(pilot.app).isascii(), (key, text_of(pilot.app))


async def test_a_cell_of_ones_own_is_derived_like_any_other(running, own_cell):
    async with running(cell=own_cell, text="abcab", hidden=2) as pilot:
        await press(pilot, "f3", "l", "G")
        assert "MGU" in text_of(pilot.app)
        assert all(check.ok is not False for check in pilot.app.screen.reading.checks.values())
