"""`rnnsym plan CELL`: which equation went where in the fast program and why, pass by pass, and what each part costs."""

import argparse
from typing import TYPE_CHECKING

from rnnsym.cli import common
from rnnsym.cli.terminal import shows_unicode, width, write, write_json
from rnnsym.errors import InputError

if TYPE_CHECKING:
    from rnnsym.notation import Style

STEPS = 100
SIZES = {"X": 32, "H": 64, "C": 32}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_cell(parser)
    parser.add_argument(
        "--size", metavar="D=N", action="append", default=[], help="a dimension (X, C: default 32, H: 64)"
    )
    parser.add_argument("--steps", metavar="T", type=common.size, default=STEPS, help=f"steps (default: {STEPS})")
    parser.add_argument("--batch", metavar="B", type=common.size, help="examples (default: one, with no batch axis)")
    parser.add_argument("--loss", metavar="L", help="squared (default) or cross_entropy")
    parser.add_argument("--passes", action="store_true", help="also what each pass changed, before (-) and after (+)")
    parser.add_argument("--source", action="store_true", help="print the generated module instead")
    parser.add_argument("--readable", action="store_true", help="print the readable module: one line an equation")
    parser.add_argument("--width", metavar="N", type=common.size, help="columns to fill (default: the terminal's)")
    common.add_wiring(parser)
    common.add_ascii(parser)
    common.add_json(parser)
    parser.usage = f"{parser.prog} CELL [options]"
    parser.epilog = """\
Calls, operations (FLOPs) and bytes are counted while both programs run on
arrays of these sizes. A product of matrices has 2 FLOPs for each pair of
numbers, any other function 1 for each entry; a view of an array is no call.

examples
  rnnsym plan lstm
  rnnsym plan lstm --passes
  rnnsym plan gru --layers 2 --bidirectional --batch 32 --size H=128
  rnnsym plan my_cell.py:MyCell --steps 1000 --json
  rnnsym plan lstm --source > lstm_fast.py"""


def run(args: argparse.Namespace) -> int:
    """Print the page, or with --json the plan as data, or one of the two modules."""
    chosen = [f"--{name}" for name in ("json", "source", "readable", "passes") if getattr(args, name)]
    if len(chosen) > 1:
        raise InputError(f"{chosen[0]} and {chosen[1]} exclude each other: print one of them.")
    from rnnsym.api.plan import plan

    net = common.network_of(args, {**SIZES, **common.sizes("--size", args.size)})
    if args.readable:
        write(net.program().source.splitlines())
        return 0
    found = plan(net, args.steps, args.batch)
    if args.json:
        write_json("plan", found.to_json())
    elif args.source:
        write(found.source.splitlines())
    else:
        style: Style = "ascii" if args.ascii or not shows_unicode() else "text"
        write(found.page(args.width or width(), style, args.passes).splitlines())
    return 0
