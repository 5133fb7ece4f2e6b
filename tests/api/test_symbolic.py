"""Scalar equations and SymPy: every formula has the value of the run, and SymPy's own diff gives the same gradient."""

import subprocess
import sys
import time

import numpy as np
import pytest
import sympy

import rnnsym as rs
from rnnsym.api.scalars import scalar_derivation
from rnnsym.api.symbolic import to_sympy
from rnnsym.core.expr import leaves
from rnnsym.core.names import Fixed, Role
from rnnsym.errors import InputError
from support.networks import NETWORKS, data_for
from support.problems import problem

WIRED = ["tagging, mean", "many_to_one", "one_to_many", "stacked", "bidirectional", "encoder_decoder"]


def sizes_of(net):
    standard = {"hidden": net.sizes.get("H", 3), "inputs": net.sizes.get("X", 2), "outputs": net.sizes.get("C", 4)}
    return {**standard, "sizes": dict(net.sizes)}


def numbers_for(scalars, net, data):
    """A value for every given entry, by its label."""
    given = net.given(*data, None)
    values = {}
    for node in scalars.scalars.given:
        name, at = node.attrs
        base, index = base_of(net.system, name)
        array = given[base if base in given else base.as_role(Role.INITIAL)]
        timed = isinstance(at, Fixed) and base in given
        values[scalars.labels[node]] = (array[at.at.plus] if timed else array)[index]
    return values


def base_of(system, name):
    """The name and the index of an entry."""
    for count in range(3):
        symbol, *index = name.symbol.rsplit("_", count)
        base = name._replace(symbol=symbol)
        shape = {**system.given, **system.shapes}.get(base)
        if shape is not None and len(shape) == count:
            return base, tuple(map(int, index))
    raise AssertionError(name)


def computed(scalars, values):
    """Every entry in turn, by its label."""
    known = dict(values)
    for entry in scalars.assignments:
        bound = {node: known[scalars.labels[node]] for node in leaves([entry.formula])}
        known[scalars.labels[entry.name]] = float(rs.evaluate(entry.formula, bound)) if bound else entry.formula
    return known


@pytest.mark.parametrize("name", WIRED)
def test_the_entries_are_those_of_the_run(name):
    net = NETWORKS[name]("elman")
    data = data_for(net, 3)
    scalars = scalar_derivation(rs.derive(net), steps=3, **sizes_of(net))
    known = computed(scalars, numbers_for(scalars, net, data))
    run = net.run(*data)
    assert known["L"] == pytest.approx(run.loss, rel=1e-12)
    for label, table in scalars.gradients.items():
        found = np.vectorize(lambda node: known[scalars.labels[node]])(table)
        np.testing.assert_allclose(found, run.grads[label], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_gates_and_labels(cell):
    made = problem(cell, 2, 2, 2, 3, loss="cross_entropy")
    scalars = scalar_derivation(rs.derive(made.net), steps=3, targets=made.targets)
    known = computed(scalars, numbers_for(scalars, made.net, made.arguments[:4]))
    for label, table in scalars.gradients.items():
        found = np.vectorize(lambda node: known[scalars.labels[node]])(table)
        np.testing.assert_allclose(found, made.net.run(*made.arguments).grads[label], rtol=1e-9, atol=1e-12)


def test_sympys_own_diff_gives_the_gradients():
    made = problem("elman", 1, 2, 1, 2)
    s = to_sympy(rs.derive(made.net), hidden=2, inputs=1, outputs=1, steps=2)
    loss = s.expand(s.loss)
    values = {s.symbols[k]: float(v) for k, v in numbers_for(s.scalars, made.net, made.arguments[:4]).items()}
    grads = made.net.run(*made.arguments).grads
    for label in ("U", "V", "b"):
        for place in np.ndindex(grads[label].shape):
            own = sympy.diff(loss, s.symbols["_".join([label, *map(str, place)])])
            number = sympy.lambdify(list(values), own, "math")(*values.values())
            assert number == pytest.approx(grads[label][place], rel=1e-10)
            entry = s.expand(s.gradients[label][place if len(place) > 1 else (*place, 0)])
            assert sympy.lambdify(list(values), entry, "math")(*values.values()) == pytest.approx(number, rel=1e-10)


def test_a_sympy_user_continues():
    s = to_sympy(rs.derive(rs.Network("elman", 1, 1, 1)), hidden=1, inputs=1, outputs=1, steps=1)
    assert s.assignments[0][0] == s.symbols["a_1_0"]
    assert s.gradients["U"].shape == (1, 1)
    full = s.expand()
    assert sympy.expand(sympy.diff(full["loss"], s.symbols["V_0_0"]) - full["V"][0]) == 0
    assert set(map(str, full["loss"].free_symbols)) <= {s.scalars.labels[node] for node in s.scalars.scalars.given}


@pytest.mark.parametrize(("cell", "loss"), [("elman", "squared"), ("lstm", "cross_entropy")])
def test_the_script_runs_and_says_the_same(cell, loss):
    d = rs.derive(rs.Network(cell, 2, 2, 2, loss=loss))
    options = {"steps": 2, "targets": [0, 1] if loss == "cross_entropy" else None}
    script = scalar_derivation(d, **options).script()
    module = {}
    exec(compile(script, "script", "exec"), module)
    assert module["assignments"] == to_sympy(d, **options).assignments
    assert module["gradients"] == to_sympy(d, **options).gradients
    assert max(map(len, script.splitlines())) < 500


def test_relu_and_other_functions_are_written():
    d = rs.derive(rs.Network(rs.cells.Elman("relu"), 1, 1, 1))
    module = {}
    exec(compile(scalar_derivation(d, hidden=1, inputs=1, outputs=1).script(), "script", "exec"), module)
    assert module["assignments"] == to_sympy(d, hidden=1, inputs=1, outputs=1).assignments


def test_no_sympy_before_it_is_asked_for():
    code = "import sys, rnnsym.api.scalars; assert 'sympy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_hundred_steps_are_linear_and_quick():
    d = rs.derive(rs.Network("elman", 2, 2, 2))
    counts = [len(scalar_derivation(d, steps=steps)) for steps in (5, 10, 20)]
    assert counts[2] - counts[1] == 2 * (counts[1] - counts[0])
    start = time.process_time()
    scalar_derivation(d, steps=100)
    assert time.process_time() - start < 0.5


def test_what_is_refused():
    squared, labels = (rs.derive(rs.Network("elman", 2, 2, 2, loss=loss)) for loss in ("squared", "cross_entropy"))
    for bad in (0, -1, 1.5, True):
        with pytest.raises(InputError, match="whole number"):
            scalar_derivation(squared, steps=bad)
        with pytest.raises(InputError, match="dimension H"):
            scalar_derivation(squared, hidden=bad)
    with pytest.raises(InputError, match="give the labels"):
        scalar_derivation(labels)
    with pytest.raises(InputError, match="labels"):
        scalar_derivation(labels, targets=[0, 1], steps=3)
