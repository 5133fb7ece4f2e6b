"""The generated program against reverse mode over the explicit unrolled graph, and against complex step."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support import random_cells
from support.paths import assert_block, complex_steps, explicit
from support.problems import BUILT_IN, problems

from rnnsym.core.names import Name, Role


def check(problem, run, expected):
    """Every gradient of the run against `expected(kind, label)`, on the scale of its contributions."""
    exact = explicit(problem.system, problem.given, problem.steps, problem.batch, problem.net.sizes)
    np.testing.assert_allclose(run.loss, exact.loss, rtol=1e-12)
    assert run.grads.keys() == problem.params.keys()
    for label, gradient in run.grads.items():
        block = exact.blocks.get(Name(Role.PARAM, label))
        scale = block.scale if block else 0.0
        assert_block(gradient, expected(exact, "params", label, gradient), scale, label)
    for label, gradient in run.carry_grad.items():
        theirs = expected(exact, "carry", label, gradient)
        assert_block(gradient, theirs, np.abs(theirs).sum(), f"{label}_0")
    theirs = expected(exact, "x", "x", problem.x)
    assert_block(run.input_grad, theirs, np.abs(theirs).sum(), "x")


def from_unrolled(exact, kind, label, like):
    if kind == "params":
        block = exact.blocks.get(Name(Role.PARAM, label))
        return block.total if block else np.zeros_like(like)
    if kind == "carry":
        return exact.alone(Name(Role.INITIAL, label), like)
    return exact.at_steps(Name(Role.INPUT, label), like)


def compare_with_unrolled(problem):
    check(problem, problem.net.run(*problem.arguments), from_unrolled)


def compare_with_complex_step(problem):
    if problem.carry is None:
        problem.carry = {label: np.zeros((*problem.batch, problem.net.sizes["H"])) for label in problem.net.cell.carry}
    run = problem.net.run(*problem.arguments)
    check(problem, run, lambda exact, kind, label, like: complex_steps(problem, kind, label))


@given(problems(st.sampled_from(BUILT_IN)))
def test_built_in_cells_agree_with_the_unrolled_graph(problem):
    compare_with_unrolled(problem)


@given(problems(random_cells.cells()))
@settings(max_examples=50)
def test_cells_nobody_wrote_agree_with_the_unrolled_graph(problem):
    compare_with_unrolled(problem)


@given(problems(st.sampled_from(BUILT_IN)))
def test_built_in_cells_agree_with_complex_step(problem):
    compare_with_complex_step(problem)


@given(problems(random_cells.cells()))
def test_cells_nobody_wrote_agree_with_complex_step(problem):
    compare_with_complex_step(problem)
