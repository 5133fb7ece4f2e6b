"""Paths of a step: their sum is the block of the Jacobian, and each is named by what it passes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnnsym as rs
from rnnsym.core.names import Role
from rnnsym.derivation.states import paths
from rnnsym.derivation.states.chains import chains
from rnnsym.derivation.states.jacobians import step_jacobian
from rnnsym.derivation.states.paths import path_decomposition
from support.networks import NETWORKS, data_for
from support.problems import problem
from support.random_cells import cells
from support.steps import CELLS, STACK, carry, drawn, printed, values


def check_sums(net, data):
    """Every block of the step Jacobian is the sum of its paths, and is what the paths' form says it is."""
    told, blocks = path_decomposition(net.system), step_jacobian(net.system)
    found, expected = values(told, net, data), values(blocks, net, data)
    wholes = {name for chain in chains(net.system) for name in chain.carries}
    for name in (line.name for line in blocks.lines):
        if name.role == Role.JACOBIAN and name.of[0] in wholes and name in expected:
            np.testing.assert_allclose(found[name], expected[name], rtol=1e-12, atol=1e-14)
            parts = [n for n in told.system.equations if n.of == name.of and n.path[: len(name.path)] == name.path]
            if len(parts) > 1:
                total = sum(found[n] for n in parts if n != name)
                np.testing.assert_allclose(total, expected[name], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("cell", CELLS)
def test_paths_add_up_to_the_block(cell):
    check_sums(*drawn(cell))


def test_merged_paths_add_up_to_the_block(monkeypatch):
    monkeypatch.setattr(paths, "MOST_PATHS", 2)
    for cell in ("lstm", "two carries", "matrices in odd uses"):
        check_sums(*drawn(cell))


@given(cells(), st.integers(0, 2**32 - 1))
def test_random_cells(cell, seed):
    p = problem(cell, 2, 3, 4, 2, seed=seed)
    if chains(p.net.system):
        check_sums(p.net, (p.params, p.x, p.targets, p.carry))


@pytest.mark.parametrize("key", ["stacked", "bidirectional", "encoder_decoder, soft"])
def test_wirings(key):
    net = NETWORKS[key]("lstm")
    check_sums(net, data_for(net, 3, seed=1))


def labels(system, s, p, order=()):
    form = path_decomposition(system, order)
    return {line.name.path: str(line).split(" = ", 1)[1] for line in form.lines if line.name.of == (carry(s), carry(p))}


def test_the_direct_line_of_an_lstm_against_its_gates():
    system = rs.derive("lstm").system
    assert labels(system, "c", "c") == {(): "diag(fₜ)"}
    assert labels(system, "c", "h") == {
        ("f",): "diag(cₜ₋₁ ⊙ fₜ ⊙ (1 − fₜ)) U_f",
        ("i",): "diag(gₜ ⊙ iₜ ⊙ (1 − iₜ)) U_i",
        ("g",): "diag(iₜ ⊙ (1 − gₜ²)) U_g",
        (): "∂cₜ/∂hₜ₋₁|f + ∂cₜ/∂hₜ₋₁|i + ∂cₜ/∂hₜ₋₁|g",
    }
    assert set(labels(system, "h", "h")) == {(), ("o",), ("f", "c"), ("i", "c"), ("g", "c")}


def test_the_gates_of_a_gru():
    told = labels(rs.derive("gru").system, "h", "h")
    assert told["direct",] == "diag(zₜ)"
    assert told["z",] == "diag((hₜ₋₁ − nₜ) ⊙ zₜ ⊙ (1 − zₜ)) U_z"
    assert set(told) == {(), ("direct",), ("z",), ("r", "n"), ("q", "n")}


def test_a_cell_with_two_carries_and_three_gates():
    told = labels(rs.derive(CELLS["two carries"]).system, "s", "s")
    assert set(told) == {(), ("direct",), ("k",), ("w",)}
    assert told["direct",] == "diag(kₜ)"


class Ladder(rs.Cell):
    """Twenty rungs, two ways past each: a million paths."""

    params = {"W": ("H", "X")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        last = prev.h
        for i in range(20):
            setattr(now, f"n{i}", rs.tanh(last))
            setattr(now, f"m{i}", getattr(now, f"n{i}") * last)
            last = getattr(now, f"m{i}")
        now.h = last + p.W @ x


def test_many_paths_are_told_by_the_last_quantity():
    net, data = drawn(Ladder())
    form = path_decomposition(net.system)
    assert len(form.lines) < 100
    (remark,) = [remark for section in form.sections for remark in section.remarks if "1048576 paths" in str(remark)]
    assert remark
    check_sums(net, data)


def test_every_path_says_which_way_it_goes():
    form = path_decomposition(rs.derive("lstm").system, STACK)
    (line,) = [line for line in form.lines if line.name == carry("c").derived(Role.JACOBIAN, carry("h"), via=("f",))]
    assert [str(word) for word in line.because[1::2]] == ["hₜ₋₁", "a_f,ₜ", "fₜ", "cₜ"]
    assert line.rule == "through f"
    assert printed(form)["∂cₜ/∂cₜ₋₁"] == "diag(fₜ)"
