"""`rnnsym check CELL`: the gradients of a cell against complex step, with the smallest counterexample."""

import argparse
import os
import shlex
from typing import TYPE_CHECKING

from rnnsym.cli import common
from rnnsym.cli.terminal import overwrite, watched, write, write_json

if TYPE_CHECKING:
    from rnnsym.checks.report import Report

EXAMPLES, SEED, LOSS = 25, 0, "squared"
FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_cell(parser)
    parser.add_argument("--loss", metavar="L", default=LOSS, help=f"squared or cross_entropy (default: {LOSS})")
    parser.add_argument(
        "--sizes", metavar="D=N", nargs="+", action="extend", default=[], help="dimensions, T or B that shall not vary"
    )
    parser.add_argument(
        "--examples", metavar="N", type=common.size, default=EXAMPLES, help=f"cases at each size (default: {EXAMPLES})"
    )
    parser.add_argument("--seed", metavar="S", type=common.seed, default=SEED, help=f"seed (default: {SEED})")
    common.add_wiring(parser)
    common.add_json(parser)
    parser.usage = f"{parser.prog} CELL [options]"
    parser.epilog = """\
Sizes grow from 1 to 3, with and without a batch; a failure is reduced to the
smallest numbers that show it. The exit code is 0 where every gradient is right, and 1 otherwise.

examples
  rnnsym check lstm
  rnnsym check gru --bidirectional --pattern many_to_one
  rnnsym check my_cell.py:MyCell --loss cross_entropy --examples 200
  rnnsym check elman --act relu --sizes T=5 B=2 X=3 H=4 C=2"""


def run(args: argparse.Namespace) -> int:
    """Print one line for each block; 0 where all are right, 1 otherwise."""
    body, options = common.wiring_of(args), common.options_of(args)
    _keep_out_of_the_way()
    from rnnsym.checks.gradients import check_gradients

    report = check_gradients(
        body,
        sizes=common.sizes("--sizes", args.sizes),
        loss=options.loss,
        pattern=options.pattern,
        reduction=options.reduction,
        symbols=options.symbols,
        examples=args.examples,
        seed=args.seed,
        progress=overwrite if watched() else None,
    )
    if watched():
        overwrite("")
    replay = _replay(args, report)
    if args.json:
        write_json("check", {**report.to_json(), "replay": replay})
    else:
        write(_lines(report, replay))
    return 0 if report.ok else FAILED


def _lines(report: "Report", replay: str | None) -> list[str]:
    lines = report.table().splitlines()
    smallest = report.smallest
    if smallest is not None:
        lines += ["", f"smallest counterexample, in {smallest.block.label}", *str(smallest.witness).splitlines()]
        lines += ["", "replay it with", f"  {replay}"]
    return lines


def _replay(args: argparse.Namespace, report: "Report") -> str | None:
    """The command that finds the smallest counterexample again: the same search, at its sizes alone."""
    smallest = report.smallest
    if smallest is None or smallest.witness is None:
        return None
    words = ["rnnsym", "check", args.cell]
    if args.act is not None:
        words += ["--act", args.act]
    for option in args.option:
        words += ["--option", option]
    for name, value in common.wiring_given(args).items():
        words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    settings = (("loss", LOSS), ("examples", EXAMPLES), ("seed", SEED))
    for name, default in settings:
        if getattr(args, name) != default:
            words += [f"--{name}", str(getattr(args, name))]
    sizes = smallest.witness.sizes
    return shlex.join([*words, "--sizes", *(f"{name}={size}" for name, size in sizes.items())])


def _keep_out_of_the_way() -> None:
    """Hypothesis keeps notes in a folder of its own; it must not appear where the user happens to stand."""
    from platformdirs import user_cache_path

    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(user_cache_path("rnnsym") / "hypothesis"))
