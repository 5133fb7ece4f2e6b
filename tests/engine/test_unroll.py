"""The explicit unrolled graph: linear in T, and gone when nobody holds it."""

import gc

import pytest

import rnnsym as rs
from rnnsym.core import expr
from rnnsym.core.expr import topological
from rnnsym.errors import InputError, UnknownNameError

LENGTHS = (5, 6, 7, 25, 26, 27, 98, 99, 100)
CELLS = pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])


def gradient_size(net, steps):
    graph = rs.unroll(net, steps)
    gradients = rs.grad(graph.loss, list(graph.params.values()))
    return len(topological([graph.loss, *gradients]))


@CELLS
@pytest.mark.parametrize("pattern", ["many_to_many", "many_to_one"])
def test_the_gradient_graph_grows_exactly_linearly(cell, pattern):
    net = rs.Network(cell, 2, 3, 4, pattern=pattern)
    sizes = {steps: gradient_size(net, steps) for steps in LENGTHS}
    slope = sizes[6] - sizes[5]
    assert slope > 0
    assert {steps: size - sizes[5] for steps, size in sizes.items()} == {t: (t - 5) * slope for t in LENGTHS}


def test_five_thousand_steps_are_unrolled_differentiated_and_freed():
    net = rs.Network("elman", 2, 3, 4)
    net.program()
    gc.collect()
    before = len(expr._interned)
    graph = rs.unroll(net, 5000)
    gradient = rs.grad(graph.loss, graph.params["U"])
    assert len(topological([gradient])) > 5000 * 5
    del graph, gradient
    gc.collect()
    assert len(expr._interned) <= before


def test_quantities_are_found_by_name_and_step():
    graph = rs.unroll(rs.Network("elman", 2, 3, 4), 3)
    assert graph["h", 2].shape == ("H",)
    assert ("L", 3) in graph.names
    assert set(graph.params) == {"W", "U", "b", "V", "b_y"}
    with pytest.raises(InputError, match=r"h has no step t = 4: it has t = 0…3"):
        graph["h", 4]
    with pytest.raises(UnknownNameError, match=r"hh.*Did you mean 'h'"):
        graph["hh", 1]


def test_no_step_is_refused():
    with pytest.raises(InputError, match="T = 0"):
        rs.unroll(rs.Network("elman", 2, 3, 4), 0)
