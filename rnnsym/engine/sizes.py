"""The sizes of named dimensions: read off the shapes of given arrays, also of one such as `2H` or `H+X`."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rnnsym.core import dims
from rnnsym.core.dims import Dim
from rnnsym.core.names import Name, Role
from rnnsym.core.system import System
from rnnsym.errors import ScheduleError

LOSS_DATA = frozenset({Role.TARGET, Role.MASK, Role.COUNT, Role.SEED})
"""Not every run is given these: no size may hang on them."""


class Source(NamedTuple):
    """A dimension as told by axis `axis` of `name`, whose length is `length`."""

    name: Name
    axis: int
    length: Dim


class Sizes:
    """For each dimension name of a System, the array that tells it."""

    def __init__(self, system: System) -> None:
        axes = [
            Source(name, i - len(shape), dim)
            for name, shape in system.given.items()
            if name.role not in LOSS_DATA
            for i, dim in enumerate(shape)
        ]
        self.sources: dict[str, Source] = {}
        for source in axes:
            if source.length in dims.names_in(source.length):
                self.sources.setdefault(str(source.length), source)
        while found := self._solvable(axes):
            self.sources.update(found)

    def _solvable(self, axes: Iterable[Source]) -> dict[str, Source]:
        """One more dimension: the only unknown name of an axis."""
        for source in axes:
            unknown = [name for name in dims.names_in(source.length) if name not in self.sources]
            if len(unknown) == 1 and unknown[0] in dict(dims.parts(source.length)[0]):
                return {unknown[0]: source}
        return {}

    def needed(self, names: Iterable[str]) -> list[str]:
        """`names` and those that they are solved with, each after the ones it needs. Raises ScheduleError."""
        ordered: dict[str, None] = {}
        for name in names:
            if name not in self.sources:
                raise ScheduleError(f"no parameter and no input tells the size of the dimension {name}.")
            others = [other for other in dims.names_in(self.sources[name].length) if other != name]
            ordered.update(dict.fromkeys([*self.needed(others), name]))
        return list(ordered)

    def line(self, name: str, arrays: Mapping[Name, str], sizes: Mapping[str, str]) -> str:
        """How a program finds the size of `name`: `W.shape[-2]`, or `W.shape[-2] // 2` where the axis is 2H."""
        source = self.sources[name]
        length = f"{arrays[source.name]}.shape[{source.axis}]"
        count = dict(dims.parts(source.length)[0])[name]
        whole = f"{abs(count)}{name}" if abs(count) > 1 else name
        rest = dims.plus(source.length, whole, -1 if count > 0 else 1)
        if rest != 0:
            negative = dims.plus(0, rest, -1)
            length = text(negative, sizes, length) if count > 0 else f"{text(rest, sizes)} - {length}"
            length = f"({length})" if abs(count) > 1 else length
        return f"{length} // {abs(count)}" if abs(count) > 1 else length


def text(dim: Dim, sizes: Mapping[str, str], out: str = "") -> str:
    """A dimension as source: `H`, `H + X`, `2 * H - 1`, added to the sum `out` if there is one.

    Raises ScheduleError for a name without a size.
    """
    terms, constant = dims.parts(dim)
    for term, count in terms:
        for name in term.split("*"):
            if name not in sizes:
                raise ScheduleError(f"no parameter and no input tells the size of the dimension {name}.")
        factors = [sizes[name] for name in term.split("*")]
        out += _signed(count, " * ".join(factors if abs(count) == 1 else [str(abs(count)), *factors]), out)
    return out + _signed(constant, str(abs(constant)), out) if constant or not out else out


def _signed(value: int, size: str, before: str) -> str:
    sign = "-" if value < 0 else "+"
    if before:
        return f" {sign} {size}"
    return f"-{size}" if value < 0 else size
