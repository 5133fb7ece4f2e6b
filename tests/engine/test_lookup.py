"""Rows of tables by number: the sum of their gradients, in which no one-hot vector is made."""

import tracemalloc

import numpy as np
import pytest

import rnnsym as rs
from rnnsym.core.expr import leaves
from rnnsym.core.names import EVERY_STEP, FREE, NOW, Name, Role
from rnnsym.core.system import Piece, System
from rnnsym.engine.program import function
from rnnsym.engine.scatter import terms
from rnnsym.ops import kernels
from rnnsym.ops.leaves import leaf
from rnnsym.ops.lookups import one_hot
from rnnsym.ops.structure import outer, transpose
from support.embedding import Embedding, OddTables
from support.forms import assert_right, explicit_gradients
from support.networks import complex_step, data_for

i, j = rs.var("i", (), "int"), rs.var("j", (), "int")
c, s, M = rs.var("c", ("K",)), rs.var("s"), rs.var("M", ("V", "K"))
hot, other = one_hot(i, "V"), one_hot(j, "V")


@pytest.mark.parametrize("lead", [(), (1,), (7,), (3, 4), (0,)])
@pytest.mark.parametrize("kind", [float, complex])
def test_total_rows_is_the_sum_of_outer_products(lead, kind):
    rng = np.random.default_rng(0)
    index, rows = (
        rng.integers(0, 5, lead),
        rng.normal(size=(*lead, 2)).astype(kind) * (1 + 1j if kind is complex else 1),
    )
    found = kernels.total_rows(index, rows, 5)
    wanted = kernels.total(kernels.outer(kernels.one_hot(index, 5), rows), 2)
    assert found.dtype == rows.dtype
    np.testing.assert_allclose(found, wanted, rtol=1e-14, atol=1e-15)


def test_total_rows_repeats_what_does_not_vary():
    index, rows = np.array([[0, 2], [2, 2], [1, 0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    wanted = [[4.0, 6.0], [1.0, 2.0], [7.0, 10.0]]
    np.testing.assert_array_equal(kernels.total_rows(index, rows, 3), wanted)
    np.testing.assert_array_equal(kernels.total_rows(index[0], np.ones((3, 2, 1)), 3), [[3.0], [0.0], [3.0]])


def test_total_rows_refuses_a_row_that_there_is_not():
    with pytest.raises(IndexError, match="outside 0…4"):
        kernels.total_rows(np.array([5]), np.ones((1, 2)), 5)


@pytest.mark.parametrize(
    ("expr", "found"),
    [
        (outer(hot, c), [(False, i, c, False)]),
        (transpose(outer(hot, c)), [(False, i, c, True)]),
        (-outer(hot, c), [(True, i, c, False)]),
        (outer(hot, c) - transpose(outer(c, other)), [(False, i, c, False), (True, j, c, False)]),
        (transpose(outer(hot, c) + outer(other, c)), [(False, i, c, True), (False, j, c, True)]),
        (3.0 * outer(hot, c), None),
        (s * hot, [(False, i, s, False)]),
        (s * (hot - other), [(False, i, s, False), (True, j, s, False)]),
        (outer(c, c), []),
        (M * outer(hot, c), []),
        (M, []),
    ],
)
def test_which_terms_are_zero_but_in_one_row(expr, found):
    rows = [(term.minus, term.rows.number, term.rows.row, term.rows.column) for term in terms(expr) if term.rows]
    if found is None:
        assert [row[1] for row in rows] == [i]
    else:
        assert rows == found


def given(symbol, shape=(), dtype="float", time=NOW):
    return leaf(Name(Role.INPUT if time == NOW else Role.PARAM, symbol), time, shape, dtype)


X, Z, ROW, NUMBER = given("x", (), "int"), given("z", (), "int"), given("c", ("K",)), given("s")
TABLE, FIXED = given("E", ("V", "K"), time=FREE), given("w", ("V",), time=FREE)
AT_X, AT_Z = one_hot(X, "V"), one_hot(Z, "V")


@pytest.mark.parametrize(
    "expr",
    [
        outer(AT_X, ROW) - outer(AT_Z, NUMBER * ROW),
        -outer(AT_X, ROW) - outer(AT_Z, ROW),
        TABLE * outer(AT_X, ROW) + outer(AT_Z, ROW) - TABLE,
        transpose(outer(ROW, AT_X)) + NUMBER * outer(AT_Z, ROW),
        NUMBER * (AT_X - AT_Z) - 2.0 * AT_Z + FIXED,
        AT_X,
        AT_X * FIXED,
    ],
    ids=str,
)
@pytest.mark.parametrize("batch", [(), (2,)])
def test_a_sum_over_time_of_such_terms(expr, batch):
    total, rng, steps = Name(Role.GRADIENT, "E"), np.random.default_rng(0), 3
    shapes = {node.attrs[0]: node.shape for node in (X, Z, ROW, NUMBER, TABLE, FIXED)}
    timed = frozenset(node.attrs[0] for node in (X, Z, ROW, NUMBER))
    labels = {X.attrs[0]: "V", Z.attrs[0]: "V"}
    system = System({total: (Piece(EVERY_STEP, expr, total=True),)}, shapes, {total: expr.shape}, timed, labels=labels)
    lead, sizes = (steps + 1, *batch), {"V": 4, "K": 2}
    known = {
        name: rng.integers(0, 4, lead)
        if name in labels
        else rng.normal(size=(*(lead if name in timed else ()), *(sizes[dim] for dim in shape)))
        for name, shape in shapes.items()
    }
    found = function(system, [total], "a sum")(known, steps)[total]
    values = {
        node: known[node.attrs[0]][1:] if node.attrs[0] in timed else known[node.attrs[0]] for node in leaves([expr])
    }
    each = rs.evaluate(expr, values, sizes)
    np.testing.assert_allclose(found, each.sum(axis=tuple(range(1 + len(batch)))), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("pattern", ["many_to_many", "many_to_one", "one_to_many"])
@pytest.mark.parametrize("batch", [None, 3])
@pytest.mark.parametrize("call", ["run", "value_and_grad"])
def test_gradients_of_odd_tables(pattern, batch, call):
    net = rs.Network(OddTables, rs.Vocabulary(4), 3, 2, pattern=pattern)
    data = data_for(net, 5, seed=1, batch=batch)
    grads = net.run(*data).grads if call == "run" else net.value_and_grad(*data)[1]
    for label in net.params:
        wanted = np.zeros(net.params[label])
        for place in np.ndindex(wanted.shape):
            wanted[place] = complex_step(net, data, label, place)
        np.testing.assert_allclose(grads[label], wanted, rtol=1e-12, atol=1e-13)


def test_the_readable_program_makes_no_one_hot_vector():
    for net in (rs.Network(OddTables, rs.Vocabulary(4), 3, 2), rs.Network("lstm", rs.Vocabulary(4), 3)):
        assert "one_hot" not in net.program().source


@pytest.mark.parametrize("cell", [Embedding, OddTables])
@pytest.mark.parametrize("pattern", ["many_to_many", "one_to_many"])
def test_every_form_of_a_cell_with_a_table(cell, pattern):
    net = rs.Network(cell, rs.Vocabulary(4), 3, 2, pattern=pattern, dims={"K": 2} if cell is Embedding else None)
    derivation = rs.derive(net)
    data = data_for(net, 4, seed=4)
    truth = explicit_gradients(net, 4, data)
    for choice in derivation.forms:
        wrts = [bar.label for bar in derivation.adjoint.gradients] if choice.needs_parameter else [None]
        for wrt in wrts:
            assert derivation.form_view(choice.key, wrt=wrt).pretty(detail="chain")
            assert_right(derivation, choice.key, data, truth, wrt)


VOCABULARY, WIDTH, STEPS, BATCH = 100_000, 32, 50, 8


@pytest.mark.parametrize("cell", [Embedding, "elman"])
@pytest.mark.parametrize("call", ["run", "value_and_grad"])
def test_a_large_vocabulary_never_becomes_one_hot(cell, call):
    net = rs.Network(
        cell, rs.Vocabulary(VOCABULARY), WIDTH, 4, "cross_entropy", dims={"K": WIDTH} if cell is Embedding else None
    )
    rng = np.random.default_rng(0)
    params = net.init()
    x, targets = rng.integers(0, VOCABULARY, (STEPS, BATCH)), rng.integers(0, 4, (STEPS, BATCH))
    net.value_and_grad(params, x[:1, :1], targets[:1, :1])
    tracemalloc.start()
    try:
        grads = net.run(params, x, targets).grads if call == "run" else net.value_and_grad(params, x, targets)[1]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    table = VOCABULARY * WIDTH * 8
    assert peak < 3.2 * table
    read = np.zeros(VOCABULARY, dtype=bool)
    read[x] = True
    gradient = grads["E"] if cell is Embedding else grads["W"].T
    assert np.all(gradient[~read] == 0)
    assert np.all(np.any(gradient[read] != 0, axis=1))
