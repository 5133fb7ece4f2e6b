"""The program as text: it stands alone, names nothing twice, and is what runs."""

import ast
import subprocess
import sys

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.core.names import Name, Role
from rnnsym.engine.identifiers import identifiers
from support.problems import BUILT_IN, problem

CELLS = pytest.mark.parametrize("cell", BUILT_IN, ids=lambda cell: getattr(cell, "activation", cell.name))

ALONE = """
import sys
import numpy as np
import program
data = dict(np.load("data.npz"))
names = lambda f: f.__code__.co_varnames[: f.__code__.co_argcount]
known = dict(data)
known |= program.forward(**{name: known[name] for name in names(program.forward)})
known |= program.backward(**{name: known[name] for name in names(program.backward)})
np.savez("out.npz", **known)
assert not [name for name in sys.modules if name.startswith("rnnsym")]
"""


@CELLS
@pytest.mark.parametrize("batch", [(), (3,)], ids=["one", "batch"])
def test_the_printed_program_runs_alone_and_gives_the_same_numbers(cell, batch, tmp_path):
    p = problem(cell, 2, 3, 4, 3, batch, loss="cross_entropy")
    program = p.net.program()
    (tmp_path / "program.py").write_text(program.source)
    identifier = program.forward.identifiers
    np.savez(tmp_path / "data.npz", **{identifier[name]: value for name, value in p.given.items()})
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    run, out = p.net.run(*p.arguments), np.load(tmp_path / "out.npz")
    for label, gradient in run.grads.items():
        found = out[identifier[Name(Role.GRADIENT, label)]]
        np.testing.assert_allclose(found, gradient, rtol=1e-12, atol=1e-15)
    assert out["loss"] == pytest.approx(run.loss, rel=1e-13)


@CELLS
def test_parameter_gradients_wait_for_the_loop(cell):
    """What feeds no recurrence is one line for all steps: a matrix product, not one for each step."""
    tree = ast.parse(rs.Network(cell, 2, 3, 4).program().source)
    (backward,) = (node for node in tree.body if getattr(node, "name", "") == "backward")
    (loop,) = (node for node in backward.body if isinstance(node, ast.For))
    inside = {ast.unparse(target) for node in ast.walk(loop) if isinstance(node, ast.Assign) for target in node.targets}
    assert all(target.endswith("[t]") for target in inside)
    assert not any(target.startswith(("dW", "dU", "db", "dV", "dx")) for target in inside)


class Awkward(rs.Cell):
    """Names that a program might use itself."""

    params = {"np": ("H", "H"), "batch": ("H", "X"), "sigmoid": ("H",), "dh": ("H",), "h0": ("H",)}
    carry = {"h": ("H",), "sum": ("H",)}

    def step(self, p, prev, x, now):
        now.kind = p.np @ prev.h + p.batch @ x
        now.range = rs.sigmoid(now.kind + p.sigmoid) * p.dh
        now.h = rs.tanh(now.range + p.h0 * prev.sum)
        now.sum = now.h * now.kind


def test_names_of_python_and_of_the_program_may_be_used_in_a_cell():
    p = problem(Awkward(), 2, 3, 4, 3, (2,))
    run = p.net.run(*p.arguments)
    rng = np.random.default_rng(0)
    for name, value in p.params.items():
        direction = rng.normal(size=value.shape)
        moved = {**p.params, name: value + 1e-30j * direction}
        exact = np.imag(p.net.run(moved, p.x, p.targets, p.carry).loss) / 1e-30
        assert np.sum(run.grads[name] * direction) == pytest.approx(exact, rel=1e-11), name


def test_identifiers_are_distinct_and_no_words_of_python():
    names = [Name(role, symbol) for role in Role for symbol in ("h", "lambda", "len", "T", "t", "np", "dh", "h0")]
    found, sizes = identifiers(names, ["H", "T", "h"], ["sigmoid"])
    every = [*found.values(), *sizes.values()]
    assert len(set(every)) == len(every)
    assert all(text.isidentifier() for text in every)
    assert not {"lambda", "len", "T", "t", "np", "sigmoid"} & set(every)


class Constant(rs.Cell):
    """Gradients that do not vary with the step or the example: a parameter beside a parameter."""

    params = {"A": ("H", "H"), "b": ("H",), "s": ()}
    carry = {"h": ("H",)}
    inputs = {"x": ("H",)}

    def step(self, p, prev, x, now):
        now.fixed = p.A @ p.b + p.s
        now.h = prev.h + now.fixed


@pytest.mark.parametrize("batch", [(), (2,), (4,)])
@pytest.mark.parametrize("pattern", ["many_to_many", "many_to_one"])
def test_what_does_not_vary_is_counted_for_every_step_and_example(batch, pattern):
    p = problem(Constant(), 4, 4, None, 4, batch, pattern=pattern)
    run = p.net.run(*p.arguments)
    rng = np.random.default_rng(0)
    for name, value in p.params.items():
        direction = rng.normal(size=value.shape)
        moved = {**p.params, name: value + 1e-30j * direction}
        exact = np.imag(p.net.run(moved, p.x, p.targets, p.carry).loss) / 1e-30
        assert np.sum(run.grads[name] * direction) == pytest.approx(exact, rel=1e-12), name
