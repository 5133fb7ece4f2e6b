"""Where timed vectors live: side by side in the rows of banks, so that neighbours are one contiguous slice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from rnnsym.core.names import Interval, Name


class Tenant(NamedTuple):
    """A timed vector in a column of a bank: row t of the bank holds `name` at step t + `shift`."""

    name: Name
    shift: int


Column = tuple[Tenant, ...]
"""The vectors that share a place, each computed in place over the one before it; their sizes are equal."""


@dataclass(frozen=True)
class Tiled:
    """Matrices side by side in one array, for every step of `rows` a square one with `size` rows; `places`: for each
    name where it stands, the index of its rows and of its columns (a number for a scalar)."""

    size: int
    rows: Interval
    places: Mapping[Name, tuple[str, str]]


@dataclass(frozen=True)
class Layout:
    """`banks`: for each bank its columns, from left to right."""

    banks: tuple[tuple[Column, ...], ...] = ()
    tiled: Tiled | None = None
