"""Reversed layers, a seam and a fixed context: the adjoint, the schedule and the program know no wiring."""

import numpy as np
import pytest

from rnnsym.core.names import END, EVERY_STEP, Role
from rnnsym.wiring import TOTAL_LOSS
from support.paths import assert_block, explicit
from support.systems import SIZES, SYSTEMS, gradients, numbers

EACH = pytest.mark.parametrize("name", SYSTEMS)
SHAPES = pytest.mark.parametrize(("steps", "batch"), [(1, ()), (4, ()), (4, (2,)), (3, (3,))])
WHEN = pytest.mark.parametrize("when", [EVERY_STEP, END], ids=["every step", "last step"])


@EACH
@SHAPES
@WHEN
def test_the_program_is_reverse_mode_over_the_unrolled_graph(name, steps, batch, when):
    system = SYSTEMS[name](when)
    given = numbers(system, steps, batch)
    loss, backward, _ = gradients(system, given)
    exact = explicit(system, given, steps, batch, SIZES)
    np.testing.assert_allclose(loss, exact.loss, rtol=1e-12)
    for theta in (n for n in system.given if n.role == Role.PARAM):
        ours = backward[theta.as_role(Role.GRADIENT)]
        assert_block(ours, exact.param(theta, ours), exact.scale(theta), theta.label)
    for x in (n for n in system.given if n.role == Role.INPUT):
        ours = backward[x.as_role(Role.ADJOINT)][1:]
        assert_block(ours, exact.series(x, ours), exact.scale(x), x.label)


@EACH
@WHEN
def test_the_program_is_complex_step(name, when):
    system = SYSTEMS[name](when)
    given = numbers(system, 4, (2,), seed=1)
    _, backward, program = gradients(system, given)
    rng = np.random.default_rng(2)
    for theta in (n for n in system.given if n.role == Role.PARAM):
        direction = rng.normal(size=given[theta].shape)
        moved = program.forward({**given, theta: given[theta] + 1e-30j * direction})
        exact = np.imag(moved[TOTAL_LOSS]) / 1e-30
        np.testing.assert_allclose(np.sum(backward[theta.as_role(Role.GRADIENT)] * direction), exact, rtol=1e-10)


@EACH
def test_the_adjoint_has_the_primals_time_axis(name):
    system = SYSTEMS[name]()
    _, _, program = gradients(system, numbers(system, 3, ()))
    whole = program.adjoint.system
    for bar in program.adjoint.backward:
        primal = next(n for n in (*system.equations, *system.given) if n.as_role(Role.ADJOINT) == bar)
        assert whole.timed(bar) == system.timed(primal), bar
