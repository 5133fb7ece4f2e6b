"""A profile of one's own: what it may say, and how it is told what is wrong."""

import re
from pathlib import Path

import pytest

import rnnsym as rs
from rnnsym.errors import InputError, RnnsymError, UnknownNameError
from rnnsym.notation import check, load, names

MINE = """
title = "my lecture"
extends = "deck_b"

[style]
adjoint = "mine"

[symbols]
h = "z"
b = { bare = "b_0", labelled = "b_{}0" }

[labels]
i = "in"

[operators.hadamard]
text = " ∘ "

[functions.tanh]
text = "th"

[adjoints.mine]
text = { place = "before", left = "∇" }
ascii = { place = "over", right = "_err" }
latex = { place = "over", left = "\\\\check{", right = "}" }
"""


def written(folder, text, name="mine.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_holds_only_its_differences(tmp_path):
    mine = load(written(tmp_path, MINE))
    assert (mine.title, mine.time, mine.adjoint) == ("my lecture", "parentheses", "mine")
    lines = [str_of(rs.derive("output_feedback"), mine, i) for i in range(3)]
    assert lines[:2] == ["h⁽ᵗ⁾ = V z⁽ᵗ⁻¹⁾", "z⁽ᵗ⁾ = th(Wᵀ x⁽ᵗ⁾ + h⁽ᵗ⁾ + b₀)"]
    assert "∇z⁽ᵗ⁾ ∘ (1 − (z⁽ᵗ⁾)²)" in rs.derive("elman").pretty(notation=mine)
    assert "W_inᵀ x⁽ᵗ⁾" in rs.derive("lstm").pretty(notation=mine)
    assert "b_in0" in rs.derive("lstm").pretty(notation=mine)


def str_of(derivation, notation, i):
    left, right = derivation.forward[i].sides(notation)[0]
    return f"{left} = {right}"


def test_words_follow_a_path_and_a_path_may_hold_a_plus_sign(tmp_path):
    folder = tmp_path / "a+b"
    folder.mkdir()
    assert load(written(folder, 'extends = "deck_s"') + "+angle").time == "angle"


def test_a_file_may_extend_a_file_beside_it(tmp_path):
    written(tmp_path, '[symbols]\nh = "z"', "base.toml")
    own = load(written(tmp_path, 'extends = "base.toml"\n[symbols]\nx = "u"'))
    assert set(own.symbols) == {"h", "x"}
    assert own.title == "mine"


def test_a_changed_file_is_read_anew(tmp_path):
    path = written(tmp_path, 'title = "one"')
    assert load(path).title == "one"
    written(tmp_path, 'title = "two"')
    assert load(path).title == "two"


BAD = [
    ("title = 1 2", InputError, r"mine.toml is no valid TOML: .*line 1"),
    ("titel = 'x'", UnknownNameError, "Did you mean 'title'"),
    ("[glyphs.text]\nminuss = '-'", UnknownNameError, r"key of \[glyphs.text\] in .*Did you mean 'minus'"),
    ("[operators.hadamrd]\ntext = ' ∘ '", UnknownNameError, "operator in .*Did you mean 'hadamard'"),
    ("[functions.tanhh]\ntext = 'th'", UnknownNameError, "Did you mean 'tanh'"),
    ("[style]\ntime = 'angel'", UnknownNameError, "time style 'angel'. Did you mean 'angle'"),
    ("[style]\nadjoint = 'hat'", UnknownNameError, "adjoint style 'hat'"),
    ("[style]\ntime = 3", InputError, "style.time must be a text, not 3"),
    ("[style]\ntransposed = 'W'", InputError, "style.transposed must be a list"),
    ("[glyphs.text]\nnorm = ['|']", InputError, "glyphs.text.norm must be two texts"),
    ("[symbols]\nh = 3", InputError, "symbols.h must be a text, not 3"),
    ("[symbols]\nh = {text = 'z'}", InputError, "symbols.h must be a text such as"),
    ("[symbols]\nh = 's'\nc = 's'", InputError, "'h' and 'c' would both be spelt 's'"),
    ("[operators.hadamard]\ntext = ' + '", InputError, "operators add and hadamard have the same sign in text, "),
    ("[times.mine]\ntext = {place = 'below'}", InputError, "times.mine.ascii needs a place, one of below"),
    ("[scripts]\nsubscript = 'a'", InputError, "each followed by its script"),
    ("[paths.layers]\ntext = '^{}'", UnknownNameError, "Did you mean 'layer'"),
    ("[paths.layer]\ntext = '{}'", InputError, r"paths.layer.text must be empty, or a mark behind \^"),
    ("extends = 'deck_x'", UnknownNameError, "Did you mean 'deck_"),
    ("extends = 'mine.toml'", InputError, "which extends it in turn"),
    ("extends = 'other.toml'", InputError, "there is no file"),
    ("extends = 3", InputError, "extends must be"),
]


@pytest.mark.parametrize(("content", "error", "message"), BAD, ids=[row[0] for row in BAD])
def test_a_mistake_in_a_file_is_named(tmp_path, content, error, message):
    with pytest.raises(error, match=message):
        load(written(tmp_path, content))


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"there is no file .*absent\.toml"):
        load(str(tmp_path / "absent.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(RnnsymError, match="cannot be read"):
        load(str(tmp_path / "folder.toml"))


def test_a_clash_after_renaming_names_both_quantities(tmp_path):
    path = written(tmp_path, '[symbols]\nh = "x"')
    system = rs.derive("elman").system
    with pytest.raises(InputError, match="'x' and 'h' alike, as x") as refused:
        check(load(path), [*system.given, *system.equations])
    assert "under [symbols]" in str(refused.value)


def test_the_example_of_the_documentation_works(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "notations.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    derivation = rs.derive("lstm", notation=written(tmp_path, example) + "+row")
    said = derivation.pretty()
    assert "a_in⁽ᵗ⁾ = x⁽ᵗ⁾ A_inᵀ + z⁽ᵗ⁻¹⁾ B_inᵀ + Wˢˢ_0,in" in said
    assert "¯c⁽ᵗ⁾ = ¯z⁽ᵗ⁾ ∘ o⁽ᵗ⁾ ∘ (1 − tanh²(c⁽ᵗ⁾))" in said


@pytest.mark.parametrize("profile", names())
def test_the_documentation_lists_every_profile(profile):
    assert f"`{profile}`" in (Path(__file__).parents[2] / "docs" / "notations.md").read_text(encoding="utf-8")
