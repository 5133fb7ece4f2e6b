"""The app's stepper opens any wiring: the words stand beside the cell, as its options do."""

from dataclasses import replace

import pytest

from rnnsym.errors import InputError
from rnnsym_tui.model.glyphs import UNICODE
from rnnsym_tui.model.origin import origin
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup, from_data, parse_cell
from rnnsym_tui.model.view import Viewer, alphabet_of

WIRINGS = [
    "elman bidirectional=true",
    "gru layers=2",
    "elman activation=relu stack=gru pattern=many_to_one reduction=mean",
    "elman decoder=elman",
    "elman decoder=gru feedback=soft context=true",
    "elman decoder=elman feedback=hard pattern=many_to_one",
    "elman pattern=language_model",
    "elman pattern=one_to_many",
]
EACH = pytest.mark.parametrize("words", WIRINGS)


def setup(words):
    cell, options = parse_cell(words)
    return Setup(cell=cell, text="hell", hidden=2, options=options)


@EACH
def test_every_move_can_be_shown(words):
    session, viewer = Session(replace(setup(words), text="hel")), Viewer(UNICODE)
    while True:
        view = viewer.view(session)
        assert view.outline.numbers[view.outline.sheet.active] == session.move.equation.number
        assert origin(session, viewer.place, alphabet_of(session), viewer.writing).sheet.lines
        if not session.next_line():
            break


@EACH
def test_stepping_by_time_goes_through_all_passes_and_back(words):
    session = Session(setup(words))
    visited = [session.index]
    while session.next_time():
        visited.append(session.index)
    assert visited == sorted(visited)
    assert session.index == len(session.walk) - 1
    while session.previous_time():
        assert session.index < visited[-1]
    assert session.index == 0


@EACH
def test_it_is_remembered(words):
    assert from_data(setup(words).as_data()) == setup(words)


def test_a_wiring_that_does_not_fit_is_a_sentence():
    with pytest.raises(InputError, match="feedback is for a decoder"):
        Session(setup("elman feedback=soft"))
