"""What survives the app: state, keys of one's own, openings, exports."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rnnsym.errors import InputError, UnknownNameError
from rnnsym.walk.numbers import parse_whole
from rnnsym_tui.model import exports, keymap, state
from rnnsym_tui.model.glyphs import UNICODE
from rnnsym_tui.model.opening import opening
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup, parse_cell, parse_weight
from rnnsym_tui.model.state import Remembered, State
from rnnsym_tui.model.writing import Writing

SETUP = Setup(text="hé\n", hidden=2, options=(), weights=(parse_weight("b_f[1] = .1"),))


# State. -----------------------------------------------------------------------------------------------------------


def test_what_is_saved_is_what_is_loaded(tmp_path):
    path = tmp_path / "deep" / "sessions.json"
    elman = Setup(cell="elman", options=(("activation", "relu"),))
    before = State((Remembered(SETUP, 12, ("nan",)), Remembered(elman, 0)), {"bptt": 4}, "textual-light")
    state.save(path, before)
    assert state.load(path) == before
    assert [file.name for file in path.parent.iterdir()] == ["sessions.json"]


def test_no_file_is_an_empty_state(tmp_path):
    assert state.load(tmp_path / "none.json") == State()


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "sessions.json"
    state.save(path, State(theme="one"))
    monkeypatch.setattr(state.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        state.save(path, State(theme="two"))
    monkeypatch.undo()
    assert state.load(path).theme == "one"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 99}', '{"version": 1, "sessions": [{"setup": 3}]}'])
def test_a_file_that_cannot_be_read_is_put_aside_not_lost(tmp_path, text):
    path = tmp_path / "sessions.json"
    path.write_text(text, encoding="utf-8")
    loaded, complaint = state.load_or_put_aside(path)
    assert loaded == State()
    assert "put aside" in complaint
    assert (tmp_path / "sessions.unreadable.json").read_text(encoding="utf-8") == text


def test_a_session_is_remembered_once_by_its_beginning_newest_first():
    kept = State()
    for setup in (Setup(seed=1), Setup(seed=2), Setup(seed=1).with_weight(parse_weight("b_i[1] = 2"))):
        kept = kept.with_session(Remembered(setup, 5))
    assert [old.setup.seed for old in kept.sessions] == [1, 2]
    assert kept.sessions[0].setup.weights


# Opening. ---------------------------------------------------------------------------------------------------------


def test_without_options_the_last_session_goes_on():
    kept = State((Remembered(Setup(text="hello", hidden=2), 17, ("t = 3",)),))
    start = opening({}, kept)
    assert (start.session.setup.text, start.session.index) == ("hello", 17)
    assert [found.text for found in start.session.breaks] == ["t = 3"]
    assert (start.resumed, start.notice) == (True, "")


def test_a_session_on_a_file_is_not_run_unless_it_is_named(own_cell):
    kept = State((Remembered(Setup(cell=own_cell), 3), Remembered(Setup(seed=4), 2)))
    assert opening({}, kept).session.setup.seed == 4
    assert opening({"cell": own_cell}, kept).session.index == 3


def test_what_is_asked_for_comes_before_what_was_left():
    kept = State((Remembered(Setup(), 17),))
    start = opening({"cell": "gru", "text": "abc", "hidden": 2, "seed": 0}, kept)
    assert start.session.setup == Setup("gru", "abc", 2, 0)
    assert (start.session.index, start.resumed, start.notice) == (0, False, "")


def test_reset_begins_anew():
    kept = State((Remembered(Setup(), 17),))
    assert opening({}, kept).session.index == 17
    assert opening({"reset": True}, kept).session.index == 0


def test_a_last_session_that_no_longer_works_gives_way_with_a_word():
    kept = State((Remembered(replace(Setup(), cell="gone"), 3),))
    start = opening({}, kept)
    assert start.session.setup == Setup()
    assert "gone" in start.notice


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"text": ""}, InputError),
        ({"hidden": 0}, InputError),
        ({"cell": "x"}, UnknownNameError),
        ({"sed": 1}, UnknownNameError),
    ],
)
def test_bad_options_are_refused(options, error):
    with pytest.raises(error):
        opening(options, State())


def test_texts_of_the_edit_form_are_read():
    assert parse_cell(" elman activation=relu ") == ("elman", (("activation", "relu"),))
    assert parse_cell("my file.py:Cell n=3") == ("my file.py:Cell", (("n", 3),))
    assert str(parse_weight("U_f[2, 1]=.5")) == "U_f[2,1] = 0.5"
    assert parse_whole("seed", "3", 0) == 3
    for text in ("U_f", "U_f[1 = 2", "U_f[1] = x", "= 3"):
        with pytest.raises(InputError):
            parse_weight(text)


# Keys. ------------------------------------------------------------------------------------------------------------


def keys_of(found, name):
    return next(command.keys for command in found.commands if keymap.identifier(command) == name)


def test_keys_of_ones_own_replace_the_built_in_ones(tmp_path):
    file = tmp_path / "keys.toml"
    file.write_text('[keys]\n"step.next_line" = ["s", "f9"]\n"app.quit" = "ctrl+x"\n', encoding="utf-8")
    found = keymap.load(file)
    assert keys_of(found, "step.next_line") == ("s", "f9")
    assert keys_of(found, "app.quit") == ("ctrl+x",)
    assert found.complaints == ()


def test_a_key_taken_from_another_command_is_reported():
    found = keymap.remapped({"step.next_line": ("e",)})
    assert keys_of(found, "step.next_line") == ("e",)
    assert keys_of(found, "step.edit") == ()
    assert found.complaints == ("key e: step.next_line has it now, so step.edit goes without.",)


def test_a_key_of_the_whole_app_clashes_with_every_place():
    found = keymap.remapped({"step.next_line": ("q",)})
    assert "q" not in keys_of(found, "app.quit")
    assert "app.quit" in found.complaints[0]


def test_of_two_that_want_one_key_the_first_gets_it_and_it_is_reported():
    found = keymap.remapped({"step.next_line": ("z",), "step.previous_line": ("z",)})
    assert keys_of(found, "step.next_line") == ("z",)
    assert keys_of(found, "step.previous_line") == ()
    assert len(found.complaints) == 1


@pytest.mark.parametrize(
    "text",
    ["[keys", '[keys]\n"step.nxt" = "s"', '[keys]\n"step.next_line" = 3', '[keys]\n"step.edit" = []', "keys = 3"],
)
def test_a_file_of_keys_in_error_is_reported_and_not_obeyed(tmp_path, text):
    file = tmp_path / "keys.toml"
    file.write_text(text, encoding="utf-8")
    found = keymap.load(file)
    assert found.commands == keymap.Keymap().commands
    assert str(file) in found.complaints[0]


# Exports. ---------------------------------------------------------------------------------------------------------


def test_copies_of_the_same_text_share_a_file_and_others_get_a_new_one(tmp_path):
    first = exports.write_copy(tmp_path, "line", ".tex", "a")
    assert exports.write_copy(tmp_path, "line", ".tex", "a") == first
    other = exports.write_copy(tmp_path, "line", ".tex", "b")
    assert (first.read_text(), other.read_text()) == ("a", "b")


def test_an_export_overwrites_nothing_unless_told_to(tmp_path):
    path = tmp_path / "trace.txt"
    exports.check_new(path, overwrite=False)
    assert exports.write_trace(path, ["one", "two"], lambda: False)
    assert path.read_text() == "onetwo"
    with pytest.raises(InputError, match="exists already"):
        exports.check_new(path, overwrite=False)
    exports.check_new(path, overwrite=True)
    with pytest.raises(InputError, match="no folder"):
        exports.check_new(tmp_path / "none" / "trace.txt", overwrite=False)
    with pytest.raises(InputError, match="is a folder"):
        exports.check_new(tmp_path, overwrite=True)


def test_a_cancelled_export_leaves_what_was_there(tmp_path):
    path = tmp_path / "trace.txt"
    path.write_text("old")
    answers = iter([False, True])
    assert not exports.write_trace(path, ["one", "two"], lambda: next(answers))
    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_the_trace_has_every_move_and_is_the_same_each_time(setup_of_any_cell):
    session = Session(setup_of_any_cell)
    data = json.loads("".join(exports.trace_json(session.setup, session.walk)))
    assert len(data["moves"]) == len(session.walk)
    assert data["loss"] == session.walk.run.loss
    total = sum(np.array(m["value"]) for m in data["moves"] if (m["role"], m["name"]) == ("gradient", "V"))
    assert np.allclose(total, session.walk.run.grads["V"], rtol=1e-12)
    again = Session(setup_of_any_cell)
    for suffix in (".json", ".txt"):
        one, other = (list(exports.trace(s.setup, s.walk, suffix, Writing(UNICODE))) for s in (session, again))
        assert one == other
    assert len(list(exports.trace_text(session.setup, session.walk, Writing(UNICODE)))) == len(session.walk) + 1


def test_what_json_has_no_number_for_is_null(overflowing_cell):
    def refuse(constant):
        pytest.fail(f"{constant} is no JSON")

    with np.errstate(all="ignore"):
        session = Session(Setup(cell=overflowing_cell, text="abcd", hidden=1))
        text = "".join(exports.trace_json(session.setup, session.walk))
    data = json.loads(text, parse_constant=refuse)
    assert data["loss"] is None
    assert any(move["value"] == [None] for move in data["moves"])
