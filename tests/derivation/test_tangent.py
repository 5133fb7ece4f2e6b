"""The tangent of a System, and the Hessian-vector product, against complex step and the unrolled graph."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.core.expr import leaves
from rnnsym.core.names import END, EVERY_STEP, FREE, Name, Role
from rnnsym.derivation.adjoint import adjoint
from rnnsym.derivation.tangent import along, hessian_vector, tangent
from rnnsym.engine.program import build, function
from rnnsym.engine.unroll import unroll_system
from rnnsym.wiring import TOTAL_LOSS
from support.paths import values_at
from support.problems import BUILT_IN, problem
from support.random_cells import cells
from support.systems import SYSTEMS, numbers

STEP = 1e-30


def directions(system, given_values, rng):
    """A generic direction for every parameter."""
    params = [name for name in system.given if name.role == Role.PARAM]
    return {name: rng.normal(size=np.shape(given_values[name])) for name in params}


def products(system, given_values, moved):
    """R{dθ} for every parameter, through the generated program of the form."""
    form = hessian_vector(adjoint(system, TOTAL_LOSS), list(moved))
    known = {**given_values, **{along(name): value for name, value in moved.items()}}
    values = function(form.system, tuple(form.system.equations), "form")(known)
    return {name.of[0]: value for name, value in values.items() if name.of and name.of[0].role == Role.GRADIENT}


def complex_step(system, given_values, moved):
    """The change of the gradients along a direction, by complex step through the backward program."""
    program = build(system, TOTAL_LOSS, "plain")
    shifted = {**given_values, **{name: given_values[name] + 1j * STEP * value for name, value in moved.items()}}
    forward = program.forward(shifted)
    found = program.backward({**shifted, **forward})
    return {name: np.imag(value) / STEP for name, value in found.items() if name.role == Role.GRADIENT}


def assert_equal(ours, exact, tolerance=1e-10):
    assert set(ours) <= set(exact)
    for name, value in exact.items():
        scale = max(1.0, np.max(np.abs(value), initial=0.0))
        if name in ours:
            assert np.max(np.abs(ours[name] - value), initial=0.0) < tolerance * scale, name
        else:
            assert not np.any(value), name


def assert_product(system, given_values, seed=0):
    moved = directions(system, given_values, np.random.default_rng(seed))
    assert_equal(products(system, given_values, moved), complex_step(system, given_values, moved))


@pytest.mark.parametrize("cell", BUILT_IN, ids=repr)
@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
@pytest.mark.parametrize("pattern", ["many_to_many", "many_to_one"])
def test_the_product_is_a_complex_step_of_the_gradient(cell, loss, pattern):
    for steps, batch in ((1, ()), (2, (2,)), (5, ())):
        made = problem(cell, 2, 3, 2, steps, batch, loss=loss, pattern=pattern, reduction="mean", mask="weights")
        assert_product(made.system, made.given)


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("when", [EVERY_STEP, END], ids=["every step", "last step"])
def test_lags_seams_and_reversed_time(name, when):
    system = SYSTEMS[name](when)
    for steps in (2, 3, 6):
        assert_product(system, numbers(system, steps, (2,)))


@settings(max_examples=25, deadline=None)
@given(cells(), st.integers(1, 4), st.sampled_from([(), (2,)]))
def test_any_cell(cell, steps, batch):
    made = problem(cell, 3, 2, None, steps, batch)
    assert_product(made.system, made.given)


def test_the_product_is_a_gradient_of_a_gradient():
    made = problem("gru", 2, 3, 2, 3)
    moved = directions(made.system, made.given, np.random.default_rng(3))
    loss = unroll_system(made.system, made.steps)[TOTAL_LOSS, 0]
    nodes = list(leaves([loss]))
    params = {node.attrs[0]: node for node in nodes if node.attrs[1] == FREE and node.attrs[0].role == Role.PARAM}
    arrows = {name: rs.var(f"arrow_{name.symbol}", node.shape) for name, node in params.items()}
    slope = rs.constant(0.0)
    for name, node in params.items():
        slope = slope + rs.sum(rs.grad(loss, node) * arrows[name])
    values = values_at(nodes, made.given) | {arrows[name]: moved[name] for name in params}
    second = rs.evaluate(rs.grad(slope, list(params.values())), values)
    ours = products(made.system, made.given, moved)
    assert_equal(ours, {name.as_role(Role.GRADIENT): value for name, value in zip(params, second, strict=True)})


def test_only_the_chosen_parameters_move():
    made = problem("elman", 2, 3, 2, 3)
    weight = Name(Role.PARAM, "U")
    moved = {weight: np.ones((3, 3))}
    ours = products(made.system, made.given, moved)
    exact = complex_step(made.system, made.given, moved)
    assert list(ours) == [weight.as_role(Role.GRADIENT)]
    assert_equal(ours, {weight.as_role(Role.GRADIENT): exact[weight.as_role(Role.GRADIENT)]})


def test_the_lines_are_those_of_pearlmutter():
    d = rs.derive(rs.Network("elman", 2, 3, 2))
    form = hessian_vector(d.adjoint)
    assert [section.title for section in form.sections] == [
        "Forward",
        "Backward",
        "R-forward",
        "R-backward",
        "R-gradients",
    ]
    assert [line.number for line in form.lines] == list(range(1, len(form.lines) + 1))
    rules = {line.name: line.rule for line in form.lines}
    assert "product rule" in rules[along(Name(Role.GRADIENT, "U"))]
    assert "tanh" in rules[along(Name(Role.CARRY, "h"))]


def test_what_does_not_move_has_no_tangent():
    made = problem("elman", 2, 3, 2, 3)
    found = tangent(made.system, [Name(Role.PARAM, "V")])
    assert along(Name(Role.CARRY, "h")) not in found.system.equations
    assert along(Name(Role.EQUATION, "y")) in found.system.equations
