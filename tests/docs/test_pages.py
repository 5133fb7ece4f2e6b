"""Sessions, commands, excerpts and links of the pages: what they show must be what happens."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXCERPT = re.compile(r"^```python (\S+\.py) [^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_what_the_pages_show_is_what_happens():
    command = [sys.executable, str(ROOT / "docs" / "refresh.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"run `python docs/refresh.py`:\n{done.stdout}{done.stderr[-3000:]}"


def test_the_page_on_scalars_shows_about_150_lines_of_the_source():
    excerpts = EXCERPT.findall((ROOT / "docs" / "scalars.md").read_text(encoding="utf-8"))
    lines = [line for _, body in excerpts for line in body.splitlines() if line.strip()]
    assert 120 <= len(lines) <= 180
    shown = "\n".join(lines)
    for name in ("def intern_node", "def pull", "def vjp", "def adjoint"):
        assert name in shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_files_that_a_page_names_exist(page):
    text = page.read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    files = [file for file in re.findall(r"`([\w/.-]+/[\w.-]+\.(?:py|md|toml))`", text) if "path/to" not in file]
    missing = [link for link in links if link and not (page.parent / link).exists() and "pictures/" not in link]
    missing += [file for file in files if not (ROOT / file).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_prose_keeps_to_120_columns(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert [line for line in text.splitlines() if len(line) > 120 and not line.startswith("|")] == []
