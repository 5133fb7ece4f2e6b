from dataclasses import replace

import numpy as np
import pytest

from rnnsym.core.names import Role
from rnnsym.errors import CellError, InputError, UnknownNameError
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup, parse_weight


def test_a_session_begins_with_the_first_line_of_the_first_step(session):
    assert (session.index, session.move.phase, session.move.t, session.move.equation.number) == (0, "forward", 1, 1)


def test_stepping_to_the_end_and_back_passes_the_same_moves(setup_of_any_cell):
    session = Session(setup_of_any_cell)
    there = [session.move]
    while session.next_line():
        there.append(session.move)
    back = [session.move]
    while session.previous_line():
        back.append(session.move)
    assert len(there) == len(session.walk)
    assert back == there[::-1]


def test_the_ends_hold(session):
    assert not session.previous_line()
    assert session.last()
    assert not session.next_line()
    assert session.first()
    assert session.index == 0


def test_next_after_the_last_forward_line_turns_round(session):
    session.go(session.walk.turn - 1)
    assert session.forward
    session.next_line()
    assert not session.forward
    assert session.move.t == session.walk.steps


def test_a_time_step_keeps_the_line_and_goes_with_the_pass(session):
    session.go_to_line(9)
    session.next_time()
    assert (session.move.t, session.move.equation.number) == (2, 9)
    session.turn_round()
    number = session.move.equation.number
    session.next_time()
    assert (session.move.t, session.move.equation.number) == (1, number)


def test_time_steps_there_and_back_are_exact(setup_of_any_cell):
    session = Session(setup_of_any_cell)
    for movement, opposite in ((session.next_time, session.previous_time), (session.previous_time, session.next_time)):
        session.go(3)
        movement()
        middle = session.index
        movement()
        if session.index != middle:
            opposite()
            assert session.index == middle


def test_a_time_step_from_the_last_step_turns_round_and_comes_back(session):
    session.go_to_time(session.walk.steps)
    session.next_time()
    assert session.index == session.walk.turn
    session.previous_time()
    assert session.index == session.walk.turn - 1


def test_turning_round_finds_the_adjoint_of_the_same_quantity_at_the_same_step(setup_of_any_cell):
    session = Session(setup_of_any_cell)
    session.go_to_time(3)
    carry = next(line for line in session.walk.lines.forward if line.name.role == Role.CARRY)
    session.go_to_line(carry.number)
    session.turn_round()
    assert session.move.equation.name == carry.name.as_role(Role.ADJOINT)
    assert session.move.t == 3
    session.turn_round()
    assert session.move.equation == carry


def test_turning_round_from_what_has_no_adjoint_stays_at_the_step(session):
    session.go_to_time(2)
    session.go_to_line(len(session.walk.lines.forward) - 1)
    session.turn_round()
    assert (session.move.phase, session.move.t) == ("backward", 2)


def test_going_to_a_time_beyond_the_ends_goes_to_the_end(session):
    session.go_to_time(99)
    assert session.move.t == session.walk.steps
    session.go_to_time(-5)
    assert session.move.t == 1


def test_going_to_a_line_of_the_other_pass_changes_the_pass(session):
    number = session.walk.lines.gradients[0].number
    assert session.go_to_line(number)
    assert (session.move.phase, session.move.equation.number) == ("gradient", number)
    assert not session.go_to_line(999)


def test_what_is_known_follows_the_order_of_computation(setup_of_any_cell):
    """A value is known exactly when its move is not after the place: checked for every move and line."""
    session = Session(setup_of_any_cell)
    walk = session.walk
    made = {(move.equation.name, move.t): move.index for move in walk if move.phase != "gradient"}
    for move in walk:
        for line in (*walk.lines.forward, *walk.lines.backward):
            if line.total:
                continue
            known = walk.known_steps(move, line.number)
            expected = [t for t in range(1, walk.steps + 1) if made[line.name, t] <= move.index]
            assert list(known) == expected, (move, line.number)


def test_an_edit_keeps_the_place_and_can_be_undone_and_redone(session):
    session.go_to_time(3)
    place = session.index
    loss = session.walk.run.loss
    session.change(session.setup.with_weight(parse_weight("U_f[2,1] = 5")))
    assert session.index == place
    assert session.walk.params["U_f"][1, 0] == 5
    changed = session.walk.run.loss
    assert changed != loss
    assert session.undo()
    assert session.walk.run.loss == loss
    assert session.redo()
    assert session.walk.run.loss == changed
    assert not session.redo()


def test_a_new_edit_forgets_what_could_be_redone(session):
    session.change(replace(session.setup, seed=1))
    session.undo()
    session.change(replace(session.setup, seed=2))
    assert not session.redo()
    session.undo()
    assert session.setup.seed == 7


def test_a_shorter_text_and_another_cell_keep_the_place_as_well_as_they_can(session):
    session.go_to_time(4)
    session.change(replace(session.setup, text="he"))
    assert session.move.t == 1
    session.undo()
    session.go_to_line(10)
    assert session.move.equation.name.label == "h"
    session.change(replace(session.setup, cell="elman"))
    assert session.move.equation.name.label == "h"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"text": ""}, InputError),
        ({"text": "x"}, InputError),
        ({"cell": "lstn"}, UnknownNameError),
        ({"hidden": 0}, InputError),
        ({"weights": (parse_weight("U_f[1,1] = nan"),)}, InputError),
        ({"weights": (parse_weight("U_x[1,1] = 1"),)}, UnknownNameError),
        ({"weights": (parse_weight("U_f[3,1] = 1"),)}, InputError),
        ({"cell": "elman", "options": (("activation", "tnah"),)}, UnknownNameError),
        ({"options": (("colour", "red"),)}, UnknownNameError),
    ],
)
def test_a_bad_edit_changes_nothing(session, change, error):
    before = (session.setup, session.walk, session.index)
    with pytest.raises(error):
        session.change(replace(session.setup, **change))
    assert (session.setup, session.walk, session.index) == before
    assert not session.undo()


def test_running_on_stops_at_the_next_break_and_at_the_end(session):
    session.add_break("reads l")
    found = session.run_on()
    assert found is not None
    assert (session.move.t, session.move.phase) == (3, "forward")
    session.run_on()
    assert session.move.t == 4
    session.run_on()
    assert (session.move.t, session.move.phase) == (4, "backward")
    session.clear_breaks()
    assert session.run_on() is None
    assert session.index == len(session.walk) - 1


def test_breaks_on_quantities_that_a_new_cell_lacks_are_dropped(session):
    session.add_break("c > 0")
    session.add_break("t = 2")
    session.change(replace(session.setup, cell="elman"))
    assert [found.text for found in session.breaks] == ["t = 2"]


def test_a_cell_whose_code_fails_is_explained(tmp_path):
    file = tmp_path / "broken.py"
    file.write_text(
        "from rnnsym import Cell\n\n\nclass Broken(Cell):\n    carry = {'h': ('H',)}\n\n"
        "    def __init__(self, size):\n        self.size = size\n\n"
        "    def step(self, p, prev, x, now):\n        now.h = prev.h * self.size.nothing\n",
        encoding="utf-8",
    )
    with pytest.raises(CellError, match="AttributeError"):
        Session(Setup(cell=str(file), options=(("size", 1),)))


def test_a_session_stores_the_weights_it_was_given():
    setup = Setup(text="abc", hidden=2)
    for text in ("b_f[2] = 0.25", "b_f[2] = 1"):
        setup = setup.with_weight(parse_weight(text))
    assert len(setup.weights) == 1
    assert np.array_equal(Session(setup).walk.params["b_f"][1], 1.0)
