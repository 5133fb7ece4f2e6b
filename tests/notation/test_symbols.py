"""How quantities at a time are spelt."""

import pytest

from rnnsym.core.names import BEFORE, END, FREE, NOW, Fixed, Name, Offset, Point, Role
from rnnsym.notation import text
from rnnsym.ops.leaves import leaf

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


def test_a_path_stands_before_the_symbol_and_among_the_labels_in_latex():
    symbol = leaf(Name(Role.CARRY, "h", ("layer1",)), NOW, ())
    assert text(symbol) == "layer1.hₜ"
    assert text(symbol, style="ascii") == "layer1.h[t]"
    assert text(symbol, style="latex") == r"h_{\mathrm{layer1},t}"


def test_no_character_of_a_name_is_dropped():
    for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ":
        assert letter in text(leaf(Name(Role.EQUATION, f"a_{letter}"), NOW, ()))
        assert letter in text(leaf(Name(Role.EQUATION, f"a_{letter}"), NOW, ()), style="latex")


def test_t_stands_for_a_step_where_one_is_given():
    h = leaf(Name(Role.CARRY, "h"), BEFORE, ())
    assert text(h, at=Point(1, 0)) == "h_(T−1)"
    assert text(h, at=Point(0, 3)) == "h₂"
