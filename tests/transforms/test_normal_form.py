"""The normal form: what it does to the shape of a formula, and that it never changes its value."""

import numpy as np
import pytest
from hypothesis import given

import rnnsym as rs
from rnnsym.core.expr import leaves
from rnnsym.ops.indexing import PLACE
from rnnsym.ops.structure import diag
from rnnsym.transforms.rewrite import normal_form
from support.formulas import VALUES, expressions

u, v, w = rs.var("u", ("H",)), rs.var("v", ("H",)), rs.var("w")
A, pair = rs.var("A", ("H", "H")), rs.var("p", (2,))


def place(entry, row, rows):
    return PLACE(entry, attrs=(row, rows))


REWRITES = [
    (rs.sum(u * v), "u · v"),
    (rs.sum(-(u * v)), "−u · v"),
    (rs.sum(2 * u * v), "2 (u · v)"),
    (rs.sum(w * u), "w sum(u)"),
    (rs.sum(u * v * u), "(u ⊙ v) · u"),
    (rs.sum(-u), "−sum(u)"),
    (rs.sum(A * A), "sum(A ⊙ A)"),
    (u * v - u * (A @ v), "u ⊙ (v − A v)"),
    ((u + v) + (A @ u - A @ v), "u + v + A u − A v"),
    (rs.sum(pair[1:2]), "p[1]"),
    (rs.sum(-pair[1:2]), "−p[1]"),
    (place(w, 1, 2) + place(w * w, 0, 2), "[w w, w]"),
    (place(w, 1, 3) + place(w * w, 0, 3), "place(w, 1, 3) + place(w w, 0, 3)"),
]


@pytest.mark.parametrize(("expr", "printed"), REWRITES, ids=[row[1] for row in REWRITES])
def test_a_formula_takes_its_textbook_form(expr, printed):
    assert repr(normal_form([expr])[0]) == printed


@given(expressions())
def test_the_normal_form_has_the_value_of_the_expression(expr):
    used = {leaf.attrs[0].label: VALUES[leaf.attrs[0].label] for leaf in leaves([expr])}
    rewritten = normal_form([expr])[0]
    kept = {leaf.attrs[0].label: VALUES[leaf.attrs[0].label] for leaf in leaves([rewritten])}
    assert np.allclose(rs.evaluate(rewritten, kept), rs.evaluate(expr, used), rtol=1e-12, atol=1e-12)


def test_the_identity_disappears_from_products_and_a_diagonal_is_its_own_transpose():
    identity = diag(v**0)
    assert identity @ u is u
    assert A @ identity is A
    assert diag(v).T is diag(v)
