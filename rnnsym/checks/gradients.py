"""`check_gradients`: any cell, network or pair of functions, against complex step on random cases."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from rnnsym.api.network import Network
from rnnsym.cells.base import Cell
from rnnsym.checks.functions import FunctionSubject
from rnnsym.checks.networks import SMALLEST_CLASSES, NetworkSubject, OwnGradient
from rnnsym.checks.problem import Subject
from rnnsym.checks.report import Report
from rnnsym.checks.search import Progress, Search
from rnnsym.checks.verdicts import TOLERANCE
from rnnsym.core.dims import Shape
from rnnsym.errors import InputError
from rnnsym.wiring import Bidirectional, Body, EncoderDecoder, Layer, Options, Stacked, as_body, described, wire


def check_gradients(
    what: Network | Body | Cell | type[Cell] | str | Callable[..., Any],
    grad: Callable[..., Any] | None = None,
    *,
    shapes: Mapping[str, Shape] | None = None,
    sizes: Mapping[str, int] | None = None,
    loss: str = "squared",
    pattern: str = "many_to_many",
    reduction: str = "sum",
    symbols: bool = False,
    examples: int = 25,
    seed: int = 0,
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
) -> Report:
    """Compare a gradient with complex step on random cases of growing size; failures are shrunk to the smallest.

    what: a Network; a Cell, its class, its name or a composition such as rs.Bidirectional("gru"), which is given a
    readout and a loss; or a function of arrays that returns a number. grad: the gradient under test. For a network it
    defaults to the generated program; a function of your own is called as grad(params, x=…, targets=…, carry=…) and
    returns a dict by parameter. For a function `what` it is called with the same arrays and returns an array for each,
    or a dict by argument.
    shapes: the arguments of a function, with dimension names: {"W": ("H", "X"), "x": ("X",)}; a vector each by default.
    symbols: a cell that reads vectors is given numbers of symbols instead, as by inputs=rs.Vocabulary(X).
    sizes: dimensions (and T, B) that shall not vary. examples: cases at each of eight sizes. tolerance: the error
    allowed, relative to the sum of absolute contributions to a block. Same seed, same report.
    Raises InputError and UnknownNameError for arguments that do not fit; a wrong gradient is a verdict, no error.
    """
    subject = _subject(what, grad, shapes, dict(sizes or {}), Options(True, loss, pattern, reduction, symbols=symbols))
    if examples < 1:
        raise InputError(f"examples must be 1 or more, not {examples}.")
    search = Search(subject, examples, seed, tolerance, progress or _silent)
    search.run()
    blocks = tuple(record.report(block) for block, record in search.records.items())
    return Report(subject.title, blocks, search.cases, examples, seed)


def _silent(text: str) -> None:
    """No progress is shown."""


def _subject(
    what: Any, grad: Any, shapes: Mapping[str, Shape] | None, sizes: dict[str, int], options: Options
) -> Subject:
    if isinstance(what, Network):
        return _network_subject(what, sizes, grad)
    composed = isinstance(what, (Layer, Stacked, Bidirectional, EncoderDecoder))
    if composed or isinstance(what, (str, Cell)) or (isinstance(what, type) and issubclass(what, Cell)):
        return _wired_subject(as_body(what), sizes, options, grad)
    if not callable(what):
        raise InputError(f"{what!r} cannot be checked: give a Network, a Cell, the name of a cell, or a function.")
    if grad is None:
        raise InputError("a function needs the gradient to check: check_gradients(f, grad=g).")
    return FunctionSubject(what, grad, shapes or _vectors(what), sizes)


def _network_subject(net: Network, sizes: Mapping[str, int], grad: OwnGradient | None) -> NetworkSubject:
    """The network at its own sizes; only T and the batch vary."""
    return NetworkSubject(repr(net), lambda dims: net, [], sizes, grad)


def _wired_subject(body: Body, sizes: dict[str, int], options: Options, grad: OwnGradient | None) -> NetworkSubject:
    title = f"{described(body)}, {options.loss} loss, {options.pattern}: gradients against complex step"
    names = [*wire(body, options).dimensions]
    return NetworkSubject(title, partial(_make, body, options), names, sizes, grad)


def _make(body: Body, options: Options, dims: Mapping[str, int]) -> Network:
    """A network at these sizes; one class alone would make the loss of cross-entropy a constant."""
    classes = max(dims["C"], SMALLEST_CLASSES) if options.loss == "cross_entropy" else dims["C"]
    return Network.sized(body, options, {**dims, "C": classes})


def _vectors(function: Callable[..., Any]) -> dict[str, Shape]:
    """Every argument as a vector, all of one length."""
    return dict.fromkeys(inspect.signature(function).parameters, ("N",))
