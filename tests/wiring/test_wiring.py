"""Wirings: which equations a network has, and the gradient of a cell alone."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import evaluate, vjp
from rnnsym.core.expr import leaves
from rnnsym.core.names import END, EVERY_STEP, FREE, Name, Role
from rnnsym.core.system import check_reads
from rnnsym.engine.program import build, first_row
from rnnsym.engine.unroll import unroll_system
from rnnsym.errors import UnknownNameError
from rnnsym.ops.leaves import leaf
from rnnsym.wiring import STEP_LOSS, TOTAL_LOSS, Options, cell_system, network_system
from support.problems import BUILT_IN, problem

CELLS = pytest.mark.parametrize("cell", BUILT_IN, ids=lambda cell: getattr(cell, "activation", cell.name))


def labels(system):
    return [name.label for name in system.equations]


def test_a_network_tells_its_story_in_order():
    system = network_system(rs.cells.LSTM(), Options())
    assert labels(system) == ["a_i", "a_f", "a_g", "a_o", "i", "f", "g", "o", "c", "h", "y", "L", "L"]


def test_without_a_readout_the_output_is_the_hidden_state():
    system = network_system(rs.cells.Elman(), Options(readout=False))
    assert labels(system) == ["a", "h", "L", "L"]
    assert rs.Network("elman", 2, 3).params.keys() == {"W", "U", "b"}


@pytest.mark.parametrize(("pattern", "when"), [("many_to_many", EVERY_STEP), ("many_to_one", END)])
def test_the_loss_stands_where_the_pattern_says(pattern, when):
    system = network_system(rs.cells.GRU(), Options(pattern=pattern))
    assert [piece.domain for piece in system.equations[STEP_LOSS]] == [when]
    assert system.timed(STEP_LOSS) == (pattern == "many_to_many")
    assert not system.timed(TOTAL_LOSS)


@CELLS
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_every_wiring_reads_only_what_there_is(cell, masked, reduction):
    check_reads(network_system(cell, Options(masked=masked, reduction=reduction)))
    check_reads(cell_system(cell))


def test_the_output_of_a_cell_may_be_another_quantity():
    class Shown(rs.cells.LSTM):
        output = "c"

    p = problem(Shown(), 2, 3, 4, 3)
    run = p.net.run(*p.arguments)
    np.testing.assert_allclose(run["y"], run["c"] @ p.params["V"].T + p.params["b_y"], rtol=1e-13)


def test_an_unknown_option_is_refused():
    with pytest.raises(UnknownNameError, match="unknown loss 'l1'"):
        Options(loss="l1")


@CELLS
@pytest.mark.parametrize("batch", [(), (3,)], ids=["one", "batch"])
def test_a_cell_alone_takes_the_slope_of_any_loss(cell, batch):
    """Its gradient is the vjp of its outputs with the seeds as cotangents."""
    p = problem(cell, 2, 3, 4, 3, batch)
    system, rng = cell_system(cell), np.random.default_rng(3)
    seed = next(name for name in system.given if name.role == Role.SEED)
    seeds = rng.normal(size=(3, *batch, 3))
    given = {name: value for name, value in p.given.items() if name in system.given}
    given[seed] = first_row(seeds, 3, batch, 1)
    program = build(system, TOTAL_LOSS, "alone")
    backward = program.backward({**given, **program.forward(given)})

    table = unroll_system(system, 3)
    outs = [table[Name(Role.CARRY, "h"), t] for t in (1, 2, 3)]
    params = [leaf(n, FREE, shape) for n, shape in system.given.items() if n.role == Role.PARAM]
    cotangents = [rs.var(f"e{t}", ("H",)) for t in (1, 2, 3)]
    pulled = vjp(outs, params, cotangents)
    values = {n: given[n.attrs[0]] if n.attrs[1] == FREE else given[n.attrs[0]][n.attrs[1].at.plus]
              for n in leaves(outs)}  # fmt: skip
    values |= dict(zip(cotangents, seeds, strict=True))
    for theta, exact in zip(params, evaluate(pulled, values, p.net.sizes), strict=True):
        ours = backward[theta.attrs[0].as_role(Role.GRADIENT)]
        summed = exact.sum(axis=tuple(range(len(batch))))
        np.testing.assert_allclose(ours, summed, rtol=1e-10, atol=1e-13)
