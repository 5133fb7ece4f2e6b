"""Places of values: columns in chains, each column with a shift in time, joined at their ends as wishes come.

Every change can be taken back, so that a wish that fails half-way leaves nothing behind.
"""

from collections.abc import Sequence

NOBODY = -1
"""What stands beside the end of a chain."""


class Places:
    """`column[v]` is the column of value v, NOBODY before it has one. `tenants[c]` are the values of a column.

    Row t of a bank holds value v at t + shift[column[v]], up to a number that is common to its chain.
    """

    def __init__(self, values: int) -> None:
        self.column = [NOBODY] * values
        self.tenants: list[list[int]] = []
        self.left: list[int] = []
        self.right: list[int] = []
        self.chain: list[int] = []
        self.shift: list[int] = []
        self.parts: list[list[int]] = []
        self._log: list[tuple[int, ...]] = []

    def mark(self) -> int:
        """A moment to which `undo` can return."""
        return len(self._log)

    def undo(self, mark: int) -> None:
        """Take back every change since `mark`."""
        while len(self._log) > mark:
            entry = self._log.pop()
            if len(entry) > 1:
                self._part(*entry)
                continue
            (value,) = entry
            tenants = self.tenants[self.column[value]]
            self.column[value] = NOBODY
            tenants.pop()
            if not tenants:
                for column in (self.left, self.right, self.chain, self.shift):
                    column.pop()
                self.tenants.pop()
                self.parts.pop()

    def place(self, value: int) -> int:
        """The column of a value, a new one where it has none."""
        column = self.column[value]
        if column == NOBODY:
            column = self.column[value] = len(self.left)
            self.tenants.append([value])
            self.left.append(NOBODY)
            self.right.append(NOBODY)
            self.chain.append(column)
            self.shift.append(0)
            self.parts.append([column])
            self._log.append((value,))
        return column

    def share(self, value: int, column: int) -> None:
        """Put a value without a place into a column, after those that live there."""
        self.tenants[column].append(value)
        self.column[value] = column
        self._log.append((value,))

    def join(self, a: int, b: int, later: int) -> bool:
        """Make column b stand right after column a, read `later` steps later; False where it cannot."""
        if self.right[a] == b:
            return self.shift[b] - self.shift[a] == later
        first, second = self.chain[a], self.chain[b]
        if self.right[a] != NOBODY or self.left[b] != NOBODY or first == second:
            return False
        moved = self.shift[a] + later - self.shift[b]
        columns = self.parts[second]
        for column in columns:
            self.chain[column] = first
            self.shift[column] += moved
        self._log.append((a, b, moved, second))
        self.parts[first] = self.parts[first] + columns
        self.right[a], self.left[b] = b, a
        return True

    def _part(self, a: int, b: int, moved: int, second: int) -> None:
        first, columns = self.chain[a], self.parts[second]
        for column in columns:
            self.chain[column] = second
            self.shift[column] -= moved
        self.parts[first] = self.parts[first][: -len(columns)]
        self.right[a], self.left[b] = NOBODY, NOBODY

    def line(self, values: Sequence[int], times: Sequence[int]) -> bool:
        """Make values, read at these times, neighbours in this order; False, and no change, where they cannot."""
        mark = self.mark()
        columns = [self.place(value) for value in values]
        for i in range(len(columns) - 1):
            if not self.join(columns[i], columns[i + 1], times[i + 1] - times[i]):
                self.undo(mark)
                return False
        return True
