"""Arguments that several commands take, and what they stand for."""

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rnnsym.errors import InputError

if TYPE_CHECKING:
    from rnnsym.api.network import Network
    from rnnsym.cells.base import Cell
    from rnnsym.wiring import Body, Options

LARGEST_SIZE = 1_000_000
OTHER_SIZE = 2
"""The size of a dimension that only the user's cell has a name for."""
WIRING = ("layers", "stack", "bidirectional", "decoder", "feedback", "context", "pattern", "reduction", "symbols")


def add_cell(parser: argparse.ArgumentParser, default: str | None = None, optional: bool = False) -> None:
    """CELL and its options. It may be left out where there is a `default`, or with `optional`."""
    about = "elman, lstm, gru, … (all: rnnsym derive --list), or path/to/file.py:MyCell"
    if default is not None:
        about += f" (default: {default})"
    if default is not None or optional:
        parser.add_argument("cell", metavar="CELL", nargs="?", default=default, help=about)
    else:
        parser.add_argument("cell", metavar="CELL", help=about)
    parser.add_argument(
        "--act", metavar="F", help="tanh, sigmoid, relu or identity, in a cell that has the option activation"
    )
    parser.add_argument(
        "--option",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="an option of the cell, such as variant=peephole; once for each",
    )


def add_wiring(parser: argparse.ArgumentParser) -> None:
    """How cells are wired into a network: layers, directions, a decoder; what is read, and where there is an output."""
    group = parser.add_argument_group("wiring")
    group.add_argument("--layers", metavar="N", type=size, help="N layers of CELL, each above the other")
    group.add_argument("--stack", metavar="CELLS", help="other cells above CELL, the lowest first: gru,elman")
    group.add_argument("--bidirectional", action="store_true", help="each layer in both directions of time")
    group.add_argument("--decoder", metavar="CELL", help="a decoder that starts from the last state of CELL")
    group.add_argument("--feedback", metavar="F", help="what the decoder reads: teacher (default), soft or hard")
    group.add_argument(
        "--context", action="store_true", help="the decoder reads the encoder's last output at every step"
    )
    group.add_argument(
        "--pattern", metavar="P", help="many_to_many (default), many_to_one, one_to_many, language_model"
    )
    group.add_argument(
        "--symbols", action="store_true", help="x is the number of a symbol, such as a character, and no vector"
    )
    group.add_argument("--reduction", metavar="R", help="the loss: sum (default) or mean")


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


def wiring_of(args: argparse.Namespace) -> "Body":
    """The cells asked for, wired together; a cell alone is one layer. Raises RnnsymError."""
    from rnnsym.wiring.compose import SHAPE, compose

    return compose(load_cell(args), **{name: getattr(args, name) for name in SHAPE})


def options_of(args: argparse.Namespace) -> "Options":
    """Loss, pattern, reduction and symbols; what was not given has its default. Raises UnknownNameError."""
    from rnnsym.wiring.compose import chosen

    return chosen(vars(args))


def wiring_given(args: argparse.Namespace) -> dict[str, Any]:
    """The options of `add_wiring` that were given, by name."""
    return {name: value for name in WIRING if (value := getattr(args, name))}


def network_of(args: argparse.Namespace, sizes: Mapping[str, int]) -> "Network":
    """The network asked for, with `sizes` for dimensions (X, H, C); every other dimension is OTHER_SIZE."""
    return sized(wiring_of(args), options_of(args), sizes)


def sized(body: "Body", options: "Options", sizes: Mapping[str, int]) -> "Network":
    """A network with `sizes` for dimensions (X, H, C); every other dimension is OTHER_SIZE."""
    from rnnsym.api.network import Network
    from rnnsym.wiring import wire

    found = {name: sizes.get(name, OTHER_SIZE) for name in wire(body, options).dimensions}
    return Network.sized(body, options, {**sizes, **found})


def sizes(option: str, items: Iterable[str]) -> dict[str, int]:
    """`["T=3", "H=2"]` as a dict. Raises InputError for anything else."""
    try:
        return {name: size(number) for name, number in pairs(option, items).items()}
    except argparse.ArgumentTypeError as error:
        raise InputError(f"{option}: {error}.") from None


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


def one_thread_each() -> None:
    """Let every product and decomposition of NumPy's run in one thread, unless the user has said otherwise.

    The matrices of these commands are small, and OpenBLAS, where other work runs beside it, may take ten times as long
    in several threads. Rounding then depends on no number of threads either. Of no effect once NumPy is loaded.
    """
    if "numpy" not in sys.modules:
        for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, "1")
