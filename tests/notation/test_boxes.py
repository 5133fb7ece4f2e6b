"""Formulas on several lines: pictures, and what holds of all of them."""

import pytest
from hypothesis import given

import rnnsym as rs
from rnnsym.core.mathtree import BigProduct, BigSum, Infix, Matrix, Round, Superscript, Symbol, Word
from rnnsym.core.names import EVERY_STEP, NOW, Name, Role
from rnnsym.notation import text
from rnnsym.notation.box import columns
from rnnsym.notation.boxes import boxed, relation_boxed, side_by_side
from support.formulas import expressions
from support.latex import check_formula

w, x, b = rs.var("w"), rs.var("x"), rs.var("b")
u, v = rs.var("u", ("H",)), rs.var("v", ("H",))
h, c = Name(Role.CARRY, "h"), Name(Role.CARRY, "c")
STEP = Symbol(h.derived(Role.JACOBIAN, h), NOW, "j")
PRODUCT = BigProduct(STEP, "j", "k+1", "t")
FLIPPED = Superscript(PRODUCT, Word("transpose"))
BLOCKS = Matrix(((Symbol(h, NOW), Symbol(c, NOW)), (Word("0"), Symbol(h, NOW))))

PICTURES = [
    (w / x, ["w", "─", "x"], ["w", "-", "x"]),
    (-(w / x) + b, ["  w    ", "− ─ + b", "  x    "], ["  w    ", "- - + b", "  x    "]),
    (b - w / x, ["    w", "b − ─", "    x"], ["    w", "b - -", "    x"]),
    ((w / x) ** 2, ["⎛w⎞²", "⎜─⎟ ", "⎝x⎠ "], ["/w\\^2", "|-|  ", "\\x/  "]),
    (b * rs.tanh(w / x), ["      ⎛w⎞", "b tanh⎜─⎟", "      ⎝x⎠"], ["      /w\\", "b tanh|-|", "      \\x/"]),
    (rs.sqrt(w / x), ["┌─", "│w", "│─", "√x"], ["    /w\\", "sqrt|-|", "    \\x/"]),
    (abs(w / x), ["|w|", "|─|", "|x|"], ["|w|", "|-|", "|x|"]),
    (w / (1 + x / b), ["   w   ", "───────", "     x ", " 1 + ─ ", "     b "], None),
    (rs.outer(u / v, v), ["u   ", "─ vᵀ", "v   "], None),
    (rs.squared_error(u / v, v), ["  ‖u    ‖²", "½ ‖─ − v‖ ", "  ‖v    ‖ "], None),
    (rs.concat(u / v, v), ["⎡u   ⎤", "⎢─, v⎥", "⎣v   ⎦"], ["[u   ]", "[-, v]", "[v   ]"]),
    ((u / v)[0], ["⎛u⎞   ", "⎜─⎟[0]", "⎝v⎠   "], None),
    (BLOCKS, ["⎡hₜ  cₜ⎤", "⎣0   hₜ⎦"], ["[h[t]  c[t]]", "[ 0    h[t]]"]),
    (
        FLIPPED,
        ["⎛  t                ⎞ᵀ", "⎜  ∏   ∂h_j/∂h_(j−1)⎟ ", "⎝j=k+1              ⎠ "],
        ["/  t                \\^T", "|prod  dh[j]/dh[j-1]|  ", "\\j=k+1              /  "],
    ),
    (
        BigSum(BigSum(Infix("matmul", (PRODUCT, Symbol(h, NOW, "k"))), "k", "1", "t"), "t", "1", "T"),
        [
            " T   t  ⎛  t                ⎞   ",
            " Σ   Σ  ⎜  ∏   ∂h_j/∂h_(j−1)⎟ hₖ",
            "t=1 k=1 ⎝j=k+1              ⎠   ",
        ],
        None,
    ),
    (Round(Symbol(h, NOW)), ["(hₜ)"], ["(h[t])"]),
]


@pytest.mark.parametrize(("what", "picture", "plain"), PICTURES, ids=range(len(PICTURES)))
def test_a_formula_is_drawn(what, picture, plain):
    assert boxed(what) == picture
    if plain is not None:
        assert boxed(what, style="ascii") == plain


def test_a_relation_has_both_sides_on_one_baseline():
    left, right = relation_boxed(w, x / b, EVERY_STEP)
    assert side_by_side([left, " = ", right]) == ["     T  x", "w =  Σ  ─", "    t=1 b"]
    assert left.baseline == 0
    assert right.baseline == 1


def test_a_sum_over_all_steps_keeps_one_line_when_its_range_goes_without_saying():
    assert boxed(BigSum(Symbol(h, NOW))) == ["Σₜ hₜ"]


@given(expressions())
def test_lines_have_one_width_and_flat_formulas_are_the_line_of_lower(expr):
    for style in ("text", "ascii"):
        box = boxed(expr, style=style)
        assert {columns(line) for line in box} == {columns(box[0])}
        assert 0 <= box.baseline < len(box)
        if len(box) == 1:
            assert box == [text(expr, style=style)]
        if style == "ascii":
            assert all(line.isascii() for line in box)


@pytest.mark.parametrize(
    ("tree", "unicode", "ascii_", "latex"),
    [
        (PRODUCT, "∏[j=k+1…t] ∂h_j/∂h_(j−1)", "prod[j=k+1..t] dh[j]/dh[j-1]", r"\prod_{j=k+1}^{t} \frac"),
        (FLIPPED, "(∏[j=k+1…t] ∂h_j/∂h_(j−1))ᵀ", "(prod[j=k+1..t] dh[j]/dh[j-1])^T", r"\right)^\top"),
        (BLOCKS, "[hₜ, cₜ; 0, hₜ]", "[h[t], c[t]; 0, h[t]]", r"\begin{bmatrix} h_t & c_t \\ 0 & h_t \end{bmatrix}"),
        (BigSum(STEP, "t", "2", "T-1"), "Σ[t=2…T−1] ∂h_j", "sum[t=2..T-1] dh[j]", r"\sum_{t=2}^{T-1}"),
    ],
)
def test_products_and_matrices_on_one_line(tree, unicode, ascii_, latex):
    assert unicode in text(tree)
    assert ascii_ in text(tree, style="ascii")
    assert latex in text(tree, style="latex")
    check_formula(text(tree, style="latex"))
