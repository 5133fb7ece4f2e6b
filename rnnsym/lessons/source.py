"""The data file of a lesson, read into pages of blocks. Every block knows the line that it came from.

A file is a header in TOML between two lines `+++`, then pages. A page begins with `## Title`, and may then name the
example whose numbers it shows: `example: one`. Blocks are parted by empty lines (see docs/lessons.md).
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rnnsym.errors import InputError, RnnsymError

FENCE = "+++"
HEADER_KEYS = ("title", "about", "examples")
MARKS = {"? ": "question", "! ": "answer"}
VERBATIM = "    "
_LONE_FIELD = re.compile(r"\{([^{}]*)\}\Z")


@dataclass(frozen=True)
class Block:
    """A part of a page: `kind` is paragraph, question, answer, verbatim or field. `line` is its place in the file."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Page:
    """A page: its title, the name of its example, its blocks."""

    title: str
    line: int
    example: str | None = None
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Source:
    """What a lesson's file says."""

    file: str
    title: str
    about: str
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    pages: tuple[Page, ...] = ()


@contextmanager
def located(file: str, line: int) -> Iterator[None]:
    """Errors raised inside begin with the file and line of the lesson."""
    try:
        yield
    except RnnsymError as error:
        raise type(error)(f"{file}, line {line}: {error}") from None


def read_source(text: str, file: str) -> Source:
    """The lesson in `text`. Raises InputError, with the file and line, for a header or a page that is malformed."""
    lines = text.splitlines()
    if FENCE not in lines[1:] or lines[0] != FENCE:
        raise InputError(f"{file}, line 1: a lesson begins with a header in TOML between two lines {FENCE}.")
    end = lines.index(FENCE, 1)
    header = _header(lines[1:end], file)
    pages = tuple(_pages(lines, end + 1, file))
    return Source(file, header["title"], header.get("about", ""), header.get("examples", {}), pages)


def _header(lines: Iterable[str], file: str) -> dict[str, Any]:
    try:
        # The fence becomes an empty line, so that a fault is reported with its line in the file.
        header = tomllib.loads("\n".join(["", *lines, ""]))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: the header is not TOML: {error}.") from None
    for key in header:
        if key not in HEADER_KEYS:
            raise InputError(f"{file}: the header has '{key}'; it may have {', '.join(HEADER_KEYS)}.")
    if not isinstance(header.get("title"), str):
        raise InputError(f'{file}: the header needs a title = "…".')
    return header


def _pages(lines: list[str], start: int, file: str) -> Iterator[Page]:
    starts = [i for i in range(start, len(lines)) if lines[i].startswith("## ")]
    if not starts:
        raise InputError(f"{file}, line {len(lines)}: the lesson has no page: begin one with '## Title'.")
    for i in range(start, starts[0]):
        if lines[i].strip():
            raise InputError(f"{file}, line {i + 1}: this text belongs to no page: begin one with '## Title'.")
    for begin, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _page(lines, begin, stop)


def _page(lines: list[str], begin: int, stop: int) -> Page:
    title, example, first = lines[begin].removeprefix("## ").strip(), None, begin + 1
    if first < stop and lines[first].startswith("example:"):
        example, first = lines[first].removeprefix("example:").strip(), first + 1
    blocks, open_block = [], list[str]()
    for i in range(first, stop + 1):
        if i < stop and lines[i].strip():
            open_block.append(lines[i])
        elif open_block:
            blocks.append(_block(open_block, i - len(open_block) + 1))
            open_block = []
    return Page(title, begin + 1, example, tuple(blocks))


def _block(lines: list[str], number: int) -> Block:
    text = "\n".join(lines)
    if text.startswith(VERBATIM):
        return Block("verbatim", text, number)
    lone = _LONE_FIELD.match(text)
    if lone and " " in lone[1] and not lone[1].startswith("="):
        return Block("field", lone[1], number)
    kind = MARKS.get(text[:2], "paragraph")
    return Block(kind, text[2:] if text[:2] in MARKS else text, number)
