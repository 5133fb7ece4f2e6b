"""What a page says once about its notation."""

import pytest

import rnnsym as rs
from rnnsym.core.names import Role
from rnnsym.notation import load, marks
from rnnsym.notation.conventions import conventions
from rnnsym.notation.prose import prose


@pytest.mark.parametrize(
    ("cell", "notation", "said"),
    [
        ("elman", "default", "the error at v, in the shape of v. Vectors are columns; ⊙ multiplies entry by entry."),
        ("elman", "deck_b", "entry by entry. Stored as (in, out): W."),
        ("lstm", "deck_b", "entry by entry. Stored as (in, out): every W."),
        ("elman", "d2l", "Vectors are rows; ⊙ multiplies entry by entry. Stored as (in, out): "
         "W_xh and W_hh."),
        ("lstm", "d2l", "entry by entry. Weights are stored as (in, out)."),
    ],
)  # fmt: skip
def test_a_page_says_how_vectors_stand_and_how_weights_are_stored(cell, notation, said):
    params = [name for name in rs.derive(cell).system.given if name.role == Role.PARAM]
    assert prose(conventions(load(notation), params), notation).endswith(said)


def test_the_adjoint_that_is_spelt_as_a_derivative_is_not_explained_by_itself():
    assert prose(conventions(load("d2l")), "d2l").startswith("the error at v")


def said(net, style="text"):
    found = rs.derive(net).system
    return [prose(item, style=style) for item in marks(load("default"), [*found.given, *found.equations])]


def test_a_page_says_once_what_the_marks_of_its_paths_mean():
    assert said("elman") == []
    deep = rs.stacked([rs.Bidirectional("elman"), "elman"], 2, 3)
    assert said(deep) == ["v⁽¹⁾ and v⁽²⁾ in layer 1 and 2", "v→ forward in time", "v← backward in time"]
    assert said(deep, "ascii")[:2] == ["layer1.v and layer2.v in layer 1 and 2", "forward.v forward in time"]
    assert said(rs.stacked(["elman"] * 11, 2, 3)) == ["v⁽¹⁾ to v⁽¹¹⁾ in layer 1 to 11"]
    translation = rs.encoder_decoder("elman", inputs=2, hidden=3)
    assert said(translation) == ["v_enc in the encoder", "v_dec in the decoder"]
    assert "marks " in rs.derive(translation).pretty()
    assert "marks " not in rs.derive("elman").pretty()
