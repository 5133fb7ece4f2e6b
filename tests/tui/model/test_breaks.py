import numpy as np
import pytest

from rnnsym.errors import InputError, UnknownNameError
from rnnsym_tui.model.breaks import parse
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup


def stops(session, text):
    condition = parse(text, session.walk)
    return [move for move in session.walk if condition.holds(session.walk, move)]


def test_a_value_is_tested_where_it_is_computed(session):
    values = session.walk.run["h"][:, 1]
    bound = float(np.median(values))
    found = stops(session, f"h[2] > {bound!r}")
    assert [move.t for move in found] == [t + 1 for t in range(4) if values[t] > bound]
    assert {move.equation.name.label for move in found} == {"h"}


def test_a_magnitude_and_any_unit(session):
    values = np.abs(session.walk.run["c"])
    bound = float(np.sort(values.max(axis=1))[1])
    assert [move.t for move in stops(session, f"|c| >= {bound!r}")] == [
        t + 1 for t in range(4) if values[t].max() >= bound
    ]


def test_an_adjoint_is_named_with_d_or_delta(session):
    found = stops(session, "dh[1] < 1e9")
    assert [move.t for move in found] == [4, 3, 2, 1]
    assert found == stops(session, "δh[1] < 1e9")


def test_a_character_and_a_time_stop_once_in_each_pass(session):
    assert [(m.t, m.phase) for m in stops(session, "reads 'e'")] == [(2, "forward"), (2, "backward")]
    assert [m.t for m in stops(session, "predicts o")] == [4, 4]
    assert [m.t for m in stops(session, "t = 3")] == [3, 3]


def test_nan_never_holds_on_finite_values(session):
    assert stops(session, "NaN") == []


def test_nan_holds_where_a_value_first_overflows(overflowing_cell):
    with np.errstate(all="ignore"):
        session = Session(Setup(cell=overflowing_cell, text="abcd", hidden=1))
        values = session.walk.run["h"][:, 0]
        first = stops(session, "nan")[0]
    assert first.t == int(np.argmax(~np.isfinite(values))) + 1
    assert first.equation.name.label == "h"


@pytest.mark.parametrize("text", ["", "h", "h >", "h[9] > 1", "|h > 1", "h| > 1", "h > 1e", "sings a", "t = x"])
def test_nonsense_is_explained(session, text):
    with pytest.raises(InputError):
        parse(text, session.walk)


def test_an_unknown_quantity_gets_the_nearest_name(session):
    with pytest.raises(UnknownNameError, match="a_f"):
        parse("a_v > 0", session.walk)
