"""The closed form: the double sum, multiplied out literally, is the recurrence; every term is what it claims to be."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.api.forms import FormView
from rnnsym.core.names import END, START, Fixed, Name, Role
from rnnsym.core.system import reads
from rnnsym.derivation.states.chains import chains
from rnnsym.derivation.states.closed import closed_form
from rnnsym.engine.program import function
from rnnsym.notation import load
from support.networks import NETWORKS, data_for
from support.problems import problem
from support.random_cells import cells
from support.steps import CELLS, STACK, check_gradients, drawn, param, printed, values
from support.systems import SYSTEMS, gradients, numbers

G = Name(Role.EQUATION, "G")


@pytest.mark.parametrize("cell", CELLS)
def test_the_double_sum_is_the_recurrence(cell):
    net, data = drawn(cell, steps=4)
    assert check_gradients(closed_form, net, data) == len(net.params)


@pytest.mark.parametrize("steps", range(1, 7))
def test_any_number_of_steps(steps):
    for cell in CELLS:
        check_gradients(closed_form, *drawn(cell, steps, seed=steps), order=1, most=1)


@given(cells(), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_random_cells(cell, steps, seed):
    p = problem(cell, 2, 3, 4, steps, seed=seed)
    if chains(p.net.system):
        check_gradients(closed_form, p.net, (p.params, p.x, p.targets, p.carry), order=-1, most=3)


@pytest.mark.parametrize("key", NETWORKS)
def test_every_wiring(key):
    net = NETWORKS[key]("elman")
    check_gradients(closed_form, net, data_for(net, 3, seed=1), order=-1, most=3)


@pytest.mark.parametrize("key", SYSTEMS)
@pytest.mark.parametrize("steps", [2, 5])
def test_systems_by_hand(key, steps):
    system = SYSTEMS[key]()
    given = numbers(system, steps, ())
    _, known, program = gradients(system, given)
    for bar in program.adjoint.gradients:
        form = closed_form(system, program.adjoint, bar.as_role(Role.PARAM))
        found = {**given, **function(form.system, tuple(form.system.equations), "form")(given)}
        np.testing.assert_allclose(form.computed[bar](found), known[bar], rtol=1e-11, atol=1e-13)


def test_the_gradient_of_an_unrolled_graph():
    net, data = drawn("lstm", steps=3)
    graph = rs.unroll(net, 3)
    form = closed_form(net.system, rs.derive(net).adjoint, param("U_f"), STACK)
    by_graph = rs.evaluate(rs.grad(graph.loss, graph.params["U_f"]), graph.bind(*data), net.sizes)
    np.testing.assert_allclose(values(form, net, data)[Name(Role.GRADIENT, "U_f")], by_graph, rtol=1e-12)


def test_a_term_is_one_loss_and_one_step_at_which_the_parameter_acts():
    """G[t, k] of an Elman network, by its own product of factors: D_k J_{k+1}ᵀ … J_tᵀ e_t h_{k-1}ᵀ (theory)."""
    net, data = drawn("elman", steps=4)
    found = values(closed_form(net.system, rs.derive(net).adjoint, param("U")), net, data)
    params, x, targets, start = data
    run = net.run(params, x, None, start)
    h = np.concatenate([start["h"][None], run["h"]])
    e = (run["y"] - targets) @ params["V"]
    for t in range(1, 5):
        back = e[t - 1]
        for k in range(t, 0, -1):
            slope = (1 - h[k] ** 2) * back
            np.testing.assert_allclose(found[G][t, k], np.outer(slope, h[k - 1]), rtol=1e-12)
            back = params["U"].T @ slope
    assert not np.any(np.triu(np.abs(found[G]).sum((2, 3)), 1))


def test_elman_is_that_of_pascanu():
    derivation = rs.derive("elman")
    told = printed(closed_form(derivation.system, derivation.adjoint, param("U")))
    product = "(∏[j=k+1…t] ∂h_j/∂h_(j−1))"
    assert told["eₜ"] == "∂Lₜ/∂hₜ"
    assert told["vec(∂L/∂U)ᵀ"] == f"Σₜ Σ[k=1…t] eₜᵀ {product} ∂⁺hₖ/∂U"
    assert told["G_(t,k)"] == f"diag(1 − hₖ²) {product}ᵀ eₜ hₖ₋₁ᵀ"


def test_states_are_stacked_in_the_order_that_is_asked_for():
    derivation = rs.derive("lstm")
    told = printed(closed_form(derivation.system, derivation.adjoint, param("U_f"), STACK))
    assert told["eₜ"] == "[e_h,ₜ; 0]"
    assert told["∂⁺sₜ/∂U_f"] == "[∂⁺hₜ/∂U_f; ∂⁺cₜ/∂U_f]"


def test_a_reversed_chain_sums_over_later_steps():
    net = NETWORKS["bidirectional"]("elman")
    told = printed(closed_form(net.system, rs.derive(net).adjoint, param("U", "backward")))
    (right,) = [right for left, right in told.items() if left.startswith("vec")]
    assert "Σ[k=t…T]" in right
    assert "∏[j=t…k−1]" in right
    assert "_(j+1)" in right


def test_what_the_decoder_sends_back_enters_the_encoder_at_the_seam():
    net = NETWORKS["encoder_decoder"]("elman")
    form = closed_form(net.system, rs.derive(net).adjoint, param("U", "encoder"))
    (line,) = [line for line in form.lines if line.name == Name(Role.EQUATION, "e", ("encoder",))]
    assert line.domain == END
    assert [(read.name, read.time) for read in reads(line.rhs)] == [
        (Name(Role.ADJOINT, "h", ("decoder",)), Fixed(START.lo)),
    ]


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_the_printed_size_does_not_depend_on_the_number_of_steps(cell):
    """One text for all T; every step stands for itself in it."""
    net, _ = drawn(cell)
    theta = next(name for name in net.params if name.startswith("U"))
    form = closed_form(net.system, rs.derive(net).adjoint, param(theta))
    text = FormView(form, cell, load("default"), net).pretty()
    assert len(form.lines) < 40
    assert "DOUBLE SUM" in text
    assert not re.search(r"t = [2-9]", text)


def test_a_parameter_of_the_readout_has_a_single_sum():
    told = rs.derive(rs.Network("elman", 2, 3, 4)).closed_form("b_y")
    assert str(told.lines[-1]) == "∂L/∂b_y = Σₜ δyₜ"
    assert told.form.computed == {}
