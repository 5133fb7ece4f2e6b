"""What a printed derivation says, in each format."""

import json
import shutil
import subprocess

import pytest

import rnnsym as rs
from rnnsym.api.derivation import Derivation
from rnnsym.core.names import NOW, Name, Role
from rnnsym.core.primitive import PRIMITIVES
from rnnsym.derivation.rules import RULES
from rnnsym.errors import UnknownNameError
from rnnsym.notation import load
from rnnsym.notation.prose import prose
from rnnsym.ops.leaves import leaf
from rnnsym.wiring import Options, network_system
from support.latex import LatexError, check_align, check_formula


@pytest.fixture(scope="module")
def elman():
    return rs.derive("elman")


def test_bptt_of_the_simple_network_reads_as_in_a_textbook(elman):
    page = elman.pretty()
    for line in ("δhₜ = ∂Lₜ/∂hₜ + Uᵀ δaₜ₊₁", "δaₜ = δhₜ ⊙ (1 − hₜ²)", "∂L/∂U = Σₜ δaₜ hₜ₋₁ᵀ"):
        assert line in page
    plain = elman.pretty(ascii=True)
    for line in ("dh[t] = dL[t]/dh[t] + U^T da[t+1]", "da[t] = dh[t] * (1 - h[t]^2)", "dL/dU = sum_t da[t] h[t-1]^T"):
        assert line in plain


def test_the_page_says_shapes_boundary_rule_and_lines_used(elman):
    page = elman.pretty()
    assert "W (H, X), U (H, H), b (H)" in page
    assert "BACKWARD   t = T…1, δaₜ₊₁ = 0 at t = T" in page
    assert "δaₜ = δhₜ ⊙ (1 − hₜ²)     tanh′ = 1 − tanh²; uses 2, 4" in page


def test_detail_says_how_much(elman):
    results, steps, why = (elman.pretty(detail=detail) for detail in ("results", "steps", "why"))
    assert "uses" not in results
    assert "the shares add up" not in steps
    assert "hₜ is used directly in the loss and in line 1 (aₜ₊₁)" in why
    with pytest.raises(UnknownNameError, match="Did you mean 'steps'"):
        elman.pretty(detail="step")


def test_a_loss_at_the_last_step_only_is_stated_apart():
    page = rs.derive(rs.Network("elman", 3, 4, 2, pattern="many_to_one")).pretty()
    assert "δh_T = Vᵀ δy_T\n" in page
    assert "δhₜ = Uᵀ δaₜ₊₁  (t < T)" in page
    assert "L = L_T" in page
    assert "∂L/∂V = δy_T h_Tᵀ" in page


def test_a_masked_loss_explains_the_mask():
    system = network_system(rs.cells.Elman(), Options(masked=True))
    page = Derivation(system, "masked").pretty()
    assert "mₜ          0 where a target is missing, else 1" in page
    assert "δyₜ = mₜ (yₜ − targetₜ)" in page


def test_a_scalar_product_is_printed_for_a_sum_of_products():
    class Attention(rs.Cell):
        params = {"W": ("H", "X")}
        carry = {"h": ("H",)}

        def step(self, p, prev, x, now):
            now.a = p.W @ x + prev.h
            now.h = rs.softmax(now.a)

    page = rs.derive(Attention()).pretty()
    assert "δaₜ = hₜ ⊙ (δhₜ − hₜ · δhₜ)" in page


def test_only_the_wanted_gradient_is_printed():
    page = rs.derive("lstm", wrt="U_f").pretty()
    assert "∂L/∂U_f = Σₜ δa_f,ₜ hₜ₋₁ᵀ" in page
    assert "∂L/∂W" not in page


def test_printing_is_the_same_each_time(elman):
    assert elman.pretty() == rs.derive("elman").pretty()
    assert str(elman) == elman.pretty() == rs.pretty(elman)
    assert rs.pretty(elman, ascii=True) == elman.pretty(ascii=True)
    assert rs.latex(elman) == elman.latex()


class Twice(rs.Cell):
    """Reads its sum through two functions."""

    params = {"U": ("H", "H")}
    carry = {"h": ("H",)}
    inputs = {"x": ("H",)}

    def __init__(self, symbol):
        self.symbol = symbol

    def step(self, p, prev, x, now):
        setattr(now, self.symbol, p.U @ prev.h + x)
        total = getattr(now, self.symbol)
        now.h = rs.tanh(total) + rs.exp(total)


@pytest.mark.parametrize("first", [rs.tanh, rs.exp])
def test_printing_does_not_depend_on_what_was_built_before(first):
    symbol = f"q{first.__name__}"
    kept = first(leaf(Name(Role.EQUATION, symbol), NOW, ("H",)))
    lines = rs.derive(Twice(symbol)).backward
    assert kept.shape == ("H",), "it must live until here"
    assert str(lines[1]).replace(symbol, "q") == "δqₜ = δhₜ ⊙ (exp(qₜ) + 1 − tanh²(qₜ))"


def test_one_line_prints_alone(elman):
    line = elman.backward[1]
    assert str(line) == rs.pretty(line) == "δaₜ = δhₜ ⊙ (1 − hₜ²)"
    assert rs.latex(line) == r"\delta a_t = \delta h_t \odot (1 - h_t^2)"


def test_a_notebook_gets_every_format(elman):
    bundle = elman._repr_mimebundle_()
    assert bundle == {
        "text/plain": elman.pretty(),
        "text/latex": elman._repr_latex_(),
        "text/markdown": elman.markdown(),
    }


def test_the_data_for_json_is_complete(elman):
    data = json.loads(json.dumps(elman.to_dict()))
    assert data["schema_version"] == 1
    assert data["parameters"] == {"W": ["H", "X"], "U": ["H", "H"], "b": ["H"]}
    assert [line["number"] for line in data["lines"]] == list(range(1, 9))
    assert {line["kind"] for line in data["lines"]} == {"forward", "backward", "gradients"}
    assert data["lines"][6] == {
        "number": 7,
        "kind": "gradients",
        "name": "U",
        "role": "gradient",
        "text": "∂L/∂U = Σₜ δaₜ hₜ₋₁ᵀ",
        "ascii": "dL/dU = sum_t da[t] h[t-1]^T",
        "latex": r"\frac{\partial L}{\partial U} = \sum_{t=1}^{T} \delta a_t h_{t-1}^\top",
        "rule": "outer product",
        "because": "U is used in line 1 (aₜ), at every step: the gradient is the sum over all of them.",
        "uses": [1, 2, 5],
        "domain": ["1", "T"],
        "total": True,
        "shape": ["H", "H"],
    }


def test_rules_belong_to_primitives_and_are_spelt_in_every_style():
    assert set(RULES) <= set(PRIMITIVES)
    for texts in RULES.values():
        for rule in texts:
            assert "?" not in prose([rule], style="ascii")
            assert prose([rule], load("default"), "latex").isascii()


@pytest.mark.parametrize("wrong", ["a^2^3", "a_t_1", "{a", "a}", r"\left(a", r"\foo", "δ", r"\frac{a}", "a & b", "_t"])
def test_the_checker_of_latex_refuses(wrong):
    with pytest.raises(LatexError):
        check_formula(wrong)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed: only the checker has read it")
@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_pdflatex_accepts_the_page(cell, tmp_path):
    body = rs.derive(cell).latex()
    check_align(body)
    page = "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n" + body + "\\end{document}\n"
    (tmp_path / "page.tex").write_text(page, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
