"""Checks of networks: what is right is found right, what cannot be told is said, what is wrong is found."""

import json
from pathlib import Path

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.checks.gradients import check_gradients
from rnnsym.checks.verdicts import Verdict
from rnnsym.core.primitive import PRIMITIVES
from rnnsym.errors import InputError, UnknownNameError
from rnnsym.ops.families import Elementwise

MINIMAL_GATED_UNIT = str(Path(__file__).parents[2] / "examples" / "minimal_gated_unit.py")


class TwoInputs(rs.Cell):
    params = {"W": ("H", "X"), "K": ("H", "M"), "R": ("M", "H")}
    carry = {"h": ("H",), "m": ("M",)}
    inputs = {"x": ("X",), "u": ("M",)}

    def step(self, p, prev, given, now):
        now.m = rs.tanh(p.R @ prev.h) * prev.m + given.u
        now.h = rs.tanh(p.W @ given.x + p.K @ now.m)


@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
@pytest.mark.parametrize("cell", ["elman", "gru", "lstm", MINIMAL_GATED_UNIT, TwoInputs()])
def test_generated_gradients_are_right(cell, loss):
    report = check_gradients(cell, loss=loss, examples=2)
    assert report.ok, str(report)
    assert max(block.error for block in report.blocks) < 1e-13


def test_every_parameter_input_and_initial_carry_has_a_verdict():
    report = check_gradients(TwoInputs(), examples=2)
    blocks = [(b.block.kind, b.block.label) for b in report.blocks]
    assert blocks == [
        ("parameter", "W"), ("parameter", "K"), ("parameter", "R"), ("parameter", "V"), ("parameter", "b_y"),
        ("input", "x"), ("input", "u"), ("initial carry", "m_0"), ("initial carry", "h_0"),
    ]  # fmt: skip


def test_patterns_and_reductions_are_checked_as_asked():
    for options in ({"pattern": "many_to_one"}, {"reduction": "mean"}, {"pattern": "many_to_one", "reduction": "mean"}):
        assert check_gradients("elman", examples=3, **options).ok


def test_a_network_is_checked_at_its_own_sizes():
    net = rs.Network("gru", 2, 3, None)
    seen = []
    report = check_gradients(net, examples=2, progress=seen.append)
    assert report.ok
    assert all("X = 2, H = 3" in text for text in seen)


def test_fixed_sizes_do_not_vary():
    seen = []
    check_gradients("elman", sizes={"T": 2, "H": 4}, examples=1, progress=seen.append)
    assert all("T = 2" in text and "H = 4" in text for text in seen)


def test_the_same_seed_gives_the_same_report():
    first, again = (check_gradients("elman", examples=3, seed=5).to_json() for _ in range(2))
    other = check_gradients("elman", examples=3, seed=6).to_json()
    assert first == again
    assert first["blocks"] != other["blocks"]


def test_cancellation_inside_a_gradient_is_no_error():
    """Equal rows of V make Vᵀ (softmax − one-hot) cancel to rounding: the unit of errors must know the terms."""
    assert check_gradients("elman", loss="cross_entropy", sizes={"T": 3, "X": 1, "H": 1, "C": 2}, examples=60).ok


def test_a_parameter_without_influence_is_an_exact_zero():
    class Idle(rs.Cell):
        params = {"W": ("H", "X"), "K": ("H", "H")}
        carry = {"h": ("H",), "idle": ("H",)}

        def step(self, p, prev, x, now):
            now.h = rs.tanh(p.W @ x)
            now.idle = p.K @ prev.idle

    report = check_gradients(Idle, examples=2)
    assert report["K"].verdict is Verdict.RIGHT
    assert report["K"].remark == "exactly zero: the loss does not feel it"


def test_a_stopped_gradient_is_right_as_it_is_meant():
    class Stopped(rs.Cell):
        params = {"W": ("H", "X"), "U": ("H", "H")}
        carry = {"h": ("H",)}

        def step(self, p, prev, x, now):
            now.h = rs.tanh(p.W @ x + p.U @ rs.stop_gradient(prev.h))

    assert check_gradients(Stopped, examples=4).ok


def test_a_loss_that_is_constant_is_too_small_to_tell():
    net = rs.Network("elman", 2, 2, 1, loss="cross_entropy")
    report = check_gradients(net, examples=2)
    assert {block.verdict for block in report.blocks} == {Verdict.TOO_SMALL}
    assert not report.ok
    assert "Undecided" in report.summary()


def test_kinks_are_verdicts_of_their_own():
    class Pinned(rs.Cell):
        params = {"W": ("H", "X")}
        carry = {"h": ("H",)}

        def step(self, p, prev, x, now):
            now.zero = p.W @ x - p.W @ x
            now.h = rs.relu(p.W @ x + prev.h - p.W @ x - prev.h) + prev.h

    report = check_gradients(Pinned, examples=2)
    assert report["W"].verdict is Verdict.KINK
    assert "relu" in report["W"].remark
    assert report["V"].verdict is Verdict.RIGHT


def test_near_a_kink_relu_is_judged_elsewhere():
    report = check_gradients(rs.cells.Elman("relu"), examples=6)
    assert report.ok
    assert report["W"].counts[Verdict.KINK] > 0


@pytest.fixture
def wrong_tanh():
    """A primitive with a wrong derivative: 1 − a² for 1 − tanh²(a)."""
    primitive = Elementwise("wrong_tanh", np.tanh, [lambda y, x: 1 - x**2], "tanh")
    yield primitive
    del PRIMITIVES["wrong_tanh"]


def test_a_wrong_derivative_rule_is_found_and_blamed(wrong_tanh):
    class Wrong(rs.Cell):
        params = {"W": ("H", "X"), "U": ("H", "H")}
        carry = {"h": ("H",)}

        def step(self, p, prev, x, now):
            now.h = wrong_tanh(p.W @ x + p.U @ prev.h)

    report = check_gradients(Wrong, examples=10)
    assert [block.block.label for block in report.wrong] == ["W", "U", "x", "h_0"]
    witness = report.smallest.witness
    assert set(witness.sizes.values()) == {1}
    assert "a derivative rule must be wrong" in str(report)
    assert witness.graph == pytest.approx(witness.got)
    json.dumps(report.to_json(), allow_nan=False)


def test_bad_arguments_say_what_is_wrong():
    with pytest.raises(UnknownNameError, match="Did you mean 'lstm'"):
        check_gradients("lsmt")
    with pytest.raises(UnknownNameError, match="size 'Q'"):
        check_gradients("elman", sizes={"Q": 1})
    with pytest.raises(InputError, match="whole number"):
        check_gradients("elman", sizes={"H": 0})
    with pytest.raises(InputError, match="examples"):
        check_gradients("elman", examples=0)
    with pytest.raises(InputError, match="cannot be checked"):
        check_gradients(3)
    with pytest.raises(UnknownNameError, match="Did you mean 'W'"):
        check_gradients("elman", grad=lambda params, **rest: {"w": params["W"]})
    with pytest.raises(InputError, match="dict of arrays"):
        check_gradients("elman", grad=lambda params, **rest: params["W"])


def test_a_gradient_of_a_wrong_shape_is_wrong_and_says_so():
    report = check_gradients("elman", grad=lambda params, **rest: {"W": np.zeros(7)}, examples=2)
    assert report["W"].verdict is Verdict.WRONG
    assert "it must have the shape (1, 1)" in str(report)


def test_a_gradient_that_is_not_a_number_is_wrong():
    report = check_gradients("elman", grad=lambda params, **rest: {"W": params["W"] * np.nan}, examples=2)
    assert report["W"].verdict is Verdict.WRONG
