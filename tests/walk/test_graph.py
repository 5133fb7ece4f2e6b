"""The graph as data: what the equations say, and the numbers of the independent paths."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.core.names import Name, Role
from rnnsym.errors import InputError
from rnnsym.walk.drawing.numbers import drawn_walk
from rnnsym.walk.graph import Graph, Key
from rnnsym.wiring import TARGET, TOTAL_LOSS

X, A, H = Name(Role.INPUT, "x"), Name(Role.EQUATION, "a"), Name(Role.CARRY, "h")
Y, L = Name(Role.EQUATION, "y"), Name(Role.LOSS, "L")


def test_nodes_and_edges_of_elman():
    graph = Graph(rs.Network("elman", 2, 2, 2), 2)
    inside = [(X, A), (A, H), (H, Y), (Y, L)]
    expected = {(Key(source, t), Key(target, t)) for t in (1, 2) for source, target in inside}
    expected |= {(Key(H, t - 1), Key(A, t)) for t in (1, 2)} | {(Key(L, t), Key(TOTAL_LOSS, None)) for t in (1, 2)}
    assert {tuple(edge) for edge in graph.edges} == expected
    assert set(graph.nodes) == {key for edge in expected for key in edge}


def test_a_target_stands_inside_the_loss_that_reads_it():
    graph = Graph(rs.Network("elman", 2, 2, 2), 2)
    assert [key.name.label for key in graph.nodes[Key(L, 1)].beside] == ["target"]


def test_many_to_one_has_its_output_at_the_last_step_only():
    graph = Graph(rs.Network("gru", 2, 2, 2, pattern="many_to_one"), 3)
    assert [key.t for key in graph.nodes if key.name in (Y, L)] == [3, 3]


@pytest.mark.parametrize("cell", ["elman", "gru", "lstm"])
def test_values_and_gradients_are_those_of_the_explicit_graph(cell):
    net = rs.Network(cell, 2, 3, 2)
    walk = drawn_walk(net, 3, seed=1)
    graph = Graph(net, 3, walk)
    explicit = rs.unroll(net, 3)
    values = explicit.bind(walk.params, walk.run["x"], walk.run.arrays[TARGET][1:])
    carries = [key for key in graph.nodes if key.t and key.name.role == Role.CARRY]
    for key in carries:
        expr = explicit[key.name.label, key.t]
        value, gradient = rs.evaluate([expr, rs.grad(explicit.loss, expr)], values)
        assert graph.nodes[key].value == pytest.approx(value, rel=1e-12)
        assert graph.nodes[key].adjoint == pytest.approx(gradient, rel=1e-10)


def test_parameters_have_gradients_and_readers():
    net = rs.Network("lstm", 2, 3, 2)
    walk = drawn_walk(net, 3, seed=1)
    by_name = {p.name.label: p for p in Graph(net, 3, walk).parameters}
    assert [name.label for name in by_name["U_f"].readers] == ["a_f"]
    assert np.array_equal(by_name["U_f"].gradient, walk.run.grads["U_f"])


def test_the_story_keeps_a_gate_with_its_pre_activation():
    names = [name.label for name in Graph(rs.Network("lstm", 2, 2, 2), 3).story]
    assert names == ["x", "a_i", "i", "a_f", "f", "a_g", "g", "c", "a_o", "o", "h", "y", "L"]


def test_without_numbers_there_are_none():
    graph = Graph(rs.Network("elman", 2, 2, 2), 2)
    assert all(node.value is None and node.adjoint is None for node in graph.nodes.values())


def test_no_steps_are_refused():
    with pytest.raises(InputError, match="at least one step"):
        Graph(rs.Network("elman", 2, 2, 2), 0)
