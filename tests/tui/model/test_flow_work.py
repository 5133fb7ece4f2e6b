"""The numbers behind the Flow screen against plain products of step Jacobians, and the pictures made of them."""

from dataclasses import replace

import numpy as np
import pytest

from rnnsym_tui.model.flow import drawing, files, work
from rnnsym_tui.model.flow.heatmap import HEAD, Frame, HeatMap, level
from rnnsym_tui.model.flow.knobs import Knobs
from rnnsym_tui.model.flow.place import PICTURES, FlowPlace, Pin
from rnnsym_tui.model.flow.readout import Readout
from rnnsym_tui.model.flow.rests import rests
from rnnsym_tui.model.flow.results import Request
from rnnsym_tui.model.glyphs import ASCII, UNICODE
from rnnsym_tui.model.session import Session
from rnnsym_tui.model.setup import Setup
from rnnsym_tui.model.spans import plain, width

TEXT = "abcabca"


def results(setup, place=FlowPlace(), rows=50, columns=50, bench=None):  # noqa: B008 (a frozen value)
    with np.errstate(all="ignore"):
        session = Session(setup)
    return list((bench or work.Bench()).results(Request(session.setup, session.walk, place, rows, columns)))


def result(*args, **kwargs):
    return results(*args, **kwargs)[-1]


def log_norm(jacobians, state, t, k):
    """By plain multiplication, of steps that are few and tame."""
    order = range(t, k, -1) if jacobians.forward else range(t, k)
    product = np.eye(jacobians.n)
    for step in order:
        product = product @ jacobians.step[step - 1]
    part = slice(None) if state is None else jacobians.part(state)
    return np.log(np.linalg.norm(product[part, part], 2))


@pytest.mark.parametrize(
    ("cell", "options", "chain"),
    [("lstm", (), None), ("own", (), None), ("gru", (("bidirectional", True),), "backward"),
     ("elman", (("decoder", "gru"),), "decoder")],
)  # fmt: skip
def test_map_and_curve_are_norms_of_products(cell, options, chain, own_cell):
    setup = Setup(own_cell if cell == "own" else cell, TEXT, 2, options=options)
    found = result(setup, FlowPlace(chain=chain, t=4))
    flow = found.main.flow
    j = flow.jacobians
    assert found.forward == (chain != "backward")
    assert found.cursor == ((4, 1) if found.forward else (4, 6))
    for i, t in enumerate(found.ts):
        for n, k in enumerate(found.ks):
            value = found.main.table[i, n]
            if (k <= t) == found.forward or k == t:
                assert value == pytest.approx(log_norm(j, flow.state, t, k), abs=1e-9)
            else:
                assert np.isnan(value)
    for lag, value in enumerate(found.main.curve):
        k = 4 - lag if found.forward else 4 + lag
        assert value == pytest.approx(log_norm(j, flow.state, 4, k), abs=1e-9)


@pytest.mark.parametrize("t", [4, 6])
def test_the_direct_line_of_an_lstm_is_the_product_of_its_forget_gates(t):
    found = result(Setup("lstm", TEXT, 2), FlowPlace(t=t))
    gates = found.main.flow.jacobians.values
    f = next(value for name, value in gates.items() if name.label == "f")[1 : t + 1]
    assert len(found.main.line) == t
    for lag, value in enumerate(found.main.line):
        assert value == pytest.approx(np.log(np.max(np.prod(f[t - lag :], axis=0))), abs=1e-12)
    assert not result(Setup("elman", TEXT, 2)).main.line.size


@pytest.mark.parametrize(("cell", "t"), [("lstm", 5), ("elman", 4)])
def test_spectra_are_those_of_the_products_that_are_shown(cell, t):
    found = result(Setup(cell, TEXT, 3), FlowPlace(t=t, picture="singular"))
    j, part = found.main.flow.jacobians, slice(3, 6) if cell == "lstm" else slice(None)
    product = np.eye(j.n)
    for lag, logs in enumerate(found.fan):
        np.testing.assert_allclose(logs, np.log(np.linalg.svd(product[part, part], compute_uv=False)), atol=1e-9)
        product = product @ j.step[t - lag - 1]
    assert len(found.fan) == t
    spectrum = result(Setup(cell, TEXT, 3), FlowPlace(t=t, picture="eigenvalues")).spectrum
    step = j.step[t - 1][part, part]
    assert spectrum.radius == pytest.approx(np.max(np.abs(np.linalg.eigvals(step))))
    assert spectrum.norm == pytest.approx(np.linalg.norm(step, 2))


def test_the_mirror_shows_the_other_network_on_its_side():
    place = FlowPlace(compare=("elman", "gru"), mirror=0)
    found = result(Setup("lstm", TEXT, 2), place)
    elman = found.mirrored
    assert [trace.label for trace in found.traces] == ["LSTM", "Elman", "GRU"]
    assert elman.label == "Elman"
    alone = result(Setup("elman", TEXT, 2))
    np.testing.assert_array_equal(elman.table, alone.main.table.T)
    assert result(Setup("lstm", TEXT, 2), replace(place, mirror=1)).mirrored.label == "GRU"
    text = "\n".join(map(plain, HeatMap(found, Frame(40, 20, 6), UNICODE).lines()))
    assert "╲╲██" in text
    assert "██╲╲" in text


def test_sliders_reach_the_numbers():
    setup = Setup("lstm", TEXT, 2)
    plain_one, pinned = result(setup), Pin("lstm", Knobs())
    found = result(setup, FlowPlace(Knobs(gain=2.0, forget=5.0, steps=4), pin=pinned))
    assert found.ts == (1, 2, 3, 4)
    assert found.main.curve[-1] > plain_one.main.curve[3]
    np.testing.assert_allclose(found.pinned.curve, plain_one.main.table[3, 3::-1], atol=1e-12)
    with_radius = result(Setup("elman", TEXT, 2, options=(("activation", "identity"),)), FlowPlace(Knobs(radius=0.5)))
    values = np.linalg.eigvals(with_radius.main.flow.jacobians.step[0])
    assert np.max(np.abs(values)) == pytest.approx(0.5)


def test_what_was_drawn_is_read_off_the_parameters(own_cell):
    walk = Setup("lstm", TEXT, 3).walk()
    found = rests(walk.net, walk.params)
    radii = [np.max(np.abs(np.linalg.eigvals(walk.params[f"U_{gate}"]))) for gate in "ifgo"]
    assert found.radius == pytest.approx(max(radii))
    assert found.forget == pytest.approx(np.mean(walk.params["b_f"]))
    assert rests(*(lambda w: (w.net, w.params))(Setup("elman", TEXT, 3).walk())).forget is None


def test_a_fault_of_one_network_is_said_and_the_others_are_shown(tmp_path):
    found = result(Setup("lstm", TEXT, 2), FlowPlace(Knobs(radius=2.0), compare=("scalar_gate",)))
    assert found.main.flow is not None
    assert all(trace.flow is not None or trace.fault for trace in found.traces)
    entries = [plain(found) for found in Readout(UNICODE).entries(found, 60)]
    assert any("LSTM" in entry for entry in entries)


def test_a_text_of_one_step():
    found = result(Setup("gru", "ab", 2), FlowPlace(compare=("lstm",)))
    assert (found.ts, found.ks, found.cursor, found.lag) == ((1,), (1,), (1, 1), 0)
    assert found.main.curve.tolist() == [0.0]
    assert "one step only" in found.finding
    for picture in PICTURES:
        shown = result(Setup("gru", "ab", 2), FlowPlace(picture=picture))
        assert drawing.norms(shown, 40, 12, UNICODE)
        assert HeatMap(shown, Frame(30, 10, 1), UNICODE).lines()
        assert files.page(shown, Readout(UNICODE))


@pytest.mark.parametrize(("gain", "sign"), [(1e3, "9"), (0.0, "─")])
def test_what_has_exploded_or_gone_is_marked_and_never_a_number(gain, sign):
    setup = Setup("elman", TEXT * 4, 2, options=(("activation", "identity"),))
    found = result(setup, FlowPlace(Knobs(gain=gain)))
    lines = [plain(line) for line in HeatMap(found, Frame(80, 40, 27), UNICODE).lines()]
    assert sign in "".join(lines[HEAD:])
    legend = plain(HeatMap(found, Frame(80, 40, 27), UNICODE).legend())
    assert ("exactly 0" if gain == 0 else "10ⁿ") in legend
    assert drawing.norms(found, 40, 12, UNICODE)


def test_a_state_that_leaves_the_range_is_marked(overflowing_cell):
    found = result(Setup(overflowing_cell, TEXT, 2))
    shown = HeatMap(found, Frame(60, 20, 6), UNICODE)
    assert "not a number" in plain(shown.legend())
    assert any(span.kind == "alert" for line in shown.lines() for span in line)
    assert "cannot be followed" in found.finding
    assert drawing.norms(found, 40, 12, UNICODE)
    assert not drawing.eigenvalues(result(Setup(overflowing_cell, TEXT, 2)), 40, 12, UNICODE)
    broken = result(Setup(overflowing_cell, TEXT, 2), FlowPlace(picture="eigenvalues"))
    assert Readout(UNICODE).spectrum(broken, 60)


def test_a_long_text_is_sampled_with_both_ends_and_the_cursor():
    setup = Setup("elman", "abcdefghij" * 40, 2)
    found = result(setup, FlowPlace(t=301, k=7), rows=12, columns=20)
    assert (len(found.ts), len(found.ks)) == (12, 20)
    assert (found.ts[0], found.ts[-1], found.ks[0], found.ks[-1]) == (1, 399, 1, 399)
    assert np.isfinite(found.main.curve[found.lag])
    shown = HeatMap(found, Frame(27, 12, 399), UNICODE)
    assert {width(line) for line in shown.lines()} == {shown.frame.label + 20}
    assert len(files.csv(found, Readout(UNICODE)).splitlines()) == 400


def test_the_first_picture_comes_before_the_whole_one_where_that_takes_long(monkeypatch):
    monkeypatch.setattr(work, "LONG", 100)
    coarse, whole = results(Setup("lstm", "abcdefghij" * 3, 2))
    assert (coarse.complete, whole.complete) == (False, True)
    assert coarse.ts == whole.ts == tuple(range(1, 30))
    assert len({tuple(row) for row in coarse.main.table}) == work.COARSE
    assert coarse.main.table[-1, 0] == whole.main.table[-1, 0]
    np.testing.assert_array_equal(coarse.main.curve, whole.main.curve)
    entries = [[plain(entry).split()[-1] for entry in Readout(UNICODE).entries(found, 60)] for found in (coarse, whole)]
    assert entries[0][1:] == ["…"]
    assert entries[0][0] == entries[1][0]
    assert "…" not in entries[1]


def test_a_bound_is_drawn_where_it_tells_something():
    def whats(cell):
        return [curve.what for curve in drawing.drawn(result(Setup(cell, TEXT, 2)), UNICODE)]

    assert whats("elman") == ["norm", "bound"]
    assert whats("lstm") == ["norm", "line"]


def test_a_click_finds_the_pair_of_steps_on_both_sides_of_the_diagonal():
    shown = HeatMap(result(Setup("lstm", TEXT, 2)), Frame(40, 20, 6), UNICODE)
    left = shown.frame.label
    assert shown.at(left + 2, HEAD + 4) == (5, 2)
    assert shown.at(left + 9, HEAD + 1) == (5, 2)
    assert shown.at(left - 1, HEAD) is None
    assert shown.at(left, HEAD + 6) is None


def test_growth_and_loss_have_strengths_of_their_own():
    assert [level(np.log(value)) for value in (1, 1e-3, 1e-6, 1e-30)] == [-16, -8, -1, -1]
    assert level(np.log(1.01)) == 4
    assert level(np.log(1e3)) == level(np.log(1e9)) == 16


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_picture_fits_its_room(glyphs):
    for picture in PICTURES:
        found = result(Setup("lstm", TEXT, 3), FlowPlace(picture=picture, compare=("elman", "gru")))
        draw = {"norms": drawing.norms, "eigenvalues": drawing.eigenvalues, "singular": drawing.fan}[picture]
        for cells, rows in ((29, 7), (40, 12), (100, 33)):
            lines = draw(found, cells, rows, glyphs)
            assert 0 < len(lines) <= rows
            assert max(map(width, lines)) <= cells + 5
            assert glyphs.ascii is all(plain(line).isascii() for line in lines)


def test_the_files_hold_the_numbers(tmp_path):
    found = result(Setup("lstm", TEXT, 2), FlowPlace(compare=("elman",), pin=Pin("lstm", Knobs(gain=2.0))))
    readout = Readout(UNICODE)
    for name in ("a.csv", "a.json", "a.txt"):
        files.write(tmp_path / name, found, readout)
        again = (tmp_path / name).read_text(encoding="utf-8")
        files.write(tmp_path / name, found, readout)
        assert (tmp_path / name).read_text(encoding="utf-8") == again
    last = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[-1].split(",")
    assert last[0] == "6"
    assert float(last[1]) == pytest.approx(found.main.curve[5] / np.log(10), rel=1e-5)
    assert found.finding in (tmp_path / "a.txt").read_text(encoding="utf-8")
    assert files.value(found, readout).startswith(r"\left\lVert \frac{\partial c_6}{\partial c_1} \right\rVert_2 = ")
    table = files.curves(found, UNICODE).splitlines()
    assert table[0].split("\t") == ["lag", "LSTM norm", "Elman norm", "LSTM line", "LSTM pinned", "Elman bound"]
    assert len(table) == 7


def test_a_figure_is_drawn_where_matplotlib_is_there(tmp_path):
    pytest.importorskip("matplotlib")
    found = result(Setup("elman", TEXT, 2))
    files.write(tmp_path / "map.svg", found, Readout(UNICODE))
    assert (tmp_path / "map.svg").read_text(encoding="utf-8").startswith("<?xml")
