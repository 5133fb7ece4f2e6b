"""The tool that keeps the pages true must notice when they are not."""

import importlib.util
from pathlib import Path

import pytest

import rnnsym

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def refresh():
    spec = importlib.util.spec_from_file_location("refresh", ROOT / "docs" / "refresh.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_session_gets_its_output(refresh):
    page = "```pycon\n>>> a = 2\n>>> a + 1\n7\n>>> for i in range(a):\n...     print(i)\n```\n"
    fresh = "```pycon\n>>> a = 2\n>>> a + 1\n3\n>>> for i in range(a):\n...     print(i)\n0\n1\n```\n"
    assert refresh.refreshed(page, "page.md") == fresh
    assert refresh.refreshed(fresh, "page.md") == fresh


def test_an_output_with_a_blank_line_is_written_once(refresh):
    fresh = "```pycon\n>>> print('a\\n\\nb')\na\n\nb\n>>> 1\n1\n```\n"
    assert refresh.refreshed(fresh, "page.md") == fresh
    assert refresh.refreshed(fresh.replace("a\n\nb\n", "old\n\nb\n\nc\n"), "page.md") == fresh


def test_a_command_gets_its_output(refresh):
    fresh = refresh.refreshed("```console\n$ rnnsym --version\nold\n```\n", "page.md")
    assert fresh == f"```console\n$ rnnsym --version\nrnnsym {rnnsym.__version__}\n```\n"


def test_rounding_errors_may_differ_and_nothing_else(refresh):
    kept = "```pycon\n>>> print('2e-16 0.25')\n5e-17 0.25\n```\n"
    assert refresh.refreshed(kept, "page.md") == kept
    stale = "```pycon\n>>> print('2e-16 0.25')\n5e-17 0.26\n```\n"
    assert refresh.refreshed(stale, "page.md") != stale


def test_only_rnnsym_is_run(refresh):
    with pytest.raises(AssertionError, match="only rnnsym"):
        refresh.refreshed("```console\n$ rm -r x\n```\n", "page.md")


def test_an_excerpt_is_the_source(refresh):
    page = "```python rnnsym/core/dims.py names_in\ndef other(): ...\n```\n"
    fresh = refresh.refreshed(page, "page.md")
    assert "def names_in(dim: Dim) -> tuple[str, ...]:\n    return tuple(" in fresh
    assert "other" not in fresh


def test_an_excerpt_of_what_does_not_exist_is_an_error(refresh):
    with pytest.raises(AssertionError, match="defines no nothing"):
        refresh.refreshed("```python rnnsym/core/dims.py nothing\n```\n", "page.md")


def test_an_error_is_shown_in_the_next_text_block(refresh):
    page = '```python raises\nimport rnnsym as rs\nrs.cells.get("lstmm")\n```\n\n```text\n```\n\n```text\nkept\n```\n'
    fresh = refresh.refreshed(page, "page.md")
    assert "```text\nUnknownNameError: unknown cell 'lstmm'. Did you mean 'lstm'?" in fresh
    assert "```text\nkept\n```" in fresh


def test_code_that_should_raise_must_raise(refresh):
    with pytest.raises(AssertionError, match="raises nothing"):
        refresh.refreshed("```python raises\n1 + 1\n```\n", "page.md")


OTHERS = ["```sh\npython3 dev.py demo\n```\n", "```toml\na = 1\n```\n", "```text\nas it is\n```\n"]


@pytest.mark.parametrize("block", OTHERS)
def test_other_blocks_are_left_alone(refresh, block):
    assert refresh.refreshed(block, "page.md") == block


def test_a_picture_is_what_its_command_draws(refresh):
    for path, drawn in refresh.pictures():
        assert drawn.startswith("<svg "), path.name
        assert path.read_text(encoding="utf-8") == drawn, f"{path.name}: run `python docs/refresh.py`"
