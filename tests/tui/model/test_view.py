import re
from dataclasses import replace

import numpy as np
import pytest

from rnnsym.notation.figures import figure
from rnnsym_tui.model.glyphs import ASCII, UNICODE
from rnnsym_tui.model.origin import origin
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup
from rnnsym_tui.model.spans import plain
from rnnsym_tui.model.status import loss
from rnnsym_tui.model.view import Viewer, alphabet_of


def lines_of(view):
    """Every line of a view as plain text."""
    sheets = (view.outline.sheet, view.numbers, view.matrices)
    found = [line for sheet in sheets for line in (sheet.title, *sheet.head, *sheet.lines)]
    return [plain(line) for line in (view.header, view.place, view.progress, view.words, *found)]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_move_of_any_cell_can_be_shown(setup_of_any_cell, glyphs):
    session, viewer = Session(replace(setup_of_any_cell, text="aba")), Viewer(glyphs)
    while True:
        view = viewer.view(session)
        texts = lines_of(view)
        assert all(text.isascii() for text in texts) or not glyphs.ascii
        assert view.outline.numbers[view.outline.sheet.active] == session.move.equation.number
        assert origin(session, viewer.place, alphabet_of(session), viewer.writing).sheet.lines
        if not session.next_line():
            break


def test_lines_before_the_active_one_are_ticked_and_those_after_are_not(session):
    session.go_to_line(3)
    texts = [plain(line) for line in Viewer(UNICODE).view(session).outline.sheet.lines]
    assert [text[1] for text in texts[:5]] == ["✓", "✓", "▶", " ", " "]


def test_the_numbers_of_a_line_are_those_of_the_run(session):
    session.go_to_line(9)
    view = Viewer(UNICODE).view(session)
    f, c = (session.walk.run.at(name, 1) for name in ("f", "c"))
    row = plain(view.numbers.lines[1])
    assert row.split()[2] == figure(float(f[1]))
    assert row.split()[-1] == figure(float(c[1]))


def test_the_summands_stand_beside_a_sum_of_products_where_there_is_room(session):
    session.go_to_time(2)
    session.go_to_line(9)
    viewer = Viewer(UNICODE)
    kept = float(session.walk.run.at("f", 2)[0] * session.walk.run.at("c", 1)[0])
    assert plain(viewer.view(session).numbers.lines[0]).split()[-2] == figure(kept)
    viewer.cells = 60
    assert "=" in plain(viewer.view(session).numbers.lines[0]).split()[-2]


def test_gradients_accumulate_from_the_last_step(session):
    walk, viewer = session.walk, Viewer(UNICODE)
    number = next(line.number for line in walk.lines.gradients if line.name.label == "b_f")
    session.go(walk.find("gradient", 3, number))
    text = [plain(line) for line in viewer.view(session).matrices.lines]
    at = next(i for i, found in enumerate(text) if "∂L/∂b_f" in found)
    assert text[at].startswith("▶")
    assert text[at].endswith("t = 4…3")
    scale = float(re.search(r"×(\S+)", text[at])[1])
    expected = (walk.run.adjoint["a_f"][3] + walk.run.adjoint["a_f"][2]) * scale
    assert [float(entry) for entry in text[at + 1].split()] == pytest.approx(list(expected), abs=0.5)
    last = next(i for i, found in enumerate(text) if "∂L/∂V" in found)
    assert text[last].endswith("t = 4")


def test_a_gradient_with_no_term_yet_shows_no_numbers(session):
    session.go(session.walk.turn)
    text = [plain(line) for line in Viewer(UNICODE).view(session).matrices.lines]
    assert set("".join(text[1:3])) == {" ", "·"}


def test_forward_the_weights_that_the_line_reads_are_marked(session):
    session.go_to_line(2)
    sheet = Viewer(UNICODE).view(session).matrices
    marked = [plain(line).split()[1] for line in sheet.lines if plain(line).startswith("▶")]
    assert marked == ["W_f", "U_f", "b_f"]
    assert plain(sheet.lines[sheet.active]).split()[1] == "W_f"


def test_the_loss_grows_with_the_characters_and_stands_beside_chance(session):
    assert "no loss yet" in plain(loss(session, UNICODE, 200))
    session.go_to_time(2)
    session.go_to_line(12)
    expected = float(np.sum(session.walk.run["L"][:2]))
    assert f"loss so far {expected:.3f} over 2 characters" in plain(loss(session, UNICODE, 200))
    assert "ln 4 = 1.386" in plain(loss(session, UNICODE, 200))
    session.last()
    assert plain(loss(session, UNICODE, 200)).startswith(f"loss {session.walk.run.loss:.3f} over 4")
    assert len(plain(loss(session, UNICODE, 60))) <= 72


def test_the_cursor_stays_on_numbers_of_the_table(session):
    viewer = Viewer(UNICODE)
    session.go_to_line(9)
    for columns, units in ((1, 0), (5, 5), (-9, -9), (0, 1)):
        viewer.move_cursor(session, columns, units)
        viewer.view(session)
        column = session.walk.breakdown(session.move).columns[viewer.place.column]
        assert column.values is not None
    assert viewer.place.unit == 1
    session.go_to_line(12)
    viewer.view(session)
    assert viewer.place.unit == 0


def test_a_matrix_product_is_shown_as_its_summands(session):
    viewer = Viewer(UNICODE)
    session.go_to_time(2)
    viewer.move_cursor(session, 1, 0)
    found = origin(session, viewer.place, alphabet_of(session), viewer.writing)
    weights, before = session.walk.params["U_i"], session.walk.run.at("h", 1)
    assert plain(found.sheet.lines[-1]).split()[-1] == figure(float(weights[0] @ before))
    assert len(found.sheet.lines) == 3
    assert found.made_at is None


def test_a_value_is_traced_to_the_line_that_computed_it(session):
    viewer = Viewer(UNICODE)
    session.go_to_time(2)
    session.go_to_line(9)
    viewer.move_cursor(session, 1, 0)
    found = origin(session, viewer.place, alphabet_of(session), viewer.writing)
    move = session.walk[found.made_at]
    assert (move.equation.name.label, move.t) == ("c", 1)


def test_control_characters_and_long_texts_do_not_reach_the_header():
    session = Session(Setup(cell="elman", text="tab\there\n" * 20, hidden=1))
    header = plain(Viewer(UNICODE).view(session).header)
    assert "\t" not in header
    assert "…" in header
    assert len(header) < 90
