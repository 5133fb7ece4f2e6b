"""Names that passes make."""

from collections.abc import Container

from rnnsym.core.names import Name, Role


def made(taken: Container[Name], role: Role, symbol: str) -> Name:
    """A new name of this role: `symbol`, or with the first number that makes it new."""
    name, number = Name(role, symbol), 1
    while name in taken:
        number += 1
        name = Name(role, f"{symbol}_{number}")
    return name
