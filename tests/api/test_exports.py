"""Notebooks and JSON: what a page says of itself to other programs."""

import json

import pytest

import rnnsym as rs
from rnnsym.api.export import data, latex_page, latex_rows, markdown_page, mime_bundle
from rnnsym.api.export_tex import latex_document
from rnnsym.api.svg import line_svg, page_svg
from support.latex import check_align

NET = {"inputs": 3, "hidden": 4, "outputs": 2, "pattern": "many_to_one"}
DERIVATION = rs.derive(rs.Network("elman", **NET))


@pytest.fixture(params=[choice.key for choice in DERIVATION.forms])
def page(request):
    return DERIVATION.form_view(request.param)._page(None)


def test_a_notebook_gets_an_environment_that_mathjax_sets(page):
    source = latex_rows(page)
    check_align(source)
    assert source.startswith("\\begin{align*}")
    assert latex_page(page).endswith(f"\n{source}")


def test_the_bundle_has_what_is_asked_for(page):
    bundle = mime_bundle(page, "plain")
    assert bundle == {
        "text/plain": "plain",
        "text/latex": latex_rows(page),
        "text/markdown": markdown_page(page),
    }
    assert set(mime_bundle(page, "", include={"text/latex", "image/png"})) == {"text/latex"}
    assert set(mime_bundle(page, "", exclude={"text/latex"})) == {"text/plain", "text/markdown"}
    assert mime_bundle(page, "", {"text/plain"}, {"text/plain"}) == {}


def test_formulas_of_markdown_are_whole(page):
    text = markdown_page(page)
    assert text.count("$$") % 2 == 0
    assert "\n\n\n" not in text


def test_every_form_is_data(page):
    found = json.loads(json.dumps(data(page), allow_nan=False))
    assert (found["schema_version"], found["kind"], found["form"]) == (1, "derivation", page.form.key)
    numbers = [line["number"] for line in found["lines"]]
    assert numbers == [line.number for line in page.lines]
    fields = {"number", "kind", "name", "role", "text", "ascii", "latex", "rule", "because", "uses", "domain", "total"}
    for line in found["lines"]:
        assert set(line) == {*fields, "shape"}
        assert line["ascii"].isascii()
        assert " = " in line["text"]
        assert set(line["uses"]) <= set(numbers)


def test_exports_repeat(page):
    again = rs.derive(rs.Network("elman", **NET)).form_view(page.form.key)._page(None)
    for make in (latex_page, markdown_page, data, page_svg, latex_document):
        assert make(page) == make(again)
    assert line_svg(page, 1) == line_svg(again, 1)
