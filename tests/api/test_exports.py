"""Notebooks and JSON: what a page says of itself to other programs."""

import json

import pytest

import rnnsym as rs
from rnnsym.api.exports import Exports
from support.latex import check_align

DERIVATION = rs.derive(rs.Network("lstm", 3, 4, 2, pattern="many_to_one"))


class Shown(Exports):
    """A page as a notebook sees it."""

    def __init__(self, page):
        self.page = page

    def _page(self, notation):
        return self.page

    def __str__(self):
        return "plain"


@pytest.fixture(params=[choice.key for choice in DERIVATION.forms])
def shown(request):
    return Shown(DERIVATION.form_view(request.param)._page(None))


def test_a_notebook_gets_an_environment_that_mathjax_sets(shown):
    source = shown._repr_latex_()
    check_align(source)
    assert source.startswith("\\begin{align*}")
    assert "$$" not in source


def test_the_bundle_has_what_is_asked_for(shown):
    bundle = shown._repr_mimebundle_()
    assert list(bundle) == ["text/plain", "text/latex", "text/markdown"]
    assert bundle["text/latex"] == shown._repr_latex_()
    assert bundle["text/markdown"] == shown.markdown()
    assert set(shown._repr_mimebundle_(include={"text/latex", "image/png"})) == {"text/latex"}
    assert set(shown._repr_mimebundle_(exclude={"text/latex"})) == {"text/plain", "text/markdown"}
    assert shown._repr_mimebundle_({"text/plain"}, {"text/plain"}) == {}


def test_formulas_of_markdown_are_whole(shown):
    text = shown.markdown()
    assert text.count("$$") % 2 == 0
    assert "\n\n\n" not in text


def test_every_form_is_data(shown):
    found = json.loads(json.dumps(shown.to_dict(), allow_nan=False))
    assert (found["schema_version"], found["kind"], found["form"]) == (1, "derivation", shown.page.form.key)
    numbers = [line["number"] for line in found["lines"]]
    assert numbers == [line.number for line in shown.page.lines]
    fields = {"number", "kind", "name", "role", "text", "ascii", "latex", "rule", "because", "uses", "domain", "total"}
    for line in found["lines"]:
        assert set(line) == {*fields, "shape"}
        assert line["ascii"].isascii()
        assert line["text"].count(" = ") >= 1
        assert set(line["uses"]) <= set(numbers)


def test_exports_repeat(shown):
    again = Shown(
        rs.derive(rs.Network("lstm", 3, 4, 2, pattern="many_to_one")).form_view(shown.page.form.key)._page(None)
    )
    for make in (Exports.latex, Exports.markdown, Exports.to_dict, Exports.svg):
        assert make(shown) == make(again)
    assert shown.latex(document=True) == again.latex(document=True)
    assert shown.svg(line=1) == again.svg(line=1)
