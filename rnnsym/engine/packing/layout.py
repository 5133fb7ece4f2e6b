"""Where timed vectors live: side by side in the rows of banks, so that neighbours are one contiguous slice."""

from dataclasses import dataclass
from typing import NamedTuple

from rnnsym.core.names import Name


class Tenant(NamedTuple):
    """A timed vector in a column of a bank: row t of the bank holds `name` at step t + `shift`."""

    name: Name
    shift: int


Column = tuple[Tenant, ...]
"""The vectors that share a place, each computed in place over the one before it; their sizes are equal."""


@dataclass(frozen=True)
class Layout:
    """`banks`: for each bank its columns, from left to right."""

    banks: tuple[tuple[Column, ...], ...] = ()
