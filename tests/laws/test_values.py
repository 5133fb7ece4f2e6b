"""Laws of values: for every primitive, NumPy, SymPy and generated source agree, at any leading axes."""

import copy
import itertools
import pickle

import numpy as np
import pytest

from rnnsym import evaluate, to_sympy
from rnnsym.core.expr import RENDERERS
from rnnsym.core.names import EVERY_STEP, FREE, NOW, Name, Role
from rnnsym.core.primitive import PRIMITIVES
from rnnsym.core.system import Piece, System
from rnnsym.engine.source import Writer, kernel_functions
from rnnsym.ops.leaves import leaf
from rnnsym.ops.structure import broadcast
from rnnsym.transforms import substitute
from support.cases import APART, EQUAL, NO_SAMPLES, cases

ALL = pytest.mark.parametrize("case", cases(), ids=str)
STEPS = BATCH = EQUAL["H"]
LEADS = [(STEPS,), (STEPS, BATCH)]


def test_every_primitive_is_tested_or_excused():
    without = {name for name, prim in PRIMITIVES.items() if not prim.samples}
    assert without == set(NO_SAMPLES)
    assert all(NO_SAMPLES.values())


@ALL
def test_a_sample_builds_its_own_primitive(case):
    assert case.node.prim is case.prim


@ALL
@pytest.mark.parametrize("sizes", [APART, EQUAL], ids=["apart", "equal"])
def test_declared_shape_is_evaluated_shape(case, sizes):
    value = evaluate(case.node, case.point(sizes), sizes)
    assert np.shape(value) == case.shape(case.node, sizes)


def mixtures(case, lead):
    """Leading axes for each argument: on all of them, and on every part of them."""
    choices = itertools.product([lead, ()], repeat=len(case.args))
    return [leads for leads in choices if any(leads)]


@ALL
@pytest.mark.parametrize("lead", LEADS, ids=["T", "T,B"])
def test_leading_axes_are_a_loop_over_examples(case, lead):
    for leads in mixtures(case, lead):
        values = case.point(EQUAL, leads=leads)
        together = evaluate(case.node, values, EQUAL)
        for place in np.ndindex(lead):
            alone = {arg: v[place] if own else v for (arg, v), own in zip(values.items(), leads, strict=True)}
            np.testing.assert_allclose(together[place], evaluate(case.node, alone, EQUAL), rtol=1e-14)


@ALL
def test_a_batch_beside_a_sequence_of_batches(case):
    """A value with the axes (B, …) beside one with (T, B, …): the state at a fixed step, read at every step."""
    lead = LEADS[-1]
    for first in range(len(case.args)):
        leads = [lead if i == first else lead[1:] for i in range(len(case.args))]
        values = case.point(EQUAL, leads=leads)
        together = evaluate(case.node, values, EQUAL)
        for place in np.ndindex(lead):
            alone = {arg: v[place[-len(own) :]] for (arg, v), own in zip(values.items(), leads, strict=True)}
            np.testing.assert_allclose(together[place], evaluate(case.node, alone, EQUAL), rtol=1e-14)


@ALL
def test_sympy_is_numpy(case):
    values = case.point(APART)
    numbers = {arg: value for arg, value in values.items() if arg.dtype == "int"}
    symbolic = to_sympy([case.node, *(arg for arg in case.args if arg not in numbers)], APART, numbers)
    formula, symbols = flat(symbolic[0]), [symbol for entry in symbolic[1:] for symbol in flat(entry)]
    entries = [entry for arg, value in values.items() if arg not in numbers for entry in np.ravel(value)]
    at = dict(zip(symbols, map(float, entries), strict=True))
    ours = np.ravel(evaluate(case.node, values, APART))
    np.testing.assert_allclose([float(entry.subs(at)) for entry in formula], ours, rtol=1e-12, atol=1e-15)


def flat(entry):
    """The entries of a SymPy expression or matrix, row by row."""
    return list(entry) if hasattr(entry, "shape") else [entry]


def written(case, shared):
    """The case as an equation that reads inputs, and parameters in the places of `shared`: a writer and the leaves."""
    names = [Name(Role.PARAM if i in shared else Role.INPUT, f"a{i}") for i in range(len(case.args))]
    times = [FREE if i in shared else NOW for i in range(len(case.args))]
    read = [leaf(n, t, a.shape, a.dtype) for n, t, a in zip(names, times, case.args, strict=True)]
    (rhs,) = substitute([case.node], dict(zip(case.args, read, strict=True)))
    out = Name(Role.EQUATION, "out")
    given = {name: arg.shape for name, arg in zip(names, case.args, strict=True)}
    timed = frozenset(name for name in names if name.role == Role.INPUT)
    system = System({out: (Piece(EVERY_STEP, rhs),)}, given, {out: rhs.shape}, timed)
    return Writer(system), rhs, names


def run_text(writer, text, names, arrays, **more):
    known = {writer.names[name]: array for name, array in zip(names, arrays, strict=True)}
    dims = {writer.sizes[dim]: size for dim, size in EQUAL.items() if dim in writer.sizes}
    return eval(text, {"np": np, "T": STEPS, **kernel_functions(), **dims, **known, **more})


@ALL
@pytest.mark.parametrize("batch", [(), (BATCH,)], ids=["one", "batch"])
def test_source_is_numpy(case, batch):
    """The expression that the program writer emits, for one step of a loop and for all steps at once."""
    lead = (STEPS + 1, *batch)
    for leads in mixtures(case, lead):
        values = case.point(EQUAL, leads=leads)
        ours = evaluate(case.node, values, EQUAL)
        shared = {i for i, own in enumerate(leads) if not own}
        writer, rhs, names = written(case, shared)
        whole = run_text(writer, writer.code(rhs, EVERY_STEP).text, names, values.values())
        np.testing.assert_allclose(whole, ours[1:], rtol=1e-14)
        step = writer.code(rhs, None).text
        loop = [run_text(writer, step, names, values.values(), t=t) for t in range(1, STEPS + 1)]
        np.testing.assert_allclose(loop, ours[1:], rtol=1e-14)


POINTWISE = [case for case in cases() if {*case.sample.shapes, case.node.shape} == {("H",)}]


@pytest.mark.parametrize("case", POINTWISE, ids=str)
@pytest.mark.parametrize("batch", [(), (BATCH,)], ids=["one", "batch"])
def test_a_repeated_scalar_stays_with_its_example(case, batch):
    """Scalars of each example beside vectors, and alone: trailing axes alone would mix them up where B = H."""
    names = [Name(Role.INPUT, f"s{i}") for i in range(len(case.args))]
    scalars = [leaf(name, NOW, ()) for name in names]
    vector = Name(Role.INPUT, "v")
    rng = np.random.default_rng(0)
    arrays = [rng.uniform(0.5, 2, (STEPS + 1, *batch)) for _ in names]
    arrays.append(rng.uniform(0.5, 2, (STEPS + 1, *batch, EQUAL["H"])))
    for repeated in range(1, 2 ** len(names)):
        args = [
            broadcast(scalar, ("H",)) if repeated >> i & 1 else leaf(vector, NOW, ("H",))
            for i, scalar in enumerate(scalars)
        ]
        node = case.prim(*args, attrs=case.sample.attrs)
        given = {**dict.fromkeys(names, ()), vector: ("H",)}
        out = Name(Role.EQUATION, "out")
        writer = Writer(System({out: (Piece(EVERY_STEP, node),)}, given, {out: ("H",)}, frozenset(given)))
        values = dict(zip([*scalars, leaf(vector, NOW, ("H",))], arrays, strict=True))
        whole = run_text(writer, writer.code(node, EVERY_STEP).text, given, arrays)
        np.testing.assert_allclose(whole, evaluate(node, values, EQUAL)[1:], rtol=1e-14)
        assert np.shape(whole)[-1] == EQUAL["H"]


@ALL
def test_pickle_and_copy_give_the_same_node(case):
    node = case.node
    assert pickle.loads(pickle.dumps(node)) is node
    assert copy.copy(node) is node
    assert copy.deepcopy(node) is node
    assert pickle.loads(pickle.dumps(case.prim)) is case.prim


@ALL
def test_display_does_not_fail(case):
    assert repr(case.node)
    for render in RENDERERS.values():
        assert render(case.node)
