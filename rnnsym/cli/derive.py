"""`rnnsym derive`: the equations of a cell, their adjoints, and the gradients, with T a symbol."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rnnsym.cli import common
from rnnsym.cli.terminal import say, shows_unicode
from rnnsym.errors import InputError, unknown

if TYPE_CHECKING:
    from rnnsym.api.derivation import Derivation

Form = Callable[["Derivation"], str]
"""How a derivation is written down."""


def _json(derivation: "Derivation") -> str:
    import json

    return json.dumps(derivation.to_dict(), indent=2, ensure_ascii=not shows_unicode())


FORMS: dict[str, Form] = {
    "text": lambda derivation: derivation.pretty(),
    "ascii": lambda derivation: derivation.pretty(ascii=True),
    "latex": lambda derivation: derivation.latex(),
    "markdown": lambda derivation: derivation.markdown(),
    "numpy": lambda derivation: derivation.numpy_source(),
    "json": _json,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_cell(parser)
    parser.add_argument("--wrt", metavar="P", nargs="+", action="extend", help="only the gradients of these parameters")
    parser.add_argument("--format", metavar="F", default="text", help=f"{', '.join(FORMS)} (default: text)")
    common.add_ascii(parser)
    common.add_json(parser)
    parser.add_argument("--loss", metavar="L", help="with readout y = V h + b_y and loss: squared or cross_entropy")
    parser.add_argument("--pattern", metavar="P", help="with readout: many_to_many (default) or many_to_one")
    parser.add_argument("--output", metavar="FILE", type=Path, help="write to FILE, which must not exist")
    parser.add_argument("--force", action="store_true", help="let --output replace FILE")
    parser.usage = f"{parser.prog} CELL [options]"
    parser.epilog = """\
Without --loss and --pattern the cell stands alone, and the gradient of the loss
with respect to its output is given at every step.

examples
  rnnsym derive lstm
  rnnsym derive elman --wrt U --act relu
  rnnsym derive gru --loss cross_entropy --format latex --output gru.tex
  rnnsym derive elman --format numpy > elman.py"""


def run(args: argparse.Namespace) -> int:
    form = _form(args)
    text = FORMS[form](_derivation(args))
    if not text.endswith("\n"):
        text += "\n"
    if args.output is None:
        sys.stdout.write(text)
    else:
        _write_file(args.output, text, args.force)
    return 0


def _form(args: argparse.Namespace) -> str:
    """The format asked for; text becomes ASCII where stdout cannot show it."""
    form = "json" if args.json else str(args.format)
    if form not in FORMS:
        raise unknown("format", form, FORMS)
    plain = args.ascii or (args.output is None and not shows_unicode())
    return "ascii" if form == "text" and plain else form


def _derivation(args: argparse.Namespace) -> "Derivation":
    from rnnsym.api.derivation import Derivation, derive
    from rnnsym.wiring import Options, network_system

    cell = common.load_cell(args)
    if args.loss is None and args.pattern is None:
        return derive(cell, args.wrt)
    options = Options(loss=args.loss or "squared", pattern=args.pattern or "many_to_many")
    title = f"{cell.name} with readout, {options.loss} loss, {options.pattern}".replace("_", "-")
    return Derivation(network_system(cell, options), title, args.wrt)


def _write_file(path: Path, text: str, replace: bool) -> None:
    try:
        with path.open("w" if replace else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"'{path}' exists: choose another name, or replace it with --force.") from None
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror}.") from None
    say(f"wrote {path}")
