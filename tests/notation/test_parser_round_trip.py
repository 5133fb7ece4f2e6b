"""Print, read back, compare: every primitive, random expressions, and the lines of derivations, in every profile."""

import pytest
from hypothesis import given, settings

import rnnsym as rs
from rnnsym.cells.registry import catalogue
from rnnsym.core.names import Offset
from rnnsym.core.primitive import PRIMITIVES
from rnnsym.notation import names, text
from rnnsym.notation.parser import parse, scope_from
from rnnsym.ops.leaves import full, leaf
from rnnsym.ops.structure import BROADCAST, broadcast, diag
from support.cases import Case
from support.formulas import expressions
from support.networks import NETWORKS
from support.random_cells import cells
from support.round_trip import STYLES, assert_lines_read_back, assert_read_back

MORE = ("default+row", "default+row+transposed", "default+parentheses+partial", "deck_s+overbar+angle")
NOTATIONS = (*names(), *MORE)
CASES = [Case(prim, sample) for prim in PRIMITIVES.values() for sample in prim.samples]
SCALAR_LOSS = "squared_error[(),()]"
"""½ (a − b)² of scalars is read as the loss only where b is a target."""

w, x = rs.var("w"), rs.var("x")
u, v, k = rs.var("u", ("H",)), rs.var("v", ("H",)), rs.var("k", (), "int")
A, B = rs.param("A", ("H", "H")), rs.param("B", ("H", "H"))
E = rs.param("E", ("N", "H"))


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("style", STYLES)
def test_every_primitive_is_read_back(notation, style):
    for case in CASES:
        if str(case) != SCALAR_LOSS:
            assert_read_back(case.node, notation, style)


@given(expressions())
def test_random_expressions_are_read_back(expr):
    for notation in ("default", "deck_p", "default+row+transposed"):
        for style in STYLES:
            assert_read_back(expr, notation, style)


DISTINCT = [
    ((A @ B) @ u, "(A B) u"),
    (A @ (B @ u), "A B u"),
    (A @ B @ A, "A B A"),
    (A @ (B @ A), "A (B A)"),
    (A @ rs.outer(u, v), "A (u vᵀ)"),
    (rs.outer(A @ u, v), "A u vᵀ"),
    (rs.outer(u, v) @ A, "(u vᵀ) A"),
    (rs.outer(u, v) @ u, "u vᵀ u"),
    (A @ (rs.outer(u, v) @ u), "A (u vᵀ u)"),
    (w * (A @ u), "w A u"),
    ((w * A) @ u, "(w A) u"),
    ((w * x) * u, "(w x) u"),
    ((-w) * u, "(−w) u"),
    (-(w * u), "−w u"),
    (rs.sum(broadcast(w, ("H",))), "sum(w ones(H))"),
    (A @ broadcast(w, ("H",)), "A (w ones(H))"),
    (rs.tanh(broadcast(w, ("H",))), "tanh(w ones(H))"),
    (broadcast(rs.tanh(w), ("H",)), "tanh(w)"),
    (rs.logsumexp(full(0.0, ("H",))), "logsumexp(zeros(H))"),
    (rs.softmax(full(3.0, ("H",))), "softmax(3 ones(H))"),
    (diag(full(1.0, ("H",))) - A, "I − A"),
    (rs.concat(u, w), "[u, w]"),
    (rs.cross_entropy(v, k), "−log softmax(v)[k]"),
    (-rs.take(rs.log_softmax(v), k), "−take(log softmax(v), k)"),
    (-rs.log_softmax(v)[2], "−log softmax(v)[2]"),
    (w * rs.cross_entropy(v, k), "−w log softmax(v)[k]"),
    (rs.take(E, k), "E[k]"),
    (rs.take(E, 3), "take(E, 3)"),
    (E[3], "E[3]"),
    (abs(w * abs(x)), "|(w |x|)|"),
    (abs(abs(w)) * abs(x), "|(|w|)| |x|"),
    (w / 3 + 5 * x / 9, "(1/3) w + (5/9) x"),
    (2.5e-8 * w + 1e300, "2.5 · 10⁻⁸ w + 10³⁰⁰"),
    (2 * rs.squared_error(u, v), "2 ½ ‖u − v‖²"),
    (rs.mean(E), "sum(E) / (N H)"),
]


@pytest.mark.parametrize(("expr", "printed"), DISTINCT, ids=[row[1] for row in DISTINCT])
def test_what_is_not_the_same_is_not_printed_the_same(expr, printed):
    assert rs.pretty(expr) == printed
    assert parse(printed, scope_from([expr, w, u, v, A, E]), shape=expr.shape) is expr


@pytest.mark.parametrize("expr", [row[0] for row in DISTINCT], ids=[row[1] for row in DISTINCT])
def test_it_is_not_printed_the_same_where_vectors_are_rows(expr):
    for style in STYLES:
        assert parse(text(expr, "default+row", style), scope_from([expr]), "default+row", shape=expr.shape) is expr


def test_only_an_explicit_node_repeats_a_scalar():
    assert (w + u).args[0].prim is BROADCAST


@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_line_of_an_lstm_is_read_back_in_every_profile(notation):
    form = rs.derive(NETWORKS["tagging, labels, mean"]("lstm")).form
    assert assert_lines_read_back(form, notation) > 50


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: " ".join((entry.name, *entry.options.values())))
def test_every_line_of_every_cell_is_read_back(entry):
    assert assert_lines_read_back(rs.derive(entry.cell).form, "default") > 10
    assert assert_lines_read_back(rs.derive(NETWORKS["tagging"](entry.cell)).form, "deck_b+row", ["text"]) > 5


@pytest.mark.parametrize("wiring", NETWORKS)
def test_every_line_of_every_wiring_is_read_back(wiring):
    form = rs.derive(NETWORKS[wiring]("elman")).form
    assert assert_lines_read_back(form, "default", ["text"]) > 8


@pytest.mark.parametrize("notation", ["deck_b", "deck_s", "d2l+angle", "default+overbar+parentheses"])
@pytest.mark.parametrize("wiring", ["bidirectional of stacks", "encoder_decoder of stacks"])
def test_the_marks_of_paths_are_read_back(wiring, notation):
    form = rs.derive(NETWORKS[wiring]("elman")).form
    assert assert_lines_read_back(form, notation) > 30


@pytest.mark.parametrize("typed", ["h²→ₜ₋₁", "layer2.forward.h[t-1]", "layer2.forward.hₜ₋₁"])
def test_a_path_is_read_by_its_marks_and_in_full(typed):
    net = rs.stacked(["elman", rs.Bidirectional("elman")], 2, 3)
    name = next(name for name in net.system.equations if name.label == "layer2.forward.h")
    assert parse(typed, net.system) is leaf(name, Offset(-1), ("H",))


@settings(max_examples=max(10, settings.default.max_examples // 3))
@given(cells())
def test_the_lines_of_cells_nobody_wrote_are_read_back(cell):
    form = rs.derive(rs.Network(cell, 3, 2, 2)).form
    assert_lines_read_back(form, "default", exact=False)


def test_a_name_that_is_an_initial_value_is_the_state_at_step_0():
    form = rs.derive("elman").form
    initial = next(name for name in form.system.given if name.role == "initial")
    carry = next(name for name in form.system.equations if name.role == "carry")
    found = parse("h₀", form.system)
    assert found.attrs[0] == carry
    assert rs.pretty(leaf(initial, found.attrs[1], ("H",))) == "h₀"
