"""What the loss does not depend on: an exact zero, and it is said."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.checks.lines import check_lines
from rnnsym.derivation.adjoint import adjoint
from rnnsym.engine.program import build
from rnnsym.errors import ScheduleError
from rnnsym.wiring import TOTAL_LOSS, cell_system


class Idle(rs.Cell):
    """`junk` and `stopped` lead nowhere, and k is an input that nothing reads with a derivative."""

    params = {"U": ("H", "H"), "Z": ("H",)}
    carry = {"h": ("H",)}
    inputs = {"x": ("H",), "k": ("H",)}

    def step(self, p, prev, x, now):
        now.junk = p.Z * x.k
        now.stopped = rs.tanh(now.junk)
        now.h = p.U @ prev.h + x.x + rs.stop_gradient(now.stopped)


def test_a_derivation_says_what_is_zero_and_why():
    derivation = rs.derive(Idle)
    assert [str(line) for line in derivation.zeros] == ["δjunkₜ = 0", "δstoppedₜ = 0", "∂L/∂Z = 0"]
    page = derivation.pretty(detail="why")
    assert "ZEROS   the loss does not depend on these" in page
    assert "The loss does not depend on Z." in page
    assert "∂L/∂Z = 0" in {line["text"] for line in derivation.to_dict()["lines"]}


@pytest.mark.parametrize("batch", [(), (2,)])
def test_a_run_has_the_zeros_as_arrays(batch):
    net = rs.Network(Idle, 3, 3, 2)
    x = {"x": np.ones((4, *batch, 3)), "k": np.ones((4, *batch, 3))}
    run = net.run(net.init(), x, np.ones((4, *batch, 2)))
    for label in ("junk", "stopped"):
        assert run.adjoint[label].shape == run[label].shape
        assert not run.adjoint[label].any()
    assert not run.adjoint.at("junk", 4).any()
    assert run.input_grad["k"].shape == x["k"].shape
    assert not run.input_grad["k"].any()
    assert run.input_grad["x"].any()
    assert not run.grads["Z"].any()


def test_the_lines_of_zeros_have_values_and_checks():
    net = rs.Network(Idle, 3, 3, 2)
    x = {"x": np.ones((4, 3)), "k": np.ones((4, 3))}
    view = rs.derive(net).form_view()
    values = view.values(net.init(), x, np.ones((4, 2)))
    zeros = [line for line in view.lines if line.rule == "no path to the loss"]
    assert [values[line.name].shape for line in zeros] == [(5, 3), (5, 3), (3,)]
    assert not any(values[line.name].any() for line in zeros)
    checks = check_lines(view, net.init(), x, np.ones((4, 2)))
    assert all(checks[line.number].ok for line in zeros)


def test_a_cell_that_the_loss_feels_everywhere_has_no_zeros():
    assert rs.derive("lstm").zeros == ()


def test_the_adjoint_of_an_adjoint_is_refused():
    whole = adjoint(cell_system(rs.cells.GRU()), TOTAL_LOSS).system
    with pytest.raises(ScheduleError, match="unroll the network"):
        build(whole, TOTAL_LOSS, "twice")


def test_what_is_unreached_through_several_equations_leaves_no_adjoint():
    """first → second → third, whose derivative stops: without a second look, first and second would wait for it."""

    class Chain(rs.Cell):
        params = {"Z": ("H",)}
        carry = {"h": ("H",)}
        inputs = {"x": ("H",)}

        def step(self, p, prev, x, now):
            now.first = p.Z * x
            now.second = rs.tanh(now.first)
            now.third = rs.exp(now.second)
            now.h = prev.h + x + rs.stop_gradient(now.third)

    derivation = rs.derive(Chain)
    assert [line.name.label for line in derivation.backward] == ["h"]
    assert [line.name.label for line in derivation.zeros] == ["first", "second", "third", "Z"]
    net = rs.Network(Chain, 2, 2)
    assert not net.run(net.init(), np.ones((3, 2))[:, :2], np.zeros((3, 2))).grads["Z"].any()
