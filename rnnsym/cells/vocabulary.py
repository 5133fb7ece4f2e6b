"""An input that is no vector but the number of a symbol: a word, a character."""

from collections.abc import Iterable, Mapping

from rnnsym.core.dims import Dim, canonical, replaced
from rnnsym.core.expr import Expr, topological
from rnnsym.core.names import Name
from rnnsym.errors import CellError, ShapeError


class Vocabulary(tuple[Dim, ...]):
    """The declaration of an input that is one of `size` symbols, by its number: an integer 0 … size - 1.

        inputs = {"x": rs.Vocabulary("V")}                        # in a cell, which then reads take(p.E, x)
        rs.Network("gru", inputs=rs.Vocabulary(64), hidden=100)   # a cell that reads vectors: x_t picks a column of W

    It is the shape () of one number, which knows how many values there are. Raises ShapeError for what is no dimension.
    """

    size: Dim

    def __new__(cls, size: Dim) -> "Vocabulary":
        if isinstance(size, bool) or not isinstance(size, (int, str)) or (isinstance(size, int) and size < 1):
            raise ShapeError(f"a vocabulary has a size of 1 or more, or the name of a dimension, not {size!r}.")
        made = super().__new__(cls)
        made.size = canonical(size)
        return made

    def __init__(self, size: Dim) -> None:
        super().__init__()

    def __repr__(self) -> str:
        return f"Vocabulary({self.size!r})"

    def __getnewargs__(self) -> tuple[Dim]:
        return (self.size,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.size == other.size

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Vocabulary, self.size))

    def resized(self, sizes: Mapping[str, Dim]) -> "Vocabulary":
        """With the dimensions `sizes` put in the place of names."""
        return Vocabulary(replaced(self.size, sizes))


def kind_of(shape: tuple[Dim, ...]) -> str:
    """The type of a leaf that is declared so: "int" for a symbol, else "float"."""
    return "int" if isinstance(shape, Vocabulary) else "float"


def check_symbols(
    cell: str, inputs: Mapping[str, tuple[Dim, ...]], bodies: Iterable[Expr], sizes: Mapping[str, Dim]
) -> None:
    """Raises CellError where a symbol of one vocabulary picks from something of another length."""
    symbols = {name: shape.resized(sizes).size for name, shape in inputs.items() if isinstance(shape, Vocabulary)}
    for node in topological(bodies):
        for i in node.prim.integers:
            name = node.args[i].attrs[0] if node.args[i].prim.name == "leaf" else None
            if isinstance(name, Name) and symbols.get(name.symbol, _picked_from(node, i)) != _picked_from(node, i):
                raise CellError(
                    f"cell {cell}: {name.symbol} is one of {symbols[name.symbol]} symbols, but in {node!r} it picks "
                    f"one of {_picked_from(node, i)}."
                )


def _picked_from(node: Expr, i: int) -> Dim:
    """How many values the integer argument i of `node` can have."""
    return node.args[0].shape[0] if i else node.attrs[0]  # type: ignore[return-value]
