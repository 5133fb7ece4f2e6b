"""`rnnsym lesson`: pages of prose whose numbers are computed while they are shown."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnnsym.cli import common
from rnnsym.cli.app import open_app
from rnnsym.cli.terminal import interactive, shows_unicode, width, write

if TYPE_CHECKING:
    from rnnsym.lessons import Lesson, Style


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="the lesson; without a name, all lessons are listed")
    parser.add_argument("--list", action="store_true", help="list the lessons")
    parser.add_argument("--page", metavar="N", type=common.size, help="print this page only")
    parser.add_argument("--plain", action="store_true", help="print, even where the app could open")
    common.add_ascii(parser)
    parser.usage = f"{parser.prog} [NAME] [options]"
    parser.epilog = """\
On a terminal a lesson opens in the app; elsewhere, and with --plain, it prints.

examples
  rnnsym lesson bptt
  rnnsym lesson bptt --page 2
  rnnsym lesson bptt --plain | less"""


def run(args: argparse.Namespace) -> int:
    from rnnsym.lessons import Style, load

    ascii_only = args.ascii or not shows_unicode()
    style = Style(width=min(width(), 80), ascii=ascii_only)
    if args.list or args.name is None:
        write(_catalogue(style))
        return 0
    lesson = load(args.name)
    if args.page is not None:
        write(lesson.text(args.page, style).splitlines())
        return 0
    if interactive() and not args.plain:
        return open_app({"lesson": args.name, "ascii": ascii_only})
    write(_whole(lesson, style))
    return 0


def _catalogue(style: "Style") -> Iterator[str]:
    from rnnsym.lessons import load, names

    for name in names():
        lesson = load(name)
        pages = f"{len(lesson)} page{'s' if len(lesson) != 1 else ''}"
        yield style.glyphs(f"{name:<10} {lesson.title} ({pages})")


def _whole(lesson: "Lesson", style: "Style") -> Iterator[str]:
    """Title, what it is about, and every page, made when its turn comes."""
    yield style.glyphs(lesson.title)
    if lesson.about:
        yield style.glyphs(lesson.about)
    for number in range(1, len(lesson) + 1):
        yield ""
        yield style.glyphs("─" * style.width)
        yield from lesson.text(number, style).splitlines()
