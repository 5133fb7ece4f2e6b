"""The fast program of step Jacobians gives what the readable one gives: for any cell, wiring and number of steps."""

import numpy as np
import pytest
from hypothesis import given, reject, settings

import rnnsym as rs
from rnnsym.analysis.stepping import programs
from rnnsym.analysis.stepping.steps import stepper
from rnnsym.cells import Elman
from rnnsym.cells.registry import catalogue
from rnnsym.derivation.states.jacobians import chains_of
from rnnsym.errors import InputError
from rnnsym.wiring import carry_order
from support import odd_cells, random_cells
from support.networks import NETWORKS, data_for
from support.two_carries import TwoCarries

ODD = [getattr(odd_cells, name)() for name in dir(odd_cells) if isinstance(getattr(odd_cells, name), type)]
CELLS = [entry.cell for entry in catalogue()]
TOLERANCE = 1e-12


def steppers(net):
    """The programs of all chains of a network."""
    for chain in chains_of(net.system, carry_order(net.placements)):
        yield stepper(net, chain.carries[0].label)


def given_for(net, steps, seed=0):
    data = data_for(net, steps, seed)
    return net.given(data.params, data.x, None, data.carry, None, steps)


def check(net, steps, seed=0):
    """Twice, with other numbers first: they are left in the buffers. Nothing that was given out is written to again."""
    for each in steppers(net):
        first = each(given_for(net, steps, seed + 1), steps)
        kept = first[1].copy()
        known = given_for(net, steps, seed)
        values, matrices = each(known, steps)
        right, exact = each.readable(known, steps)
        np.testing.assert_allclose(matrices, exact, rtol=0, atol=TOLERANCE * (1 + np.abs(exact).max()))
        for name, value in values.items():
            rows = slice(0, min(len(value), len(right[name]))) if net.system.timed(name) else ...
            scale = 1 + np.abs(right[name]).max(initial=0.0)
            np.testing.assert_allclose(value[rows], right[name][rows], rtol=0, atol=TOLERANCE * scale)
        np.testing.assert_array_equal(first[1], kept)


@pytest.mark.parametrize("key", NETWORKS)
def test_every_wiring(key):
    """Cells and lengths take turns."""
    place = list(NETWORKS).index(key)
    check(NETWORKS[key](CELLS[place % len(CELLS)]), (1, 2, 3, 6)[place % 4])


@pytest.mark.parametrize("cell", [*CELLS[::3], *ODD, TwoCarries()], ids=repr)
def test_every_cell(cell):
    if isinstance(cell, odd_cells.NoRecurrence):
        with pytest.raises(InputError, match="no recurrence"):
            stepper(NETWORKS["tagging"](cell))
    else:
        check(NETWORKS["tagging"](cell), 4)


@settings(max_examples=max(6, settings().max_examples // 4))
@given(random_cells.cells())
def test_cells_that_nobody_wrote(cell):
    net = NETWORKS["tagging"](cell)
    try:
        chains_of(net.system, carry_order(net.placements))
    except InputError:
        reject()
    with np.errstate(all="ignore"):
        check(net, 3)


def test_complex_numbers_take_the_readable_program():
    net = rs.Network("lstm", 2, 3, None)
    data = data_for(net, 4)
    moved = {**data.params, "U_f": data.params["U_f"] + 1e-30j}
    j = rs.jacobians(net, moved, data.x)
    assert np.abs(j.step.imag / 1e-30).max() > 0
    with pytest.raises(InputError, match="are complex: take real parameters"):
        j.log_norm(4, 0)


def test_a_shut_gate_keeps_its_digits():
    """f = σ(−40) = 4·10⁻¹⁸, and o = 1 − 4·10⁻¹⁸, whose slope is as small."""
    net = rs.Network("lstm", 1, 1, None)
    params = {name: np.zeros(shape) for name, shape in net.params.items()}
    params |= {"b_f": np.array([-40.0]), "b_o": np.array([40.0]), "U_o": np.ones((1, 1)), "b_g": np.array([1.0])}
    j = rs.jacobians(net, params, np.zeros((3, 1)))
    np.testing.assert_allclose(np.asarray(j.block("c", "c"))[:, 0, 0], 1 / (1 + np.exp(40.0)), rtol=1e-14)
    h, c = (next(value for name, value in j.values.items() if name.plain == label)[:, 0] for label in "hc")
    a = 40 + h[:-1]
    expected = np.exp(-a) / (1 + np.exp(-a)) ** 2 * np.tanh(c[1:])
    np.testing.assert_allclose(np.asarray(j.block("h", "h"))[:, 0, 0], expected, rtol=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_states_that_are_no_numbers_have_no_jacobian_but_a_constant_one():
    """h₃ = f(h₁ − h₂) is ∞ − ∞ at last: relu would have a slope there, a linear network has its U."""
    for activation, broken in (("relu", True), ("identity", False)):
        net = rs.Network(Elman(activation), 1, 3, None)
        u = np.array([[10.0, 0.0, 0.0], [0.0, 10.0, 0.0], [1.0, -1.0, 0.0]])
        j = rs.jacobians(net, {"U": u, "W": np.ones((3, 1)), "b": np.zeros(3)}, np.ones((320, 1)))
        assert np.isfinite(j.log_norm(300, 0))
        assert np.isnan(j.log_norm(320, 0)) == broken


def test_programs_are_kept_for_few_lengths_and_used_again():
    net = rs.Network("elman", 2, 3, None)
    each = stepper(net)
    for steps in range(1, 8):
        each(given_for(net, steps), steps)
    assert list(each.fast._free) == [4, 5, 6, 7]
    assert [len(found) for found in each.fast._free.values()] == [1] * programs.KEPT
    (before,) = each.fast._free[7]
    each(given_for(net, 7), 7)
    assert each.fast._free[7] == [before]


def test_long_sequences_take_no_buffers(monkeypatch):
    monkeypatch.setattr(programs, "SMALL", 0)
    net = rs.Network("gru", 2, 3, None)
    check(net, 5)
    assert stepper(net).fast._free == {}
    monkeypatch.setattr(programs, "LARGE", 0)
    assert not stepper(net).fast.does(given_for(net, 5), 5)
