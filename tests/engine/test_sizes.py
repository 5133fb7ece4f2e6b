"""Every dimension that a program mentions is known in it, also one that only the body of an equation mentions."""

import gc
import linecache

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.core.names import EVERY_STEP, FREE, Name, Role
from rnnsym.core.system import Piece, System
from rnnsym.engine.sizes import Sizes, text
from rnnsym.errors import ScheduleError
from rnnsym.ops.leaves import leaf
from support.paths import assert_block, explicit
from support.problems import problem

BODIES = {
    "mean of the input": lambda p, x: rs.mean(x),
    "last entry": lambda p, x: x[-1],
    "all but the last": lambda p, x: rs.sum(x[:-1]),
    "centred": lambda p, x: rs.dot(x - rs.mean(x), x),
    "mean of a matrix": lambda p, x: rs.mean(p.W),
    "half of a vector": lambda p, x: rs.sum(p.e["H":"2H"]),
}


class Body(rs.Cell):
    """A scalar in which a dimension occurs that no named quantity has."""

    params = {"A": ("H", "H"), "W": ("H", "X"), "e": ("2H",)}
    carry = {"h": ("H",)}

    def __init__(self, body="centred"):
        self.body = body

    def step(self, p, prev, x, now):
        now.h = rs.tanh(p.A @ prev.h) + BODIES[self.body](p, x)


@pytest.mark.parametrize("batch", [(), (3,)], ids=["one", "batch"])
@pytest.mark.parametrize("body", BODIES)
def test_a_dimension_may_occur_only_inside_a_body(body, batch):
    p = problem(Body(body), 3, 2, None, 3, batch)
    run = p.net.run(*p.arguments)
    exact = explicit(p.system, p.given, p.steps, p.batch, p.net.sizes)
    np.testing.assert_allclose(run.loss, exact.loss, rtol=1e-12)
    for label, ours in run.grads.items():
        name = Name(Role.PARAM, label)
        assert_block(ours, exact.param(name, ours), exact.scale(name), label)


def told(**shapes):
    """What a program writes for each dimension of these parameters."""
    given = {Name(Role.PARAM, label): shape for label, shape in shapes.items()}
    sizes = Sizes(System({}, given, {}))
    names = {name: name.label for name in given}
    return {dim: sizes.line(dim, names, {d: d for d in sizes.sources}) for dim in sizes.needed(sizes.sources)}


@pytest.mark.parametrize(
    ("shapes", "lines"),
    [
        ({"W": ("2H", "X")}, {"X": "W.shape[-1]", "H": "W.shape[-2] // 2"}),
        ({"W": ("H+X", "X")}, {"X": "W.shape[-1]", "H": "W.shape[-2] - X"}),
        ({"a": ("3H-1",)}, {"H": "(a.shape[-1] + 1) // 3"}),
        ({"a": ("N-K+1",), "n": ("N",)}, {"N": "n.shape[-1]", "K": "N + 1 - a.shape[-1]"}),
        ({"a": ("2H+K+X",), "b": ("K+X",), "x": ("X",)},
         {"X": "x.shape[-1]", "K": "b.shape[-1] - X", "H": "(a.shape[-1] - K - X) // 2"}),
    ],
)  # fmt: skip
def test_a_size_is_solved_from_a_sum_of_dimensions(shapes, lines):
    assert told(**shapes) == lines


class Stacked(rs.Cell):
    """No array has an axis of length H."""

    params = {"W": ("2H", "X")}
    carry = {"s": ("2H",)}
    output = "s"

    def step(self, p, prev, x, now):
        now.a = p.W @ x
        now.b = now.a["H":"2H"] * prev.s[0:"H"]
        now.s = rs.tanh(rs.concat(now.b, now.b) + now.a)


def test_a_cell_may_have_only_multiples_of_its_hidden_size():
    net = rs.Network(Stacked(), 2, 3)
    run = net.run(net.init(1), np.ones((4, 2)), np.ones((4, 6)))
    assert run["b"].shape == (4, 3)
    assert run.grads["W"].shape == (6, 2)


def test_a_dimension_that_nothing_tells_is_named():
    out, x = Name(Role.EQUATION, "out"), Name(Role.INPUT, "x")
    piece = Piece(EVERY_STEP, leaf(Name(Role.TARGET, "k"), FREE, ("K",)))
    system = System({out: (piece,)}, {Name(Role.TARGET, "k"): ("K",)}, {out: ("K",)}, frozenset({x}))
    with pytest.raises(ScheduleError, match="tells the size of the dimension K"):
        Sizes(system).needed(["K"])


@pytest.mark.parametrize(
    ("dim", "source"),
    [(3, "3"), (0, "0"), ("H", "H"), ("2H2O", "2 * H2O"), ("H2O+X", "H2O + X"), ("-K+N+1", "-K + N + 1")],
)
def test_a_dimension_is_written_from_its_terms(dim, source):
    assert text(dim, {name: name for name in ("H", "H2O", "X", "K", "N")}) == source


class Water(rs.Cell):
    params = {"W": ("2H2O", "X"), "V": ("H", "2H2O")}
    carry = {"h": ("H",)}

    def step(self, p, prev, x, now):
        now.w = p.W @ x
        now.h = rs.tanh(p.V @ now.w + prev.h)


def test_a_dimension_may_have_digits_inside_its_name():
    net = rs.Network(Water(), 2, 3, dims={"H2O": 2})
    assert net.run(net.init(), np.ones((3, 2)))["w"].shape == (3, 4)


def programs_in_linecache():
    return {file for file in linecache.cache if file.startswith("<rnnsym program")}


def test_source_lines_live_as_long_as_the_program():
    gc.collect()
    before = programs_in_linecache()
    program = rs.Network("elman", 2, 3).program()
    (file,) = programs_in_linecache() - before
    assert linecache.getline(file, 1).startswith('"""Elman')
    del program
    gc.collect()
    assert file not in programs_in_linecache()
