"""A form written out for a number of steps: every line holds in numbers, and what is left out is zero."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.api.forms import FormView
from rnnsym.core.expr import leaves
from rnnsym.core.names import FREE, Fixed, Name, Role
from rnnsym.derivation.equations import Equation
from rnnsym.derivation.explicit.form import LARGEST, instantiate
from rnnsym.derivation.ledger import ledger_form
from rnnsym.derivation.tangent import along
from rnnsym.errors import InputError
from rnnsym.wiring import TOTAL_LOSS
from support.networks import NETWORKS, data_for
from support.problems import problem

WIRED = ["tagging, labels, mean", "many_to_one", "stacked", "bidirectional", "encoder_decoder, soft"]


def value_at(system, values, node):
    name, time = node.attrs
    return values[name][time.at.plus] if isinstance(time, Fixed) and system.timed(name) else values[name]


def check(net, form, data, steps, more=None):
    """Every explicit equation, evaluated with the values of the form; a step without a line has the value zero."""
    view = FormView(form, "t", rs.derive(net).notation, net)
    values = view.values(*data, more=more)
    explicit = instantiate(form, steps)
    told = set()
    for line in explicit.lines:
        if not isinstance(line, Equation):
            continue
        time = line.lhs.attrs[1]
        assert time == FREE or isinstance(time, Fixed)
        told.add((line.name, None if time == FREE else time.at.plus))
        known = {node: value_at(form.system, values, node) for node in leaves([line.rhs])}
        if any(node.attrs[0] not in values for node in known):
            continue
        expected = value_at(form.system, values, line.lhs)
        found = rs.evaluate(line.rhs, known, net.sizes)
        scale = max(1.0, np.max(np.abs(expected), initial=0.0))
        assert np.max(np.abs(found - expected), initial=0.0) < 1e-12 * scale, str(line)
    for line in form.lines:
        if isinstance(line, Equation) and form.system.timed(line.name):
            for t in line.domain.at(steps):
                assert (line.name, t) in told or not np.any(values[line.name][t]), (line.name, t)
    return explicit


@pytest.mark.parametrize("name", WIRED)
@pytest.mark.parametrize("key", ["recurrence", "hessian", "truncated"])
def test_every_line_of_any_wiring(name, key):
    net = NETWORKS[name]("elman")
    form = rs.derive(net).form_view(key, window=2).form
    rng = np.random.default_rng(0)
    more = {along(n): rng.normal(size=net.params[n.label]) for n in net.system.given if n.role == Role.PARAM}
    for steps in (1, 3):
        check(net, form, data_for(net, steps), steps, more if key == "hessian" else None)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("steps", [1, 2, 6])
def test_any_number_of_steps(cell, steps):
    made = problem(cell, 2, 3, 2, steps)
    check(made.net, rs.derive(made.net).form_view().form, made.arguments[:4], steps)


@pytest.mark.parametrize("key", ["closed", "rtrl", "jacobian"])
def test_forms_of_jacobians(key):
    made = problem("elman", 2, 3, 2, 3)
    form = rs.derive(made.net).form_view(key, wrt=None if key == "jacobian" else "U").form
    check(made.net, form, made.arguments[:4], 3)


def text(form):
    return [str(line) for line in form.lines]


def test_the_lines_of_a_step_stand_together():
    d = rs.derive(rs.Network("elman", 2, 3, 2))
    lines = text(instantiate(d.form_view().form, 3))
    assert lines[:4] == ["a₁ = W x₁ + U h₀ + b", "h₁ = tanh(a₁)", "y₁ = V h₁ + b_y", "L₁ = ½ ‖y₁ − target₁‖²"]
    assert lines[12] == "L = L₁ + L₂ + L₃"
    assert lines[13:16] == ["δy₃ = y₃ − target₃", "δh₃ = Vᵀ δy₃", "δa₃ = δh₃ ⊙ (1 − h₃²)"]
    assert "δh₂ = Vᵀ δy₂ + Uᵀ δa₃" in lines
    assert "∂L/∂U = δa₁ h₀ᵀ + δa₂ h₁ᵀ + δa₃ h₂ᵀ" in lines


def test_numbers_run_through_and_uses_point_to_steps():
    d = rs.derive(rs.Network("elman", 2, 3, 2))
    lines = instantiate(d.form_view().form, 3).lines
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    second = next(line for line in lines if str(line).startswith("δh₂ ="))
    assert {str(lines[number - 1]).split(" =")[0] for number in second.uses} == {"δy₂", "δa₃"}


def test_a_double_sum_is_written_out():
    d = rs.derive(rs.Network("elman", 2, 3, 2))
    last = text(instantiate(d.form_view("closed", wrt="U").form, 2))
    assert any("e₁ᵀ ∂⁺h₁/∂U + e₂ᵀ ∂h₂/∂h₁ ∂⁺h₁/∂U + e₂ᵀ ∂⁺h₂/∂U" in line for line in last)


def test_the_ledger_is_written_out():
    d = rs.derive(rs.Network("elman", 2, 3, 2))
    lines = text(instantiate(ledger_form(d.adjoint, TOTAL_LOSS, Name(Role.GRADIENT, "U")), 2))
    assert "G_(2,1) = δa₁⁽²⁾ h₀ᵀ" in lines
    assert "∂L/∂U = G_(1,1) + G_(2,1) + G_(2,2)" in lines
    assert "δh₁⁽²⁾ = Uᵀ δa₂⁽²⁾" in lines


def test_errors_by_age_are_written_out():
    d = rs.derive(rs.Network("elman", 2, 3, 2))
    lines = text(instantiate(d.form_view("truncated", window=2, per="loss").form, 3))
    assert "δh₁⁽¹⁾ = Uᵀ δa₂⁽⁰⁾" in lines
    assert "δa₁ = δa₁⁽⁰⁾ + δa₁⁽¹⁾" in lines
    assert "δa₃ = δa₃⁽⁰⁾" in lines
    assert "δh_cut,₁ = Uᵀ δa₂⁽¹⁾" in lines


def test_what_would_be_too_long_is_refused_with_the_count():
    d = rs.derive(rs.Network("elman", 2, 3, 2))
    with pytest.raises(InputError, match=rf"more than {LARGEST:,} symbols"):
        instantiate(d.form_view("closed", wrt="U").form, 100)


@pytest.mark.parametrize("steps", [0, -1, 2.0, True])
def test_the_number_of_steps_is_whole(steps):
    with pytest.raises(InputError, match="whole number"):
        instantiate(rs.derive("elman").form_view().form, steps)
