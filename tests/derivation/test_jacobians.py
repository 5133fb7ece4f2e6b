"""The step Jacobian: its blocks are complex steps of one step, and print as the textbooks print them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.core.dims import product as entries
from rnnsym.core.mathtree import Number
from rnnsym.core.names import Role
from rnnsym.derivation.states.chains import chains
from rnnsym.derivation.states.jacobians import step_jacobian
from rnnsym.derivation.states.products import product
from rnnsym.errors import InputError, ShapeError
from rnnsym.wiring import cell_system
from support.networks import NETWORKS
from support.problems import problem
from support.random_cells import cells
from support.steps import CELLS, STACK, Steps, carry, drawn, printed, values
from support.systems import SYSTEMS

CLOSE = {"rtol": 1e-12, "atol": 1e-14}


def check_blocks(net, data):
    form = step_jacobian(net.system)
    found, reference = values(form, net, data), Steps(net, *data)
    (chain,) = chains(net.system)
    for t in range(1, len(data[1]) + 1):
        for s in chain.carries:
            for p in chain.carries:
                name = s.derived(Role.JACOBIAN, p)
                expected = reference.block(t, s.symbol, p.symbol)
                got = found[name][t] if name in found else np.zeros(expected.shape)
                np.testing.assert_allclose(got, expected, **CLOSE)
    return form, found, chain


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("steps", [1, 4])
def test_blocks_are_complex_steps(cell, steps):
    check_blocks(*drawn(cell, steps))


@given(cells(), st.integers(0, 2**32 - 1))
def test_blocks_of_random_cells_are_complex_steps(cell, seed):
    p = problem(cell, 2, 3, 4, 2, seed=seed)
    if len(chains(p.net.system)) == 1:
        check_blocks(p.net, (p.params, p.x, p.targets, p.carry))


def test_the_matrix_stacks_the_blocks_in_the_order_that_is_asked_for():
    net, data = drawn("lstm")
    for order in (STACK, STACK[::-1]):
        form = step_jacobian(net.system, order)
        found = values(form, net, data)
        whole = found[form.lines[-1].name]
        blocks = [[found[s.derived(Role.JACOBIAN, p)] for p in order] for s in order]
        np.testing.assert_array_equal(whole[1:4], np.block(blocks)[1:4])
        assert form.lines[-1].shape == ("2H", "2H")


def test_the_lstm_is_that_of_the_textbook():
    told = printed(step_jacobian(cell_system(rs.cells.LSTM()), STACK))
    assert told["∂cₜ/∂cₜ₋₁"] == "diag(fₜ)"
    assert told["∂hₜ/∂cₜ₋₁"] == "diag(oₜ ⊙ (1 − tanh²(cₜ)) ⊙ fₜ)"
    assert told["∂fₜ/∂hₜ₋₁"] == "diag(fₜ ⊙ (1 − fₜ)) U_f"
    assert told["∂cₜ/∂hₜ₋₁"] == "diag(cₜ₋₁) ∂fₜ/∂hₜ₋₁ + diag(gₜ) ∂iₜ/∂hₜ₋₁ + diag(iₜ) ∂gₜ/∂hₜ₋₁"
    assert told["∂hₜ/∂hₜ₋₁"] == "diag(tanh(cₜ)) ∂oₜ/∂hₜ₋₁ + diag(oₜ ⊙ (1 − tanh²(cₜ))) ∂cₜ/∂hₜ₋₁"
    assert told["∂sₜ/∂sₜ₋₁"] == "[∂hₜ/∂hₜ₋₁, ∂hₜ/∂cₜ₋₁; ∂cₜ/∂hₜ₋₁, ∂cₜ/∂cₜ₋₁]"


def test_elman_and_gru():
    assert printed(step_jacobian(cell_system(rs.cells.Elman())))["∂hₜ/∂hₜ₋₁"] == "diag(1 − hₜ²) U"
    told = printed(step_jacobian(cell_system(rs.cells.GRU())))
    assert told["∂hₜ/∂hₜ₋₁"] == "diag(hₜ₋₁ − nₜ) ∂zₜ/∂hₜ₋₁ + diag(1 − zₜ) ∂nₜ/∂hₜ₋₁ + diag(zₜ)"


def test_a_quantity_can_be_asked_to_keep_its_name():
    system = cell_system(rs.cells.Elman())
    a = next(name for name in system.equations if name.symbol == "a")
    told = printed(step_jacobian(system, cut=[a]))
    assert told == {**told, "∂aₜ/∂hₜ₋₁": "U", "∂hₜ/∂hₜ₋₁": "diag(1 − hₜ²) ∂aₜ/∂hₜ₋₁"}


def test_a_reversed_chain_looks_one_step_ahead():
    told = printed(step_jacobian(SYSTEMS["reversed_layer"]()))
    assert told["∂rₜ/∂rₜ₊₁"] == "diag(1 − rₜ²) U_r"


def test_layers_of_a_stack_are_one_chain_and_directions_and_a_seam_are_two():
    def carries(key, cell="elman"):
        return [([name.label for name in c.carries], c.direction) for c in chains(NETWORKS[key](cell).system)]

    assert carries("stacked") == [(["layer1.h", "layer2.h"], 1)]
    assert carries("bidirectional") == [(["forward.h"], 1), (["backward.h"], -1)]
    assert carries("encoder_decoder") == [(["encoder.h"], 1), (["decoder.h"], 1)]
    assert [way for _, way in carries("bidirectional of stacks")] == [1, -1]


def test_the_upper_layer_does_not_act_on_the_lower():
    form = step_jacobian(NETWORKS["stacked"]("elman").system)
    lower, upper = carry("h", "layer1"), carry("h", "layer2")
    blocks = {line.name.of for line in form.lines if line.name.role == Role.JACOBIAN and line.name.of[0] != carry("s")}
    assert blocks == {(lower, lower), (upper, lower), (upper, upper)}
    assert form.lines[-1].right.rows[0][1] == Number(0)


class MatrixState(rs.Cell):
    params = {"v": ("H",), "W": ("H", "X")}
    carry = {"M": ("H", "H")}
    output = "y_h"

    def step(self, p, prev, x, now):
        now.M = 0.5 * prev.M
        now.y_h = now.M @ p.v + p.W @ x


def test_a_matrix_as_a_state_is_refused_by_its_name():
    with pytest.raises(ShapeError, match=r"the state M has the shape \(H, H\)"):
        step_jacobian(cell_system(MatrixState()))


def test_no_recurrence_is_refused():
    class Still(rs.Cell):
        params = {"W": ("H", "X")}
        carry = {"h": ("H",)}

        def step(self, p, prev, x, now):
            now.h = p.W @ x

    with pytest.raises(InputError, match="no recurrence"):
        step_jacobian(cell_system(Still()))


def test_every_line_says_why_and_what_it_uses():
    form = step_jacobian(cell_system(rs.cells.LSTM()), STACK)
    numbers = [line.number for line in form.lines]
    assert numbers == list(range(1, len(numbers) + 1))
    for line in form.lines:
        assert line.rule
        assert line.because
        assert set(line.uses) <= set(numbers)
        assert entries(line.shape) != 0


def test_over_two_steps_the_way_through_h_adds_to_the_forget_gates():
    """∂c_t/∂c_{t-1} is exactly diag f; ∂c_3/∂c_1 is not diag(f_3 ⊙ f_2)."""
    net, data = drawn("lstm", steps=3)
    form = step_jacobian(net.system, STACK)
    found = values(form, net, data)
    whole = product(found[form.lines[-1].name], 3, 1)[3:, 3:]
    f = found[next(name for name in net.system.equations if name.symbol == "f")]
    reference = Steps(net, *data)
    blocks = [np.block([[reference.block(t, s, p) for p in "hc"] for s in "hc"]) for t in (3, 2)]
    np.testing.assert_allclose(whole, (blocks[0] @ blocks[1])[3:, 3:], **CLOSE)
    np.testing.assert_allclose(found[carry("c").derived(Role.JACOBIAN, carry("c"))][2], np.diag(f[2]))
    assert np.max(np.abs(whole - np.diag(f[3] * f[2]))) > 1e-3
