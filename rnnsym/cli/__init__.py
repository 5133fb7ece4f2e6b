"""The command line. A command is a module of this package with `add_arguments(parser)` and `run(args) -> int`.

Only the module of the command that was asked for is imported, and numeric libraries only inside `run`: `--version`
and `--help` must answer at once. Results go to stdout, everything else to stderr.
"""

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator, Sequence

from rnnsym._version import __version__
from rnnsym.errors import InputError, RnnsymError, unknown

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

COMMANDS = {
    "derive": "the equations of a cell, their adjoints and its gradients, for any T",
    "step": "every equation of every time step with its numbers, forward and back",
    "flow": "where the gradient goes in time: norms, bounds, spectra",
    "check": "compare gradients with complex-step derivatives on random sizes",
    "plan": "how the gradients are computed fast: passes, calls, costs",
    "graph": "draw the unrolled graph with the value and gradient of each node",
    "lesson": "walk through backpropagation through time with live numbers",
}

FURTHER = {
    "sweep": "the same measures on many networks: gains, schemes, cells, with many seeds",
}
"""For the few who look for them: not in the first screen of help."""

HELP = """\
rnnsym: derive, see, step and check the gradients of recurrent networks.

usage: rnnsym                      open the terminal app where it was left
       rnnsym --reset              open it anew
       rnnsym COMMAND [options]    do one job and print the result
       rnnsym COMMAND --help       what the command takes, with examples

commands
{commands}

A CELL is elman, lstm, gru, … (all: rnnsym derive --list), or one of your own:
path/to/file.py:MyCell

examples
  rnnsym derive lstm
  rnnsym derive elman --form closed --wrt U --notation deck_s
  rnnsym step lstm --text "the cat sat" --hidden 3 --seed 7
  rnnsym step elman --set W=.6 U=.4 --x 1 2 3 --target _ _ .5 --lr .01
  rnnsym flow lstm --compare gru,elman --text "the cat sat" --reach
  rnnsym check my_cell.py:MyCell

In the app, ? lists the keys and says where copies and your own keys.toml go.

exit codes: 0 done, 1 a check failed, 2 bad usage or input, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. No error of the user's own making ends in a traceback."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    with _unprintable_escaped():
        try:
            code = _dispatch(arguments)
            sys.stdout.flush()
            return code
        except BrokenPipeError:
            _discard_output()
            return OK
        except OSError as error:
            _discard_output()
            return _complain(f"the output cannot be written: {error.strerror}.")
        except KeyboardInterrupt:
            return INTERRUPTED
        except RnnsymError as error:
            return _complain(str(error))
        except MemoryError:
            return _complain("there is not enough memory for these sizes: choose smaller ones.")


def _dispatch(arguments: list[str]) -> int:
    if arguments in ([], ["--reset"]):
        from rnnsym.cli.app import open_app

        return open_app({"reset": True} if arguments else {})
    word, *rest = arguments
    if word in ("-h", "--help", "help"):
        commands = "\n".join(f"  {name:<8} {about}" for name, about in COMMANDS.items())
        sys.stdout.write(HELP.format(commands=commands))
        return OK
    if word in ("-V", "--version"):
        sys.stdout.write(f"rnnsym {__version__}\n")
        return OK
    if word == "--reset":
        raise InputError(f"--reset stands alone, without '{rest[0]}'; for one cell: rnnsym step CELL --reset.")
    if word.startswith("-"):
        raise unknown("option", word, ["--help", "--reset", "--version"])
    if word not in {**COMMANDS, **FURTHER}:
        raise unknown("command", word, {**COMMANDS, **FURTHER})
    return _run_command(word, rest)


def _run_command(command: str, arguments: list[str]) -> int:
    from rnnsym.cli.parser import Parser

    module = importlib.import_module(f"rnnsym.cli.{command}")
    parser = Parser(prog=f"rnnsym {command}", about={**COMMANDS, **FURTHER}[command])
    module.add_arguments(parser)
    args = parser.parse(arguments)
    return OK if args is None else int(module.run(args))


def _complain(message: str) -> int:
    print(f"rnnsym: {message}", file=sys.stderr)
    return USAGE


@contextlib.contextmanager
def _unprintable_escaped() -> Iterator[None]:
    """What the encoding of stdout lacks is written as an escape: a user's text must not end the program."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    errors = getattr(sys.stdout, "errors", None)
    if reconfigure is None or errors != "strict":
        yield
        return
    reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        sys.stdout.reconfigure(errors=errors)  # type: ignore[union-attr]


def _discard_output() -> None:
    """Where writing failed, Python's own flush at exit must not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
