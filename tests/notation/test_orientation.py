"""Row vectors and weights stored transposed change the writing of a formula and never its value."""

import numpy as np
import pytest
from hypothesis import assume, given

import rnnsym as rs
from rnnsym.core import dims
from rnnsym.core.expr import leaves
from rnnsym.core.names import FREE, NOW, Name, Role
from rnnsym.notation import load, relation, stored, stored_shape, text, tree_of
from rnnsym.notation.orientation import as_stored, sides_as_stored, transposed
from rnnsym.ops.kronecker import kron, kron_left
from rnnsym.ops.leaves import leaf
from rnnsym.ops.structure import outer
from rnnsym.transforms.rewrite import substitute
from support.formulas import VALUES, expressions
from support.reading import read

ROW, STORED = load("default+row"), load("default+transposed")
W, U = (leaf(Name(Role.PARAM, symbol), FREE, ("H", "H")) for symbol in "WU")
x, h = leaf(Name(Role.INPUT, "x"), NOW, ("H",)), leaf(Name(Role.CARRY, "h"), NOW, ("H",))
d = leaf(Name(Role.ADJOINT, "a"), NOW, ("H",))
dW = leaf(Name(Role.GRADIENT, "W"), FREE, ("H", "H"))


@given(expressions())
def test_a_formula_of_row_vectors_has_the_value_of_the_expression(expr):
    printed = text(expr, ROW, "ascii")
    assume("[" not in printed)  # The reader's indices count down a column.
    used = {leaf.attrs[0].label: VALUES[leaf.attrs[0].label] for leaf in leaves([expr])}
    rows = {name: value[None, :] if value.ndim == 1 else value for name, value in used.items()}
    value = np.asarray(rs.evaluate(expr, used))
    assert np.allclose(read(printed, rows).reshape(value.shape), value, rtol=1e-9, atol=1e-12)


def _with_weights(expr):
    """`expr` with the matrices A and W_f as parameters W and W_f, which the notation stores transposed."""
    names = {rs.var("A", (2, 2)): rs.param("W", (2, 2)), rs.var("W_f", (2, 2)): rs.param("W_f", (2, 2))}
    return substitute([expr], names)[0]


@given(expressions())
def test_a_formula_of_transposed_weights_has_the_value_of_the_expression(expr):
    expr = _with_weights(expr)
    values = {**VALUES, "W": VALUES["A"]}
    used = {leaf.attrs[0].label: values[leaf.attrs[0].label] for leaf in leaves([expr])}
    flipped = {name: stored(STORED, name, np.asarray(value)) for name, value in used.items()}
    assert np.allclose(rs.evaluate(as_stored(expr, STORED), flipped), rs.evaluate(expr, used), rtol=1e-12)


@given(expressions(shape=(2, 2)))
def test_the_transpose_of_a_formula_is_the_transpose_of_its_value(expr):
    used = {leaf.attrs[0].label: VALUES[leaf.attrs[0].label] for leaf in leaves([expr])}
    assert np.allclose(rs.evaluate(transposed(expr), used), rs.evaluate(expr, used).T, rtol=1e-12)


SIZES = {"X": 3, "H": 2, "C": 4}


@pytest.mark.parametrize("profile", ["deck_b", "d2l", "default+transposed"])
@pytest.mark.parametrize("cell", ["lstm", "gru", "output_feedback", "fused"])
def test_every_line_of_a_derivation_holds_for_the_stored_weights(cell, profile):
    """Each right-hand side, in random numbers and in their transposes, gives the left side and its transpose."""
    notation, rng = load(profile), np.random.default_rng(1)
    derivation = rs.derive(rs.Network(cell, 3, 2, 4))
    values = {}
    for line in (*derivation.forward, *derivation.backward, *derivation.gradients):
        for node in leaves([line.rhs]):
            shape = [dims.size(dim, SIZES) for dim in node.shape]
            values.setdefault(node.attrs, rng.normal(size=shape))
        value = rs.evaluate(line.rhs, {node: values[node.attrs] for node in leaves([line.rhs])})
        lhs, rhs = sides_as_stored(line.lhs, line.rhs, notation)
        turned = {node: stored(notation, node.attrs[0].label, values[node.attrs]) for node in leaves([rhs])}
        gradient = line.lhs.attrs[0].role == Role.GRADIENT
        label = line.lhs.attrs[0].label
        expected = stored(notation, label, np.asarray(value)) if gradient else value
        assert lhs.shape == rhs.shape == (stored_shape(notation, line.name, line.shape) if gradient else line.shape)
        assert np.allclose(rs.evaluate(rhs, turned), expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("expr", "columns", "rows", "both"),
    [
        (W @ x, "W xₜ", "xₜ Wᵀ", "xₜ W"),
        (W.T @ d, "Wᵀ δaₜ", "δaₜ W", "δaₜ Wᵀ"),
        (W @ (U @ x), "W U xₜ", "xₜ Uᵀ Wᵀ", "xₜ U W"),
        ((W @ U) @ x, "(W U) xₜ", "xₜ (W U)ᵀ", "xₜ (Wᵀ Uᵀ)ᵀ"),
        ((W @ U).T @ x, "(W U)ᵀ xₜ", "xₜ (W U)", "xₜ (Wᵀ Uᵀ)"),
        (outer(d, W @ x), "δaₜ (W xₜ)ᵀ", "δaₜᵀ (xₜ Wᵀ)", "δaₜᵀ (xₜ W)"),
        (kron(W, x), "W ⊗ xₜᵀ", "W ⊗ xₜ", "Wᵀ ⊗ xₜ"),
        (kron_left(x, W), "xₜᵀ ⊗ W", "xₜ ⊗ W", "xₜ ⊗ Wᵀ"),
        (outer(d, x), "δaₜ xₜᵀ", "δaₜᵀ xₜ", "δaₜᵀ xₜ"),
        (outer(d * h, x), "(δaₜ ⊙ hₜ) xₜᵀ", "(δaₜ ⊙ hₜ)ᵀ xₜ", "(δaₜ ⊙ hₜ)ᵀ xₜ"),
        (W @ (d * h) + x, "W (δaₜ ⊙ hₜ) + xₜ", "(δaₜ ⊙ hₜ) Wᵀ + xₜ", "(δaₜ ⊙ hₜ) W + xₜ"),
        (rs.dot(d, W @ x), "δaₜ · (W xₜ)", "δaₜ · (xₜ Wᵀ)", "δaₜ · (xₜ W)"),
        (rs.tanh(W @ x), "tanh(W xₜ)", "tanh(xₜ Wᵀ)", "tanh(xₜ W)"),
    ],
)
def test_a_product_is_turned_round_in_row_notation_and_transposes_cancel(expr, columns, rows, both):
    """Of an expression, and of its layout tree, whose vectors and matrices are told apart by their roles."""
    for notation, expected in (("default", columns), ("default+row", rows), ("default+row+transposed", both)):
        assert text(expr, notation) == expected
        assert text(tree_of(expr), notation) == expected


def test_a_stored_gradient_is_transposed_on_both_sides():
    assert relation(dW, outer(d, x), notation=STORED) == ("∂L/∂W", "xₜ δaₜᵀ")
    assert relation(dW, outer(d, x), notation="default+row+transposed") == ("∂L/∂W", "xₜᵀ δaₜ")
    for left in (dW, tree_of(dW)):
        assert relation(left, tree_of(outer(d, x)), notation=STORED) == ("(∂L/∂W)ᵀ", "δaₜ xₜᵀ")


def test_a_weight_alone_is_its_name_and_a_derivative_in_it_is_in_the_canonical_matrix():
    assert text(W, STORED) == "W"
    assert text(W @ x, STORED) == "Wᵀ xₜ"
    sensitivity = Name(Role.CARRY, "h").derived(Role.SENSITIVITY, Name(Role.PARAM, "W"))
    assert text(leaf(sensitivity, NOW, ("H", "H*H")), STORED) == "∂hₜ/∂Wᵀ"
    assert text(leaf(sensitivity, NOW, ("H", "H*H")), STORED.with_(transposed=False)) == "∂hₜ/∂W"


def test_arrays_are_turned_round_where_a_weight_is_stored_transposed():
    array, vector = np.arange(6.0).reshape(2, 3), np.arange(2.0)
    deck_b = load("deck_b")
    assert np.array_equal(stored(deck_b, "layer1.W_i", array), array.T)
    assert stored(deck_b, "U", array) is array
    assert stored(deck_b, "W", vector) is vector
    assert stored_shape(deck_b, Name(Role.PARAM, "W"), ("H", "X")) == ("X", "H")
    assert stored_shape(deck_b, Name(Role.PARAM, "b"), ("H",)) == ("H",)
