"""`rnnsym sweep`: the same measures on many networks, over a grid of settings and several seeds."""

import argparse
import os
import signal
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnsym.cli import common
from rnnsym.cli.files import can_be_a_picture
from rnnsym.cli.terminal import say, shows_unicode, width, write, write_json
from rnnsym.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from rnnsym.analysis.sweeps import Sweep, Table
    from rnnsym.analysis.sweeps.runner import Progress

INTERRUPTED = 130
SEEDS, MEASURE = 4, "lyapunov"
MOST_VALUES = 10_000
AXES = {
    "act": ("activation", "F", "tanh, sigmoid, relu, identity, in cells that have the option activation"),
    "scheme": (
        "scheme", "NAME", "glorot (default), gaussian, orthogonal, identity, uniform, chrono, unit_forget_bias"
    ),
    "radius": ("spectral_radius", "R", "rescale the recurrent matrices to spectral radius R"),
    "forget-bias": ("forget_bias", "B", "the bias of the gate that keeps the state"),
    "gain": ("gain", "G", "then multiply the recurrent weights by G (default: 1)"),
    "hidden": ("hidden", "H", "hidden units (default: 32)"),
    "inputs": ("inputs", "X", "inputs (default: as many as hidden units)"),
    "steps": ("steps", "T", "steps (default: 100)"),
    "variance": ("variance", "V", "of the inputs, which are Gaussian; 0 for none (default: 1)"),
    "start": ("start", "S", "standard deviation of the initial states (default: 1)"),
}  # fmt: skip
"""Option -> axis of the sweep, what stands for its values, what it means."""
WORDS = ("activation", "scheme")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cells", metavar="CELLS", help="elman,lstm,… or path/to/file.py:MyCell, apart by commas")
    grid = parser.add_argument_group("grid", "Each takes one value, several (.5,1,2), or a range: .5:2:.25.")
    for option, (axis, metavar, about) in AXES.items():
        grid.add_argument(f"--{option}", dest=axis, metavar=metavar, help=about)
    parser.add_argument(
        "--seeds", metavar="N", type=common.size, default=SEEDS, help=f"networks at each point (default: {SEEDS})"
    )
    parser.add_argument("--seed", metavar="S", type=common.seed, default=0, help="another ensemble (default: 0)")
    parser.add_argument("--measure", metavar="NAMES", help="which measures, or path/to/file.py:function (default: all)")
    parser.add_argument("--out", metavar="FILE", help="keep every finished row in FILE, and go on from there")
    parser.add_argument("--workers", metavar="N", type=common.size, help="processes (default: none beside this one)")
    parser.add_argument(
        "--plot",
        metavar="MEASURE",
        nargs="?",
        const=MEASURE,
        help=f"draw a measure over the grid ({MEASURE})",
    )
    parser.add_argument("--axes", metavar="A,B", help="the axes of the picture (default: the first two that vary)")
    parser.add_argument("--save", metavar="FILE", help="draw it as FILE.svg or FILE.png")
    parser.add_argument("--force", action="store_true", help="--save replaces a file that exists")
    parser.add_argument("--csv", action="store_true", help="print the rows as CSV")
    common.add_json(parser)
    common.add_ascii(parser)
    parser.usage = f"{parser.prog} CELLS [--gain .5:2:.25] [--seeds N] [--out FILE] [options]"
    parser.epilog = """\
With --out an interrupted sweep loses nothing: the same command goes on with it.

measures: log_norms, lyapunov, mean_field, saturated, step_radius, step_norm,
loss_gradient, lag_below, not_finite; see docs/sweeps.md

examples
  rnnsym sweep elman,lstm --gain .5:2:.25 --seeds 8 --out gains.jsonl --plot
  rnnsym sweep elman --gain .5:3:.5 --variance 0,.1,1 --scheme gaussian --plot
  rnnsym sweep lstm --scheme glorot,unit_forget_bias,chrono --plot log_norms
  rnnsym sweep elman --gain .5:2:.25 --save gains.svg
  rnnsym sweep elman --hidden 64 --workers 4 --csv > rows.csv"""


def run(args: argparse.Namespace) -> int:
    """Print one line for each point of the grid, the rows, or a picture."""
    _check(args)
    common.one_thread_each()
    sweep, axes = _sweep(args), _picture_axes(args)
    if args.plot:
        from rnnsym.analysis.sweeps.picture import picture_axes

        picture_axes(sweep, args.plot, axes)
        if args.save:
            from rnnsym.analysis.figures import phase_axes

            phase_axes(sweep, *_figure_axes(sweep, axes))
    try:
        with _workers(args.workers) as executor, _progress(len(sweep)) as progress:
            table = sweep.run(args.out, executor, progress)
    except KeyboardInterrupt:
        kept = (
            f"the rows that are done are in {args.out}: the same command goes on." if args.out else "nothing is kept."
        )
        say(f"interrupted; {kept}{'' if args.out else ' With --out FILE every finished row is.'}")
        return INTERRUPTED
    _show(args, table, axes)
    if table.errors:
        first = table.errors[0]
        point = ", ".join(f"{name} {first[name]}" for name in (*sweep.varied, "seed"))
        say(f"{len(table.errors)} of {len(table)} runs failed; the first one, {point}: {first['error']}")
    return 0


def _check(args: argparse.Namespace) -> None:
    """Raises InputError for options that do not go together, before anything runs."""
    if args.save and not args.plot:
        args.plot = MEASURE
    if sum(map(bool, (args.json, args.csv, args.plot))) > 1:
        other = "--save" if args.save else "--plot"
        raise InputError(f"--json, --csv and {other} exclude each other: ask for one, and again for the other.")
    if args.axes and not args.plot:
        raise InputError("--axes is for --plot and --save.")
    if args.force and not args.save:
        raise InputError("--force is for --save FILE.")
    if args.save:
        if args.plot == "log_norms":
            raise InputError("--save draws one number of each run, and log_norms is a list: see it with --plot alone.")
        can_be_a_picture(Path(args.save), args.force)


def _sweep(args: argparse.Namespace) -> "Sweep":
    from rnnsym.analysis.sweeps import MEASURES, Sweep

    axes = {axis: _values(option, axis, text) for option, (axis, _, _) in AXES.items() if (text := getattr(args, axis))}
    cells = [cell.strip() for cell in args.cells.split(",") if cell.strip()]
    measures = _names(args.measure) if args.measure else list(MEASURES)
    if args.plot:
        needed = [args.plot, *(["mean_field"] if args.plot in (MEASURE, "log_norms") else [])]
        measures = list(dict.fromkeys([*measures, *needed]))
    return Sweep(cell=cells, seeds=args.seeds, seed=args.seed, measures=measures, **axes)


def _picture_axes(args: argparse.Namespace) -> list[str]:
    """The axes of the picture, as the options are called or as the rows call them."""
    return [AXES[name][0] if name in AXES else name for name in _names(args.axes or "")]


def _figure_axes(sweep: "Sweep", axes: list[str]) -> tuple[str | None, str | None]:
    """What a figure has across and up: the axes of numbers among these; others have a curve or a map a value."""
    found = [name for name in axes if all(isinstance(value, (int, float)) for value in sweep.axes[name])]
    return found[0] if found else None, found[1] if len(found) > 1 else None


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _values(option: str, axis: str, text: str) -> list[Any]:
    """`.5,1,2` or `.5:2:.25`, with its end; `none` for what is left as it is. Raises InputError."""
    found: list[Any] = []
    for part in _names(text):
        if axis in WORDS:
            found.append(None if part == "none" else part)
        elif part.lower() == "none":
            found.append(None)
        else:
            found += [_number(number) for number in _range(option, part)]
    return found


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _range(option: str, text: str) -> list[Decimal]:
    try:
        ends = [Decimal(part) for part in text.split(":")]
    except InvalidOperation:
        ends = []
    if len(ends) not in (1, 3) or not all(end.is_finite() for end in ends):
        raise InputError(f"--{option} takes numbers such as .5,1,2 or a range such as .5:2:.25, not '{text}'.")
    if len(ends) == 1:
        return ends
    first, last, step = ends
    if step <= 0 or last < first or (last - first) / step > MOST_VALUES:
        raise InputError(f"--{option} {text}: a range is FIRST:LAST:STEP with a STEP above 0 and up to 10,000 values.")
    return [first + i * step for i in range(int((last - first) / step) + 1)]


# The work. ------------------------------------------------------------------------------------------------------


@contextmanager
def _workers(count: int | None) -> "Iterator[Executor | None]":
    """Processes that begin nothing new after Ctrl+C."""
    if count is None:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(count, mp_context=context, initializer=_as_worker)
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def _as_worker() -> None:
    """Leave Ctrl+C to the process that began this one, do not outlive it, and work in one thread."""
    import multiprocessing
    import threading

    os.environ.setdefault("OMP_NUM_THREADS", "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(INTERRUPTED)


@contextmanager
def _progress(total: int) -> "Iterator[Progress | None]":
    """A bar with rate and remaining time on stderr, where someone looks on."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    columns = (
        TextColumn("runs"),
        BarColumn(),
        MofNCompleteColumn(),
        rate,
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("runs", total=total, rate="")

        def advance(done: int, total: int) -> None:
            speed = bar.tasks[task].finished_speed or bar.tasks[task].speed
            bar.update(task, completed=done, rate=f"{speed:.1f}/s" if speed else "")

        yield advance


# The output. ----------------------------------------------------------------------------------------------------


def _show(args: argparse.Namespace, table: "Table", axes: list[str]) -> None:
    if args.json:
        from rnnsym.analysis.sweeps.record import encoded

        rows = [encoded(row) for row in table]
        write_json("sweep", {"sweep": table.sweep.spec, "complete": table.complete, "rows": rows})
    elif args.csv:
        write(table.to_csv().splitlines())
    elif args.save:
        from rnnsym.analysis.figures import phase, save

        expected = "mean_field" if args.plot == MEASURE else None
        across, up = _figure_axes(table.sweep, axes)
        save(phase(table, args.plot, across, up, expected), args.save, args.force)
        say(f"wrote {args.save}")
    elif args.plot:
        from rnnsym.analysis.sweeps.picture import phase_plot

        write(phase_plot(table, args.plot, axes, min(width(), 80), args.ascii or not shows_unicode()))
    else:
        from rnnsym.analysis.sweeps.summary import summary

        write(summary(table, width(), args.ascii or not shows_unicode()))
