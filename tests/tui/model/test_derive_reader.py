"""Moving about in a derivation: rows, folding, opening, jumping, other forms. No terminal."""

import json

import pytest

from rnnsym_tui.model.derive.reader import Choice, Position, Reader, position_from
from rnnsym_tui.model.derive.reading import Study
from rnnsym_tui.model.derive.rows import Key, results, used_in
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup

ADJOINT_OF_C, LINE_OF_H, LINE_OF_C = 16, 10, 9


@pytest.fixture(scope="module")
def form():
    return Study(Session(Setup(text="hello", hidden=2)).walk).derivation.form


@pytest.fixture
def reader(form):
    found = Reader()
    found.read(form)
    return found


def selected(reader):
    return reader.position.at.line


def numbers(reader):
    return [row.key.line for row in reader.rows if row.key.line and not row.key.share]


def test_it_begins_at_the_first_line_and_shows_every_line_under_its_section(reader, form):
    assert selected(reader) == 1
    assert [row.key.section for row in reader.rows if not row.key.line] == ["Forward", "Backward", "Gradients"]
    assert numbers(reader) == [line.number for line in form.lines]


def test_without_a_form_nothing_moves_and_nothing_fails():
    empty = Reader()
    for movement in (empty.first, empty.last, empty.enter, empty.open, empty.close, empty.next_level, empty.fold_all):
        movement()
    assert not empty.jump(3)
    assert not empty.back()
    assert (empty.rows, empty.row, empty.line) == ((), None, None)


def test_rows_and_lines_are_gone_through_and_the_ends_hold(reader, form):
    reader.first()
    assert selected(reader) == 0
    reader.move(-1)
    assert reader.position.at == Key("Forward")
    reader.next_line()
    reader.next_line()
    assert selected(reader) == 2
    reader.next_line(-1)
    reader.next_line(-1)
    assert selected(reader) == 1
    reader.last()
    reader.move(5)
    assert selected(reader) == form.lines[-1].number


def test_a_line_opens_into_its_shares_and_their_rules_and_closes_again(reader):
    reader.jump(ADJOINT_OF_C)
    before = reader.rows
    reader.enter()
    under = [row for row in reader.rows if row.key.line == ADJOINT_OF_C and row.key.share]
    assert [row.target for row in under if not row.key.step] == [LINE_OF_H, LINE_OF_C]
    assert [row.step.rule for row in under if row.key.share == 1 and row.key.step][-1] == "tanh′ = 1 − tanh²"
    reader.enter()
    assert reader.rows == before


def test_a_line_without_shares_opens_into_the_lines_that_it_uses(reader):
    reader.jump(LINE_OF_H)
    reader.open()
    assert [row.target for row in reader.rows if row.key.line == LINE_OF_H and row.key.share] == [8, LINE_OF_C]


def test_enter_on_a_share_jumps_to_the_line_that_sent_it_and_back_leads_home(reader):
    reader.jump(ADJOINT_OF_C)
    reader.open()
    reader.open()
    here = reader.position.at
    assert here == Key("Backward", ADJOINT_OF_C, 1)
    reader.enter()
    assert selected(reader) == LINE_OF_H
    assert reader.back()
    assert reader.position.at == here
    assert reader.back()
    assert selected(reader) == 1
    assert not reader.back()


def test_closing_goes_outwards_step_by_step(reader):
    reader.jump(ADJOINT_OF_C)
    reader.open()
    reader.select(Key("Backward", ADJOINT_OF_C, 1, 2))
    for expected in (Key("Backward", ADJOINT_OF_C, 1), Key("Backward", ADJOINT_OF_C)):
        reader.close()
        assert reader.position.at == expected
    reader.close()
    assert all(not row.key.share for row in reader.rows)
    reader.close()
    assert reader.position.at == Key("Backward")
    reader.close()
    assert "Backward" in reader.position.folded
    reader.open()
    assert not reader.position.folded


def test_a_jump_unfolds_what_it_leads_into(reader):
    reader.fold_all()
    assert [row.key.line for row in reader.rows] == [0, 0, 0]
    assert reader.jump(ADJOINT_OF_C)
    assert reader.position.folded == {"Forward", "Gradients"}
    reader.fold_all()
    reader.fold_all()
    assert not reader.position.folded


def test_levels_of_detail(reader, form):
    reader.jump(ADJOINT_OF_C)
    reader.next_level()
    assert reader.position.level == "chain"
    assert selected(reader) == ADJOINT_OF_C
    assert sum(bool(row.step) for row in reader.rows) > len(form.lines) - len(form.sections[0].lines)
    reader.enter()
    assert not [row for row in reader.rows if row.key.line == ADJOINT_OF_C and row.key.share]
    reader.next_level()
    assert reader.position.level == "results"
    assert set(numbers(reader)) == results(form) == {13, *(line.number for line in form.sections[2].lines)}
    assert reader.position.at == Key("Backward") or selected(reader)
    reader.next_level()
    assert reader.position.level == "steps"


def test_a_jump_to_what_is_no_result_shows_all_steps(reader):
    while reader.position.level != "results":
        reader.next_level()
    assert reader.jump(ADJOINT_OF_C)
    assert (reader.position.level, selected(reader)) == ("steps", ADJOINT_OF_C)


def test_who_uses_a_line(form):
    assert used_in(form, 17) == (21,)
    assert LINE_OF_H in used_in(form, LINE_OF_C)
    assert ADJOINT_OF_C in form.lines[ADJOINT_OF_C - 1].uses
    assert ADJOINT_OF_C not in used_in(form, ADJOINT_OF_C)


def test_another_cell_keeps_the_quantity_that_was_looked_at(reader):
    reader.jump(ADJOINT_OF_C)
    other = Study(Session(Setup(cell="gru", text="hello", hidden=2)).walk).derivation.form
    reader.jump(15)
    assert reader.line.name.label == "h"
    reader.read(other)
    assert (reader.line.name.label, reader.line.name.role) == ("h", "adjoint")


def test_a_position_survives_as_data(reader):
    reader.jump(ADJOINT_OF_C)
    reader.enter()
    reader.choose(Choice("recurrence", "U_f"))
    reader.write_in("default")
    position = reader.position
    assert position_from(json.loads(json.dumps(position.as_data()))) == position
    again = Reader(position)
    again.read(reader.form)
    assert again.position == position


def test_a_layout_and_a_notation_with_words_survive_too():
    for layout in ("2d", "line", "auto"):
        position = Position(notation="deck_s+overbar", layout=layout)
        assert position_from(json.loads(json.dumps(position.as_data()))) == position


def test_what_was_kept_before_layouts_and_a_notation_that_is_gone_are_read():
    data = Position().as_data()
    del data["layout"]
    assert position_from(data) == Position()
    for gone in ("no-such-notation", "/no/such/file.toml", "deck_s+nonsense"):
        assert position_from({**data, "notation": gone}) == Position()


@pytest.mark.parametrize("changed", [{"level": "all"}, {"at": []}, {"turned": ["x"]}, {"layout": "3d"}])
def test_other_data_is_no_position(changed):
    with pytest.raises((KeyError, TypeError, ValueError)):
        position_from({**Position().as_data(), **changed})


def test_a_position_that_is_gone_gives_way_to_the_nearest_row(form):
    for at, expected in [(Key("Backward", 999), "Backward"), (Key("Elsewhere", 3), "Forward")]:
        reader = Reader(Position(at=at))
        reader.read(form)
        assert reader.position.at.section == expected
