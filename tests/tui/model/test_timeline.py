import math
import time

import numpy as np
import pytest

from rnnsym.core.names import Name, Role
from rnnsym_tui.model.glyphs import ASCII, UNICODE
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup
from rnnsym_tui.model.timeline import Row, Timelines
from rnnsym_tui.model.view import alphabet_of
from rnnsym_tui.model.writing import Writing


def timeline_of(session, glyphs=UNICODE):
    return Timelines(session.walk, alphabet_of(session), Writing(glyphs)).at(session)


def row_of(values, known=None):
    values = np.array(values)
    finite = np.abs(values[np.isfinite(values)])
    known = range(1, len(values) + 1) if known is None else known
    return Row("h₁", Name(Role.CARRY, "h"), 0, values, known, 2, float(finite.max()))


def test_forward_it_fills_from_the_left_in_the_order_of_the_lines(session):
    session.go_to_time(3)
    session.go_to_line(9)
    rows = {row.label: row for row in timeline_of(session).rows}
    assert [rows["c₁"].cell(t, "·") == "·" for t in (1, 2, 3, 4)] == [False, False, False, True]
    assert [rows["h₁"].cell(t, "·") == "·" for t in (1, 2, 3, 4)] == [False, False, True, True]


def test_backward_adjoints_come_first_and_fill_from_the_right(session):
    session.go(session.walk.find("backward", 3))
    rows = timeline_of(session).rows
    assert rows[0].label.startswith("δ")
    adjoint = next(row for row in rows if row.label == "δh₁")
    assert [adjoint.cell(t, "·") == "·" for t in (1, 2, 3, 4)] == [True, True, True, False]
    assert next(row for row in rows if row.label == "h₁").known == range(1, 5)


def test_rows_begin_with_what_is_carried_for_any_cell(setup_of_any_cell):
    session = Session(setup_of_any_cell)
    carried = {line.name.label for line in session.walk.lines.forward if line.name.role == Role.CARRY}
    assert timeline_of(session).rows[0].name.label in carried
    session.last()
    assert timeline_of(session).rows[0].name.label in carried


def test_the_values_are_those_of_the_run(session):
    session.last()
    rows = {row.label: row for row in timeline_of(session).rows}
    for t in range(1, session.walk.steps + 1):
        assert rows["h₂"].value(t) == session.walk.run.at("h", t)[1]
        assert rows["δc₁"].value(t) == session.walk.run.adjoint.at("c", t)[0]


def test_all_units_of_a_quantity_have_one_scale(session):
    session.last()
    rows = [row for row in timeline_of(session).rows if row.label in ("c₁", "c₂")]
    assert len({row.exponent for row in rows}) == 1
    largest = max(abs(row.strength(t)) for row in rows for t in row.known)
    assert largest == pytest.approx(1.0)


def test_outputs_are_named_by_characters_and_white_space_is_visible():
    session = Session(Setup(cell="elman", text="a b\tc", hidden=1))
    session.last()
    timeline = timeline_of(session)
    assert "".join(timeline.reads) == "a␣b⇥"
    assert {"y a", "y ␣", "y ⇥"} <= {row.label for row in timeline.rows}
    assert "h" in {row.label for row in timeline.rows}


def test_ascii_has_no_other_characters():
    session = Session(Setup(cell="lstm", text="aé\u200b b", hidden=2))
    session.last()
    timeline = timeline_of(session, ASCII)
    assert "".join(row.label for row in timeline.rows).isascii()
    assert "".join(timeline.reads).isascii()


def test_signs_survive_rounding_and_nan_and_infinities_are_words_without_colour():
    row = row_of([0.5, -0.25, 0.0, -1e-9, math.nan, math.inf, -math.inf])
    assert [row.cell(t, "·") for t in range(1, 8)] == ["50", "-25", "0", "-0", "NaN", "Inf", "-Inf"]
    assert [row.strength(t) for t in (1, 2, 3)] == [1.0, -0.5, 0.0]
    assert [row.strength(t) for t in (5, 6, 7)] == [None, None, None]


def test_what_is_not_known_has_no_value_and_no_colour():
    row = row_of([0.5, 0.5], known=range(1, 2))
    assert (row.cell(2, "·"), row.value(2), row.strength(2)) == ("·", None, None)


def test_all_zero_has_no_colour():
    assert row_of([0.0, 0.0]).strength(1) == 0.0


def test_moving_in_ten_thousand_steps_copies_nothing():
    session = Session(Setup(cell="elman", text="ab" * 5000, hidden=2))
    timelines = Timelines(session.walk, alphabet_of(session), Writing(UNICODE))
    timelines.at(session)
    session.go(session.walk.turn - 1)
    started = time.perf_counter()
    timeline = timelines.at(session)
    assert time.perf_counter() - started < 0.3
    assert all(row.values.base is not None for row in timeline.rows)
