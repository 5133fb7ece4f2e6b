"""The graph that a notebook shows."""

import pytest

import rnnsym as rs
from rnnsym.errors import InputError
from rnnsym.walk.drawing.view import graph
from support.dot import read_dot
from support.networks import NETWORKS, data_for
from support.svg import check_picture

NET = NETWORKS["tagging"]("elman")


def test_a_notebook_shows_a_picture():
    view = graph(NET)
    check_picture(view._repr_svg_())
    assert view._repr_svg_() == graph(NET).svg("light")
    assert repr(view) == "<graph of Elman: T = 3, X = 2, H = 3, C = 4>"
    assert view.mermaid().startswith("flowchart LR")


def test_numbers_are_shown_where_they_are_given():
    data = data_for(NET, 2)
    view = graph(NET, *data[:3])
    assert view.graph.steps == 2
    assert any("δ" in label for label in read_dot(view.dot()).nodes.values())
    assert not any("δ" in label for label in read_dot(graph(NET).dot()).nodes.values())


def test_it_prints_as_in_the_terminal():
    assert "t = 1" in str(graph(NET))
    assert "step t" in str(graph(NET, rolled=True))


def test_one_step_cannot_be_collapsed():
    with pytest.raises(InputError):
        graph(NET, rolled=True, collapse=True)
    with pytest.raises(InputError):
        graph(rs.Network("elman", 2, 2, 2), steps=0)
