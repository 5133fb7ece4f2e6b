"""`rnnsym step`: every equation of every time step with its numbers, on a text or on the numbers of a problem sheet."""

import argparse
from typing import TYPE_CHECKING, Any

from rnnsym.cli import common
from rnnsym.cli.app import open_app
from rnnsym.cli.terminal import interactive, say, shows_unicode, width, write, write_json
from rnnsym.errors import InputError

if TYPE_CHECKING:
    from rnnsym.cli.writing import Writing
    from rnnsym.walk.sheet import Given
    from rnnsym.walk.walk import Walk
    from rnnsym.wiring import Body

HIDDEN, SEED, INPUT = 3, 7, "x"
"""Defaults on a text, and the input that --x means."""
SHEET_OPTIONS = ("set", "x", "target", "carry", "h0", "lr", "loss", "inputs", "outputs")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_cell(parser, default="lstm")
    parser.add_argument("--hidden", metavar="H", type=common.size, help=f"hidden units (on a text: {HIDDEN})")
    parser.add_argument("--seed", metavar="S", type=common.seed, help=f"seed of the weights (on a text: {SEED})")
    parser.add_argument("--steps", metavar="A:B", help="print the steps A to B only")
    parser.add_argument("--plain", action="store_true", help="print, even where the app could open")
    parser.add_argument("--reset", action="store_true", help="let the app begin anew, not where it was left")
    common.add_wiring(parser)
    common.add_ascii(parser)
    common.add_json(parser)
    text = parser.add_argument_group("on a text", "Each character is read, and the next one must be predicted.")
    text.add_argument("--text", help="at least two characters")
    _add_sheet(parser)
    parser.usage = (
        f"{parser.prog} [CELL] --text TEXT [options]\n       {parser.prog} [CELL] --set P=A … --x A … [options]"
    )
    parser.epilog = """\
On a terminal, --text opens the app; elsewhere, and with --plain, it prints.

examples
  rnnsym step lstm --text "the cat sat" --hidden 3 --seed 7
  rnnsym step gru --text hello --steps 2:3 --plain
  rnnsym step elman --act sigmoid --set W=.6 U=.4 V=.5 --x 1 2 3 --target _ _ 4 --lr .01
  rnnsym step lstm --set 'W_i=1,0;0,1' --x 1,0 0,1 --target 1,1 0,0 --json"""


def _add_sheet(parser: argparse.ArgumentParser) -> None:
    """The options of a problem sheet."""
    what = "A number is .6, a vector 1,0, a matrix '1,2;3,4'. A parameter that is not set is zero."
    add = parser.add_argument_group("on numbers of your own", what).add_argument
    many: dict[str, Any] = {"nargs": "+", "action": "extend", "default": []}
    add("--set", metavar="P=A", **many, help="parameters, for example W=.6 U=.4 V=.5")
    add("--x", metavar="A", nargs="+", action="append", default=[], help="the input of each step (u= first: input u)")
    add("--target", metavar="A", **many, help="the target of each step, _ where there is none")
    add("--h0", metavar="A", help="the initial hidden state, short for --carry h=A")
    add("--carry", metavar="C=A", **many, help="the initial carry, for example c=1,0")
    add("--loss", metavar="L", help="squared (default), or cross_entropy with labels 0, 1, … as targets")
    add("--lr", metavar="R", help="learning rate: also take one step of gradient descent")
    add("--inputs", metavar="X", type=common.size, help="size of the input, where no number tells")
    add("--outputs", metavar="C", type=common.size, help="size of the output, where V and b_y are not set")


def run(args: argparse.Namespace) -> int:
    common.one_thread_each()
    used = [f"--{name}" for name in SHEET_OPTIONS if getattr(args, name)]
    if args.text is not None and used:
        raise InputError(f"--text and {used[0]} exclude each other: step on a text or on numbers of your own.")
    if not used and interactive() and not (args.json or args.plain or args.steps):
        return open_app(_app_options(args))
    if not used and args.text is None:
        raise InputError('give a text, --text "hello", or numbers, --x 1 2 3; `rnnsym step --help` has examples.')
    import numpy as np

    # Overflow is no accident here but a thing to be seen: it prints as inf, and `_remark_on_overflow` says so.
    with np.errstate(all="ignore"):
        return _step_on_sheet(args) if used else _step_on_text(args)


def _app_options(args: argparse.Namespace) -> dict[str, Any]:
    """What the app should open with; what was not given is for it to choose. Raises RnnsymError for what it cannot."""
    from rnnsym.walk.text import encode

    _readers(common.wiring_of(args))
    if args.text is not None:
        encode(args.text)
    known = {"text": args.text, "hidden": args.hidden, "seed": args.seed, "reset": args.reset or None}
    return {
        "cell": args.cell,
        "options": {**common.cell_options(args), **common.wiring_given(args)},
        "ascii": args.ascii or not shows_unicode(),
        **{key: value for key, value in known.items() if value is not None},
    }


def _writing(args: argparse.Namespace) -> "Writing":
    from rnnsym.cli.writing import Writing

    return Writing(args.ascii or not shows_unicode(), width())


def _step_on_text(args: argparse.Namespace) -> int:
    from rnnsym.cli.record import text_record
    from rnnsym.cli.walkthrough import Walkthrough
    from rnnsym.walk.text import encode, text_walk

    task = encode(args.text)
    hidden, seed = args.hidden or HIDDEN, SEED if args.seed is None else args.seed
    choices = {name: value for name in ("pattern", "reduction", "symbols") if (value := getattr(args, name))}
    walk = text_walk(_readers(common.wiring_of(args)), args.text, hidden, seed, **choices)
    steps = _range(args.steps, walk.steps)
    _remark_on_overflow(walk)
    if args.json:
        write_json("walk", text_record(walk, task, seed, steps))
    else:
        write(Walkthrough(walk, task, seed, steps, _writing(args)).lines())
    return 0


def _remark_on_overflow(walk: "Walk") -> None:
    if not walk.finite:
        say("some numbers are too large to hold; they and what follows from them are inf or nan (null in JSON).")


def _readers(body: "Body") -> "Body":
    """`body`, if its cells can read a text. Raises InputError."""
    from rnnsym.cells.vocabulary import Vocabulary

    for _, cell in body.cells():
        shapes = list(cell.inputs.values())
        if len(shapes) != 1 or not (len(shapes[0]) == 1 or isinstance(shapes[0], Vocabulary)):
            names = ", ".join(cell.inputs) or "nothing"
            raise InputError(
                f"a text is read as one vector or symbol at each step, but cell {cell.name} reads {names}: give "
                "numbers, with --x."
            )
    return body


def _step_on_sheet(args: argparse.Namespace) -> int:
    from rnnsym.cli.record import sheet_record
    from rnnsym.cli.sheet import Report
    from rnnsym.walk.numbers import parse_number
    from rnnsym.walk.sheet import work_out

    rate = None if args.lr is None else parse_number("the learning rate --lr", args.lr)
    if rate is not None and rate <= 0:
        raise InputError(f"the learning rate --lr must be more than 0, not {args.lr}.")
    if args.pattern:
        raise InputError("--pattern is for a text: on numbers of your own write _ for a target that is not there.")
    sheet = work_out(common.wiring_of(args), _given(args))
    if rate is not None and not any(sheet.present):
        raise InputError("--lr needs a --target: without a loss there is nothing to descend.")
    steps = _range(args.steps, sheet.walk.steps)
    _remark_on_overflow(sheet.walk)
    if args.json:
        write_json("sheet", sheet_record(sheet, rate, steps))
    else:
        write(Report(sheet, _writing(args), steps, rate).lines())
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
        reduction=args.reduction or "sum",
        seed=args.seed,
        symbols=args.symbols,
    )


def _inputs(args: argparse.Namespace) -> dict[str, list[str]]:
    """`--x 1 2 3` is the input x; `--x u= 1 2 3` the input u of a cell with several."""
    found: dict[str, list[str]] = {}
    for first, *rest in args.x:
        name, _, value = first.partition("=") if "=" in first else (INPUT, "", first)
        if name in found:
            raise InputError(f"--x gives the input {name} twice.")
        found[name] = [value, *rest] if value else rest
    if not found:
        raise InputError("there is no input: give --x with one value for each step, for example --x 1 2 3.")
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
