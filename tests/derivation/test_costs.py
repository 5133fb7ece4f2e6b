"""The costs of backpropagation and of real-time recurrent learning, counted from the equations."""

import pytest

import rnnsym as rs
from rnnsym.core.names import Role
from rnnsym.derivation.states.costs import costs, leading, operations, spelled
from rnnsym.errors import UnknownNameError
from rnnsym.ops import diag, tanh, var
from support.steps import CELLS, param


def counted(cell, theta):
    derivation = rs.derive(cell)
    return costs(derivation.system, derivation.adjoint, param(theta))


def test_a_recurrent_matrix_of_an_elman_network():
    """n³ memory and n⁴ time for each step, against n² time and n memory for each step (theory)."""
    found = counted("elman", "U")
    assert leading(found.rtrl.operations) == "2H⁴"
    assert spelled(found.rtrl.memory) == "H³"
    assert leading(found.backpropagation.operations) == "6H² + 2HX"
    assert leading(found.backpropagation.memory) == "H"
    assert found.backpropagation.every_step
    assert not found.rtrl.every_step


def test_a_bias_is_cheaper_in_rtrl_by_one_power():
    found = counted("elman", "b")
    assert leading(found.rtrl.operations) == "2H³"
    assert spelled(found.rtrl.memory) == "H²"


def test_the_states_of_an_lstm_all_carry_sensitivities():
    """Two states, and four blocks of the Jacobian times a sensitivity, beside what makes the blocks."""
    found = counted("lstm", "U_f")
    assert spelled(found.rtrl.memory) == "2H³"
    assert leading(found.rtrl.operations) == "8H⁴"


def test_numbers_for_sizes_and_steps():
    found = counted("elman", "U")
    sizes = {"H": 10, "X": 3}
    time, memory = found.rtrl.total(sizes, 100)
    assert memory == 1000
    assert time > 100 * 2 * 10**4
    assert found.rtrl.total(sizes, 200) == (2 * time, memory)
    time, memory = found.backpropagation.total(sizes, 100)
    assert found.backpropagation.total(sizes, 200) == (2 * time, 2 * memory)
    with pytest.raises(UnknownNameError, match="H"):
        found.rtrl.total({}, 1)


@pytest.mark.parametrize("cell", CELLS)
def test_rtrl_needs_more_operations_whatever_the_cell(cell):
    derivation = rs.derive(CELLS[cell])
    sizes = {"H": 20, "X": 7}
    for bar in derivation.adjoint.gradients:
        if derivation.system.shape(bar.as_role(Role.PARAM)):
            found = costs(derivation.system, derivation.adjoint, bar.as_role(Role.PARAM))
            assert found.rtrl.total(sizes, 50)[0] > found.backpropagation.total(sizes, 50)[0]


def test_operations_of_primitives():
    a, b, v = var("A", ("H", "X")), var("B", ("X", "C")), var("v", ("X",))
    assert spelled(operations(a @ b)) == "2CHX"
    assert spelled(operations(a @ v)) == "2HX"
    assert spelled(operations(diag(v) @ b)) == "CX"
    assert operations(tanh(v)) == "X"
    assert operations(v * v * v) == "2X"
    assert operations(tanh(v) + tanh(v)) == "2X"
    assert operations(a.T) == 0
    assert spelled("0") == "0"
