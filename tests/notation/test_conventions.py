"""What a page says once about its notation."""

import pytest

import rnnsym as rs
from rnnsym.core.names import Role
from rnnsym.notation import conventions, load, prose


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
