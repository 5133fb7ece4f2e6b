"""Equal up to a shift in time: a key for every expression, and by how much it is shifted."""

from typing import NamedTuple

from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Offset


class Key(NamedTuple):
    """`number`: the same for expressions that differ by a shift; `at`: the shift, None where there is no time."""

    number: int
    at: int | None


class Keys:
    """Numbers expressions: two that are equal up to a shift in time get the same number."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._known: dict[Expr, Key] = {}

    def __getitem__(self, expr: Expr) -> Key:
        if expr not in self._known:
            for node in topological([expr]):
                if node not in self._known:
                    self._known[node] = self._key(node)
        return self._known[expr]

    def _key(self, node: Expr) -> Key:
        if not node.args:
            time = node.attrs[1] if node.prim.name == "leaf" else None
            if isinstance(time, Offset):
                return Key(self._number((node.attrs[0], node.shape, node.dtype)), time.k)
            return Key(self._number(node), None)
        below = [self._known[arg] for arg in node.args]
        at = next((key.at for key in below if key.at is not None), None)
        rest = tuple((key.number, None if key.at is None else key.at - (at or 0)) for key in below)
        return Key(self._number((node.prim.name, node.attrs, rest)), at)

    def _number(self, content: object) -> int:
        return self._numbers.setdefault(content, len(self._numbers))
