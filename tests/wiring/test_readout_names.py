"""A cell may have a parameter V of its own: the readout's is then readout.V, wherever a parameter is named."""

import re

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.checks.gradients import check_gradients
from rnnsym.cli import main
from rnnsym.walk.sheet import Given, work_out

CELL = """\
import rnnsym as rs


class OutputFeedback(rs.Cell):
    params = {"W": ("H", "X"), "V": ("H", "H")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.a = p.W @ x + p.V @ prev.h
        now.h = rs.tanh(now.a)
"""


@pytest.fixture
def file(tmp_path):
    """The cell, whose recurrent matrix is called V as in some lectures, in a file of the user's."""
    path = tmp_path / "feedback.py"
    path.write_text(CELL, encoding="utf-8")
    return str(path)


def test_a_cell_with_a_parameter_called_v_keeps_it_beside_the_readout(file) -> None:
    net = rs.Network(file, inputs=2, hidden=3, outputs=4)
    assert net.params == {"W": (3, 2), "V": (3, 3), "readout.V": (4, 3), "readout.b_y": (4,)}
    rng = np.random.default_rng(0)
    params = {name: rng.normal(size=shape) for name, shape in net.params.items()}
    x, targets = rng.normal(size=(5, 2)), rng.normal(size=(5, 4))
    _, grads = net.value_and_grad(params, x, targets)
    for name in ("V", "readout.V"):
        nudged = {**params, name: params[name].astype(complex)}
        nudged[name][0, 1] += 1e-30j
        assert np.isclose(net.run(nudged, x, targets).loss.imag / 1e-30, grads[name][0, 1], rtol=1e-12)


@pytest.mark.parametrize(("factor", "ok"), [(1, True), (2, False)])
def test_a_gradient_of_ones_own_is_checked_by_that_name(file, factor, ok):
    net = rs.Network(file, 2, 3, 2)

    def gradient(params, **sequence):
        grads = net.value_and_grad(params, **sequence)[1]
        return {"V": grads["V"], "readout.V": factor * grads["readout.V"]}

    report = check_gradients(net, gradient, examples=3)
    assert report.ok is ok
    assert [block.block.label for block in report.blocks] == ["V", "readout.V"]
    assert [block.block.label for block in report.wrong] == ([] if ok else ["readout.V"])


def test_a_problem_sheet_sets_either(file):
    cell = rs.cells.get(file)
    weights = {"W": "1", "V": ".5"}
    sheet = work_out(cell, Given({"x": ["1", "1"]}, ["_", "2"], {**weights, "readout.V": "3"}))
    h = np.tanh(1 + 0.5 * np.tanh(1))
    assert sheet.walk.run.loss == pytest.approx((3 * h - 2) ** 2 / 2)
    assert sheet.walk.run.grads["readout.V"].item() == pytest.approx((3 * h - 2) * h)
    assert sheet.unset == ("readout.b_y",)
    assert work_out(cell, Given({"x": ["1"]}, weights=weights)).unset == ()
    with pytest.raises(rs.errors.UnknownNameError, match=r"parameter 'b_y'.*readout\.b_y"):
        work_out(cell, Given({"x": ["1"]}, weights={"b_y": "1"}))


@pytest.mark.parametrize(
    "arguments",
    [
        ("derive", "--loss", "squared"),
        ("step", "--text", "hello"),
        ("step", "--set", "readout.V=1", "--x", "1", "2", "--target", "_", "1"),
        ("graph", "--values"),
        ("check", "--examples", "1"),
    ],
    ids=" ".join,
)
def test_every_command_names_both(file, arguments, capsys):
    command, *rest = arguments
    assert main([command, file, *rest]) == 0
    out = capsys.readouterr().out
    assert "readout.V" in out or "V_out" in out
    assert re.search(r"(?m)(^| )V ", out)


def test_a_sheet_without_a_readout_says_which_weights_would_make_one(file, capsys):
    assert main(["step", file, "--set", "V=1", "--x", "1"]) == 0
    assert "readout.V not set, so no readout" in capsys.readouterr().out
