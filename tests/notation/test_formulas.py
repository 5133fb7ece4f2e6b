"""How expressions are written: brackets, numbers, functions, in the three styles."""

import pytest

import rnnsym as rs
from rnnsym.core.names import EVERY_STEP, NOW, Name, Point, Role
from rnnsym.errors import InputError, MisuseError, ShapeError
from rnnsym.notation import relation, text, tree_of
from rnnsym.ops.leaves import leaf
from rnnsym.ops.structure import diag

w, x, b = rs.var("w"), rs.var("x"), rs.var("b")
u, v, k = rs.var("u", ("H",)), rs.var("v", ("H",)), rs.var("k", (), "int")
A, E = rs.param("A", ("H", "H")), rs.param("E", ("N", "H"))

FORMULAS = [
    (w * x + b, "w x + b", "w x + b", "w x + b"),
    (w - x - b, "w − x − b", "w - x - b", "w - x - b"),
    (w - (x - b), "w − (x − b)", "w - (x - b)", "w - (x - b)"),
    (-(w + x), "−(w + x)", "-(w + x)", "-(w + x)"),
    (w - 3, "w − 3", "w - 3", "w - 3"),
    (w * (x + b), "w (x + b)", "w (x + b)", "w (x + b)"),
    (w / 2, "½ w", "0.5 w", r"\tfrac{1}{2} w"),
    (w / 3, "(1/3) w", "(1/3) w", r"\tfrac{1}{3} w"),
    (0.5 + w, "0.5 + w", "0.5 + w", "0.5 + w"),
    (1.0 * w + 2.0, "w + 2", "w + 2", "w + 2"),
    (w + 1e-8, "w + 10⁻⁸", "w + 1e-8", "w + 10^{-8}"),
    (w * 2.5e-8, "2.5 · 10⁻⁸ w", "2.5e-8 w", r"2.5 \cdot 10^{-8} w"),
    ((w + x) ** 2, "(w + x)²", "(w + x)^2", "(w + x)^2"),
    ((w**2) ** 3, "(w²)³", "(w^2)^3", "(w^2)^3"),
    (w**-1, "w⁻¹", "w^(-1)", "w^{-1}"),
    (w**0.5, "w^0.5", "w^0.5", "w^{0.5}"),
    (rs.tanh(w) ** 2, "tanh²(w)", "tanh(w)^2", r"\tanh^2(w)"),
    (rs.tanh(w) ** -1, "tanh(w)⁻¹", "tanh(w)^(-1)", r"\tanh(w)^{-1}"),
    (rs.sigmoid(w), "σ(w)", "sigmoid(w)", r"\sigma(w)"),
    (rs.sqrt(w) * abs(x), "√(w) |x|", "sqrt(w) |x|", r"\sqrt{w} \left|x\right|"),
    (rs.maximum(w, x), "max(w, x)", "max(w, x)", r"\max(w, x)"),
    (w / (x * b), "w / (x b)", "w / (x b)", r"\frac{w}{x b}"),
    (w / x, "w/x", "w/x", r"\frac{w}{x}"),
    (w * (x / b), "w (x/b)", "w (x/b)", r"w \frac{x}{b}"),
    (u * (A @ v), "u ⊙ (A v)", "u * (A v)", r"u \odot (A v)"),
    (A @ (u * v), "A (u ⊙ v)", "A (u * v)", r"A (u \odot v)"),
    (A.T @ (A @ v), "Aᵀ A v", "A^T A v", r"A^\top A v"),
    (rs.outer(u, u * v), "u (u ⊙ v)ᵀ", "u (u * v)^T", r"u (u \odot v)^\top"),
    (rs.dot(u, A @ v), "u · (A v)", "u . (A v)", r"u \cdot (A v)"),
    (2 * u * v, "2 u ⊙ v", "2 u * v", r"2 u \odot v"),
    (1 - v**2, "1 − v²", "1 - v^2", "1 - v^2"),
    (rs.concat(u, v), "[u, v]", "[u, v]", "[u, v]"),
    (v[0], "v[0]", "v[0]", "v[0]"),
    (rs.take(E, k), "E[k]", "E[k]", "E[k]"),
    (rs.mean(E), "sum(E) / (N H)", "sum(E) / (N H)", r"\frac{\operatorname{sum}(E)}{N H}"),
    (rs.squared_error(u, v), "½ ‖u − v‖²", "0.5 ||u - v||^2", r"\tfrac{1}{2} \left\lVert u - v \right\rVert^2"),
    (rs.squared_error(w, x), "½ (w − x)²", "0.5 (w - x)^2", r"\tfrac{1}{2} (w - x)^2"),
    (
        rs.cross_entropy(v, k),
        "−log softmax(v)[k]",
        "-log_softmax(v)[k]",
        r"-\log \operatorname{softmax}(v)[k]",
    ),
    (w * rs.cross_entropy(v, k), "−w log softmax(v)[k]", "-w log_softmax(v)[k]", None),
    (rs.grad(rs.cross_entropy(v, k), v), "softmax(v) − 1[k]", "softmax(v) - 1[k]", None),
    (rs.grad(rs.relu(w), w), "1[w > 0]", "1[w > 0]", r"\mathbf{1}[w > 0]"),
    (diag(v**0), "I", "I", "I"),
    (diag(v), "diag(v)", "diag(v)", r"\operatorname{diag}(v)"),
    (rs.constant([1.0, -2.5]), "[1, −2.5]", "[1, -2.5]", "[1, -2.5]"),
]


@pytest.mark.parametrize(("expr", "unicode", "ascii_", "latex"), FORMULAS, ids=[row[2] for row in FORMULAS])
def test_a_formula_is_written_in_each_style(expr, unicode, ascii_, latex):
    assert text(expr) == repr(expr) == rs.pretty(expr) == unicode
    assert text(expr, style="ascii") == rs.pretty(expr, ascii=True) == ascii_
    if latex is not None:
        assert text(expr, style="latex") == rs.latex(expr) == latex
        assert expr._repr_latex_() == f"${latex}$"


def test_the_power_of_an_error_is_bracketed_and_its_transpose_is_not():
    error = leaf(Name(Role.ADJOINT, "h"), NOW, ("H",))
    assert text(error**2) == "(δhₜ)²"
    assert text(rs.outer(v, error)) == "v δhₜᵀ"


def test_a_derivative_is_bracketed_under_a_script_only():
    seed = leaf(Name(Role.SEED, "h"), NOW, ("H",))
    assert text(A @ seed) == "A ∂Lₜ/∂hₜ"
    assert text(seed**2) == "(∂Lₜ/∂hₜ)²"


def test_a_sum_over_steps_shows_its_range_in_latex_and_brackets_a_sum_inside():
    total = leaf(Name(Role.TOTAL, "L"), NOW, ())
    assert relation(w, x, EVERY_STEP) == ("w", "Σₜ x")
    assert relation(w, x + b, EVERY_STEP) == ("w", "Σₜ (x + b)")
    assert relation(w, x, EVERY_STEP, style="latex") == ("w", r"\sum_{t=1}^{T} x")
    assert relation(w, total, EVERY_STEP._replace(lo=Point(1, 0))) == ("w", "L_T")


def test_a_long_formula_prints_a_summary_and_a_longer_one_is_refused():
    doubled = x
    for _ in range(40):
        doubled = rs.tanh(doubled) * rs.sigmoid(doubled)
    assert repr(doubled) == "<mul of 2 terms, 121 nodes>"
    assert doubled._repr_latex_() == r"$\text{mul of 2 terms, 121 nodes}$"
    with pytest.raises(InputError, match="its parts"):
        rs.pretty(doubled)


def test_a_formula_of_any_depth_is_lowered_without_recursion():
    deep = x
    for _ in range(5000):
        deep = rs.tanh(deep)
    assert text(deep) == "tanh(" * 5000 + "x" + ")" * 5000


def test_shared_parts_share_their_layout():
    shared = rs.tanh(w)
    tree = tree_of(shared / (1 + shared))
    assert tree.top is tree.bottom.items[1]


def test_a_shape_error_quotes_the_formula_as_it_is_typed():
    with pytest.raises(ShapeError, match=r"^A @ \(u \+ v\): .*"):
        rs.param("A", ("H", "X")) @ (u + v)


def test_what_has_no_formula_is_refused():
    with pytest.raises(MisuseError, match="int has no formula"):
        rs.pretty(3)
