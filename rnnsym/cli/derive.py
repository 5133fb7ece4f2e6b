"""`rnnsym derive`: the equations of a network, their adjoints, and the gradients, in any form, with T a symbol."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rnnsym.cli import common
from rnnsym.cli.derive_formats import FORMATS, Request
from rnnsym.cli.files import write_file
from rnnsym.cli.terminal import shows_unicode
from rnnsym.errors import InputError, unknown

if TYPE_CHECKING:
    from rnnsym.api.derivation import Derivation

FILES = ("latex", "tex", "markdown", "svg", "json")
ONLY_FOR: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("window", "form", ("truncated",)),
    ("per", "form", ("truncated",)),
    ("wrt", "form", ("recurrence", "closed", "rtrl", "truncated", "ledger", "hessian")),
    ("size", "format", ("sympy",)),
    ("labels", "format", ("sympy",)),
    ("steps", "format", ("text", "ascii", *FILES, "sympy")),
    ("wrt", "format", ("text", "ascii", *FILES, "sympy")),
    ("form", "format", ("text", "ascii", *FILES)),
    ("notation", "format", ("text", "ascii", *FILES)),
    ("level", "format", ("text", "ascii", "tex", "svg")),
    ("layout", "format", ("text", "ascii")),
)
"""Options that mean something with these values of another option alone."""
ENDINGS = {".svg": "svg", ".tex": "tex", ".md": "markdown", ".json": "json"}
"""The format of --output where none is given; a .py file may be one of two."""
DEFAULTS = {
    "form": "recurrence",
    "level": "steps",
    "layout": "auto",
    "notation": "default",
    "window": 3,
    "per": "chunk",
}
EPILOG = """\
forms (--form)
  recurrence   the backward recurrence, line by line (default)
  closed       one gradient as a double sum over t and k, with the Jacobian product
  jacobian     the step Jacobian of the whole carry, as a block matrix
  paths        each block as a sum over paths: the direct line, through each gate
  rtrl         one gradient forward in time, beside the states
  truncated    truncated backpropagation (--window K, --per chunk or loss)
  ledger       one gradient split into the terms of loss t through step k
  hessian      the product of the Hessian with a direction

Without --loss and any wiring the cell stands alone: no readout, and of the loss
only its slope at each step, which is given.

examples
  rnnsym derive lstm
  rnnsym derive lstm --form jacobian
  rnnsym derive elman --form closed --wrt U --steps 3
  rnnsym derive elman --notation deck_s
  rnnsym derive elman --rosetta
  rnnsym derive gru --layers 2 --bidirectional --loss cross_entropy
  rnnsym derive gru --format tex --level chain --output gru.tex
  rnnsym derive elman --format numpy > elman.py"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_cell(parser, optional=True)
    _add_what(parser)
    common.add_wiring(parser)
    _add_how(parser)
    parser.usage = f"{parser.prog} CELL [options]"
    parser.epilog = EPILOG


def _add_what(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is derived")
    group.add_argument("--list", action="store_true", help="the cells that there are, each with its source")
    group.add_argument("--form", metavar="F", help="how the gradient is written (see below)")
    group.add_argument("--wrt", metavar="P", nargs="+", action="extend", help="these gradients only (names: --count)")
    group.add_argument("--steps", metavar="T", type=common.size, help="written out for so many steps")
    group.add_argument("--window", metavar="K", type=common.size, help="steps kept by --form truncated (default: 3)")
    group.add_argument("--per", metavar="W", help="truncated at the end of a chunk (default) or for each loss")
    group.add_argument("--loss", metavar="L", help="with readout y = V h + b_y and loss: squared or cross_entropy")
    group.add_argument("--count", action="store_true", help="how many parameters there are, as a formula")


def _add_how(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it is written")
    group.add_argument("--level", metavar="L", help="results, steps (default), why or chain")
    group.add_argument("--layout", metavar="L", help="formulas in 2d, on one line, or auto (default)")
    group.add_argument("--notation", metavar="N", help="a profile, such as deck_s, or a file: mine.toml")
    group.add_argument(
        "--rosetta", metavar="N", nargs="*", help="side by side in these notations (default: all that are built in)"
    )
    group.add_argument("--format", metavar="F", help=f"{', '.join(FORMATS)} (default: text)")
    group.add_argument(
        "--size", metavar="D=N", action="append", default=[], help="a dimension of --format sympy (H, X, C: default 2)"
    )
    group.add_argument("--labels", metavar="N", type=int, nargs="+", help="the labels of --format sympy")
    common.add_ascii(parser)
    common.add_json(parser)
    group.add_argument("--output", metavar="FILE", type=Path, help="write to FILE, which must not exist")
    group.add_argument("--force", action="store_true", help="let --output replace FILE")


def run(args: argparse.Namespace) -> int:
    text = _text(args)
    if not text.endswith("\n"):
        text += "\n"
    if args.output is None:
        sys.stdout.write(text)
    else:
        write_file(args.output, text, args.force)
    return 0


def _text(args: argparse.Namespace) -> str:
    if args.list:
        from rnnsym.cells import listing

        return listing()
    if args.cell is None:
        raise InputError("name a cell, as in `rnnsym derive lstm`; --list shows those that there are.")
    form = _format(args)
    given = {name for name, value in vars(args).items() if value not in (None, [], DEFAULTS.get(name))}
    for name, value in DEFAULTS.items():
        setattr(args, name, getattr(args, name) or value)
    _refuse_what_would_be_ignored(args, given, form)
    return str(_derivation(args).count) if args.count else FORMATS[form](_request(args))


def _format(args: argparse.Namespace) -> str:
    """The format asked for; text becomes ASCII where stdout cannot show it."""
    if args.json and args.format not in (None, "json"):
        raise InputError(f"--json and --format {args.format} exclude each other.")
    ending = "" if args.output is None else args.output.suffix
    form = "json" if args.json else args.format or ENDINGS.get(ending, "text")
    if form not in FORMATS:
        raise unknown("format", form, FORMATS)
    if args.format is None and ending == ".py":
        raise InputError(f"'{args.output}' is a program: say which, --format numpy or --format sympy.")
    plain = args.ascii or (args.output is None and not shows_unicode())
    return "ascii" if form == "text" and plain else form


def _refuse_what_would_be_ignored(args: argparse.Namespace, given: set[str], form: str) -> None:
    """Raise InputError for an option without effect on what is asked for."""
    from rnnsym.api.choices import choice

    about_one = choice(args.form).needs_parameter
    chosen = {"form": args.form, "format": form}
    for name, other, allowed in ONLY_FOR:
        if name in given and chosen[other] not in allowed:
            raise InputError(f"--{name} has no effect with --{other} {chosen[other]}: it is for {', '.join(allowed)}.")
    if args.rosetta is not None and (idle := given & {"level", "layout"}):
        raise InputError(f"--{min(idle)} has no effect with --rosetta, which sets formulas alone, each on one line.")
    if len(args.wrt or ()) > 1 and about_one:
        raise InputError(f"--form {args.form} is about one parameter: give --wrt one name.")


def _request(args: argparse.Namespace) -> Request:
    derivation = _derivation(args)
    about = args.wrt[0] if args.wrt and len(args.wrt) == 1 else None
    view = derivation.form_view(args.form, wrt=about, window=args.window, per=args.per)
    if args.steps is not None and args.format != "sympy":
        view = view.instantiate(args.steps)
    sizes = common.sizes("--size", args.size)
    return Request(derivation, view, args.level, args.layout, args.rosetta, sizes, args.steps, args.labels)


def _derivation(args: argparse.Namespace) -> "Derivation":
    from rnnsym.api.derivation import Derivation, derive
    from rnnsym.wiring import carry_order, described, wire

    if args.loss is None and not common.wiring_given(args):
        return derive(common.load_cell(args), args.wrt, args.notation)
    body, options = common.wiring_of(args), common.options_of(args)
    wired = wire(body, options)
    loss = options.loss.replace("_", "-")
    pattern = options.pattern.replace("_", "-" if "_to_" in options.pattern else " ")
    title = f"{described(body)} with readout, {loss} loss, {pattern}"
    return Derivation(wired.system, title, args.wrt, args.notation, order=carry_order(wired.placements))
