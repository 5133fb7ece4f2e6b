import re

import numpy as np
import pytest

import rnnsym as rs
from rnnsym import lessons
from rnnsym.lessons import Lesson, Style
from rnnsym.lessons.lesson import DATA
from rnnsym.lessons.source import read_source

ALL = lessons.names()


def pages(name, style=None):
    lesson = lessons.load(name)
    return [lesson.text(number, style) for number in range(1, len(lesson) + 1)]


def test_the_lesson_on_backpropagation_through_time_is_there():
    assert "bptt" in ALL
    assert 9 <= len(lessons.load("bptt")) <= 12


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("width", [60, 80])
def test_prose_keeps_to_the_width_and_nothing_is_wider_than_a_terminal(name, width):
    for page in pages(name, Style(width)):
        for line in page.splitlines():
            assert len(line) <= (80 if line.startswith("    ") else width), line


@pytest.mark.parametrize("name", ALL)
def test_in_ascii_every_character_is_ascii_and_none_is_lost(name):
    for page, original in zip(pages(name, Style(ascii=True)), pages(name), strict=True):
        assert page.isascii(), [char for char in page if not char.isascii()]
        assert page.count("?") == original.count("?")


@pytest.mark.parametrize("name", ALL)
def test_every_question_is_answered_on_the_next_page(name):
    kinds = [[block.kind for block in page.blocks] for page in lessons.load(name).pages]
    assert sum("question" in page for page in kinds) >= 3
    for page, following in zip(kinds, [*kinds[1:], []], strict=True):
        assert page.count("question") == following.count("answer") <= 1


@pytest.mark.parametrize("name", ALL)
def test_no_number_of_a_computation_is_typed_into_the_prose(name):
    """Prose may hold small whole numbers and the 0.001 of a step; decimals come from fields."""
    for page in lessons.load(name).pages:
        for block in page.blocks:
            prose = re.sub(r"\{[^{}]*\}", "", block.text)
            assert not re.search(r"\d\.\d", prose.replace("0.001", "")), (page.title, prose)


def test_the_numbers_change_with_the_parameters():
    text = (DATA / "bptt.md").read_text(encoding="utf-8")
    changed = text.replace("U = [[0.8]]", "U = [[-0.3]]", 1)
    assert changed != text
    page = next(i for i, page in enumerate(read_source(text, "f").pages, 1) if page.title == "The sum over time")
    x, targets = np.array([[1.0], [-0.5], [2.0]]), np.array([[0.0], [-0.5], [0.2]])
    net = rs.Network("elman", inputs=1, hidden=1)
    for source, u in ((text, 0.8), (changed, -0.3)):
        params = {"W": np.array([[0.5]]), "U": np.array([[u]]), "b": np.array([0.1])}
        gradient = net.value_and_grad(params, x, targets)[1]["U"].item()
        assert f"∂L/∂U = {gradient:.4f}" in Lesson(read_source(source, "f")).text(page)


def test_the_derivation_is_deck_p_s_cell_and_its_textbook_adjoint():
    text = "\n".join(pages("bptt"))
    for line in (
        "aₜ = W xₜ + U hₜ₋₁ + b",
        "hₜ = tanh(aₜ)",
        "δhₜ = hₜ − targetₜ + Uᵀ δaₜ₊₁",
        "δaₜ = δhₜ ⊙ (1 − hₜ²)",
        "∂L/∂U = Σₜ δaₜ hₜ₋₁ᵀ",
    ):
        assert line in text


def test_the_gradient_shown_to_vanish_does_vanish():
    lesson = lessons.load("bptt")
    page = next(page for page in lesson.pages if page.example == "long")
    adjoint = np.abs(lesson.example(page).walk.run.adjoint["h"][:, 0])
    assert (np.diff(adjoint) > 0).all()
    assert adjoint[0] < 0.8**19 * adjoint[-1]


def test_an_unknown_lesson_names_the_nearest():
    with pytest.raises(rs.errors.UnknownNameError, match="Did you mean 'bptt'"):
        lessons.load("bpt")


@pytest.mark.parametrize("number", [0, 99])
def test_a_page_that_does_not_exist_is_refused(number):
    with pytest.raises(rs.errors.InputError, match="has pages 1…"):
        lessons.load("bptt").text(number)
