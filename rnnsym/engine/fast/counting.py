"""What NumPy does when a generated program runs, line by line: the program runs once, on arrays that count."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

Line = tuple[str, int]
"""A line of a module, with the function in which it stands."""


class Cost(NamedTuple):
    """Calls of NumPy, operations on numbers, and bytes that are read or written."""

    calls: int = 0
    flops: int = 0
    bytes: int = 0

    def plus(self, other: "Cost", times: int = 1) -> "Cost":
        return Cost(*(a + times * b for a, b in zip(self, other, strict=True)))

    def over(self, steps: int) -> "Cost":
        """The part of one of `steps`."""
        return Cost(*(round(number / steps) for number in self))


Counts = dict[Line, Cost]


class _Meter(NamedTuple):
    file: str
    counts: Counts

    def add(self, flops: int, arrays: Iterable[Any]) -> None:
        """One more call, in the outermost line of the program that led to it."""
        frame: FrameType | None = sys._getframe(2)
        line = None
        while frame is not None:
            if frame.f_code.co_filename == self.file:
                line = frame.f_code.co_name, frame.f_lineno
            frame = frame.f_back
        if line is not None:
            size = sum(array.nbytes for array in arrays if isinstance(array, (np.ndarray, np.generic)))
            self.counts[line] = self.counts.get(line, Cost()).plus(Cost(1, flops, size))


_METER: ContextVar[_Meter | None] = ContextVar("meter", default=None)


class Counted(np.ndarray[Any, Any]):
    """An array that reports what is done with it. A view is no call."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **named: Any) -> Any:
        plain = [_plain(each) for each in inputs]
        outs = named.get("out", ())
        if outs:
            named["out"] = tuple(map(_plain, outs))
        result = getattr(ufunc, method)(*plain, **named)
        _count(_operations(ufunc, method, plain, result), [*plain, *([] if method == "at" else [result])])
        return outs[0] if outs else _counted(result)

    def __array_function__(self, function: Any, types: Any, args: Any, named: Any) -> Any:
        if function not in COPIES and function not in PRODUCTS:
            return super().__array_function__(function, types, args, named)
        plain, named = _plain(args), {key: _plain(each) for key, each in named.items()}
        result = function(*plain, **named)
        arrays = [each for arg in plain for each in (arg if isinstance(arg, (list, tuple)) else [arg])]
        _count(_multiplied(plain[0], result) if function in PRODUCTS else 0, [*arrays, result])
        return _counted(result)

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(_plain(key))
        if isinstance(found, np.ndarray) and found.base is None:
            _count(0, [found, found])
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_plain(key), _plain(value))
        part = super().__getitem__(_plain(key))
        _count(0, [part, value if isinstance(value, np.ndarray) else part])

    def dot(self, other: Any, out: Any = None) -> Any:
        result = np.dot(_plain(self), _plain(other), out=_plain(out))
        _count(_multiplied(self, result), [self, other, result])
        return _counted(result)

    def copy(self, order: Any = "C") -> Any:
        _count(0, [self, self])
        return super().copy(order)


COPIES = frozenset({np.argmax, np.argsort, np.concatenate, np.copyto, np.take_along_axis, np.where})
PRODUCTS = frozenset({np.dot, np.vdot, np.inner})


def _count(flops: int, arrays: Iterable[Any]) -> None:
    if meter := _METER.get():
        meter.add(flops, arrays)


def _plain(value: Any) -> Any:
    if isinstance(value, Counted):
        return value.view(np.ndarray)
    return type(value)(map(_plain, value)) if type(value) in (tuple, list) else value


def _counted(value: Any) -> Any:
    return value.view(Counted) if isinstance(value, np.ndarray) else value


def _operations(ufunc: Any, method: str, inputs: list[Any], result: Any) -> int:
    """A product of matrices has 2 for each number that is multiplied; any other function 1 for each entry."""
    if ufunc is np.matmul:
        return _multiplied(inputs[0], result)
    return int(np.size(inputs[0] if method != "__call__" else result))


def _multiplied(left: Any, result: Any) -> int:
    inner = np.shape(left)[-1] if np.ndim(left) else 1
    return 2 * inner * int(np.size(result))


class _NumPy:
    """NumPy, whose new arrays count."""

    asarray = staticmethod(np.asanyarray)

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        if name not in ("zeros", "empty", "ones", "full"):
            return found
        return lambda *args, **named: found(*args, **named).view(Counted)


def array(shape: tuple[int, ...], kind: str = "float64") -> Any:
    """An array that counts; what stands in it does not matter."""
    return np.full(shape, 0 if kind == "int" else 0.5, kind).view(Counted)


def counted(source: str, use: Callable[[dict[str, Any]], object]) -> Counts:
    """What each line costs while `use` calls the functions of a module, whose arrays count."""
    file = "<rnnsym counted program>"
    module: dict[str, Any] = {"__name__": "rnnsym_counted_program"}
    exec(compile(source, file, "exec"), module)
    module["np"] = _NumPy()
    counts: Counts = {}
    with np.errstate(all="ignore"), _measured(_Meter(file, counts)):
        use(module)
    return counts


@contextmanager
def _measured(meter: _Meter) -> Iterator[None]:
    token = _METER.set(meter)
    try:
        yield
    finally:
        _METER.reset(token)
