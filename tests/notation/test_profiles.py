"""Profiles are data: another one changes what is printed and nothing else."""

import tomllib
import unicodedata
from dataclasses import FrozenInstanceError
from importlib.resources import files

import pytest

import rnnsym as rs
from rnnsym.core.names import NOW, Name, Role
from rnnsym.core.primitive import PRIMITIVES
from rnnsym.errors import UnknownNameError
from rnnsym.notation import load, names, text
from rnnsym.notation.profile import from_data
from rnnsym.notation.prose import prose
from rnnsym.ops.leaves import leaf
from support.latex import check_formula

WORDS = ["", "+overbar", "+partial", "+angle", "+parentheses", "+row", "+transposed", "+overbar+angle+row"]


@pytest.fixture
def data():
    source = files("rnnsym.notation") / "profiles" / "default.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def test_an_unknown_notation_names_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'default'"):
        rs.latex(rs.var("w"), notation="defalt")


def test_every_deck_has_a_profile_and_a_short_name():
    assert names()[0] == "default"
    assert {f"deck_{letter}" for letter in "gmsbp"} | {"goodfellow", "pytorch", "d2l"} <= set(names())
    for letter in "gmsbp":
        assert load(letter) is load(letter.upper()) is load(f"deck_{letter}")


def test_words_after_a_plus_sign_change_one_thing_each():
    changed = load("deck_s+overbar+angle+row+transposed")
    assert (changed.adjoint, changed.time, changed.orientation) == ("overbar", "angle", "row")
    assert changed.transposed == {"W", "U", "V"}
    assert changed.symbols == load("deck_s").symbols
    assert load(changed.name) == changed
    assert load("goodfellow+subscript+delta").time == "subscript"


@pytest.mark.parametrize("name", ["default+overbr", "deck_s+", "default+deck_s", "+row"])
def test_an_unknown_word_is_refused(name):
    with pytest.raises(UnknownNameError, match="Known: "):
        load(name)


def test_with_says_the_same_in_python():
    assert load("default").with_(adjoint="overbar", time="angle") == load("default+overbar+angle")
    assert load("default").with_(transposed=True).transposed == {"W", "U", "V"}
    assert load("d2l").with_(transposed=False, orientation="column").transposed == frozenset()
    assert load("default").with_(transposed=("W",)).name == "default+transposed(W)"
    with pytest.raises(UnknownNameError, match="'angle'"):
        load("default").with_(time="angel")


def test_a_profile_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        load("default").name = "other"


def test_a_profile_renames_symbols_and_changes_glyphs(data):
    data["symbols"] = {"h": "s", "W": "W_sx"}
    data["adjoints"]["delta"]["text"]["left"] = "∇"
    data["operators"]["hadamard"]["text"] = " ∘ "
    other = from_data("other", data)
    error = leaf(Name(Role.ADJOINT, "h"), NOW, ("H",))
    state = leaf(Name(Role.CARRY, "h"), NOW, ("H",))
    assert text(error * state, other) == "∇sₜ ∘ sₜ"
    assert "W_{\\mathrm{sx}} x_t" in rs.derive("elman", notation=other).latex()
    assert text(error * state) == "δhₜ ⊙ hₜ"


def test_every_style_has_the_same_glyphs(data):
    keys = [set(table) for table in data["glyphs"].values()]
    assert keys[0] == keys[1] == keys[2]


def test_functions_of_the_profile_are_primitives(data):
    assert set(data["functions"]) | set(data["around"]) <= set(PRIMITIVES)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("profile", names())
def test_every_notation_prints_in_every_style(profile, words):
    """Each character of text takes one cell of a terminal; LaTeX has no double script."""
    derivation = rs.derive(rs.Network("lstm", 2, 3, 2), notation=profile + words)
    for equation in (*derivation.forward, *derivation.backward, *derivation.gradients):
        for style in ("text", "ascii", "latex"):
            for side in (side for sides in equation.sides(derivation.notation, style) for side in sides):
                if style == "latex":
                    check_formula(side)
                assert style == "text" or side.isascii()
                assert all(unicodedata.east_asian_width(c) not in "WF" and not unicodedata.combining(c) for c in side)


@pytest.mark.parametrize(
    ("said", "ascii_", "latex"),
    [
        ("σ′ = σ (1 − σ)", "sigma' = sigma (1 - sigma)", r"$\sigma' = \sigma (1 - \sigma)$"),
        ("t = 1…T", "t = 1..T", r"t = 1$\dots$T"),
        ("Café & co_op", "Cafe & co_op", r"Café \& co\_op"),
        ("50 % {a} ψ", "50 % {a} psi", r"50 \% \{a\} $\psi$"),
        ("雨", "?", "雨"),
    ],
)
def test_prose_is_spelt_in_each_style(said, ascii_, latex):
    assert prose([said]) == said
    assert prose([said], style="ascii") == ascii_
    assert prose([said], style="latex") == latex


def test_formulas_in_prose_stand_between_dollar_signs_in_latex():
    assert prose(["slope of ", rs.var("w") ** 2, "."], style="latex") == "slope of $w^2$."
