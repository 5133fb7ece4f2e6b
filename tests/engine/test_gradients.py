"""The generated program against reverse mode over the explicit unrolled graph, and against complex step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnsym.core.names import Name, Role
from support import random_cells
from support.paths import assert_block, complex_steps, explicit
from support.problems import BUILT_IN, problem, problems

MANY = settings(max_examples=max(100, settings().max_examples))


def blocks(problem):
    """Each gradient of a run, with its value by the unrolled graph and the scale of its contributions."""
    run = problem.net.run(*problem.arguments)
    exact = explicit(problem.system, problem.given, problem.steps, problem.batch, problem.net.sizes)
    np.testing.assert_allclose(run.loss, exact.loss, rtol=1e-12)
    assert run.grads.keys() == problem.params.keys()
    for label, ours in run.grads.items():
        name = Name(Role.PARAM, label)
        yield "params", label, ours, exact.param(name, ours), exact.scale(name)
    for label, ours in run.carry_grad.items():
        name = Name(Role.INITIAL, label)
        yield "carry", label, ours, exact.start(name, ours), exact.scale(name)
    name = Name(Role.INPUT, "x")
    yield "x", "x", run.input_grad, exact.series(name, problem.x), exact.scale(name)


def compare_with_unrolled(problem):
    for _, label, ours, theirs, scale in blocks(problem):
        assert_block(ours, theirs, scale, label)


def compare_with_complex_step(problem):
    if problem.carry is None:
        problem.carry = {label: np.zeros((*problem.batch, problem.net.sizes["H"])) for label in problem.net.cell.carry}
    for block, label, ours, _, scale in blocks(problem):
        assert_block(ours, complex_steps(problem, block, label), scale, label)


@pytest.mark.parametrize("mask", [None, "binary"])
@pytest.mark.parametrize("pattern", ["many_to_many", "many_to_one"])
@pytest.mark.parametrize("loss", ["squared", "cross_entropy"])
@pytest.mark.parametrize("cell", BUILT_IN, ids=lambda cell: getattr(cell, "activation", cell.name))
@pytest.mark.parametrize("sizes", [(2, 3, 4, 4, (2,)), (3, 3, 3, 3, (3,))], ids=["apart", "T=B=H"])
def test_three_paths_agree_at_generic_points(cell, loss, pattern, mask, sizes):
    """X, H and C all different, T > 2, a batch, a carry that is not zero; and T = B = H = X = C."""
    options = {"loss": loss, "pattern": pattern, "reduction": "mean" if mask else "sum"}
    found = problem(cell, *sizes, seed=4, mask=mask, **options)
    compare_with_unrolled(found)
    compare_with_complex_step(found)


@MANY
@given(problems(st.sampled_from(BUILT_IN)))
def test_built_in_cells_agree_with_the_unrolled_graph(problem):
    compare_with_unrolled(problem)


@MANY
@given(problems(random_cells.cells()))
def test_cells_nobody_wrote_agree_with_the_unrolled_graph(problem):
    compare_with_unrolled(problem)


@MANY
@given(problems(st.sampled_from(BUILT_IN)))
def test_built_in_cells_agree_with_complex_step(problem):
    compare_with_complex_step(problem)


@MANY
@given(problems(random_cells.cells()))
def test_cells_nobody_wrote_agree_with_complex_step(problem):
    compare_with_complex_step(problem)
