"""Submatrices: rows and columns of a matrix without time, perhaps transposed, as one index."""

from dataclasses import dataclass, replace

Range = tuple[int, int]


@dataclass(frozen=True)
class Submatrix:
    """Rows and columns of the matrix `root`; `flipped`: read with rows and columns exchanged."""

    root: str
    shape: tuple[int, int]
    rows: Range
    columns: Range
    flipped: bool = False

    @classmethod
    def of(cls, root: str, shape: tuple[int, ...]) -> "Submatrix | None":
        """All of the array `root`, if it is a matrix."""
        if len(shape) != 2:
            return None
        rows, columns = shape
        return cls(root, (rows, columns), (0, rows), (0, columns))

    @property
    def transposed(self) -> "Submatrix":
        return replace(self, flipped=not self.flipped)

    def narrow(self, start: int, stop: int) -> "Submatrix":
        """Its rows start…stop - 1."""
        if self.flipped:
            return replace(self, columns=(self.columns[0] + start, self.columns[0] + stop))
        return replace(self, rows=(self.rows[0] + start, self.rows[0] + stop))

    def row(self, index: int) -> str:
        """One of its rows, as source."""
        one = self.narrow(index, index + 1)
        if one.flipped:
            return f"{self.root}[{_index(one.rows, self.shape[0])}, {one.columns[0]}]"
        return f"{self.root}[{one.rows[0]}, {_index(one.columns, self.shape[1])}]".replace(", :]", "]")

    @property
    def text(self) -> str:
        keys = [_index(self.rows, self.shape[0]), _index(self.columns, self.shape[1])]
        index = "" if keys == [":", ":"] else f"[{', '.join(keys)}]".replace(", :]", "]")
        return f"{self.root}{index}{'.T' if self.flipped else ''}"


def _index(span: Range, size: int) -> str:
    return ":" if span == (0, size) else f"{span[0]}:{span[1]}"
