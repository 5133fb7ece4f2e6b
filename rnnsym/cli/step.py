"""`rnnsym step`: every equation of every time step with its numbers, on a text or on the numbers of a problem sheet."""

import argparse
from typing import TYPE_CHECKING, Any

from rnnsym.cli import common
from rnnsym.cli.app import open_app
from rnnsym.cli.terminal import interactive, shows_unicode, width, write, write_json
from rnnsym.errors import InputError

if TYPE_CHECKING:
    from rnnsym.cli.writing import Writing
    from rnnsym.walk.sheet import Given

HIDDEN, SEED, INPUT = 3, 0, "x"
SHEET_OPTIONS = ("set", "x", "target", "carry", "h0", "lr", "loss", "inputs", "outputs")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_cell(parser, default="lstm")
    parser.add_argument("--hidden", metavar="H", type=common.size, help=f"hidden units (default: {HIDDEN} for a text)")
    parser.add_argument("--seed", metavar="S", type=common.seed, help=f"seed of the weights (default: {SEED} for a text)")
    parser.add_argument("--steps", metavar="A:B", help="print the steps A to B only")
    parser.add_argument("--plain", action="store_true", help="print, even where the app could open")
    common.add_ascii(parser)
    common.add_json(parser)
    text = parser.add_argument_group("on a text", "Each character is read, and the next one must be predicted.")
    text.add_argument("--text", metavar="TEXT", help="at least two characters")
    sheet = parser.add_argument_group(
        "on numbers of your own", "A number is .6, a vector 1,0, a matrix '1,2;3,4'. What is not set is zero."
    )
    sheet.add_argument("--set", metavar="P=A", nargs="+", action="extend", default=[], help="parameters, for example W=.6 U=.4")
    sheet.add_argument("--x", metavar="X", nargs="+", action="append", default=[], help="the input of each step; of several inputs, --x u= 1 2 --x v= 3 4")
    sheet.add_argument("--target", metavar="Y", nargs="+", default=[], help="the target of each step, _ where there is none")
    sheet.add_argument("--h0", metavar="A", help="initial hidden state, the same as --carry h=A")
    sheet.add_argument("--carry", metavar="C=A", nargs="+", action="extend", default=[], help="initial carry, for example c=1,0")
    sheet.add_argument("--loss", metavar="L", help="squared (default), or cross_entropy with labels 0, 1, … as targets")
    sheet.add_argument("--lr", metavar="R", help="also print the parameters after one step of gradient descent")
    sheet.add_argument("--inputs", metavar="X", type=common.size, help="size of the input, where no number tells")
    sheet.add_argument("--outputs", metavar="C", type=common.size, help="size of the output, where V and b_y are not set")
    parser.epilog = """\
On a terminal, --text opens the app; elsewhere, and with --plain, it prints.

examples
  rnnsym step lstm --text "the cat sat" --hidden 3 --seed 7
  rnnsym step gru --text hello --steps 2:3 --plain
  rnnsym step elman --act sigmoid --set W=.6 U=.4 V=.5 --x 1 2 3 --target _ _ 4 --lr .01
  rnnsym step lstm --set 'W_i=1,0;0,1' --x 1,0 0,1 --target 1,1 0,0 --json"""


def run(args: argparse.Namespace) -> int:
    used = [f"--{name}" for name in SHEET_OPTIONS if getattr(args, name)]
    if args.text is not None and used:
        raise InputError(f"--text and {used[0]} exclude each other: step on a text or on numbers of your own.")
    if used:
        return _step_on_sheet(args)
    if interactive() and not (args.json or args.plain or args.steps):
        return open_app(_app_options(args))
    if args.text is None:
        raise InputError('give a text, --text "hello", or numbers, --x 1 2 3; `rnnsym step --help` has examples.')
    return _step_on_text(args)


def _app_options(args: argparse.Namespace) -> dict[str, Any]:
    """What the app should open with; what was not given is for it to choose."""
    known = {"text": args.text, "hidden": args.hidden, "seed": args.seed}
    return {
        "cell": args.cell,
        "options": common.cell_options(args),
        "ascii": args.ascii or not shows_unicode(),
        **{key: value for key, value in known.items() if value is not None},
    }


def _writing(args: argparse.Namespace) -> "Writing":
    from rnnsym.cli.writing import Writing

    return Writing(args.ascii or not shows_unicode(), width())


def _step_on_text(args: argparse.Namespace) -> int:
    from rnnsym.cli.record import text_record
    from rnnsym.cli.walkthrough import report
    from rnnsym.walk.text import encode, text_walk

    task = encode(args.text)
    hidden, seed = args.hidden or HIDDEN, SEED if args.seed is None else args.seed
    walk = text_walk(common.load_cell(args), args.text, hidden, seed)
    steps = _range(args.steps, walk.steps)
    if args.json:
        write_json("step", text_record(walk, task, seed, steps))
    else:
        write(report(walk, task, seed, steps, _writing(args)))
    return 0


def _step_on_sheet(args: argparse.Namespace) -> int:
    from rnnsym.cli.record import sheet_record
    from rnnsym.cli.sheet import report
    from rnnsym.walk.numbers import parse_number
    from rnnsym.walk.sheet import work_out

    rate = None if args.lr is None else parse_number("the learning rate --lr", args.lr)
    sheet = work_out(common.load_cell(args), _given(args))
    if rate is not None and not any(sheet.present):
        raise InputError("--lr needs a --target: without a loss there is nothing to descend.")
    if args.json:
        write_json("step", sheet_record(sheet, rate, _range(args.steps, sheet.walk.steps)))
    else:
        write(report(sheet, _writing(args), rate, _range(args.steps, sheet.walk.steps)))
    return 0


def _given(args: argparse.Namespace) -> "Given":
    """The sheet as typed."""
    from rnnsym.walk.sheet import Given

    carry = common.pairs("--carry", args.carry)
    if args.h0 is not None:
        if "h" in carry:
            raise InputError("--h0 and --carry both give h: give it once.")
        carry["h"] = args.h0
    sizes = {"H": args.hidden, "X": args.inputs, "C": args.outputs}
    return Given(
        x=_inputs(args),
        targets=args.target,
        weights=common.pairs("--set", args.set),
        carry=carry,
        sizes={dim: size for dim, size in sizes.items() if size is not None},
        loss=args.loss or "squared",
        seed=args.seed,
    )


def _inputs(args: argparse.Namespace) -> dict[str, list[str]]:
    """`--x 1 2 3` is the input x; `--x u= 1 2 3` the input u of a cell with several."""
    found: dict[str, list[str]] = {}
    for first, *rest in args.x:
        name, equals, value = first.partition("=")
        label = name if equals else INPUT
        if label in found:
            raise InputError(f"--x gives {label} twice.")
        found[label] = [*([value] if equals and value else [] if equals else [first]), *rest]
    if not found:
        raise InputError("numbers of your own need an input: give --x with one value for each step, for example --x 1 2 3.")
    return found


def _range(text: str | None, steps: int) -> range:
    """`2:3` as the steps 2 and 3; either end may be left out, and `2` is one step. Raises InputError."""
    if text is None:
        return range(1, steps + 1)
    first, colon, last = text.partition(":")
    ends = (first or "1", (last or str(steps)) if colon else first)
    if not all(end.isdecimal() for end in ends):
        raise InputError(f"--steps takes A:B, two whole numbers, not '{text}'.")
    low, high = int(ends[0]), int(ends[1])
    if not 1 <= low <= high <= steps:
        raise InputError(f"--steps {text} is empty or outside t = 1…{steps}.")
    return range(low, high + 1)
