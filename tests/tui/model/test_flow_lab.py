"""What the keys of the Flow screen do to sliders, cells and cursor, without a terminal."""

import json

import pytest

from rnnsym.errors import InputError, RnnsymError
from rnnsym_tui.model import state
from rnnsym_tui.model.flow.knobs import FORGET, GAIN, RADIUS, Knobs, knobs_from
from rnnsym_tui.model.flow.lab import ROWS, Lab
from rnnsym_tui.model.flow.place import UNTOUCHED, FlowPlace, Pin, cursor, place_from
from rnnsym_tui.model.flow.rests import Rests
from rnnsym_tui.model.opening import opening
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup, beside
from rnnsym_tui.model.state import Remembered, State


@pytest.fixture
def lab():
    return Lab(Session(Setup(text="hello", hidden=2)))


def row(lab, key):
    lab.row = ROWS.index(key)
    return lab


def test_a_slider_moves_by_steps_and_stops_at_the_ends_of_its_track(lab):
    row(lab, "gain").turn(1)
    assert lab.place.knobs.gain == 1.05
    lab.turn(-10)
    assert lab.place.knobs.gain == 0.55
    lab.to_end(True)
    assert lab.place.knobs.gain == GAIN.high
    lab.turn(1)
    assert lab.place.knobs.gain == GAIN.high
    lab.to_end(False)
    lab.turn(-1)
    assert lab.place.knobs.gain == 0.0
    lab.reset()
    assert lab.place.knobs == Knobs()


def test_a_value_beyond_the_track_can_be_typed_and_moves_on_from_there(lab):
    lab.set("gain", " 10 ")
    assert lab.place.knobs.gain == 10.0
    row(lab, "gain").turn(1)
    assert lab.place.knobs.gain == 10.0
    lab.turn(-1)
    assert lab.place.knobs.gain == 9.95
    lab.set("gain", "")
    assert lab.place.knobs.gain == 1.0


@pytest.mark.parametrize("text", ["two", "nan", "inf", "-1", "1e9", "1,5"])
def test_a_bad_value_is_refused_and_changes_nothing(lab, text):
    with pytest.raises(InputError, match="number"):
        lab.set("gain", text)
    assert lab.place == UNTOUCHED


def test_t_is_a_whole_number_within_the_text(lab):
    for text in ("0", "5", "2.5"):
        with pytest.raises(InputError, match="T must be a whole number from 1 to 4"):
            lab.set("steps", text)
    lab.set("steps", "3")
    assert (lab.steps, lab.place.knobs.steps) == (3, 3)
    row(lab, "steps").turn(5)
    assert (lab.steps, lab.place.knobs.steps) == (4, None)


def test_what_was_drawn_is_where_a_slider_starts(lab):
    lab.rests = Rests(radius=0.73, forget=-0.26)
    assert lab.value(RADIUS) == 0.73
    row(lab, "radius").turn(1)
    assert lab.place.knobs.radius == 0.8
    row(lab, "forget").turn(-1)
    assert lab.place.knobs.forget == -0.4


def test_a_slider_without_anything_to_turn_stays(lab):
    lab.rests = Rests(radius=0.5, forget=None)
    row(lab, "forget").turn(3)
    lab.to_end(True)
    assert lab.value(FORGET) is None
    assert lab.place == UNTOUCHED


def test_every_move_is_undone_one_by_one_and_a_drag_at_once(lab):
    row(lab, "gain").turn(1)
    lab.turn(1)
    for share in (0.5, 0.6, 0.7):
        lab.slide("gain", share)
    lab.let_go()
    gains = []
    while lab.undo():
        gains.append(lab.place.knobs.gain)
    assert gains == [1.1, 1.05, 1.0]
    while lab.redo():
        gains.append(lab.place.knobs.gain)
    assert gains[3:] == [1.05, 1.1, 2.8]
    lab.undo()
    lab.turn(1)
    assert not lab.redo()


def test_undo_brings_cells_and_activations_back_too(lab):
    lab.choose_cell("elman")
    assert lab.activation == "tanh"
    assert lab.next_activation()
    lab.compare("gru, lstm")
    assert lab.session.setup.cell_text == "elman activation=sigmoid"
    assert lab.place.compare == ("gru", "lstm")
    lab.undo()
    assert lab.place.compare == ()
    lab.undo()
    lab.undo()
    assert lab.session.setup.cell == "lstm"
    assert not lab.next_activation()
    lab.start_over()
    lab.undo()
    assert lab.session.setup.text == "hello"


def test_the_cells_of_the_catalogue_are_gone_through_and_round_again(lab):
    row(lab, "cell")
    seen = []
    while lab.session.setup.cell not in seen:
        seen.append(lab.session.setup.cell)
        lab.turn(1)
    assert len(seen) > 5
    assert "state_machine" not in seen
    lab.turn(-1)
    assert lab.session.setup.cell == seen[-1]


@pytest.mark.parametrize("text", ["lstn", "elman,gru,fused,jordan", "elman activation=foo"])
def test_a_comparison_that_cannot_be_made_changes_nothing(lab, text):
    with pytest.raises(RnnsymError):
        lab.compare(text)
    assert lab.place == UNTOUCHED
    assert not lab.undo()


def test_a_cell_beside_another_is_in_the_same_wiring():
    setup = Setup(cell="gru", options=(("variant", "chung2014"), ("bidirectional", True), ("layers", 2)))
    assert dict(beside(setup, "elman activation=relu").options) == {
        "activation": "relu", "bidirectional": True, "layers": 2,
    }  # fmt: skip
    assert beside(setup, "gru variant=chung2014") is setup


def test_the_cursor_begins_at_the_ends_of_the_chain_and_is_held():
    assert cursor(UNTOUCHED, 9, forward=True) == (9, 1)
    assert cursor(UNTOUCHED, 9, forward=False) == (1, 9)
    assert cursor(FlowPlace(t=4, k=7), 9, forward=True) == (4, 4)
    assert cursor(FlowPlace(t=40, k=7), 9, forward=True) == (9, 7)
    assert cursor(FlowPlace(t=4, k=2), 9, forward=False) == (4, 4)


def test_steps_are_typed(lab):
    lab.go_to_typed("4 2")
    lab.go_to_typed("3")
    assert (lab.place.t, lab.place.k) == (3, 2)
    for text in ("", "5 1", "0", "a b", "1 2 3"):
        with pytest.raises(RnnsymError):
            lab.go_to_typed(text)
    assert (lab.place.t, lab.place.k) == (3, 2)


def test_a_pin_is_kept_until_it_is_pinned_again(lab):
    assert lab.pin()
    row(lab, "gain").turn(1)
    assert str(lab.place.pin) == "lstm, as drawn"
    assert lab.pin()
    assert str(lab.place.pin) == "lstm, gain 1.05"
    assert not lab.pin()
    assert lab.place.pin is None


PLACE = FlowPlace(
    Knobs(1.5, 0.9, -2.0, 7), 5, 2, ("gru", "elman activation=relu"), 1, "singular", "h", "forward",
    Pin("gru", Knobs(forget=3.0)),
)  # fmt: skip


def test_everything_survives_a_restart(tmp_path):
    file = tmp_path / "sessions.json"
    left = Remembered(Setup(), 0, mode="flow", flow=PLACE)
    state.save(file, State().with_session(left))
    assert state.load(file).sessions == (left,)
    start = opening({}, state.load(file))
    assert (start.mode, start.flow) == ("flow", PLACE)


def test_a_state_from_before_there_was_flow_still_loads(tmp_path):
    file = tmp_path / "sessions.json"
    state.save(file, State().with_session(Remembered(Setup(), 3)))
    data = json.loads(file.read_text(encoding="utf-8"))
    del data["sessions"][0]["flow"]
    file.write_text(json.dumps(data), encoding="utf-8")
    assert state.load(file).sessions[0].flow == UNTOUCHED


def test_a_place_that_is_none_is_refused():
    with pytest.raises(ValueError, match="picture"):
        place_from({**PLACE.as_data(), "picture": "pie"})
    with pytest.raises(InputError):
        knobs_from({"gain": "a lot"})


def test_the_app_opens_in_flow_with_what_is_asked_for():
    start = opening({"cell": "gru", "mode": "flow", "gain": 2, "forget_bias": 1.5, "compare": "lstm,elman"}, State())
    assert start.mode == "flow"
    assert start.flow == FlowPlace(Knobs(gain=2.0, forget=1.5), compare=("lstm", "elman"))
    for options in ({"mode": "dance"}, {"radius": -1}, {"compare": "a,b,c,d"}):
        with pytest.raises(RnnsymError):
            opening(options, State())


def test_sliders_that_are_asked_for_replace_those_that_were_left():
    known = State().with_session(Remembered(Setup(), 0, flow=PLACE))
    assert opening({"gain": 3}, known).flow.knobs == Knobs(gain=3.0)
    assert opening({"gain": 3}, known).flow.compare == PLACE.compare
    assert opening({"compare": ""}, known).flow.compare == ()
    assert opening({"reset": True}, known).flow == UNTOUCHED
