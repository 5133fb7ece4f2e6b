"""Lessons by name, and their pages as text."""

import re
import textwrap
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from rnnsym.errors import InputError, unknown
from rnnsym.lessons import fields
from rnnsym.lessons.example import Example
from rnnsym.lessons.source import Block, Page, Source, located, read_source
from rnnsym.lessons.style import INDENT, Style

DATA = Path(__file__).parent / "data"
SUFFIX = ".md"
LEADS = {"question": "Question. ", "answer": "Answer. "}
UNBROKEN = "\N{NO-BREAK SPACE}"
"""Stands for the spaces inside a formula while its paragraph is filled, so that no formula is broken."""
_FIELD = re.compile(r"\{([^{}]*)\}")


def names() -> list[str]:
    """The names of all lessons."""
    return sorted(path.name.removesuffix(SUFFIX) for path in DATA.glob(f"*{SUFFIX}"))


def load(name: str) -> "Lesson":
    """The lesson called `name`. Raises UnknownNameError for a name that is not in `names()`."""
    if name not in names():
        raise unknown("lesson", name, names())
    return Lesson.from_file(DATA / f"{name}{SUFFIX}")


class Lesson:
    """A lesson: `title`, `about`, `len(lesson)` pages, and each as text. Its networks run when a page needs them."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @classmethod
    def from_file(cls, path: Path) -> "Lesson":
        """The lesson in a data file. Raises InputError where the file is malformed."""
        return cls(read_source(path.read_text(encoding="utf-8"), path.name))

    @property
    def title(self) -> str:
        return self.source.title

    @property
    def about(self) -> str:
        return self.source.about

    @property
    def pages(self) -> tuple[Page, ...]:
        return self.source.pages

    def __len__(self) -> int:
        return len(self.pages)

    @cached_property
    def _examples(self) -> dict[str, Example]:
        return {}

    def example(self, page: Page) -> Example:
        """The network whose numbers the page shows. Raises UnknownNameError, InputError."""
        known = self.source.examples
        if page.example is None:
            raise InputError(f"the page '{page.title}' has a field but no example: write 'example: …' under its title.")
        if page.example not in known:
            raise unknown("example", page.example, known)
        if page.example not in self._examples:
            self._examples[page.example] = Example(known[page.example])
        return self._examples[page.example]

    def text(self, number: int, style: Style | None = None) -> str:
        """Page `number` (1 … len) as plain text: its title, then its blocks, computed now.

        Raises InputError for a page that does not exist, and any error of a field with the lesson's file and line.
        """
        if not 1 <= number <= len(self):
            raise InputError(f"the lesson has pages 1…{len(self)}, not {number}.")
        style = style or Style()
        page = self.pages[number - 1]
        parts = [f"{number}. {page.title}"]
        for block in page.blocks:
            with located(self.source.file, block.line):
                parts.append(self._block(page, block, style))
        return "\n\n".join(parts) + "\n"

    def _block(self, page: Page, block: Block, style: Style) -> str:
        if block.kind == "field":
            return textwrap.indent("\n".join(fields.block(self.example(page), block.text, style)), INDENT)
        if block.kind == "verbatim":
            return self._with_fields(page, block.text, style, str)
        text = self._with_fields(page, block.text, style, lambda field: field.replace(" ", UNBROKEN))
        lead = LEADS.get(block.kind, "")
        filled = textwrap.fill(lead + text, style.width, break_long_words=False, break_on_hyphens=False)
        return filled.replace(UNBROKEN, " ")

    def _with_fields(self, page: Page, text: str, style: Style, keep: Callable[[str], str]) -> str:
        """`text` with its fields replaced; `keep` is applied to each, the style's glyphs to what is between."""
        parts = _FIELD.split(text)
        for i, part in enumerate(parts):
            is_field = i % 2 == 1
            parts[i] = keep(fields.inline(self.example(page), part, style)) if is_field else style.glyphs(part)
        return "".join(parts)
