"""`check_gradients`: any cell, network or pair of functions, against complex step on random cases."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from rnnsym.api.network import Network
from rnnsym.cells.base import Cell
from rnnsym.cells.registry import get
from rnnsym.checks.functions import FunctionSubject
from rnnsym.checks.networks import SMALLEST_CLASSES, NetworkSubject, OwnGradient
from rnnsym.checks.problem import Subject
from rnnsym.checks.report import Report
from rnnsym.checks.search import Progress, Search
from rnnsym.checks.verdicts import TOLERANCE
from rnnsym.core.dims import Shape
from rnnsym.errors import InputError


def check_gradients(
    what: Network | Cell | type[Cell] | str | Callable[..., Any],
    grad: Callable[..., Any] | None = None,
    *,
    shapes: Mapping[str, Shape] | None = None,
    sizes: Mapping[str, int] | None = None,
    loss: str = "squared",
    pattern: str = "many_to_many",
    reduction: str = "sum",
    examples: int = 25,
    seed: int = 0,
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
) -> Report:
    """Compare a gradient with complex step on random cases of growing size; failures are shrunk to the smallest.

    what: a Network; a Cell, its class or its name, which is given a readout and a loss; or a function of arrays that
    returns a number. grad: the gradient under test. For a network it defaults to the generated program; a function of
    your own is called as grad(params, x=…, targets=…, carry=…) and returns a dict by parameter. For a function `what`
    it is called with the same arrays and returns an array for each, or a dict by argument.
    shapes: the arguments of a function, with dimension names: {"W": ("H", "X"), "x": ("X",)}; a vector each by default.
    sizes: dimensions (and T, B) that shall not vary. examples: cases at each of eight sizes. tolerance: the error
    allowed, relative to the sum of absolute contributions to a block. Same seed, same report.
    Raises InputError and UnknownNameError for arguments that do not fit; a wrong gradient is a verdict, no error.
    """
    subject = _subject(what, grad, shapes, dict(sizes or {}), (loss, pattern, reduction))
    if examples < 1:
        raise InputError(f"examples must be 1 or more, not {examples}.")
    search = Search(subject, examples, seed, tolerance, progress or _silent)
    search.run()
    blocks = tuple(record.report(block) for block, record in search.records.items())
    return Report(subject.title, blocks, search.cases, examples, seed)


def _silent(text: str) -> None:
    """No progress is shown."""


def _subject(
    what: Any, grad: Any, shapes: Mapping[str, Shape] | None, sizes: dict[str, int], options: tuple[str, str, str]
) -> Subject:
    if isinstance(what, Network):
        return _network_subject(what, sizes, grad)
    if isinstance(what, str):
        return _cell_subject(get(what), sizes, options, grad)
    if isinstance(what, type) and issubclass(what, Cell):
        return _cell_subject(what(), sizes, options, grad)
    if isinstance(what, Cell):
        return _cell_subject(what, sizes, options, grad)
    if not callable(what):
        raise InputError(f"{what!r} cannot be checked: give a Network, a Cell, the name of a cell, or a function.")
    if grad is None:
        raise InputError("a function needs the gradient to check: check_gradients(f, grad=g).")
    return FunctionSubject(what, grad, shapes or _vectors(what), sizes)


def _network_subject(net: Network, sizes: Mapping[str, int], grad: OwnGradient | None) -> NetworkSubject:
    """The network at its own sizes; only T and the batch vary."""
    return NetworkSubject(repr(net), lambda dims: net, [], sizes, grad)


def _cell_subject(
    cell: Cell, sizes: dict[str, int], options: tuple[str, str, str], grad: OwnGradient | None
) -> NetworkSubject:
    loss, pattern, reduction = options
    names = [*dict.fromkeys([*cell.dimensions(), "C"])]
    title = f"{cell.name}, {loss} loss, {pattern}: gradients against complex step"
    return NetworkSubject(title, partial(_make, cell, loss, pattern, reduction), names, sizes, grad)


def _make(cell: Cell, loss: str, pattern: str, reduction: str, dims: Mapping[str, int]) -> Network:
    """A network of the cell; one class alone would make the loss of cross-entropy a constant."""
    own = {name: size for name, size in dims.items() if name not in ("X", "H", "C")}
    classes = max(dims["C"], SMALLEST_CLASSES) if loss == "cross_entropy" else dims["C"]
    return Network(cell, dims.get("X", 1), dims.get("H", 1), classes, loss, pattern, reduction, own)


def _vectors(function: Callable[..., Any]) -> dict[str, Shape]:
    """Every argument as a vector, all of one length."""
    return dict.fromkeys(inspect.signature(function).parameters, ("N",))
