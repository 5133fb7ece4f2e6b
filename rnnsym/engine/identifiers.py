"""Python identifiers for the names and dimensions of a System: `h` for h, `dh` for its adjoint, `h0` for its start."""

import builtins
import itertools
import keyword
import re
from collections.abc import Collection, Iterable, Iterator

from rnnsym.core.names import Name, Role

WHOLE = {Role.TOTAL: "loss", Role.COUNT: "count", Role.MASK: "mask"}


def wish(name: Name) -> str:
    """The identifier that `name` gets if nothing else has it."""
    return WHOLE.get(name.role) or name.plain.replace(".", "_")


def identifiers(
    names: Iterable[Name], dims: Iterable[str], reserved: Iterable[str]
) -> tuple[dict[Name, str], dict[str, str]]:
    """Distinct identifiers for names and for dimensions, none of them in `reserved` or a word of Python."""
    taken = {"np", "t", "T", "batch", "kind", *reserved, *keyword.kwlist, *dir(builtins)}

    def claim(text: str) -> str:
        while text in taken:
            text += "_"
        taken.add(text)
        return text

    sizes = {dim: claim(dim) for dim in dims}
    return {name: claim(wish(name)) for name in names}, sizes


def local_names(taken: Collection[str]) -> Iterator[str]:
    """s1, s2, …: names for parts of a formula, none of them in `taken`."""
    stem = "s"
    while any(re.fullmatch(rf"{stem}\d+", text) for text in taken):
        stem += "_"
    return (f"{stem}{i}" for i in itertools.count(1))
