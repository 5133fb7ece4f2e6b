"""Real-time recurrent learning: its sensitivities are complex steps, and its gradient is that of backpropagation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.core.names import Role
from rnnsym.derivation.states.chains import chains
from rnnsym.derivation.states.closed import closed_form
from rnnsym.derivation.states.sensitivity import rtrl
from rnnsym.engine.program import function
from rnnsym.errors import DisconnectedError, ShapeError
from support.networks import NETWORKS, data_for
from support.problems import problem
from support.random_cells import cells
from support.steps import CELLS, STACK, Steps, check_gradients, drawn, param, parameters, printed, values
from support.systems import SYSTEMS, gradients, numbers

CLOSE = {"rtol": 1e-12, "atol": 1e-14}


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_is_that_of_backpropagation(cell):
    net, data = drawn(cell, steps=4)
    assert check_gradients(rtrl, net, data) == len(net.params)


@pytest.mark.parametrize("steps", range(1, 7))
def test_any_number_of_steps(steps):
    for cell in CELLS:
        check_gradients(rtrl, *drawn(cell, steps, seed=steps), order=-1, most=3)


@pytest.mark.parametrize("cell", CELLS)
def test_immediate_and_total_derivatives_are_complex_steps(cell):
    net, data = drawn(cell, steps=3)
    reference, derivation = Steps(net, *data), rs.derive(net)
    for theta in parameters(derivation)[:-2:3]:
        form = rtrl(net.system, derivation.adjoint, theta)
        found = values(form, net, data)
        for line in form.lines:
            if line.name.role in (Role.IMMEDIATE, Role.SENSITIVITY) and line.name.of[0].role == Role.CARRY:
                slope = reference.immediate if line.name.role == Role.IMMEDIATE else reference.total
                for t in (1, 2, 3):
                    expected = slope(t, line.name.of[0].symbol, theta.symbol)
                    np.testing.assert_allclose(found[line.name][t], expected, **CLOSE)


@given(cells(), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_random_cells(cell, steps, seed):
    p = problem(cell, 2, 3, 4, steps, seed=seed)
    if not chains(p.net.system):
        return
    check_gradients(rtrl, p.net, (p.params, p.x, p.targets, p.carry), order=1, most=1)


@pytest.mark.parametrize("key", NETWORKS)
def test_every_wiring(key):
    net = NETWORKS[key]("elman")
    check_gradients(rtrl, net, data_for(net, 3, seed=1), order=1, most=1)


@pytest.mark.parametrize("key", SYSTEMS)
@pytest.mark.parametrize("steps", [2, 5])
def test_systems_by_hand(key, steps):
    system = SYSTEMS[key]()
    given = numbers(system, steps, ())
    _, gradients_known, program = gradients(system, given)
    for bar in program.adjoint.gradients:
        form = rtrl(system, program.adjoint, bar.as_role(Role.PARAM))
        found = function(form.system, tuple(form.system.equations), "form")(given)
        np.testing.assert_allclose(found[bar], gradients_known[bar], rtol=1e-11, atol=1e-13)


def test_elman_is_that_of_williams_and_zipser():
    told = printed(rtrl(*derived("elman"), param("U")))
    assert told["∂⁺hₜ/∂U"] == "diag(1 − hₜ²) ⊗ hₜ₋₁ᵀ"
    assert told["∂hₜ/∂U"] == "∂hₜ/∂hₜ₋₁ ∂hₜ₋₁/∂U + ∂⁺hₜ/∂U"
    assert told["∂L/∂U"] == "Σₜ unvec((∂hₜ/∂U)ᵀ eₜ)"
    assert printed(rtrl(*derived("elman"), param("b")))["∂⁺hₜ/∂b"] == "diag(1 − hₜ²)"


def test_lstm_and_gru():
    told = printed(rtrl(*derived("lstm"), param("U_f"), STACK))
    assert told["∂⁺cₜ/∂U_f"] == "diag(cₜ₋₁ ⊙ fₜ ⊙ (1 − fₜ)) ⊗ hₜ₋₁ᵀ"
    assert told["∂cₜ/∂U_f"] == "∂cₜ/∂hₜ₋₁ ∂hₜ₋₁/∂U_f + ∂cₜ/∂cₜ₋₁ ∂cₜ₋₁/∂U_f + ∂⁺cₜ/∂U_f"
    told = printed(rtrl(*derived("gru"), param("U_n")))
    assert told["∂⁺hₜ/∂U_n"] == "diag((1 − zₜ) ⊙ (1 − nₜ²) ⊙ rₜ) ⊗ hₜ₋₁ᵀ"


def derived(cell):
    derivation = rs.derive(cell)
    return derivation.system, derivation.adjoint


def test_the_upper_states_of_a_stack_move_with_a_parameter_of_the_lower():
    net = NETWORKS["stacked"]("elman")
    form = rtrl(net.system, rs.derive(net).adjoint, param("U", "layer1"))
    moved = [line.name.of[0].label for line in form.lines if line.name.role == Role.SENSITIVITY]
    assert moved == ["layer1.h", "layer2.h"]


class Idle(rs.Cell):
    """`spare` is used where no derivative passes."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "spare": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.W @ x + p.U @ prev.h) + rs.stop_gradient(p.spare)


def test_a_parameter_of_the_readout_reaches_no_state():
    told = rs.derive(rs.Network("elman", 2, 3, 4)).rtrl("V")
    assert [str(line) for line in told.lines[-2:]] == ["δyₜ = yₜ − targetₜ", "∂L/∂V = Σₜ δyₜ hₜᵀ"]
    assert "GRADIENT   V acts through no state that is carried" in str(told)
    assert "0 numbers kept" in str(told)


def test_a_parameter_that_the_loss_does_not_feel():
    net = rs.Network(Idle, 2, 3)
    with pytest.raises(DisconnectedError, match="the loss does not depend on spare: its gradient is exactly zero"):
        rtrl(net.system, rs.derive(net).adjoint, param("spare"))


class Tied(rs.Cell):
    """The output reads a parameter of the recurrence as well: part of the gradient passes no state."""

    params = {"W": ("H", "X"), "U": ("H", "H")}
    carry = {"h": ("H",)}
    output = "k"

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.W @ x + p.U @ prev.h)
        now.k = p.U.T @ now.h + rs.sigmoid(p.W @ x) * prev.h


@pytest.mark.parametrize("build", [rtrl, closed_form])
def test_what_passes_no_state_is_added(build):
    net, data = drawn(Tied())
    assert check_gradients(build, net, data) == len(net.params)
    assert "∂L/∂U_direct" in printed(build(net.system, rs.derive(net).adjoint, param("U")))


class NoFlatRule(rs.Cell):
    params = {"W": ("H", "X"), "U": ("H", "H")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.W @ x + (p.U.T * p.U) @ prev.h)


def test_a_use_that_cannot_be_written_entry_by_entry_is_refused_by_name():
    with pytest.raises(ShapeError, match=r"∂⁺s_t/∂U cannot be written out in the entries of U \(H, H\)"):
        rtrl(*derived(NoFlatRule), param("U"))
