import pytest

from rnnsym.errors import InputError, UnknownNameError
from rnnsym.lessons.lesson import Lesson
from rnnsym.lessons.source import read_source
from rnnsym.lessons.style import Style

HEADER = """\
+++
title = "Small"
[examples.one]
cell = "elman"
inputs = 1
hidden = 1
x = [[1.0]]
targets = [[0.5]]
+++
"""


def test_blocks_know_their_kind_and_line():
    text = "\n## First\nexample: one\n\nText {h[1]}\nmore.\n\n    kept\n\n{table h[t]}\n\n? Why?\n"
    (page,) = read_source(HEADER + text, "f.md").pages
    assert (page.title, page.example, page.line) == ("First", "one", 11)
    assert [(block.kind, block.text, block.line) for block in page.blocks] == [
        ("paragraph", "Text {h[1]}\nmore.", 14),
        ("verbatim", "    kept", 17),
        ("field", "table h[t]", 19),
        ("question", "Why?", 21),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("## No header\n", "f.md, line 1: a lesson begins with a header"),
        ("+++\ntitle = \n+++\n## A\n", "f.md: the header is not TOML: .*line 2"),
        ("+++\nname = 'x'\n+++\n## A\n", "the header has 'name'"),
        ("+++\nabout = 'x'\n+++\n## A\n", "needs a title"),
        ("+++\ntitle = 'x'\n+++\n", "has no page"),
        ("+++\ntitle = 'x'\n+++\n\nlost\n\n## A\n", "f.md, line 5: this text belongs to no page"),
    ],
)
def test_a_malformed_file_is_reported_with_its_place(text, message):
    with pytest.raises(InputError, match=message):
        read_source(text, "f.md")


@pytest.mark.parametrize(
    ("page", "error", "message"),
    [
        ("example: one\n\nfine\n\n{tabel h[t]}\n", UnknownNameError, "15: unknown field 'tabel'. Did you mean 'table'"),
        ("example: one\n\n{= g[1]}\n", UnknownNameError, "13: unknown quantity 'g'"),
        ("example: two\n\n{= h[1]}\n", UnknownNameError, "13: unknown example 'two'"),
        ("\n{= h[1]}\n", InputError, "12: the page 'A' has a field but no example"),
        ("example: one\n\nsee {table h[t]} here\n", InputError, "13: .* must stand alone"),
    ],
)
def test_a_wrong_field_is_reported_with_file_and_line(page, error, message):
    lesson = Lesson(read_source(f"{HEADER}## A\n{page}", "f.md"))
    with pytest.raises(error, match=f"f.md, line {message}"):
        lesson.text(1)


def test_formulas_are_never_broken_at_a_line_s_end():
    words = " ".join(["word"] * 30)
    for width in range(30, 60):
        page = f"## A\nexample: one\n\n{words} {{U.T @ da[t+1] + h[t]}} {words}\n"
        assert "Uᵀ δaₜ₊₁ + hₜ" in Lesson(read_source(HEADER + page, "f.md")).text(1, Style(width))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("inputs = 1", "inptus = 1"), "unknown key of an example 'inptus'. Did you mean 'inputs'"),
        (("x = [[1.0]]\n", ""), "the example lacks x"),
        (('"elman"', '"elmann"'), "unknown cell 'elmann'. Did you mean 'elman'"),
    ],
)
def test_a_wrong_example_is_reported(change, message):
    lesson = Lesson(read_source(HEADER.replace(*change) + "## A\nexample: one\n\n{= h[1]}\n", "f.md"))
    with pytest.raises((InputError, UnknownNameError), match=message):
        lesson.text(1)
