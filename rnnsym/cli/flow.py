"""`rnnsym flow`: where the gradient goes, on a text, on numbers from a file, or on a drawn sequence."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnsym.cli import common
from rnnsym.cli.app import open_app
from rnnsym.cli.files import can_be_a_picture
from rnnsym.cli.terminal import interactive, overwrite, say, shows_unicode, watched, width, write, write_json
from rnnsym.errors import InputError, unknown

if TYPE_CHECKING:
    from rnnsym.cli.flow_nets import Task

TEXT, HIDDEN, SEED, STEPS, INPUTS = "the cat sat on the mat", 3, 7, 100, 2
THRESHOLD = 1e-3
KINDS = ("reach", "plot", "json", "save")
SOURCES = ("text", "input")
PRINTED = (
    "input", "steps", "inputs", "weights", "scheme", "dynamics", "state", "chain", "threshold", "width"
)  # fmt: skip
"""Options that the app does not take: with one of them the page is printed."""
FIGURES = ("heat", "norms", "fan", "spectrum", "lyapunov")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_cell(parser, optional=True)
    parser.add_argument("--compare", metavar="CELLS", help="beside CELL, four in all: lstm,gru,elman")
    parser.add_argument("--hidden", metavar="H", type=common.size, help=f"hidden units (default: {HIDDEN})")
    parser.add_argument("--seed", metavar="S", type=common.seed, help=f"seed (default: {SEED})")
    parser.add_argument("--state", metavar="S", help="the state to follow, or all (default: one with a direct line)")
    parser.add_argument("--chain", metavar="NAME", help="which chain of states, such as forward (default: the first)")
    parser.add_argument("--dynamics", action="store_true", help="also Lyapunov exponents and dimension")
    parser.add_argument("--threshold", metavar="A", type=_threshold, help="little is left below A, 0 < A < 1 (1e-3)")
    parser.add_argument("--width", metavar="N", type=_width, help="columns to fill (default: the terminal's)")
    parser.add_argument("--plain", action="store_true", help="print, even where the app could open")
    common.add_ascii(parser)
    _add_output(parser)
    _add_reading(parser)
    _add_weights(parser)
    common.add_wiring(parser)
    parser.usage = f'{parser.prog} [CELL] [--text "…" | --input F] [--compare CELLS] [options]'
    parser.epilog = """\
On a terminal this opens the app; elsewhere, and with --plain, it prints.

examples
  rnnsym flow lstm --compare elman
  rnnsym flow lstm --compare gru,elman --text "to be or not to be" --reach
  rnnsym flow elman --steps 200 --hidden 64 --scheme orthogonal --gain 1.1 --plot
  rnnsym flow lstm --forget-bias 3 --save lstm.svg
  rnnsym flow --weights model.safetensors --input sequence.npy --json

For many networks at once, with many seeds: rnnsym sweep --help"""


def _add_output(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what is shown, in the place of the page").add_argument
    add("--reach", action="store_true", help="one line of shade a cell over the text, to paste into a chat")
    add("--plot", action="store_true", help="larger pictures: also singular values, eigenvalues, Lyapunov exponents")
    add("--json", action="store_true", help="print JSON, with a schema version")
    add("--save", metavar="FILE", help="a picture as FILE.svg or FILE.png")
    add("--figure", metavar="NAME", help=f"which picture --save draws: {', '.join(FIGURES)} (default: {FIGURES[0]})")
    add("--force", action="store_true", help="--save replaces a file that exists")


def _add_reading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is read", f"Without any of these, the text '{TEXT}'.")
    group.add_argument("--text", help="characters, one-hot; two of them at least")
    group.add_argument("--input", metavar="FILE", help="numbers (T, X) from FILE.npy or FILE.csv")
    group.add_argument("--steps", metavar="T", type=common.size, help=f"T drawn vectors, Gaussian (default: {STEPS})")
    group.add_argument("--inputs", metavar="X", type=common.size, help=f"their size (default: {INPUTS})")


def _add_weights(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("weights", "Drawn with the seed, or from a file; then changed as asked.")
    group.add_argument("--scheme", metavar="NAME", help="uniform (default), glorot, gaussian, orthogonal, identity")
    group.add_argument("--weights", metavar="FILE", help="a trained RNN, LSTM or GRU: FILE.safetensors or FILE.npz")
    group.add_argument("--prefix", metavar="P", help="what its names begin with, where FILE has several modules")
    group.add_argument("--radius", metavar="R", type=_number, help="rescale recurrent matrices to spectral radius R")
    group.add_argument("--gain", metavar="G", type=_number, help="then multiply recurrent weights by G")
    group.add_argument("--forget-bias", metavar="B", type=_number, help="the bias of the gate that keeps the state")


def run(args: argparse.Namespace) -> int:
    _check(args)
    if interactive() and not args.plain and not any(getattr(args, kind) for kind in KINDS) and _for_the_app(args):
        return open_app(_app_options(args))
    common.one_thread_each()
    import numpy as np

    from rnnsym.cli.flow_nets import task_of

    # Overflow is no accident here but a thing to be seen: the finding says so.
    with np.errstate(all="ignore"):
        progress = overwrite if watched() else _silent
        try:
            task = task_of(args, progress)
            progress("")
            for remark in task.remarks:
                say(remark)
            return _show(args, task, progress)
        finally:
            progress("")


def _silent(text: str) -> None:
    """No progress, where nobody looks on."""


def _show(args: argparse.Namespace, task: "Task", progress: Callable[[str], None]) -> int:
    ascii_only, columns = args.ascii or not shows_unicode(), args.width or width()
    if args.json:
        from rnnsym.cli.flow_record import flow_record

        write_json("flow", flow_record(task, args.dynamics))
    elif args.save:
        from rnnsym.cli.flow_save import save

        save(task, Path(args.save), args.figure or FIGURES[0], args.force)
    else:
        from rnnsym.cli.flow_page import Page

        page = Page(task, columns, ascii_only, args.dynamics or args.plot)
        progress("pictures and numbers ...")
        lines = list(page.reach() if args.reach else page.plot() if args.plot else page.lines())
        progress("")
        write(lines)
    return 0


def _check(args: argparse.Namespace) -> None:
    """Raises InputError for options that do not go together."""
    _exclusive(args, KINDS, "show one of them")
    _exclusive(args, SOURCES, "read one of them")
    drawn = [f"--{name}" for name in ("steps", "inputs") if getattr(args, name)]
    given = [f"--{name}" for name in SOURCES if getattr(args, name) is not None]
    if drawn and given:
        raise InputError(f"{drawn[0]} and {given[0]} exclude each other: {drawn[0]} is for a drawn sequence.")
    if args.weights:
        others = ("text", "hidden", "scheme", "compare")
        fixed = [f"--{name}" for name in others if getattr(args, name) is not None]
        fixed += [f"--{name}" for name in ("inputs", *common.WIRING) if getattr(args, name)]
        if fixed:
            raise InputError(f"--weights and {fixed[0]} exclude each other: {_told_by(fixed[0])}.")
    if args.figure is not None and args.figure not in FIGURES:
        raise unknown("figure", args.figure, FIGURES)
    if args.prefix is not None and not args.weights:
        raise InputError("--prefix is for --weights FILE.")
    for option in ("figure", "force"):
        if getattr(args, option) and not args.save:
            raise InputError(f"--{option} is for --save FILE.")
    if args.save:
        can_be_a_picture(Path(args.save), args.force)


def _told_by(option: str) -> str:
    """Why an option does not go with weights from a file."""
    if option == "--text":
        return "the file does not say which characters its inputs stand for; give the vectors, with --input"
    return "the file says what the network is"


def _exclusive(args: argparse.Namespace, names: tuple[str, ...], advice: str) -> None:
    used = [f"--{name}" for name in names if getattr(args, name) not in (None, False)]
    if len(used) > 1:
        raise InputError(f"{used[0]} and {used[1]} exclude each other: {advice}.")


def _for_the_app(args: argparse.Namespace) -> bool:
    """Whether the app can show it: it reads a text, with weights that it draws itself."""
    return not any(getattr(args, name) for name in PRINTED)


def _app_options(args: argparse.Namespace) -> dict[str, Any]:
    """What the app should open with, in its Flow mode; what was not given is for it to choose. Raises RnnsymError."""
    from rnnsym.cli.flow_nets import cells_of, check_text

    cell, *others = cells_of(args)
    check_text(args.text, args)
    known = {name: getattr(args, name) for name in ("text", "hidden", "seed", "gain", "radius", "forget_bias")}
    return {
        "mode": "flow",
        "cell": cell,
        "options": {**common.cell_options(args), **common.wiring_given(args)},
        "ascii": args.ascii or not shows_unicode(),
        **{key: value for key, value in {**known, "compare": tuple(others) or None}.items() if value is not None},
    }


def _threshold(text: str) -> float:
    value = _number(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not between 0 and 1")
    return value


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None
    if not abs(value) < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a finite number")
    return value


def _width(text: str) -> int:
    if not (text.isdecimal() and 60 <= int(text) <= 1000):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 60 to 1000")
    return int(text)
