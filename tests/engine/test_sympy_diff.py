"""The generated gradient against SymPy's own differentiation, entry by entry."""

import numpy as np
import pytest
import sympy

import rnnsym as rs
from rnnsym.core.expr import leaves
from rnnsym.core.names import Role
from rnnsym.interpreters.symbolic import to_sympy
from support.problems import problem

CASES = {"elman": (2, 2, 2, 3), "lstm": (1, 1, 1, 2), "gru": (1, 1, 1, 2)}
"""X, H, C and T."""


def cell_problem(name):
    return problem(rs.cells.get(name), *CASES[name], seed=2)


@pytest.mark.parametrize("name", CASES)
def test_every_entry_of_the_gradient_is_sympys_diff(name):
    p = cell_problem(name)
    graph = rs.unroll(p.net, p.steps)
    bound = graph.bind(p.params, p.x, p.targets, p.carry)
    nodes = list(leaves([graph.loss]))
    loss, *symbols = to_sympy([graph.loss, *nodes], sizes=p.net.sizes)
    flat = [list(entry) if isinstance(entry, sympy.MatrixBase) else [entry] for entry in symbols]
    at = {
        symbol: sympy.Float(float(number))
        for node, entries in zip(nodes, flat, strict=True)
        for symbol, number in zip(entries, np.ravel(bound[node]), strict=True)
    }
    _, grads = p.net.value_and_grad(*p.arguments)
    seen = set()
    for node, entries in zip(nodes, flat, strict=True):
        if node.attrs[0].role == Role.PARAM:
            label = node.attrs[0].label
            exact = [float(sympy.diff(loss, symbol).xreplace(at)) for symbol in entries]
            np.testing.assert_allclose(np.ravel(grads[label]), exact, rtol=1e-9, err_msg=label)
            seen.add(label)
    assert seen == set(p.params)
