import numpy as np
import pytest

import rnnsym as rs
from rnnsym.errors import InputError, RnnsymError, ShapeError, UnknownNameError
from rnnsym.walk.sheet import Given, work_out

SIGMOID = rs.cells.Elman(activation="sigmoid")


class TwoInputs(rs.Cell):
    """A scalar input beside a vector, and a scalar carry beside a vector."""

    params = {"w": (), "k": ("H", "H+X")}
    carry = {"h": ("H",), "s": ()}
    inputs = {"u": (), "z": ("X",)}

    def step(self, p, prev, x, now):
        now.s = p.w * x.u + prev.s
        now.h = p.k @ rs.concat(prev.h, x.z) * now.s


def test_the_problem_sheet_by_hand():
    sheet = work_out(SIGMOID, Given({"x": ["1", "2", "3"]}, ["_", "_", "4"], {"W": ".6", "U": ".4", "V": ".5"}))
    h, y = [0.0], 0.0
    for x in (1, 2, 3):
        h.append(1 / (1 + np.exp(-(0.6 * x + 0.4 * h[-1]))))
        y = 0.5 * h[-1]
    dh = [0.0, 0.0, 0.0, 0.5 * (y - 4)]
    da = [0.0] * 4
    for t in (3, 2, 1):
        dh[t] = dh[t] + (0.4 * da[t + 1] if t < 3 else 0)
        da[t] = dh[t] * h[t] * (1 - h[t])
    run = sheet.walk.run
    assert np.allclose(run["h"].ravel(), h[1:], rtol=1e-14, atol=0)
    assert np.allclose(run["h"].ravel(), [0.6457, 0.8113, 0.8933], rtol=0, atol=5e-5)
    assert run.grads["U"].item() == pytest.approx(sum(da[t] * h[t - 1] for t in (1, 2, 3)), rel=1e-13)
    assert run.grads["U"].item() == pytest.approx(-0.1441, abs=5e-5)
    assert run.loss == pytest.approx((y - 4) ** 2 / 2, rel=1e-14)
    assert sheet.unset == ("b", "b_y")
    assert sheet.present == (False, False, True)
    assert sheet.updated(0.01)["U"].item() == pytest.approx(0.4 - 0.01 * run.grads["U"].item())


def test_sizes_are_found_from_whatever_was_given():
    given = Given({"x": ["1,0,0", "0,1,0"]}, ["1", "_"], {"U": "1,2;3,4", "V": "1,1"})
    assert work_out(rs.cells.Elman(), given).walk.net.sizes == {"X": 3, "H": 2, "C": 1}


def test_a_size_that_no_number_tells_is_the_one_asked_for_or_one():
    assert work_out(rs.cells.LSTM(), Given({"x": ["1"]})).walk.net.sizes == {"X": 1, "H": 1}
    asked = work_out(rs.cells.LSTM(), Given({"x": ["1"]}, sizes={"H": 3, "C": 2}))
    assert asked.walk.net.sizes == {"X": 1, "H": 3, "C": 2}


def test_without_v_the_output_is_the_hidden_state():
    sheet = work_out(rs.cells.Elman(), Given({"x": ["1"]}, ["2"], {"W": "1"}))
    assert sheet.walk.run.loss == pytest.approx((np.tanh(1) - 2) ** 2 / 2)
    assert "V" not in sheet.walk.params


def test_without_targets_nothing_is_scored():
    sheet = work_out(rs.cells.Elman(), Given({"x": ["1", "2"]}, weights={"W": "1"}))
    assert sheet.present == (False, False)
    assert sheet.walk.run.loss == 0


def test_unset_parameters_are_drawn_with_a_seed():
    sheet = work_out(rs.cells.Elman(), Given({"x": ["1"]}, weights={"W": ".5"}, seed=3))
    assert sheet.walk.params["W"].item() == 0.5
    assert sheet.walk.params["U"].item() != 0
    assert sheet.unset == ("U", "b")


def test_the_initial_carry_is_where_the_recurrence_starts():
    sheet = work_out(rs.cells.Elman(activation="identity"), Given({"x": ["1"]}, weights={"U": "2"}, carry={"h": "3"}))
    assert sheet.walk.run["h"].item() == 6


def test_labels_are_the_targets_of_cross_entropy():
    given = Given({"x": ["1", "1"]}, ["2", "_"], {"V": "1;2;3"}, loss="cross_entropy")
    assert work_out(rs.cells.Elman(), given).walk.run.loss == pytest.approx(np.log(3))


def test_a_cell_with_scalars_several_inputs_and_composed_sizes():
    given = Given({"u": ["1", "2"], "z": ["1", "1"]}, ["1,1", "_"], {"w": "2", "k": "1,0,1;0,1,1"}, carry={"h": "1,2"})
    sheet = work_out(TwoInputs(), given)
    assert sheet.walk.net.sizes["H"] == 2
    assert sheet.walk.run["s"].tolist() == [2, 6]
    assert sheet.walk.run["h"].tolist() == [[4, 6], [30, 42]]


ELMAN_FAULTS = {
    "unknown parameter": (Given({"x": ["1"]}, weights={"w_h": "1"}), UnknownNameError, "parameter 'w_h'"),
    "unknown carry": (Given({"x": ["1"]}, carry={"c": "1"}), UnknownNameError, "carry 'c'"),
    "unknown input": (Given({"u": ["1"]}), UnknownNameError, "input 'u'"),
    "unknown loss": (Given({"x": ["1"]}, loss="squred"), UnknownNameError, "Did you mean 'squared'"),
    "no input": (Given({}), InputError, "T = 0"),
    "no step": (Given({"x": []}), InputError, "T = 0"),
    "two sizes": (Given({"x": ["1"]}, weights={"W": "1;2", "U": "1"}), ShapeError, "H = 2 by W .* but H = 1 by U"),
    "not square": (Given({"x": ["1"]}, weights={"U": "1,2"}), ShapeError, "H × H = 1 × 2"),
    "two inputs": (Given({"x": ["1", "1,2"]}), ShapeError, "x at t = 2"),
    "size asked for": (Given({"x": ["1"]}, weights={"U": "1"}, sizes={"H": 2}), ShapeError, "the size asked for"),
    "targets": (Given({"x": ["1", "2"]}, ["1"]), ShapeError, "1 targets for T = 2"),
    "no target": (Given({"x": ["1"]}, ["_"]), InputError, "every target"),
    "target size": (Given({"x": ["1"]}, ["1,2"], {"V": "1"}), ShapeError, "target at t = 1"),
    "label": (Given({"x": ["1"]}, ["2"], {"V": "1;1"}, loss="cross_entropy"), InputError, "outside 0…1"),
}


@pytest.mark.parametrize("fault", ELMAN_FAULTS)
def test_a_faulty_sheet_says_what_is_wrong(fault):
    given, kind, message = ELMAN_FAULTS[fault]
    with pytest.raises(kind, match=message):
        work_out(rs.cells.Elman(), given)


def test_inputs_of_different_length_are_counted():
    with pytest.raises(ShapeError, match="u has 1, z has 2"):
        work_out(TwoInputs(), Given({"u": ["1"], "z": ["1", "1"]}))


def test_a_missing_input_is_named():
    with pytest.raises(RnnsymError, match="input z"):
        work_out(TwoInputs(), Given({"u": ["1"]}))
