"""Profiles are data: another one changes what is printed and nothing else."""

import tomllib
from dataclasses import FrozenInstanceError
from importlib.resources import files

import pytest

import rnnsym as rs
from rnnsym.core.names import NOW, Name, Role
from rnnsym.core.primitive import PRIMITIVES
from rnnsym.errors import UnknownNameError
from rnnsym.notation import load, prose, text
from rnnsym.notation.profile import from_data
from rnnsym.ops.leaves import leaf


@pytest.fixture
def data():
    source = files("rnnsym.notation") / "profiles" / "default.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def test_an_unknown_notation_names_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'default'"):
        rs.latex(rs.var("w"), notation="defalt")


def test_a_profile_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        load("default").name = "other"


def test_a_profile_renames_symbols_and_changes_glyphs(data):
    data["symbols"] = {"h": "s", "W": "W_sx"}
    data["glyphs"]["text"]["adjoint"] = "∇"
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
