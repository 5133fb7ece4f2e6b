"""Laws of derivatives: for every primitive, the declared rules agree with complex step, and with each other."""

import numpy as np
import pytest

from rnnsym import evaluate, jacobian, jvp, vjp
from rnnsym.core.primitive import PRIMITIVES
from rnnsym.ops.leaves import var
from support.cases import APART, EQUAL, NO_FLOW, Case, cases, complex_step

SMOOTH = pytest.mark.parametrize("case", cases(derivatives=True), ids=str)
SIZES = pytest.mark.parametrize("sizes", [APART, EQUAL], ids=["apart", "equal"])
CLOSE = {"rtol": 1e-11, "atol": 1e-13}


def tangents(case, sizes):
    """A direction for each argument that has one: as leaves, and as numbers."""
    leaves = {arg: var(f"t_{i}", arg.shape) for i, arg in enumerate(case.real)}
    return leaves, {leaf: case.direction(arg, sizes, 10 + i) for i, (arg, leaf) in enumerate(leaves.items())}


def test_every_argument_without_a_derivative_is_an_integer_or_excused():
    for prim in PRIMITIVES.values():
        for case in (Case(prim, sample) for sample in prim.samples):
            still = [arg for arg in case.args if arg not in case.real]
            assert all(arg.dtype == "int" for arg in still) or prim.name in NO_FLOW


@pytest.mark.parametrize("name", NO_FLOW)
def test_what_does_not_flow_is_an_explicit_zero(name):
    for sample in PRIMITIVES[name].samples:
        case = Case(PRIMITIVES[name], sample)
        (back,) = vjp([case.node], case.args, [var("c", case.node.shape)])
        (forth,) = jvp([case.node], case.args, [var("t", case.args[0].shape)])
        assert not np.any(evaluate([back, forth], {}, APART)[0])
        assert not np.any(evaluate(forth, {}, APART))


@SMOOTH
@SIZES
def test_jvp_is_complex_step(case, sizes):
    values, (leaves, numbers) = case.point(sizes), tangents(case, sizes)
    for arg, leaf in leaves.items():
        (pushed,) = jvp([case.node], [arg], [leaf])
        expected = complex_step(case.node, values, {arg: numbers[leaf]}, sizes)
        np.testing.assert_allclose(evaluate(pushed, {**values, **numbers}, sizes), expected, **CLOSE)


@SMOOTH
@SIZES
def test_vjp_is_the_adjoint_of_jvp_and_of_complex_step(case, sizes):
    """<c, J t> = <Jᵀ c, t>, for each argument and for all together."""
    values, (leaves, numbers) = case.point(sizes), tangents(case, sizes)
    c = var("c", case.node.shape)
    values[c] = case.direction(case.node, sizes, 3)
    backs = vjp([case.node], case.real, [c])
    (forth,) = jvp([case.node], case.real, list(leaves.values()))
    along, *pulled = evaluate([forth, *backs], {**values, **numbers}, sizes)
    exact = complex_step(case.node, values, {a: numbers[t] for a, t in leaves.items()}, sizes)
    left = np.sum(values[c] * along)
    right = sum(np.sum(p * numbers[t]) for p, t in zip(pulled, leaves.values(), strict=True))
    np.testing.assert_allclose(left, right, **CLOSE)
    np.testing.assert_allclose(right, np.sum(values[c] * exact), **CLOSE)
    for arg, back in zip(case.real, pulled, strict=True):
        assert np.shape(back) == case.shape(arg, sizes)


@SMOOTH
@SIZES
def test_vjp_entry_by_entry_is_complex_step(case, sizes):
    values = case.point(sizes)
    c = var("c", case.node.shape)
    cotangent = case.direction(case.node, sizes, 3)
    for arg, back in zip(case.real, vjp([case.node], case.real, [c]), strict=True):
        expected = np.zeros(case.shape(arg, sizes))
        for place in np.ndindex(expected.shape):
            unit = np.zeros_like(expected)
            unit[place] = 1.0
            expected[place] = np.sum(cotangent * complex_step(case.node, values, {arg: unit}, sizes))
        got = evaluate(back, {**values, c: cotangent}, sizes)
        np.testing.assert_allclose(got, expected, **CLOSE)


@SMOOTH
def test_second_order_is_complex_step_of_the_first(case):
    """The vjp of the vjp, and the jvp of the vjp, against complex step of the vjp."""
    values, (leaves, numbers) = case.point(APART), tangents(case, APART)
    c = var("c", case.node.shape)
    values[c] = case.direction(case.node, APART, 3)
    moved = {**{arg: numbers[leaf] for arg, leaf in leaves.items()}, c: case.direction(case.node, APART, 4)}
    for arg, back in zip(case.real, vjp([case.node], case.real, [c]), strict=True):
        seed = var("s", arg.shape)
        every = {**values, seed: case.direction(arg, APART, 5)}
        inner = [*case.real, c]
        directions = [var(f"d{i}", x.shape) for i, x in enumerate(inner)]
        (forth,) = jvp([back], inner, directions)
        backs = vjp([back], inner, [seed])
        every |= {d: moved[x] for d, x in zip(directions, inner, strict=True)}
        exact = complex_step(back, every, moved, APART)
        pushed, *pulled = evaluate([forth, *backs], every, APART)
        np.testing.assert_allclose(pushed, exact, **CLOSE)
        total = sum(np.sum(p * moved[x]) for p, x in zip(pulled, inner, strict=True))
        np.testing.assert_allclose(total, np.sum(every[seed] * exact), **CLOSE)


@SMOOTH
def test_jacobian_is_its_columns(case):
    values, node = case.point(APART), case.node
    for arg in case.real:
        if len(arg.shape) > 1 or len(node.shape) > 1:
            continue
        matrix = jacobian(node, arg)
        got = evaluate(matrix, values, APART)
        assert got.shape == case.shape(node, APART) + case.shape(arg, APART)
        for place in np.ndindex(case.shape(arg, APART)):
            unit = np.zeros(case.shape(arg, APART))
            unit[place] = 1.0
            column = complex_step(node, values, {arg: unit}, APART)
            np.testing.assert_allclose(got[(..., *place)], column, **CLOSE)
