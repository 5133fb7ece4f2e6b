"""`rnnsym graph --format dot|mermaid|svg`: the graph for other programs, on stdout or in a file."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rnnsym.cli.files import write_file
from rnnsym.errors import InputError, unknown

if TYPE_CHECKING:
    from rnnsym.walk.drawing.export import Diagram
    from rnnsym.walk.graph import Graph, Key

TEXT = "text"
THEMES = ("light", "dark")


def _dot(diagram: "Diagram", theme: str) -> str:
    from rnnsym.walk.drawing.code import dot

    return dot(diagram)


def _mermaid(diagram: "Diagram", theme: str) -> str:
    from rnnsym.walk.drawing.code import mermaid

    return mermaid(diagram)


def _svg(diagram: "Diagram", theme: str) -> str:
    from rnnsym.walk.drawing.svg import graph_svg

    return graph_svg(diagram, theme)


FORMATS: dict[str, Callable[["Diagram", str], str]] = {"dot": _dot, "mermaid": _mermaid, "svg": _svg}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    known = ", ".join([TEXT, *FORMATS])
    group = parser.add_argument_group("for other programs")
    group.add_argument("--format", metavar="F", default=TEXT, help=f"{known} (default: {TEXT})")
    group.add_argument("--collapse", action="store_true", help="t = 1, 2, …, T only (dot, mermaid, svg)")
    group.add_argument("--theme", metavar="C", default=THEMES[0], help="light (default) or dark (svg)")
    group.add_argument("--output", metavar="FILE", type=Path, help="write to FILE, which must not exist")
    group.add_argument("--force", action="store_true", help="let --output replace FILE")


def is_text(args: argparse.Namespace) -> bool:
    """Whether the graph is drawn in characters. Raises for an unknown format, and for options that do not fit it."""
    if args.format not in (TEXT, *FORMATS):
        raise unknown("format", args.format, (TEXT, *FORMATS))
    if args.format != TEXT and args.json:
        raise InputError("--json and --format exclude each other.")
    if args.format != TEXT and (args.first != 1 or args.last is not None):
        raise InputError("--from and --to choose what a terminal shows; in a file, --collapse leaves steps out.")
    if args.format == TEXT and (args.output is not None or args.collapse):
        option = "--output" if args.output is not None else "--collapse"
        raise InputError(f"{option} needs --format {', '.join(FORMATS)}.")
    return bool(args.format == TEXT)


def write_graph(args: argparse.Namespace, graph: "Graph", labels: "Mapping[Key, str]") -> int:
    """The graph in the format asked for."""
    from rnnsym.walk.drawing.export import diagram

    text = FORMATS[args.format](diagram(graph, args.rolled, args.collapse, labels), args.theme)
    if args.output is None:
        sys.stdout.write(text)
    else:
        write_file(args.output, text, args.force)
    return 0
