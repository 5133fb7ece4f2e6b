"""Arrays from outside: checked in the words of the cell, then laid out for the program."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnnsym.core import dims
from rnnsym.core.dims import Shape, show
from rnnsym.core.names import Name, Role
from rnnsym.core.system import System
from rnnsym.engine.program import first_row
from rnnsym.errors import InputError, ShapeError, unknown
from rnnsym.wiring import COUNT, MASK, TARGET, Options, predicted

Array = np.ndarray[Any, Any]
Given = dict[Name, Any]


def check_params(params: Mapping[str, Any], shapes: Mapping[str, Shape]) -> dict[str, Array]:
    """The parameters as arrays. Raises for unknown, missing, misshapen or non-finite ones."""
    check_mapping("params", params, "net.init()")
    for name in params:
        if name not in shapes:
            raise unknown("parameter", name, shapes)
    arrays = {}
    for name, shape in shapes.items():
        if name not in params:
            raise InputError(f"parameter {name} is missing; the network needs {', '.join(shapes)}.")
        arrays[name] = finite(f"parameter {name}", params[name])
        if arrays[name].shape != shape:
            raise ShapeError(f"parameter {name} has shape {arrays[name].shape}, it must be {show(shape)}.")
    return arrays


def check_mapping(what: str, value: Any, example: str) -> None:
    """Raises InputError for what is no dict."""
    if not isinstance(value, Mapping):
        raise InputError(f"{what} must be a dict by name, such as {example}, not {type(value).__name__}.")


def finite(what: str, value: Any) -> Array:
    """`value` as a float (or complex) array. Raises InputError where it is not numeric or not finite."""
    array = _rectangular(what, value)
    if array.dtype.kind not in "biufc":
        raise InputError(f"{what} is not numeric.")
    array = array if array.dtype.kind == "c" else array.astype(np.float64, copy=False)
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"{what} is not finite: the entry at {where} is {array[where]}.")
    return array


def _rectangular(what: str, value: Any) -> Array:
    """`value` as an array of its own: the backward pass may read it after the caller has changed his."""
    try:
        return np.array(value)
    except ValueError:
        raise InputError(f"{what} is ragged: its rows must have equal lengths.") from None


def given_values(
    system: System,
    sizes: Mapping[str, int],
    options: Options,
    params: Mapping[str, Array],
    x: Any,
    targets: Any,
    carry: Mapping[str, Any] | None,
    mask: Any,
    told: int | None = None,
) -> Given:
    """A value for every given name of `system`: timed ones with T + 1 rows, all with the same batch axes.

    `told`: T, where neither an input nor the targets tell it.
    """
    inputs = _inputs(system, x, sizes)
    steps, batch = _steps_and_batch(system, inputs or _carried(system, carry), targets, told)
    given: Given = {name: params[name.label] for name in system.given if name.role == Role.PARAM}
    for name, array in inputs.items():
        rank = len(system.given[name])
        if name in system.timed_given:
            given[name] = first_row(array, steps, batch, rank)
        else:
            given[name] = _spread(f"input {name.label}", array, (*batch, *array.shape[array.ndim - rank :]))
    for name, array in _initial(system, sizes, batch, {} if carry is None else carry).items():
        given[name] = array
    if targets is not None:
        given[TARGET] = _targets(system, targets, sizes, steps, batch, options)
    if mask is not None:
        given[MASK] = _mask(system, mask, steps, batch)
    if COUNT in system.given:
        entries = 1 if options.loss == "cross_entropy" else _entries(system.given[TARGET], sizes)
        given[COUNT] = _count(steps if TARGET in system.timed_given else 1, batch, given.get(MASK), entries)
    return given


def steps_told(system: System, given: Given) -> int | None:
    """T, where an array in time tells it."""
    return next((len(array) - 1 for name, array in given.items() if name in system.timed_given), None)


def _inputs(system: System, x: Any, sizes: Mapping[str, int]) -> dict[Name, Array]:
    names = [name for name in system.given if name.role == Role.INPUT]
    values = x if isinstance(x, Mapping) else _first(names, x)
    for label in values:
        if label not in [name.label for name in names]:
            raise unknown("input", label, [name.label for name in names])
    arrays = {}
    for name in names:
        if name.label not in values:
            labels = ", ".join(n.label for n in names)
            raise InputError(f"input {name.label} is missing: give x as a dict with {labels}.")
        array = _input(system, name, values[name.label], sizes)
        lead = "(T, …) or (T, B, …)" if name in system.timed_given else "any batch axis"
        if name in system.timed_given and array.shape[:1] == (0,):
            raise InputError(f"input {name.label} has T = 0 steps: a sequence needs at least one step.")
        _check_event(f"input {name.label}", array, system.given[name], sizes, lead)
        arrays[name] = array
    return arrays


def _first(names: Sequence[Name], x: Any) -> dict[str, Any]:
    if names:
        return {names[0].label: x}
    if x is None:
        return {}
    raise InputError("this network reads nothing: let x be {}, and say how many steps there are (steps=…).")


def _carried(system: System, carry: Any) -> dict[Name, Array]:
    """The initial carries that are given: they tell the batch of a network that reads nothing."""
    known = carry if isinstance(carry, Mapping) else {}
    starts = [name for name in system.given if name.role == Role.INITIAL and name.label in known]
    return {name: _rectangular(f"initial carry {name.label}", known[name.label]) for name in starts}


def _input(system: System, name: Name, value: Any, sizes: Mapping[str, int]) -> Array:
    what = f"input {name.label}"
    if name not in system.labels:
        return finite(what, value)
    array = _rectangular(what, value)
    if array.dtype.kind not in "iu":
        raise InputError(f"{what} takes the numbers of symbols, integers, not {array.dtype}.")
    return _in_range(f"a symbol of {what}", "symbols", array, dims.size(system.labels[name], sizes))


def _in_range(one: str, many: str, numbers: Array, count: int) -> Array:
    """`numbers`, of `count` kinds. Raises InputError for one that there is not."""
    if numbers.size and not (numbers.min() >= 0 and numbers.max() < count):
        raise InputError(f"{one} is outside 0…{count - 1}: the {many} run from {numbers.min()} to {numbers.max()}.")
    return numbers


def _steps_and_batch(
    system: System, inputs: Mapping[Name, Array], targets: Any, told: int | None
) -> tuple[int, tuple[int, ...]]:
    leads = {name: array.shape[: array.ndim - len(system.given[name])] for name, array in inputs.items()}
    lengths: list[int] = []
    for name, lead in leads.items():
        timed = name in system.timed_given
        if timed and not lead:
            raise ShapeError(f"input {name.label} has no time axis: its shape must begin with T.")
        if len(lead) > 1 + timed:
            known = "(T, B, …)" if timed else "(B, …)"
            what = "input" if name.role == Role.INPUT else "initial carry"
            raise ShapeError(f"{what} {name.label} has shape {inputs[name].shape}: at most {known} is understood.")
        lengths += lead[:1] if timed else ()
    if len(set(lengths)) > 1:
        raise ShapeError(f"the inputs have different numbers of steps: {lengths}.")
    steps = _steps(lengths, targets if TARGET in system.timed_given else None, told)
    batches = [lead[1:] if name in system.timed_given else lead for name, lead in leads.items()]
    try:
        return steps, np.broadcast_shapes(*batches)
    except ValueError:
        what = "inputs" if any(name.role == Role.INPUT for name in leads) else "initial carries"
        raise ShapeError(f"the {what} have different batch sizes: {batches}.") from None


def _steps(lengths: Sequence[int], targets: Any, told: int | None) -> int:
    """T: what the inputs tell, else the targets, else `told`. Raises InputError where none does, or `told` differs."""
    known = lengths or ([] if targets is None else np.shape(targets)[:1])
    if told is None and not known:
        raise InputError("no input tells the number of steps: say how many there are (steps=…), or give targets.")
    if told is not None and (isinstance(told, bool) or not isinstance(told, (int, np.integer)) or told < 1):
        raise InputError(f"the number of steps must be a whole number of 1 or more, not {told!r}.")
    if known and told is not None and told != known[0]:
        raise InputError(f"steps = {told}, but there are {known[0]} steps in what was given.")
    return known[0] if known else int(told or 0)


def _check_event(what: str, array: Array, shape: Shape, sizes: Mapping[str, int], lead: str) -> None:
    """Raises ShapeError where the last axes of `array` are not `shape`."""
    numbers = tuple(dims.size(dim, sizes) for dim in shape)
    if array.ndim < len(shape) or array.shape[array.ndim - len(shape) :] != numbers:
        words = " × ".join(f"{dim} = {number}" for dim, number in zip(shape, numbers, strict=True)) or "one number"
        raise ShapeError(f"{what} has shape {array.shape}; after {lead} it must be {words}.")


def _initial(
    system: System, sizes: Mapping[str, int], batch: tuple[int, ...], carry: Mapping[str, Any]
) -> dict[Name, Array]:
    names = {name.label: name for name in system.given if name.role == Role.INITIAL}
    check_mapping("carry", carry, f"{{'{next(iter(names))}': …}}")
    for label in carry:
        if label not in names:
            raise unknown("carry", label, names)
    arrays = {}
    for label, name in names.items():
        shape = tuple(dims.size(dim, sizes) for dim in system.given[name])
        value = finite(f"initial carry {label}", carry.get(label, np.zeros(shape)))
        _check_event(f"initial carry {label}", value, system.given[name], sizes, "any batch axis")
        arrays[name] = _spread(f"initial carry {label}", value, (*batch, *shape))
    return arrays


def _targets(
    system: System, targets: Any, sizes: Mapping[str, int], steps: int, batch: tuple[int, ...], options: Options
) -> Array:
    shape = system.given[TARGET]
    timed = TARGET in system.timed_given
    lead = (steps, *batch) if timed else batch
    if options.loss == "cross_entropy":
        labels = _rectangular("target", targets)
        if labels.dtype.kind not in "iu":
            raise InputError(f"cross-entropy takes integer labels, not {labels.dtype}.")
        classes = _entries(predicted(system).shape, sizes)
        array = _in_range("a label", "labels", labels, classes)
    else:
        array = finite("target", targets)
        _check_event("target", array, shape, sizes, "(T, …)" if timed else "any batch axis")
    if timed and (array.ndim == len(shape) or array.shape[0] != steps):
        raise ShapeError(f"the target has shape {array.shape}, but there are T = {steps} steps.")
    event = array.shape[array.ndim - len(shape) :] if shape else ()
    full = _spread("target", _align(array, len(shape), len(batch)) if timed else array, (*lead, *event))
    return first_row(full, steps, batch, len(shape)) if timed else full


def _align(array: Array, rank: int, batch_axes: int) -> Array:
    """(T, event) as (T, 1, event) where there is a batch."""
    missing = batch_axes - (array.ndim - rank - 1)
    return array.reshape(array.shape[0], *(1,) * missing, *array.shape[1:]) if missing > 0 else array


def _mask(system: System, mask: Any, steps: int, batch: tuple[int, ...]) -> Array:
    array = finite("mask", mask)
    if MASK not in system.timed_given:
        return _spread("mask", array, batch)
    if array.ndim == 0 or array.shape[0] != steps:
        raise ShapeError(f"the mask has shape {array.shape}, but there are T = {steps} steps.")
    full = _spread("mask", _align(array, 0, len(batch)), (steps, *batch))
    return np.asarray(first_row(full, steps, batch, 0))


def _count(outputs: int, batch: tuple[int, ...], mask: Array | None, entries: int) -> Array:
    """What reduction="mean" divides by: T·B times the entries of one target (C for squared error, 1 for a label)."""
    present = float(np.prod(batch, dtype=int) * outputs) if mask is None else float(np.sum(np.real(mask)))
    if present == 0:
        raise InputError("the mean of a loss over no targets is undefined: at least one target must be present.")
    return np.array(present * entries)


def _entries(shape: Shape, sizes: Mapping[str, int]) -> int:
    return math.prod(dims.size(dim, sizes) for dim in shape)


def _spread(what: str, array: Array, shape: Sequence[int]) -> Array:
    try:
        return np.broadcast_to(array, tuple(shape))
    except ValueError:
        raise ShapeError(f"the {what} has shape {array.shape}, it must be {show(tuple(shape))}.") from None
