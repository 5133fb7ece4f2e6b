"""Arguments that several commands take, and what they stand for."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rnnsym.errors import InputError

if TYPE_CHECKING:
    from rnnsym.cells.base import Cell

LARGEST_SIZE = 1_000_000


def add_cell(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """CELL and its options."""
    about = "elman, lstm, gru, or path/to/file.py:MyCell"
    if default is None:
        parser.add_argument("cell", metavar="CELL", help=about)
    else:
        parser.add_argument("cell", metavar="CELL", nargs="?", default=default, help=f"{about} (default: {default})")
    parser.add_argument("--act", metavar="F", help="activation of elman: tanh, sigmoid, relu or identity")
    parser.add_argument(
        "--option", metavar="KEY=VALUE", action="append", default=[], help="any other option of the cell, once for each"
    )


def add_ascii(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ascii", action="store_true", help="no character beyond ASCII")


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, with a schema version")


def size(text: str) -> int:
    """A dimension, a number of steps: a whole number of 1 or more."""
    return _whole(text, 1)


def seed(text: str) -> int:
    """A seed of random numbers: a whole number of 0 or more."""
    return _whole(text, 0)


def _whole(text: str, least: int) -> int:
    if not (text.isdecimal() and least <= int(text) <= LARGEST_SIZE):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {least} to {LARGEST_SIZE}")
    return int(text)


def cell_options(args: argparse.Namespace) -> dict[str, Any]:
    """`--act F` and every `--option KEY=VALUE` as keywords of the cell."""
    from rnnsym.cells.registry import option_value

    options = {key: option_value(text) for key, text in pairs("--option", args.option).items()}
    return options if args.act is None else {"activation": args.act, **options}


def load_cell(args: argparse.Namespace) -> "Cell":
    """The cell that was named. Its file is run, and a mistake in it becomes one sentence. Raises RnnsymError."""
    from rnnsym.cells.registry import load

    return load(args.cell, **cell_options(args))


def pairs(option: str, items: Iterable[str]) -> dict[str, str]:
    """`NAME=VALUE` items by name. Raises InputError for another form, and for a name given twice."""
    found: dict[str, str] = {}
    for item in items:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise InputError(f"{option} takes NAME=VALUE, not '{item}'.")
        if name.strip() in found:
            raise InputError(f"{option} gives {name.strip()} twice.")
        found[name.strip()] = value
    return found
