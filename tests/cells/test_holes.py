"""Mistakes that are not a wrong name or shape: they too are told where the cell is declared, with the line."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.errors import CellError, RnnsymError, ShapeError, UnknownNameError

BASE = {"params": {"U": ("H", "H")}, "carry": {"h": ("H",)}, "inputs": {"x": ("H",)}}


def right(self, p, prev, x, now):
    now.h = rs.tanh(p.U @ prev.h + x)


def declare(step=right, **more):
    return type("Mine", (rs.Cell,), {**BASE, "step": step, **more})


@pytest.mark.parametrize("mistake", [lambda a: len(3), lambda a: a + None.size])
def test_an_error_of_python_in_step_shows_the_line(mistake):
    def step(self, p, prev, x, now):
        now.a = x
        now.h = mistake(now.a)

    with pytest.raises(CellError, match=r"(?s)(TypeError|AttributeError).*" + Path(__file__).name):
        declare(step)


def test_a_subclass_that_changes_only_its_shapes_is_traced():
    cell = declare()
    with pytest.raises(ShapeError):
        type("Wrong", (cell,), {"params": {"U": ("H", "X")}})


def test_cells_that_cannot_be_made_yet_are_checked_when_used():
    class Base(rs.Cell, ABC):
        params, carry, inputs = BASE["params"], BASE["carry"], BASE["inputs"]

        @abstractmethod
        def f(self, a): ...

        def step(self, p, prev, x, now):
            now.h = self.f(p.U @ prev.h + x)

    class Plain(rs.Cell):
        params, carry, inputs = BASE["params"], BASE["carry"], BASE["inputs"]

        def step(self, p, prev, x, now):
            now.h = self.g(p.U @ prev.h + x)

    @dataclass
    class Leaky(rs.Cell):
        alpha: float
        params, carry, inputs = BASE["params"], BASE["carry"], BASE["inputs"]

        def step(self, p, prev, x, now):
            now.h = self.alpha * prev.h + p.U @ x

    assert rs.Network(Leaky(0.5), 2, 2).params == {"U": (2, 2)}
    with pytest.raises(CellError, match="no attribute 'g'"):
        rs.Network(Plain(), 2, 2)


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        ({"params": ["U"]}, CellError, "each parameter needs a shape"),
        ({"output": 3}, CellError, "output is the name of a quantity"),
        ({"carry": {"h": ("-H",)}}, ShapeError, "'-H' is no dimension"),
        ({"starts": {"u": 1.0}}, UnknownNameError, "'u'. Did you mean 'U'"),
    ],
)
def test_a_declaration_that_cannot_work_is_reported(more, error, message):
    with pytest.raises(error, match=message):
        declare(**more)


@pytest.mark.parametrize("name", ["written", "_cell", "_values", "_kind", "_state"])
def test_a_cell_may_use_any_name(name):
    def step(self, p, prev, x, now):
        setattr(now, name, rs.tanh(getattr(p, "W" + name) @ x))
        now.h = getattr(now, name) + prev.h

    cell = declare(step, params={"W" + name: ("H", "H")})
    assert [n.label for n in cell().trace().equations] == [name, "h"]


def test_a_quantity_must_be_an_identifier():
    def step(self, p, prev, x, now):
        setattr(now, "a b", x)
        now.h = x

    with pytest.raises(CellError, match="'a b' cannot name a quantity: it is no identifier"):
        declare(step)


def test_a_matrix_output_has_no_readout_and_a_scalar_no_classes():
    class Matrix(rs.Cell):
        params, carry, inputs = {}, {"M": ("H", "H")}, {"x": ("H",)}

        def step(self, p, prev, x, now):
            now.M = prev.M + rs.outer(x, x)

    class Scalar(rs.Cell):
        params, carry, inputs = {"u": ()}, {"h": ()}, {"x": ()}

        def step(self, p, prev, x, now):
            now.h = p.u * prev.h + x

    with pytest.raises(ShapeError, match="a readout V h"):
        rs.Network(Matrix, 2, 2, 3)
    with pytest.raises(ShapeError, match="cross-entropy needs a vector"):
        rs.Network(Scalar, 1, 1, loss="cross_entropy")


def test_a_file_with_a_dataclass_and_a_constructor_that_fails(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\nimport rnnsym as rs\n"
        "@dataclass\nclass Mine(rs.Cell):\n    alpha: float = 0.5\n    params = {}\n    carry = {'h': ('X',)}\n"
        "    def step(self, p, prev, x, now):\n        now.h = self.alpha * prev.h + x\n"
        "    def __post_init__(self):\n        self.alpha + 0\n"
    )
    assert rs.cells.get(str(file), alpha=0.25).alpha == 0.25
    with pytest.raises(TypeError) as caught:
        rs.cells.get(str(file), alpha="a")
    assert not isinstance(caught.value, RnnsymError)
    assert np.array_equal(rs.Network(rs.cells.get(str(file)), 1, 1).run({}, [[1.0], [0.0]])["h"], [[1.0], [0.5]])
