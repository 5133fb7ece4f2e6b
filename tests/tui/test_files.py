"""What the app reads and writes: the session it was left in, keys of one's own, copies, exports."""

from rnnsym_tui.capture import text_of

HELLO = {"cell": "lstm", "text": "hello", "hidden": 2}


def place(pilot):
    move = pilot.app.session.move
    return move.phase, move.t, move.equation.number


async def test_ctrl_c_quits_from_a_field_and_nothing_is_lost(running):
    async with running(**HELLO) as pilot:
        await pilot.press("N", "n", "e", "x", "ctrl+c")
        left = pilot.app.session.index
    async with running() as pilot:
        assert pilot.app.session.setup.text == "hello"
        assert pilot.app.session.index == left


async def test_the_theme_and_the_place_survive_a_restart(running):
    async with running(**HELLO) as pilot:
        await pilot.press("N", "N", "D")
        where, theme = place(pilot), pilot.app.theme
    async with running(**HELLO) as pilot:
        assert (place(pilot), pilot.app.theme) == (where, theme)


async def test_a_resumed_session_says_so_in_its_status_line_until_the_first_move(running):
    async with running(**HELLO) as pilot:
        await pilot.press("N", "N")
        status = text_of(pilot.app).splitlines()[-2]
        assert "resumed" not in status
    async with running(size=(80, 24), **HELLO) as pilot:
        *above, status, _ = text_of(pilot.app).splitlines()
        assert "resumed: g goes to the start" in status
        assert "loss so far" in status
        assert not pilot.app._notifications
        assert "Each unit of" in "\n".join(above)
        await pilot.press("n")
        assert "resumed" not in text_of(pilot.app)
        await pilot.press("p")
        assert "resumed" not in text_of(pilot.app)


async def test_keys_of_ones_own_work_and_clashes_are_shown(running, tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "keys.toml").write_text('[keys]\n"step.next_line" = "e"\n', encoding="utf-8")
    async with running(**HELLO) as pilot:
        assert any("step.edit goes without" in note.message for note in pilot.app._notifications)
        await pilot.press("e")
        assert place(pilot) == ("forward", 1, 2)
        assert "e next" in text_of(pilot.app)


async def test_copying_says_which_file_and_the_file_has_the_latex(running, tmp_path):
    async with running(**HELLO) as pilot:
        await pilot.press("y")
        copied = list((tmp_path / "state" / "copied").iterdir())
        assert [file.name for file in copied] == ["lstm-line-1.tex"]
        assert r"W_{i}" in copied[0].read_text() or "W_i" in copied[0].read_text()
        assert pilot.app.clipboard == copied[0].read_text().strip()
        assert any(str(copied[0]) in note.message for note in pilot.app._notifications)


async def test_an_export_does_not_overwrite(running, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with running(**HELLO) as pilot:
        await pilot.press("x", "enter")
        await pilot.app.workers.wait_for_complete()
        file = tmp_path / "rnnsym-lstm-trace.txt"
        before = file.read_text()
        await pilot.pause()
        assert any(str(file) in note.message for note in pilot.app._notifications)
        await pilot.press("x", "enter")
        await pilot.pause()
        assert "exists already" in text_of(pilot.app)
        assert file.read_text() == before


async def test_the_help_page_names_the_files_that_a_user_may_look_for(running):
    async with running(size=(80, 100), **HELLO) as pilot:
        await pilot.press("question_mark")
        shown = "".join(line.strip(" │") for line in text_of(pilot.app).splitlines())
        assert str(pilot.app.paths.keys) in shown
        assert str(pilot.app.paths.copies) in shown
