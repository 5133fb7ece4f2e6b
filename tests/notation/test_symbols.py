"""How quantities at a time are spelt."""

import pytest

from rnnsym.core.names import BEFORE, END, FREE, NOW, Fixed, Name, Offset, Point, Role
from rnnsym.notation import text
from rnnsym.notation.profile import STYLES
from rnnsym.ops.leaves import leaf
from rnnsym.ops.structure import outer, transpose
from support.latex import check_formula

NEXT = Offset(1)
SPELLINGS = [
    (Role.CARRY, "h", NOW, "hₜ", "h[t]", "h_t"),
    (Role.CARRY, "h", BEFORE, "hₜ₋₁", "h[t-1]", "h_{t-1}"),
    (Role.CARRY, "h", Fixed(Point(0, 12)), "h₁₂", "h[12]", "h_{12}"),
    (Role.CARRY, "h", Fixed(END.lo), "h_T", "h[T]", "h_T"),
    (Role.CARRY, "h", Fixed(Point(1, -1)), "h_(T−1)", "h[T-1]", "h_{T-1}"),
    (Role.INITIAL, "h", FREE, "h₀", "h[0]", "h_0"),
    (Role.EQUATION, "a_f", NOW, "a_f,ₜ", "a_f[t]", "a_{f,t}"),
    (Role.EQUATION, "a_f", Fixed(END.lo), "a_f,T", "a_f[T]", "a_{f,T}"),
    (Role.EQUATION, "h1", NOW, "h1ₜ", "h1[t]", "h_{1,t}"),
    (Role.ADJOINT, "h", NEXT, "δhₜ₊₁", "dh[t+1]", r"\delta h_{t+1}"),
    (Role.ADJOINT, "a_f", NEXT, "δa_f,ₜ₊₁", "da_f[t+1]", r"\delta a_{f,t+1}"),
    (Role.GRADIENT, "U", FREE, "∂L/∂U", "dL/dU", r"\frac{\partial L}{\partial U}"),
    (Role.GRADIENT, "b_hn", FREE, "∂L/∂b_hn", "dL/db_hn", r"\frac{\partial L}{\partial b_{\mathrm{hn}}}"),
    (Role.SEED, "h", NOW, "∂Lₜ/∂hₜ", "dL[t]/dh[t]", r"\frac{\partial L_t}{\partial h_t}"),
    (Role.LOSS, "L", NOW, "Lₜ", "L[t]", "L_t"),
    (Role.TOTAL, "L", FREE, "L", "L", "L"),
    (Role.MASK, "m", NOW, "mₜ", "m[t]", "m_t"),
    (Role.TARGET, "target", NOW, "targetₜ", "target[t]", r"\mathrm{target}_t"),
    (Role.PARAM, "W_f", FREE, "W_f", "W_f", "W_f"),
    (Role.PARAM, "W_ih_l0", FREE, "W_ih,l0", "W_ih_l0", r"W_{\mathrm{ih},\mathrm{l0}}"),
    (Role.PARAM, "w_1", FREE, "w₁", "w_1", "w_1"),
    (Role.PARAM, "alpha", FREE, "α", "alpha", r"\alpha"),
    (Role.PARAM, "W_theta", FREE, "W_θ", "W_theta", r"W_{\theta}"),
    (Role.PARAM, "α", FREE, "α", "alpha", r"\alpha"),
    (Role.PARAM, "é", FREE, "é", "u00e9", r"\text{é}"),
    (Role.VARIABLE, "_", FREE, "_", "_", r"\mathrm{\_}"),
]


@pytest.mark.parametrize(("role", "label", "time", "unicode", "ascii_", "latex"), SPELLINGS)
def test_a_quantity_is_spelt_in_each_style(role, label, time, unicode, ascii_, latex):
    symbol = leaf(Name(role, label), time, ())
    assert text(symbol) == unicode
    assert text(symbol, style="ascii") == ascii_
    assert text(symbol, style="latex") == latex


PATHS = [
    (Role.CARRY, "h", ("layer1",), NOW, "h⁽¹⁾ₜ", "layer1.h[t]", "h_t^{(1)}"),
    (Role.CARRY, "h", ("layer12",), BEFORE, "h⁽¹²⁾ₜ₋₁", "layer12.h[t-1]", "h_{t-1}^{(12)}"),
    (Role.CARRY, "h", ("forward",), NOW, "h→ₜ", "forward.h[t]", r"h_t^{\rightarrow}"),
    (Role.EQUATION, "a_r", ("layer1", "backward"), NEXT, "a¹←_r,ₜ₊₁", "layer1.backward.a_r[t+1]", None),
    (Role.CARRY, "h", ("layer1", "backward"), Fixed(END.lo.shift(1)), "h¹←_(T+1)", "layer1.backward.h[T+1]", None),
    (Role.PARAM, "W_r", ("layer1", "forward"), FREE, "W¹→_r", "layer1.forward.W_r", r"W_r^{1 \rightarrow}"),
    (Role.PARAM, "W_r", ("forward", "layer1"), FREE, "W→¹_r", "forward.layer1.W_r", r"W_r^{\rightarrow 1}"),
    (Role.PARAM, "W", ("layer1", "layer2"), FREE, "W⁽¹⁾⁽²⁾", "layer1.layer2.W", "W^{(1) (2)}"),
    (Role.ADJOINT, "h", ("encoder",), NOW, "δh_enc,ₜ", "dencoder.h[t]", r"\delta h_{\mathrm{enc},t}"),
    (Role.GRADIENT, "U_f", ("decoder", "layer2"), FREE, "∂L/∂U⁽²⁾_f,dec", "dL/ddecoder.layer2.U_f", None),
    (Role.PARAM, "V", ("readout",), FREE, "V_out", "readout.V", r"V_{\mathrm{out}}"),
    (Role.PARAM, "start", ("read",), FREE, "read.start", "read.start", r"\mathrm{start}_{\mathrm{read}}"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "label", "path", "time", "unicode", "ascii_", "latex"), PATHS)
def test_a_mark_stands_for_a_path_and_ascii_keeps_the_path(role, label, path, time, unicode, ascii_, latex):
    symbol = leaf(Name(role, label, path), time, ())
    assert text(symbol) == unicode
    assert text(symbol, style="ascii") == ascii_
    assert latex in (None, text(symbol, style="latex"))
    check_formula(text(symbol, style="latex"))


def test_a_mark_above_meets_no_power_and_no_transpose():
    layer = leaf(Name(Role.PARAM, "U", ("layer2",)), FREE, ("H", "H"))
    gate = leaf(Name(Role.PARAM, "U_r", ("layer2", "backward")), FREE, ("H", "H"))
    state = leaf(Name(Role.CARRY, "h", ("layer2",)), NOW, ("H",))
    assert text(transpose(layer) @ state) == "(U⁽²⁾)ᵀ h⁽²⁾ₜ"
    assert text(transpose(gate) @ state**2) == "U²←_rᵀ h⁽²⁾ₜ²"
    assert text(transpose(gate) @ state**2, style="latex") == r"(U_r^{2 \leftarrow})^\top (h_t^{(2)})^2"
    for notation in ("deck_b", "deck_s", "default+angle"):
        for formula in (transpose(layer) @ state**2, transpose(gate) @ state):
            check_formula(text(formula, notation, "latex"))


def test_no_character_of_a_name_is_dropped():
    for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ":
        assert letter in text(leaf(Name(Role.EQUATION, f"a_{letter}"), NOW, ()))
        assert letter in text(leaf(Name(Role.EQUATION, f"a_{letter}"), NOW, ()), style="latex")


def test_t_stands_for_a_step_where_one_is_given():
    h = leaf(Name(Role.CARRY, "h"), BEFORE, ())
    assert text(h, at=Point(1, 0)) == "h_(T−1)"
    assert text(h, at=Point(0, 3)) == "h₂"


H, C, U, W = Name(Role.CARRY, "h"), Name(Role.CARRY, "c"), Name(Role.PARAM, "U"), Name(Role.PARAM, "W")
DERIVATIVES = [
    (H.derived(Role.TANGENT), NOW, "R{hₜ}", "R{h[t]}", r"\mathcal{R}\{h_t\}"),
    (Name(Role.GRADIENT, "U").derived(Role.TANGENT), FREE, "R{∂L/∂U}", "R{dL/dU}", None),
    (H.derived(Role.JACOBIAN, C), NOW, "∂hₜ/∂cₜ₋₁", "dh[t]/dc[t-1]", r"\frac{\partial h_t}{\partial c_{t-1}}"),
    (H.derived(Role.JACOBIAN, C), NEXT, "∂hₜ₊₁/∂cₜ", "dh[t+1]/dc[t]", None),
    (H.derived(Role.JACOBIAN, H), Fixed(END.lo), "∂h_T/∂h_(T−1)", "dh[T]/dh[T-1]", None),
    (H.derived(Role.JACOBIAN, C, via=("f",)), NOW, "∂hₜ/∂cₜ₋₁|f", "dh[t]/dc[t-1]|f",
     r"\left.\frac{\partial h_t}{\partial c_{t-1}}\right|_{f}"),
    (H.derived(Role.SENSITIVITY, U), NOW, "∂hₜ/∂U", "dh[t]/dU", r"\frac{\partial h_t}{\partial U}"),
    (H.derived(Role.IMMEDIATE, U), NOW, "∂⁺hₜ/∂U", "d+h[t]/dU", r"\frac{\partial^+ h_t}{\partial U}"),
    (Name(Role.KEEP, "kappa"), NOW, "κₜ", "kappa[t]", r"\kappa_t"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "time", "unicode", "ascii_", "latex"), DERIVATIVES)
def test_a_derivative_is_spelt_from_what_it_is_made_of(name, time, unicode, ascii_, latex):
    symbol = leaf(name, time, ())
    assert text(symbol) == unicode
    assert text(symbol, style="ascii") == ascii_
    assert latex is None or text(symbol, style="latex") == latex
    check_formula(text(symbol, style="latex"))


STYLED = [
    ("default+overbar", Role.ADJOINT, "h", NOW, "¯hₜ", "hbar[t]", r"\bar{h}_t"),
    ("default+overbar", Role.ADJOINT, "a_f", NEXT, "¯a_f,ₜ₊₁", "abar_f[t+1]", r"\bar{a}_{f,t+1}"),
    ("default+overbar", Role.ADJOINT, "ctx", NOW, "¯ctxₜ", "ctxbar[t]", r"\overline{\mathrm{ctx}}_t"),
    ("default+partial", Role.ADJOINT, "h", NOW, "∂L/∂hₜ", "dL/dh[t]", r"\frac{\partial L}{\partial h_t}"),
    ("default+angle", Role.CARRY, "h", BEFORE, "h⟨t−1⟩", "h<t-1>", r"h^{\langle t-1 \rangle}"),
    ("default+angle", Role.EQUATION, "a_f", NOW, "a_f⟨t⟩", "a_f<t>", r"a_f^{\langle t \rangle}"),
    ("default+parentheses", Role.CARRY, "h", BEFORE, "h⁽ᵗ⁻¹⁾", "h^(t-1)", "h^{(t-1)}"),
    ("default+parentheses", Role.EQUATION, "a_f", Fixed(END.lo), "a_f⁽ᵀ⁾", "a_f^(T)", "a_f^{(T)}"),
    ("default+parentheses", Role.ADJOINT, "h", NOW, "δh⁽ᵗ⁾", "dh^(t)", r"\delta h^{(t)}"),
    ("deck_b+overbar", Role.ADJOINT, "h", NOW, "¯y⁽ᵗ⁾", "ybar^(t)", r"\bar{y}^{(t)}"),
    ("deck_b", Role.CARRY, "h", Fixed(Point(0, 2)), "y⁽²⁾", "y^(2)", "y^{(2)}"),
    ("deck_b", Role.EQUATION, "y", NOW, "ŷ⁽ᵗ⁾", "yhat^(t)", r"\hat{y}^{(t)}"),
    ("deck_s", Role.PARAM, "W", FREE, "Wˢˣ", "W^sx", "W^{sx}"),
    ("deck_s", Role.PARAM, "b", FREE, "Wˢˢ₀", "W^ss_0", "W_0^{ss}"),
    ("deck_s", Role.PARAM, "U_f", FREE, "Wˢˢ_f", "W^ss_f", "W_f^{ss}"),
    ("deck_s", Role.PARAM, "b_y", FREE, "Wᵒ₀", "W^o_0", "W_0^o"),
    ("deck_s", Role.GRADIENT, "V", FREE, "∂L/∂Wᵒ", "dL/dW^o", r"\frac{\partial L}{\partial W^o}"),
    ("goodfellow", Role.PARAM, "W_i", FREE, "U_i", "U_i", "U_i"),
    ("goodfellow", Role.PARAM, "b_y", FREE, "c", "c", "c"),
    ("pytorch", Role.PARAM, "U", FREE, "W_hh", "W_hh", r"W_{\mathrm{hh}}"),
    ("pytorch", Role.PARAM, "W_g", FREE, "W_ig", "W_ig", r"W_{\mathrm{ig}}"),
    ("pytorch", Role.PARAM, "b_hn", FREE, "b_hn", "b_hn", r"b_{\mathrm{hn}}"),
    ("d2l", Role.PARAM, "W_i", FREE, "W_xi", "W_xi", r"W_{\mathrm{xi}}"),
    ("d2l", Role.PARAM, "b_g", FREE, "b_c", "b_c", "b_c"),
    ("d2l", Role.GRADIENT, "W_kept", FREE, "∂L/∂W_xh,kept", "dL/dW_xh_kept", None),
    ("d2l", Role.PARAM, "W_i_kept", FREE, "W_xi,kept", "W_xi_kept", None),
    ("deck_s", Role.PARAM, "b_y_cut", FREE, "Wᵒ_0,cut", "W^o_0_cut", r"W_{0,\mathrm{cut}}^o"),
    ("d2l", Role.EQUATION, "n", NOW, "H~ₜ", "Htilde[t]", r"\tilde{H}_t"),
]


@pytest.mark.parametrize(("notation", "role", "label", "time", "unicode", "ascii_", "latex"), STYLED)
def test_a_notation_spells_letters_labels_adjoints_and_time(notation, role, label, time, unicode, ascii_, latex):
    symbol = leaf(Name(role, label), time, ())
    assert text(symbol, notation) == unicode
    assert text(symbol, notation, "ascii") == ascii_
    assert latex in (None, text(symbol, notation, "latex"))
    check_formula(text(symbol, notation, "latex"))


def test_a_layer_is_marked_in_every_notation():
    weight = leaf(Name(Role.PARAM, "W_i", ("layer1",)), FREE, ())
    assert text(weight, "deck_s") == "Wˢˣ⁽¹⁾_i"
    assert text(weight, "pytorch") == "W⁽¹⁾_ii"
    assert text(weight, "pytorch", "ascii") == "layer1.W_ii"
    assert text(weight, "deck_s", "latex") == r"W_i^{sx(1)}"
    assert text(leaf(Name(Role.CARRY, "h", ("layer1", "forward")), NOW, ()), "deck_b") == "y¹→⁽ᵗ⁾"


def test_a_profile_marks_a_path_otherwise_or_not_at_all(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('[paths.layer]\ntext = "_{}"\nlatex = "^{[{}]}"\n[paths.forward]\ntext = ""\n', encoding="utf-8")
    symbol = leaf(Name(Role.EQUATION, "a", ("layer2", "forward")), NOW, ())
    assert text(symbol, str(file)) == "forward.a_2,ₜ"
    assert text(symbol, str(file), "latex") == r"a_t^{{[2]} \rightarrow}"


@pytest.mark.parametrize("notation", ["deck_b", "default+angle", "goodfellow+delta"])
def test_a_symbol_with_something_above_it_is_bracketed_under_a_power_and_a_transpose(notation):
    state, other = leaf(Name(Role.CARRY, "h"), NOW, ("H",)), leaf(Name(Role.INPUT, "x"), NOW, ("X",))
    for formula in (state**2, outer(state, other), leaf(Name(Role.ADJOINT, "h"), NOW, ("H",)) ** 3):
        check_formula(text(formula, notation, "latex"))
    assert text(outer(state, other), "deck_b", "latex") == r"y^{(t)} (x^{(t)})^\top"
    assert text(state**2, "deck_b") == "(y⁽ᵗ⁾)²"
    assert text(state**2, "deck_b", "ascii") == "(y^(t))^2"
    assert text(state**2, "default+angle") == "h⟨t⟩²"


def test_a_raised_spelling_is_bracketed_under_a_transpose():
    weight = leaf(Name(Role.PARAM, "W"), FREE, ("H", "X"))
    spelt = [text(transpose(weight) @ leaf(Name(Role.CARRY, "h"), NOW, ("H",)), "deck_s", style) for style in STYLES]
    assert spelt == ["(Wˢˣ)ᵀ sₜ", "(W^sx)^T s[t]", r"(W^{sx})^\top s_t"]
