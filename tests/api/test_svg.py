"""Pictures of derivations: set by rules of their own, in every notation, with nothing on top of anything else."""

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import notation
from rnnsym.api.svg import line_svg, page_svg, unknown_commands
from rnnsym.api.svg.formula import formula_box, prose_lines
from rnnsym.core.mathtree import BigProduct, Fraction, Infix, Matrix, Number, Superscript, Symbol, Word
from rnnsym.core.names import NOW, Name, Offset, Role
from rnnsym.errors import InputError, UnknownNameError
from support.svg import check_picture

H = Name(Role.CARRY, "h")
SUBJECTS = {
    "elman": lambda: rs.derive("elman"),
    "lstm": lambda: rs.derive("lstm"),
    "many_to_one": lambda: rs.derive(rs.Network("gru", 3, 4, 2, pattern="many_to_one", loss="cross_entropy")),
}


def page(subject, notation_name=None):
    return SUBJECTS[subject]()._page(notation_name)


@pytest.mark.parametrize("detail", ["results", "steps", "why", "chain"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_nothing_overlaps_and_nothing_is_outside(subject, detail):
    picture = page_svg(page(subject), detail=detail)
    check_picture(picture)
    assert picture == page_svg(page(subject), detail=detail)


@pytest.mark.parametrize("name", notation.names())
def test_every_notation_is_set(name):
    """No command is left over as a word, in any line of any form."""
    derivation = rs.derive(rs.Network("lstm", 3, 4, 2, loss="cross_entropy"))
    for choice in derivation.forms if name == "default" else derivation.forms[:3]:
        for line in derivation.form_view(choice.key).lines:
            for sides in line.sides(name, "latex"):
                assert unknown_commands(f"{sides.left} = {sides.right}") == set(), sides
    check_picture(page_svg(page("elman", name)))


def marks(latex, size=20.0):
    return {mark.text: mark for mark in formula_box(latex, size).marks}


def test_scripts_are_small_and_moved():
    found = marks("h_t^2")
    assert found["t"].y > 0 > found["2"].y
    assert found["t"].size < found["h"].size > found["2"].size
    assert found["h"].style == "italic"
    assert found["2"].style == "roman"


def test_a_fraction_has_its_line_between():
    box = formula_box(r"\frac{a}{b}", 20.0)
    found = {mark.text or "line": mark for mark in box.marks}
    line = found["line"].points[0][1] + found["line"].y
    assert found["a"].y < line < found["b"].y
    assert box.height > 10 < box.depth + 10


def test_limits_stand_above_and_below():
    found = marks(r"\sum_{k=1}^{T} x")
    assert found["T"].y < found["∑"].y < found["k"].y
    assert abs(found["T"].x + found["T"].width / 2 - (found["∑"].x + found["∑"].width / 2)) < 1


def test_fences_grow_with_what_they_hold():
    low, tall = formula_box(r"\left(a\right)", 20.0), formula_box(r"\left(\frac{a}{b}\right)", 20.0)
    assert "(" in {mark.text for mark in low.marks}
    assert "(" not in {mark.text for mark in tall.marks}
    assert tall.height > low.height


def test_a_matrix_has_rows_and_columns():
    found = marks(r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}")
    assert found["a"].y == found["b"].y < found["c"].y == found["d"].y
    assert found["a"].x < found["b"].x
    assert abs(found["a"].x - found["c"].x) < found["a"].width


def test_operators_stand_apart_and_signs_close():
    def gap(latex, left, right):
        found = marks(latex)
        return found[right].x - (found[left].x + found[left].width)

    assert gap("a + b", "a", "+") > 3
    assert gap("- b", "−", "b") < 2
    assert gap("a = - b", "−", "b") < 2


def test_trees_of_every_kind_are_set():
    h, before = Symbol(H, NOW), Symbol(H, Offset(-1))
    partial = Fraction(h, before)
    tree = Infix("add", (BigProduct(partial, "j", "k+1", "t"), Matrix(((partial, Number(0)), (Word("identity"), h)))))
    latex = notation.text(Superscript(tree, Number(2)), style="latex")
    assert unknown_commands(latex) == set()
    assert np.isfinite(formula_box(latex, 12.0).width)


def test_sentences_break_outside_formulas():
    lines = prose_lines(r"one $a + b = c + d$ two", 10.0, 60.0)
    assert len(lines) == 3
    assert len(prose_lines("one two", 10.0, 500.0)) == 1


def test_one_line_for_a_slide():
    picture = line_svg(page("elman"), 7, "dark")
    assert "∑" in picture
    assert "outer product" not in picture
    check_picture(picture)
    with pytest.raises(InputError, match="from 1 to 8"):
        line_svg(page("elman"), 9)


def test_themes_and_unknown_ones():
    assert page_svg(page("elman")) != page_svg(page("elman"), "dark")
    with pytest.raises(UnknownNameError, match="Did you mean 'dark'"):
        page_svg(page("elman"), "drak")
    with pytest.raises(UnknownNameError):
        page_svg(page("elman"), detail="all")
