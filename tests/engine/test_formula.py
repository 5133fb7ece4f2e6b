"""What a formula shares is written once, under a local name; deep formulas are cut; simple ones stay as they are."""

import ast
import re

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.engine.identifiers import local_names
from support.paths import assert_block, explicit
from support.problems import BUILT_IN, problem

LOCAL = re.compile(r"^ +s_?\d+ = ", re.MULTILINE)


class Residual(rs.Cell):
    """The same update many times in one equation, with no name in between."""

    params = {"U": ("H", "H"), "W": ("H", "X")}
    carry = {"h": ("H",)}

    def __init__(self, times=8):
        self.times = times

    def step(self, p, prev, x, now):
        h = prev.h
        for _ in range(self.times):
            h = h + 0.1 * rs.tanh(p.U @ h + p.W @ x)
        now.h = h


class Deep(rs.Cell):
    """250 functions, each inside the next."""

    params = {"w": ("H",), "W": ("H", "X")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        h = p.w * prev.h + p.W @ x
        for _ in range(250):
            h = rs.tanh(h)
        now.h = h


class LocalNames(rs.Cell):
    """Names that a program would give to shared parts."""

    params = {"s1": ("H", "H"), "s2": ("H", "X")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        shared = rs.tanh(p.s1 @ prev.h + p.s2 @ x)
        now.h = shared * rs.exp(-shared)


class SharedOuter(rs.Cell):
    """Gradients of W and U share the adjoint of one unnamed sum."""

    params = {"W": ("H", "X"), "U": ("H", "H"), "b": ("H",)}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        a = p.W @ x + p.U @ prev.h + p.b
        now.h = rs.tanh(a) * rs.sigmoid(a) + rs.softmax(a)


def agrees_with_the_unrolled_graph(p):
    run = p.net.run(*p.arguments)
    exact = explicit(p.system, p.given, p.steps, p.batch, p.net.sizes)
    np.testing.assert_allclose(run.loss, exact.loss, rtol=1e-12)
    for name in p.system.given:
        if name.label in run.grads:
            ours = run.grads[name.label]
            assert_block(ours, exact.param(name, ours), exact.scale(name), name.label)


def test_a_program_grows_with_the_equation_and_not_with_the_uses():
    four, eight = (len(rs.Network(Residual(times), 2, 3).program().source) for times in (4, 8))
    assert eight < 4 * four < 20_000


@pytest.mark.parametrize("batch", [(), (3,)], ids=["one", "batch"])
@pytest.mark.parametrize("cell", [Residual(3), SharedOuter(), LocalNames()], ids=lambda cell: cell.name)
def test_shared_parts_keep_the_numbers(cell, batch):
    p = problem(cell, 2, 3, 4, 3, batch)
    assert LOCAL.search(p.net.program().source)
    agrees_with_the_unrolled_graph(p)


def test_a_deep_formula_runs():
    net = rs.Network(Deep(), 2, 3)
    rng = np.random.default_rng(0)
    params = {name: rng.normal(size=shape) for name, shape in net.params.items()}
    x = rng.normal(size=(2, 2))
    h, exact = np.zeros(3), []
    for row in x:
        h = params["w"] * h + params["W"] @ row
        for _ in range(250):
            h = np.tanh(h)
        exact.append(h)
    np.testing.assert_allclose(net.run(params, x)["h"], exact, rtol=1e-12)


def test_what_is_used_three_times_is_computed_once():
    assert rs.Network(SharedOuter(), 2, 3).program().forward.source.count("@ W.T") == 1


@pytest.mark.parametrize("cell", BUILT_IN, ids=lambda cell: getattr(cell, "activation", cell.name))
def test_built_in_programs_have_no_local_names(cell):
    source = rs.Network(cell, 2, 3, 4, loss="cross_entropy").program().source
    assert not LOCAL.search(source)
    assert ast.parse(source)


def test_local_names_avoid_those_in_use():
    assert next(local_names({"h", "sum"})) == "s1"
    assert next(local_names({"s7"})) == "s_1"
    assert next(local_names({"s7", "s_1"})) == "s__1"
