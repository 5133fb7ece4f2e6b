"""What is printed means what was built: random expressions, printed, read back and compared as numbers."""

import numpy as np
from hypothesis import given, settings

import rnnsym as rs
from rnnsym.core.expr import leaves
from rnnsym.core.names import Role
from rnnsym.notation import text
from rnnsym.notation.spelling import Parts, take_apart
from support.formulas import VALUES, expressions
from support.latex import check_formula
from support.reading import read

ALLOWED = set("·⊙√−½¼¾σα²³ᵀ")


def test_the_reader_knows_the_rules_of_precedence():
    assert read("-w^2 + 2 (w - x)/4", {"w": 3, "x": 1}) == -8
    assert read("u v^T", {"u": [1, 2], "v": [3, 4]}).tolist() == [[3, 4], [6, 8]]
    assert read("u . (A v)", {"u": [1, 2], "v": [3, 4], "A": [[0, 1], [1, 0]]}) == 10


@settings(max_examples=max(200, settings.default.max_examples))
@given(expressions())
def test_the_printed_formula_has_the_value_of_the_expression(expr):
    used = {leaf.attrs[0].label: VALUES[leaf.attrs[0].label] for leaf in leaves([expr])}
    value = np.asarray(rs.evaluate(expr, used))
    printed = read(text(expr, style="ascii"), used)
    assert np.allclose(printed.reshape(value.shape), value, rtol=1e-9, atol=1e-12)


@given(expressions())
def test_text_and_ascii_have_the_same_brackets(expr):
    unicode, plain = text(expr), text(expr, style="ascii")
    for line in (unicode, plain):
        depth = [line[:i].count("(") - line[:i].count(")") for i in range(len(line) + 1)]
        assert min(depth) == depth[-1] == 0
    assert plain.isascii()
    assert {c for c in unicode if not c.isascii()} <= ALLOWED


@given(expressions())
def test_latex_is_valid(expr):
    check_formula(text(expr, style="latex"))


@given(expressions(shape=()))
def test_derivatives_print_in_every_style(expr):
    for name in {leaf for leaf in leaves([expr]) if leaf.attrs[0].role == Role.VARIABLE}:
        slope = rs.grad(expr, name)
        assert text(slope)
        assert text(slope, style="ascii").isascii()
        check_formula(text(slope, style="latex"))


def test_a_name_is_taken_apart_at_its_first_underscore():
    name = rs.var("W_ih_l0").attrs[0]
    assert take_apart(name) == Parts("W", ("ih", "l0"))
